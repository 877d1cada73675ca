import {isAbsolute} from 'node:path';
import type {AddOptions, Reply} from '../api/command.js';
import {ProtocolError, UserError} from '../base/errors.js';
import type {PeerAddress} from '../base/peer-address.js';
import {hashFunctions} from '../io/hash-functions.js';
import {resolvePeer} from '../io/resolve-peer.js';
import type {OtherPlace, ResumeData} from '../io/resume-data.js';
import type {SavedTorrent, StateStore} from '../io/state-store.js';
import type {Metainfo} from '../protocol/metainfo.js';
import {parseMetainfo} from '../protocol/metainfo-reader.js';
import {readMetainfo} from './link-reader.js';
import {meantOptions, mergeInto, requireTrackers, selectedFiles} from './merge.js';
import type {TorrentQueue} from './queue.js';
import type {Room} from './room.js';
import type {SessionMemory} from './session-memory.js';
import {Torrent} from './torrent.js';

/** What torrents that come in get from their session. */
export interface IntakeSetup {
	readonly room: Room;
	readonly torrents: Map<string, Torrent>;
	readonly queue: TorrentQueue;
	readonly store: Pick<StateStore, 'find' | 'load' | 'saveMetainfo'>;
	/** Undefined when no speeds are kept. */
	readonly speeds: SessionMemory | undefined;
	/** Absolute; where data goes that is added without a folder. */
	readonly dir: string;
	/** Connections a torrent. */
	readonly maxPeers: number;
	/** Whether trackers are asked. */
	readonly trackers: boolean;
	/** Something about a torrent is not what it was. */
	changed(): void;
	/** Puts what is known of a torrent on the disk, now. */
	keep(torrent: Torrent): Promise<void>;
}

/** Takes torrents into a session: those that people add, and those that the last session left. */
export class Intake {
	readonly #setup: IntakeSetup;

	constructor(setup: IntakeSetup) {
		this.#setup = setup;
	}

	/**
	 * Adds the torrent of a .torrent file, or applies the options to the one that is here already.
	 *
	 * @param metainfo what the bytes say, for whoever has read them already
	 * @throws {UserError} when it cannot be added, and nothing was then
	 */
	async add(bytes: Uint8Array, options: AddOptions, metainfo = readMetainfo(bytes)): Promise<Reply> {
		const {torrents, store, room, queue} = this.#setup;
		const id = metainfo.infoHash ?? metainfo.infoHashV2!;
		requireTrackers(options.trackers ?? []);
		const addresses = await Promise.all((options.peers ?? []).map(resolvePeer));
		const present = torrents.get(id);
		if (present !== undefined) return this.#merge(present, metainfo, options, addresses);
		const saved = await store.find(id);
		const dir = options.dir ?? this.#setup.dir;
		if (!isAbsolute(dir))
			throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
		const torrent = new Torrent(
			metainfo,
			{
				dir,
				maxPeers: options.maxPeers ?? this.#setup.maxPeers,
				trackers: this.#setup.trackers && options.trackersOff !== true ? metainfo.trackers : [],
				unusedTrackers: this.#setup.trackers || options.trackersOff === true ? [] : metainfo.trackers,
				addedAt: saved?.resume.addedAt ?? room.clock.wall(),
			},
			room,
		);
		// Data in another folder is other data.
		if (saved !== undefined && saved.resume.dir === dir && fits(saved.resume, torrent))
			torrent.remember(saved.resume);
		// Until everything about it is settled it is not the queue's to start.
		torrent.wanted = false;
		this.#selectInitially(torrent, options);
		// Meanwhile somebody else may have added it.
		const other = torrents.get(id);
		if (other !== undefined) return this.#merge(other, metainfo, options, addresses);
		this.#adopt(torrent);
		room.log('info', `added ${metainfo.name}`, id);
		this.#applyOptions(torrent, options, addresses);
		torrent.wanted = options.paused !== true;
		if (torrent.wanted) queue.start(torrent, options.check ?? 'quick');
		else torrent.rest();
		if (saved?.metainfo === undefined) void store.saveMetainfo(id, bytes);
		return {id};
	}

