import type {AddOptions, Reply} from '../../api/command.js';
import {ProtocolError, UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {InfoHash} from '../../base/units.js';
import {isAbsolute} from '../../io/files/paths.js';
import {nextTurn} from '../../io/machine/next-turn.js';
import {resolvePeer} from '../../io/net/resolve-peer.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {StatsStore} from '../../io/state/stats-store.js';
import {
	type HeldTorrent,
	type KeptTorrents,
	laterText,
	type SavedTorrent,
} from '../../io/state/torrent-store.js';
import {type MagnetLink, parseMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {SessionService} from '../session/session-service.js';
import type {SessionServices} from '../session/session-services.js';
import type {Totals} from '../session/totals.js';
import {Torrent, type TorrentListener} from '../torrent/torrent.js';
import type {SwarmHashes} from '../torrent/torrent-setup.js';
import {meantOptions, mergeInto, requireTrackers, settingsChanged} from './merge-torrent.js';
import {readAnyMetainfo, readMetainfo} from './torrent-links.js';

const manyFiles = 10_000;
/** As many as a .torrent may name. */
const mostTrackers = 500;
const mostPeers = 1000;

const lostText =
	'what was known of it is lost, its folder too: move it to the folder its data is in, or add it again with --dir';

/** What torrents that come in get from their session. */
export interface TorrentLoaderSetup {
	readonly services: SessionServices;
	readonly torrents: Map<string, Torrent>;
	readonly queue: QueueManager;
	readonly store: KeptTorrents;
	/** Whether what is added comes back in the next session: then it is on the disk before it is added. */
	readonly lasting: boolean;
	/** Undefined when no speeds are kept. */
	readonly speeds: StatsStore | undefined;
	/** Undefined when none are kept. */
	readonly totals: Pick<Totals, 'recall'> | undefined;
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
export class TorrentLoader implements SessionService, TorrentListener {
	readonly #setup: TorrentLoaderSetup;
	/** Those that belong to the session: of the others nobody hears. */
	readonly #adopted = new WeakSet<Torrent>();

	constructor(setup: TorrentLoaderSetup) {
		this.#setup = setup;
	}

	/**
	 * Adds the torrent of a .torrent file, or applies the options to the one that is here already.
	 *
	 * @throws {UserError} when it cannot be added, and nothing was then
	 */
	async add(bytes: Uint8Array, options: AddOptions): Promise<Reply> {
		requireModest(options);
		const metainfo = await readMetainfo(bytes);
		const {torrents, store, services} = this.#setup;
		const id = metainfo.infoHash ?? metainfo.infoHashV2!;
		requireTrackers(options.trackers ?? []);
		const addresses = await Promise.all(
			(options.peers ?? []).map(text => resolvePeer(text, services.resolver)),
		);
		const present = torrents.get(id);
		if (present?.held !== undefined) {
			await this.settle(present, options.dir ?? this.#setup.dir, options, addresses);
			return {id, already: true};
		}
		if (present !== undefined) {
			// One of which only a link was known learns from it what it holds.
			present.post({type: 'metadata', info: metainfo});
			return this.#merge(present, metainfo.trackers, options, addresses);
		}
		const saved = await store.find(id);
		const dir = options.dir ?? this.#setup.dir;
		if (!isAbsolute(dir))
			throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
		const torrent = new Torrent(
			{
				identity: metainfo,
				metainfo,
				dir,
				maxPeers: options.maxPeers ?? this.#setup.maxPeers,
				trackers: this.#setup.trackers && options.trackersOff !== true ? metainfo.trackers : [],
				unusedTrackers: this.#setup.trackers || options.trackersOff === true ? [] : metainfo.trackers,
				addedAt: saved?.resume.addedAt ?? services.clock.wall(),
				// Until everything about it is settled it is not the queue's to start.
				wanted: false,
				doubtful: saved?.doubtful,
			},
			services,
			this,
		);
		// Data in another folder is other data.
		if (saved !== undefined && saved.resume.dir === dir && fits(saved.resume, metainfo))
			torrent.post({type: 'remember', memory: saved.resume});
		// What one run was asked for is not asked of the next.
		if (!this.#setup.lasting) torrent.post({type: 'set', settings: {seedRatio: null, seedTime: null}});
		await breathe(metainfo);
		select(torrent, options);
		if (options.choose === true) torrent.post({type: 'askForChoice'});
		await breathe(metainfo);
		if (this.#setup.lasting) await this.#keepNew(torrent, bytes, saved, options.paused !== true);
		// Meanwhile somebody else may have added it.
		const other = torrents.get(id);
		if (other !== undefined) return this.#merge(other, metainfo.trackers, options, addresses);
		this.#take(torrent, options, addresses);
		if (!this.#setup.lasting && saved?.metainfo === undefined) void store.saveMetainfo(id, bytes);
		return {id};
	}

	/**
	 * Adds the torrent of a magnet link, of which nobody knows yet what it holds, or applies the options to the one that
	 * is here already.
	 *
	 * @throws {UserError} when it cannot be added, and nothing was then
	 */
	async addMagnet(link: MagnetLink, options: AddOptions): Promise<Reply> {
		requireModest(options);
		requireTrackers(options.trackers ?? []);
		const {torrents, store, services} = this.#setup;
		const id = link.infoHash ?? link.infoHashV2!;
		const resolve = (text: string) => resolvePeer(text, services.resolver);
		const named = await Promise.all((options.peers ?? []).map(resolve));
		// Those of the link are a stranger's word: who cannot be found is passed over.
		const found = await Promise.allSettled(link.peers.map(resolve));
		const addresses = [...named, ...found.flatMap(each => (each.status === 'fulfilled' ? each.value : []))];
		const wish = link.select === undefined ? options : {select: rulesOf(link.select), ...options};
		const tiers = link.trackers.map(url => [url]);
		const present = torrents.get(id);
		if (present?.held !== undefined) throw new UserError('held', present.held.text);
		if (present !== undefined) return this.#merge(present, tiers, wish, addresses);
		const saved = await store.find(id);
		if (saved?.metainfo !== undefined)
			return this.add(saved.metainfo, {...wish, trackers: addedTo(wish, link)});
		const dir = options.dir ?? this.#setup.dir;
		if (!isAbsolute(dir))
			throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
		const isAnnounced = this.#setup.trackers && options.trackersOff !== true;
		const torrent = new Torrent(
			{
				identity: link,
				name: link.name,
				metainfo: undefined,
				dir,
				maxPeers: options.maxPeers ?? this.#setup.maxPeers,
				trackers: isAnnounced ? tiers : [],
				unusedTrackers: isAnnounced || options.trackersOff === true ? [] : tiers,
				addedAt: services.clock.wall(),
				wanted: false,
			},
			services,
			this,
		);
		select(torrent, wish);
		if (options.choose === true) torrent.post({type: 'askForChoice'});
		if (this.#setup.lasting) await this.#keepNew(torrent, undefined, saved, options.paused !== true);
		// Meanwhile somebody else may have added it.
		const other = torrents.get(id);
		if (other !== undefined) return this.#merge(other, tiers, wish, addresses);
		this.#take(torrent, options, addresses);
		return {id};
	}

	/** It belongs to the session from now on. */
	#take(torrent: Torrent, options: AddOptions, addresses: readonly PeerAddress[]): void {
		const {services, queue} = this.#setup;
		this.#adopt(torrent);
		services.log('info', `added ${torrent.name}`, torrent.id);
		this.#applyOptions(torrent, countedFromNow(options, torrent), addresses);
		if (options.paused === true) torrent.post({type: 'rest', wanted: false});
		else queue.start(torrent, options.check ?? 'quick');
	}

	/** What is added anew has whatever more than the one that is here. */
	#merge(
		torrent: Torrent,
		tiers: ReadonlyArray<readonly string[]>,
		options: AddOptions,
		addresses: readonly PeerAddress[],
	): Reply {
		const {trackers, queue, services} = this.#setup;
		const meant = meantOptions(options);
		const usual = new Set(options.usual);
		const trackersOff = !trackers || options.trackersOff === true;
		const merged = mergeInto(torrent, tiers, meant, usual.has('peers') ? [] : addresses, trackersOff);
		const set = settingsChanged(torrent, meant);
		this.#applySettings(torrent, meant);
		// Whoever adds it once more and asks for no choice wants it as it is.
		const isChosen = torrent.asksForChoice && options.choose !== true;
		if (isChosen) torrent.post({type: 'choose'});
		if (meant.overwrite || meant.repair || (isChosen && torrent.settings.wanted))
			queue.start(torrent, 'quick');
		queue.plan();
		const {trackers: urls, peers, files} = merged;
		if (urls + peers + files > 0)
			services.log(
				'info',
				`added again: ${urls} trackers, ${peers} peers, ${files} wanted files more`,
				torrent.id,
			);
		const elsewhere = meant.dir !== undefined && meant.dir !== torrent.dir;
		return {
			id: torrent.id,
			already: true,
			merged: {...merged, ...(set.length > 0 && {set}), ...(elsewhere && {dir: torrent.dir})},
		};
	}

	/** What could not be found again after a restart is not added at all. */
	async #keepNew(
		torrent: Torrent,
		bytes: Uint8Array | undefined,
		saved: SavedTorrent | undefined,
		wanted: boolean,
	): Promise<void> {
		const {store, torrents} = this.#setup;
		const {id} = torrent;
		const {known} = torrent.resumeState;
		const memory = known ?? {...torrent.resumeState.nothing(), active: wanted};
		const failure = (bytes && (await store.saveMetainfo(id, bytes))) ?? (await store.save(memory));
		if (failure === undefined) return;
		if (saved === undefined && !torrents.has(id)) await store.remove(id);
		const reason = failure.message.replace(/, then resume$/, ', then add it again');
		throw new UserError(failure.code, `not added, for it could not be kept: ${reason}`);
	}

	/** Takes up what the last session left. */
	async start(): Promise<void> {
		const {store, services, torrents, lasting, speeds} = this.#setup;
		if (!lasting) return;
		const known = new Set<string>();
		const take = async (id: InfoHash, name: string, task: () => Promise<void>): Promise<void> => {
			known.add(id);
			// Who has reached us already is not kept waiting by all of them together.
			await nextTurn();
			try {
				await task();
			} catch (error) {
				if (!(error instanceof ProtocolError) && !(error instanceof UserError)) throw error;
				services.log('error', `${name} cannot be taken up again: ${error.message}`, id);
			}
		};
		// Who came first had its files first, and has them still.
		const all = [...(await store.load())].sort((one, other) => one.resume.addedAt - other.resume.addedAt);
		for (const saved of all) await take(saved.resume.id, saved.resume.name, () => this.#restoreOne(saved));
		for (const held of store.held ?? [])
			if (!torrents.has(held.id)) await take(held.id, held.id, () => this.#restoreHeld(held));
		this.#inOrder();
		void speeds?.keepOnly(known);
	}

	/** They are told in the order of the queue, whichever came first. */
	#inOrder(): void {
		const {torrents, queue} = this.#setup;
		const {order} = queue;
		torrents.clear();
		for (const torrent of order) torrents.set(torrent.id, torrent);
	}

	/** Its .torrent, or the copy that is kept of it when it is not what it was. */
	async #restoreMetainfo(id: InfoHash, bytes: Uint8Array | undefined): Promise<Metainfo> {
		const {store} = this.#setup;
		try {
			if (bytes === undefined) throw new UserError('no-metainfo', 'its .torrent is gone: add it again');
			return requireId(await readAnyMetainfo(bytes), id);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			const spare = await store.spareMetainfo?.(id);
			if (spare === undefined) throw error;
			const metainfo = requireId(await readAnyMetainfo(spare), id);
			await store.mendMetainfo?.(id, spare);
			return metainfo;
		}
	}

	async #restoreHeld({id, metainfo: bytes, why}: HeldTorrent): Promise<void> {
		const {dir, maxPeers, services} = this.#setup;
		const metainfo = await this.#restoreMetainfo(id, bytes);
		const torrent = new Torrent(
			{identity: metainfo, metainfo, dir, maxPeers, trackers: [], addedAt: services.clock.wall()},
			services,
			this,
		);
		torrent.post({type: 'hold', held: {why, text: why === 'later' ? laterText : lostText}});
		this.#adopt(torrent);
		torrent.log('warn', `${metainfo.name}: ${torrent.held?.text}`);
	}

	/**
	 * Says where the data of a torrent is of which that was lost, and starts it.
	 *
	 * @throws {UserError} when it is not this program's to do so, or cannot be kept
	 */
	async settle(
		torrent: Torrent,
		dir: string,
		options: AddOptions = {},
		addresses: readonly PeerAddress[] = [],
	): Promise<void> {
		const {held} = torrent;
		const isPaused = options.paused === true;
		if (held === undefined) return;
		if (held.why === 'later') throw new UserError('held', held.text);
		if (!isAbsolute(dir))
			throw new UserError('relative-dir', `the folder ${dir} is not absolute: write it in full`, 2);
		torrent.post({type: 'release', dir});
		select(torrent, options);
		const failure = await this.#setup.store.save({...torrent.resumeState.nothing(), active: !isPaused});
		if (failure !== undefined) {
			torrent.post({type: 'hold', held});
			throw new UserError(failure.code, failure.message);
		}
		if (this.#setup.trackers && options.trackersOff !== true)
			torrent.post({type: 'addTiers', tiers: torrent.content?.metainfo.trackers ?? []});
		this.#applyOptions(torrent, options, addresses);
		if (isPaused) torrent.post({type: 'rest', wanted: false});
		else this.#setup.queue.start(torrent, 'full');
		this.#setup.changed();
	}

	async #restoreOne({resume, metainfo: bytes, doubtful}: SavedTorrent): Promise<void> {
		const link = resume.link === undefined ? undefined : parseMagnet(resume.link);
		const metainfo =
			link !== undefined && bytes === undefined ? undefined : await this.#restoreMetainfo(resume.id, bytes);
		const torrent = new Torrent(
			{
				identity: metainfo ?? requireId(link!, resume.id),
				name: link?.name,
				metainfo,
				dir: resume.dir,
				maxPeers: resume.maxPeers ?? this.#setup.maxPeers,
				trackers: this.#setup.trackers ? resume.trackers : [],
				unusedTrackers: this.#setup.trackers ? [] : resume.trackers,
				namedTrackers: resume.namedTrackers ?? (metainfo && strangersTo(metainfo, resume.trackers)),
				addedAt: resume.addedAt,
				doubtful,
			},
			this.#setup.services,
			this,
		);
		// The .torrent came when it was saved last, and what is known of it is from before that.
		const isNews = metainfo !== undefined && link !== undefined;
		const memory = isNews ? {...resume, have: new Bitfield(metainfo.pieceCount)} : resume;
		if (metainfo !== undefined && !fits(memory, metainfo))
			throw new UserError('other-metainfo', 'its .torrent is of another torrent');
		torrent.post({type: 'remember', memory});
		if (resume.selection !== undefined) torrent.post({type: 'select', choices: resume.selection});
		this.#setup.totals?.recall(torrent);
		this.#adopt(torrent);
		torrent.post({type: 'rest', wanted: resume.active, recalled: true});
		if (torrent.runs) this.#setup.queue.start(torrent, 'quick');
		if (resume.otherPlace?.goal) torrent.post({type: 'moveAgain', place: resume.otherPlace});
		void this.#setup.speeds?.loadTorrent(torrent.id).then(history => {
			if (history !== undefined) torrent.post({type: 'history', history});
		});
	}

	#adopt(torrent: Torrent): void {
		const {torrents} = this.#setup;
		if (torrent.settings.queue === 0) torrent.post({type: 'set', settings: {queue: torrents.size + 1}});
		torrents.set(torrent.id, torrent);
		if (torrent.held === undefined) torrent.content?.claimFiles();
		this.#adopted.add(torrent);
	}

	changed(torrent: Torrent): void {
		if (!this.#adopted.has(torrent)) return;
		this.#setup.changed();
		this.#setup.queue.plan();
	}

	keep(torrent: Torrent): Promise<void> {
		return this.#setup.keep(torrent);
	}

	async keepMetainfo(torrent: Torrent, bytes: Uint8Array): Promise<void> {
		const failure = await this.#setup.store.saveMetainfo(torrent.id, bytes);
		if (failure !== undefined) torrent.log('error', `its metadata is not kept: ${failure.message}`);
	}

	#applyOptions(torrent: Torrent, options: AddOptions, addresses: readonly PeerAddress[]): void {
		this.#applySettings(torrent, options);
		for (const url of options.trackers ?? []) torrent.post({type: 'addTracker', url});
		if (addresses.length > 0) torrent.post({type: 'peers', addresses: [...addresses], source: 'manual'});
	}

	#applySettings(torrent: Torrent, options: AddOptions): void {
		const {maxDownload, maxUpload} = options;
		if (options.overwrite || options.repair)
			torrent.post({
				type: 'allow',
				consent: {overwrite: true, ...(options.repair && {repair: true, absence: true})},
			});
		const {seedRatio, seedTime, sequential, label} = options;
		torrent.post({
			type: 'set',
			settings: {
				seedOnly: options.seedOnly === true && !options.repair,
				...(maxDownload !== undefined && {maxDownload}),
				...(maxUpload !== undefined && {maxUpload}),
				...(seedRatio !== undefined && {seedRatio}),
				...(seedTime !== undefined && {seedTime}),
				...(sequential !== undefined && {sequential}),
				...(label !== undefined && {label}),
			},
		});
	}
}

