import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {OpenFeeds} from '../../automation/feeds/feed-part.js';
import type {MakeTorrent} from '../../automation/sharing/make-torrent.js';
import type {Bytes} from '../../base/units.js';
import type {WayOut} from '../../io/net/sockets.js';
import type {Sections} from '../arguments/config-sections.js';
import type {FileSource, LocalEngine} from './open-session.js';
import {StreamPart} from './stream-part.js';

/** What is smaller is hashed sooner than a thread for it could begin. */
const smallLength: Bytes = 262_144;

/** Makes the torrents of shared folders: with one thread that lets others go first. */
function torrentMaker(version: string): MakeTorrent {
	return async (path, {size, exclude, trackers, signal, onProgress, onSkipped}) => {
		const options = {
			path,
			exclude,
			trackers: trackers.map(url => [url]),
			createdBy: `tortui ${version}`,
			calm: true,
		};
		if (size <= smallLength) {
			const {createTorrent} = await import('../../creator/create-torrent.js');
			return (await createTorrent({...options, signal, onSkipped})).bytes;
		}
		const {createTorrentAside} = await import('../../creator/creation-thread.js');
		let length = size;
		const events = {
			found: (found: Bytes) => {
				length = found;
			},
			hashed: (bytes: Bytes) => onProgress(bytes, length),
			skipped: onSkipped,
		};
		return (await createTorrentAside(options, events, signal)).bytes;
	};
}

/** What those beside an engine stand on. */
export interface AutomationGround {
	readonly stateDir: string;
	/** Of the program: torrents and requests say by whom they were made. */
	readonly version: string;
	/** By which everything is sent. */
	readonly way: WayOut;
	/** Has the data of the torrents. */
	readonly data: FileSource;
}

/** Looks after feeds of an engine, by requests that are bound as all of the engine's are. */
function feedOpener(engine: LocalEngine, {stateDir, version, way}: AutomationGround): OpenFeeds {
	return async configured => {
		const [{FeedAutomation}, {makeSockets}, {machineClock}, {machineRandom}] = await Promise.all([
			import('../../automation/feeds/feed-automation.js'),
			import('../../io/net/sockets.js'),
			import('../../io/machine/clock.js'),
			import('../../io/machine/random.js'),
		]);
		const {http} = makeSockets({clock: machineClock, ...way, userAgent: `tortui/${version}`});
		return FeedAutomation.open(
			{engine, http, clock: machineClock, random: machineRandom, stateDir},
			configured,
		);
	};
}

/** An engine with its parts. */
export interface Automated {
	readonly engine: LocalEngine;
	/** The config file says something else now. */
	apply(sections: Sections): Promise<void>;
}

/**
 * An engine together with those who look after the folders that are shared and watched, and after feeds, and who let
 * players have its files. The only place that knows how.
 */
export async function automate(
	engine: LocalEngine,
	sections: Sections,
	ground: AutomationGround,
): Promise<Automated> {
	const [
		{FolderAutomation},
		{FolderPart},
		{FeedPart},
		{AutomatedEngine},
		{LookThreads},
		{watchFolder},
		{machineClock},
	] = await Promise.all([
		import('../../automation/folder-automation.js'),
		import('../../automation/folder-part.js'),
		import('../../automation/feeds/feed-part.js'),
		import('../../automation/automated-engine.js'),
		import('../../automation/look/look-thread.js'),
		import('../../automation/look/folder-events.js'),
		import('../../io/machine/clock.js'),
	]);
	const {stateDir, version, data} = ground;
	const folders = await FolderAutomation.open(
		{
			engine,
			clock: machineClock,
			stateDir,
			looker: new LookThreads(),
			watchFolder,
			makeTorrent: torrentMaker(version),
		},
		sections.folders,
	);
	const feeds = new FeedPart(feedOpener(engine, ground), sections.feeds);
	if (sections.feeds.length > 0 || existsSync(join(stateDir, 'feeds.json'))) await feeds.begin();
	const parts = [new FolderPart(folders), feeds, new StreamPart(engine, data)];
	return {
		engine: new AutomatedEngine(engine, parts, machineClock),
		async apply(now) {
			folders.apply(now.folders);
			await feeds.apply(now.feeds);
		},
	};
}