	/** What is added anew has whatever more than the one that is here. */
	#merge(
		torrent: Torrent,
		metainfo: Metainfo,
		options: AddOptions,
		addresses: readonly PeerAddress[],
	): Reply {
		const {trackers, queue, room} = this.#setup;
		const meant = meantOptions(options);
		const usual = new Set(options.usual);
		const trackersOff = !trackers || options.trackersOff === true;
		const merged = mergeInto(torrent, metainfo, meant, usual.has('peers') ? [] : addresses, trackersOff);
		this.#applySettings(torrent, meant);
		if (meant.overwrite || meant.repair) queue.start(torrent, 'quick');
		queue.plan();
		const {trackers: urls, peers, files} = merged;
		if (urls + peers + files > 0)
			room.log(
				'info',
				`added again: ${urls} trackers, ${peers} peers, ${files} wanted files more`,
				torrent.id,
			);
		return {id: torrent.id, already: true, merged};
	}

	/** Takes up what the last session left. */
	async restore(): Promise<void> {
		for (const saved of await this.#setup.store.load()) {
			try {
				this.#restoreOne(saved);
			} catch (error) {
				if (!(error instanceof ProtocolError) && !(error instanceof UserError)) throw error;
				this.#setup.room.log(
					'error',
					`${saved.resume.name} cannot be taken up again: ${error.message}`,
					saved.resume.id,
				);
			}
		}
	}

	#restoreOne({resume, metainfo: bytes}: SavedTorrent): void {
		if (bytes === undefined) throw new UserError('no-metainfo', 'its .torrent is gone: add it again');
		const metainfo = parseMetainfo(bytes, hashFunctions);
		const torrent = new Torrent(
			metainfo,
			{
				dir: resume.dir,
				maxPeers: resume.maxPeers ?? this.#setup.maxPeers,
				trackers: this.#setup.trackers ? resume.trackers : [],
				unusedTrackers: this.#setup.trackers ? [] : resume.trackers,
				namedTrackers: resume.namedTrackers ?? strangersTo(metainfo, resume.trackers),
				addedAt: resume.addedAt,
			},
			this.#setup.room,
		);
		if (torrent.id !== resume.id || !fits(resume, torrent))
			throw new UserError('other-metainfo', 'its .torrent is of another torrent');
		torrent.remember(resume);
		this.#adopt(torrent);
		torrent.wanted = resume.active;
		if (!resume.active) torrent.rest();
		else if (!torrent.restIfDone()) this.#setup.queue.start(torrent, 'quick');
		if (resume.otherPlace?.goal) void this.#again(torrent, resume.otherPlace);
		void this.#setup.speeds?.loadTorrent(torrent.id).then(history => {
			if (history !== undefined) torrent.takeHistory(history);
		});
	}

	async #again(torrent: Torrent, place: OtherPlace): Promise<void> {
		try {
			await torrent.relocation.again(place);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			torrent.log('error', error.message);
		}
	}

	#adopt(torrent: Torrent): void {
		const {torrents, queue} = this.#setup;
		torrent.queue ||= torrents.size + 1;
		torrents.set(torrent.id, torrent);
		torrent.claimFiles();
		torrent.onChange = () => {
			this.#setup.changed();
			queue.plan();
		};
		torrent.keep = () => this.#setup.keep(torrent);
	}

	/** Which files are wanted is said anew each time. Rules that do not fit are refused before anything is added. */
	#selectInitially(torrent: Torrent, {select, priorities}: AddOptions): void {
		const {files} = torrent.metainfo;
		const visible = [...files.keys()].filter(index => !files[index]!.pad);
		torrent.post({type: 'prioritise', files: visible, priority: 2});
		if (torrent.pieceChoice.count > 0)
			torrent.post({type: 'prioritisePieces', pieces: [[0, torrent.pieceCount - 1]], priority: null});
		if (select !== undefined) {
			const chosen = new Set(selectedFiles(torrent.metainfo, select));
			torrent.post({type: 'prioritise', files: visible.filter(index => !chosen.has(index)), priority: 0});
		}
		for (const [index, priority] of priorities ?? []) {
			torrent.post({type: 'prioritise', files: [index], priority});
		}
	}

	#applyOptions(torrent: Torrent, options: AddOptions, addresses: readonly PeerAddress[]): void {
		this.#applySettings(torrent, options);
		for (const url of options.trackers ?? []) torrent.announcers.add(url);
		if (addresses.length > 0) torrent.post({type: 'peers', addresses: [...addresses], source: 'manual'});
	}

	#applySettings(torrent: Torrent, options: AddOptions): void {
		const {maxDownload, maxUpload} = options;
		if (maxDownload !== undefined || maxUpload !== undefined) {
			torrent.setLimits(
				maxDownload ?? torrent.throttle.download.rate,
				maxUpload ?? torrent.throttle.upload.rate,
			);
		}
		if (options.overwrite || options.repair)
			torrent.allow({overwrite: true, ...(options.repair && {repair: true, absence: true})});
		torrent.seedOnly = options.seedOnly === true && !options.repair;
		const {seedRatio, seedTime, sequential, label} = options;
		torrent.post({
			type: 'set',
			settings: {
				...(seedRatio !== undefined && {seedRatio}),
				...(seedTime !== undefined && {seedTime}),
				...(sequential !== undefined && {sequential}),
				...(label !== undefined && {label}),
			},
		});
	}
}

/** Trackers that are not the torrent's own, and so were added by a person. */
function strangersTo(metainfo: Metainfo, tiers: readonly (readonly string[])[]): string[] {
	const own = new Set(metainfo.trackers.flat());
	return tiers.flat().filter(url => !own.has(url));
}

/** Whether what was remembered is of a torrent of this form. */
function fits(resume: ResumeData, torrent: Torrent): boolean {
	return (
		resume.have.length === torrent.map.pieceCount &&
		(resume.priorities.length === 0 || resume.priorities.length === torrent.metainfo.files.length)
	);
}