/** As long as it is to be seeded it is seeded from now on, whatever it was in earlier runs. */
function countedFromNow(options: AddOptions, {stats}: Torrent): AddOptions {
	const {seedTime} = options;
	return seedTime === undefined ? options : {...options, seedTime: seedTime + stats.seedingTime};
}

/** Which files are wanted is said anew each time. Rules that do not fit are refused before anything is added. */
function select(torrent: Torrent, {select, priorities}: AddOptions): void {
	torrent.post({type: 'select', choices: {select, priorities}});
}

/** A link counts files from 0, rules do from 1. BEP 53. */
function rulesOf(ranges: NonNullable<MagnetLink['select']>): string {
	return ranges.map(([first, last]) => `${first + 1}-${last + 1}`).join(',');
}

function addedTo({trackers = []}: AddOptions, link: MagnetLink): string[] {
	return [...trackers, ...link.trackers].slice(0, mostTrackers);
}

/** Each of them is looked up, or asked: nobody means thousands. */
function requireModest({trackers = [], peers = []}: AddOptions): void {
	if (trackers.length > mostTrackers)
		throw new UserError('too-many', `no more than ${mostTrackers} trackers can be added with a torrent`, 2);
	if (peers.length > mostPeers)
		throw new UserError('too-many', `no more than ${mostPeers} peers can be added with a torrent`, 2);
}

/** Each step with very many files takes some 20 ms: between them others have their turn. */
async function breathe({files}: Metainfo): Promise<void> {
	if (files.length > manyFiles) await nextTurn();
}

/** Trackers that are not the torrent's own, and so were added by a person. */
function strangersTo(metainfo: Metainfo, tiers: readonly (readonly string[])[]): string[] {
	const own = new Set(metainfo.trackers.flat());
	return tiers.flat().filter(url => !own.has(url));
}

function requireId<Named extends SwarmHashes>(named: Named, id: InfoHash): Named {
	if ((named.infoHash ?? named.infoHashV2) === id) return named;
	throw new UserError('other-metainfo', 'its .torrent is of another torrent');
}

/** Whether what was remembered is of a torrent of this form. */
function fits(resume: ResumeData, {pieceCount, files}: Metainfo): boolean {
	return (
		resume.have.length === pieceCount &&
		(resume.priorities.length === 0 || resume.priorities.length === files.length)
	);
}
