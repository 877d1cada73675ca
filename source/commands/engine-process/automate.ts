import type {FolderAutomation} from '../../automation/folder-automation.js';
import type {FolderSettings} from '../../automation/folder-settings.js';
import type {MakeTorrent} from '../../automation/sharing/make-torrent.js';
import type {Bytes} from '../../base/units.js';
import type {LocalEngine} from './open-session.js';

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

/**
 * An engine together with those who look after the folders that are shared and watched. The only place that knows how.
 *
 * @param version of the program: torrents say by whom they were made
 */
export async function automate(
	engine: LocalEngine,
	stateDir: string,
	settings: FolderSettings,
	version: string,
): Promise<{readonly engine: LocalEngine; readonly folders: Pick<FolderAutomation, 'apply'>}> {
	const [{FolderAutomation}, {FolderPart}, {AutomatedEngine}, {LookThreads}, {watchFolder}, {machineClock}] =
		await Promise.all([
			import('../../automation/folder-automation.js'),
			import('../../automation/folder-part.js'),
			import('../../automation/automated-engine.js'),
			import('../../automation/look/look-thread.js'),
			import('../../automation/look/folder-events.js'),
			import('../../io/machine/clock.js'),
		]);
	const folders = await FolderAutomation.open(
		{
			engine,
			clock: machineClock,
			stateDir,
			looker: new LookThreads(),
			watchFolder,
			makeTorrent: torrentMaker(version),
		},
		settings,
	);
	return {engine: new AutomatedEngine(engine, [new FolderPart(folders)], machineClock), folders};
}
