import type {AddOptions, Reply} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {PeerAddress} from '../../base/peer-address.js';
import {nothingSaid} from '../../base/seed-goal.js';
import {requireAbsolute} from '../../io/files/paths.js';
import {nextTurn} from '../../io/machine/next-turn.js';
import {resolvePeer} from '../../io/net/resolve-peer.js';
import type {SavedTorrent} from '../../io/state/torrent-store.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {MagnetLink} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {idOf, idsOf, type SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import type {Torrent} from '../torrent/torrent.js';
import type {TorrentSetup} from '../torrent/torrent-setup.js';
import {
	applyOptions,
	mostTrackers,
	requireModest,
	requireTrackers,
	requireWebSeeds,
	selectFiles,
} from './add-options.js';
import type {AddingSetup} from './adding-setup.js';
import {fits} from './fitting-memory.js';
import {type FormerLife, readFormerLife} from './former-life.js';
import {type MoreOfTorrent, mergeTorrent} from './merge-torrent.js';
import {readMetainfo} from './torrent-links.js';

const manyFiles = 10_000;

/** Adds the torrents that people add. */
export class TorrentAdder {
	readonly #setup: AddingSetup;

	constructor(setup: AddingSetup) {
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
		requireTrackers(options.trackers ?? []);
		requireWebSeeds(options.webSeeds ?? []);
		const addresses = await Promise.all(
			(options.peers ?? []).map(text => resolvePeer(text, services.resolver)),
		);
		const present = torrents.find(metainfo);
		if (present !== undefined && options.known !== undefined) return {id: present.id, already: true};
		if (present?.held !== undefined) {
			await this.settle(present, options.dir ?? this.#setup.settings.dir, options, addresses);
			return {id: present.id, already: true};
		}
		if (present !== undefined) {
			// One of which only a link was known learns from it what it holds.
			present.post({type: 'metadata', info: metainfo, torrent: bytes});
			return mergeTorrent(present, {...metainfoMore(metainfo), options, addresses}, this.#setup);
		}
		const saved = await findSaved(store, metainfo);
		const former =
			saved === undefined && options.known !== undefined
				? readFormerLife(options.known, options, metainfo)
				: undefined;
		const id = saved?.resume.id ?? idOf(metainfo);
		const torrent = this.#make(
			{
				identity: metainfo,
				id,
				metainfo,
				addedAt: saved?.resume.addedAt ?? options.known?.addedAt ?? services.clock.wall(),
				doubtful: saved?.doubtful,
				webSeeds: options.known?.webSeeds,
			},
			options.known?.trackers ?? metainfo.trackers,
			options,
		);
		// Data in another folder is other data.
		if (saved !== undefined && saved.resume.dir === torrent.dir && fits(saved.resume, metainfo))
			torrent.post({type: 'remember', memory: saved.resume});
		if (former !== undefined) await this.#takeUp(torrent, former, options.paused !== true);
		// What one run was asked for is not asked of the next.
		if (!this.#setup.lasting) torrent.post({type: 'set', settings: {goal: nothingSaid}});
		await breathe(metainfo);
		selectFiles(torrent, options);
		if (options.choose === true) torrent.post({type: 'askForChoice'});
		applyOptions(torrent, countedFromNow(options, torrent), addresses);
		await breathe(metainfo);
		if (this.#setup.lasting) await this.#keepNew(torrent, bytes, saved, options.paused !== true);
		// Meanwhile somebody else may have added it.
		const other = torrents.find(metainfo);
		if (other !== undefined && options.known !== undefined) return {id: other.id, already: true};
		if (other !== undefined)
			return mergeTorrent(other, {...metainfoMore(metainfo), options, addresses}, this.#setup);
		this.#take(torrent, options);
		if (!this.#setup.lasting && saved?.metainfo === undefined) void store.saveMetainfo(id, bytes);
		return {id};
	}

	/**
	 * Adds the torrent of a magnet link, of which nobody knows yet what it holds, or applies the options to the one that
	 * is here already.
	 *
	 * @param notes what of the link is ignored, a line each
	 * @throws {UserError} when it cannot be added, and nothing was then
	 */
	async addMagnet(link: MagnetLink, options: AddOptions, notes: readonly string[] = []): Promise<Reply> {
		requireModest(options);
		requireTrackers(options.trackers ?? []);
		requireWebSeeds(options.webSeeds ?? []);
		const {torrents, store, services} = this.#setup;
		const resolve = (text: string) => resolvePeer(text, services.resolver);
		const named = await Promise.all((options.peers ?? []).map(resolve));
		// Those of the link are a stranger's word: who cannot be found is passed over.
		const found = await Promise.allSettled(link.peers.map(resolve));
		const addresses = [...named, ...found.flatMap(each => (each.status === 'fulfilled' ? each.value : []))];
		const wish = link.select === undefined ? options : {select: rulesOf(link.select), ...options};
		const more = {tiers: link.trackers.map(url => [url]), webSeeds: link.webSeeds, options: wish, addresses};
		const tell = ({id}: Torrent): void => {
			const lost = link.peers.filter((_, at) => found[at]?.status === 'rejected');
			for (const note of [...notes, ...lost.map(peer => `no address was found of the link's peer ${peer}`)])
				services.log('warn', note, id);
		};
		const present = torrents.find(link);
		if (present !== undefined && options.known !== undefined) return {id: present.id, already: true};
		if (present?.held !== undefined) throw new UserError('held', present.held.text);
		if (present !== undefined) {
			tell(present);
			return mergeTorrent(present, more, this.#setup);
		}
		const saved = await findSaved(store, link);
		if (saved?.metainfo !== undefined) {
			const reply = await this.add(saved.metainfo, {...wish, trackers: addedTo(wish, link)});
			torrents.find(link)?.post({type: 'addWebSeeds', urls: link.webSeeds});
			return reply;
		}
		const id = saved?.resume.id ?? idOf(link);
		const torrent = this.#make(
			{
				identity: link,
				id,
				name: link.name,
				metainfo: undefined,
				webSeeds: link.webSeeds,
				addedAt: options.known?.addedAt ?? services.clock.wall(),
			},
			options.known?.trackers ?? more.tiers,
			options,
		);
		selectFiles(torrent, wish);
		if (options.choose === true) torrent.post({type: 'askForChoice'});
		applyOptions(torrent, options, addresses);
		if (this.#setup.lasting) await this.#keepNew(torrent, undefined, saved, options.paused !== true);
		// Meanwhile somebody else may have added it.
		const other = torrents.find(link);
		if (other !== undefined) return mergeTorrent(other, more, this.#setup);
		this.#take(torrent, options);
		tell(torrent);
		return {id};
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
		requireAbsolute(dir);
		torrent.post({type: 'release', dir});
		selectFiles(torrent, options);
		if (this.#setup.trackers && options.trackersOff !== true)
			torrent.post({type: 'addTiers', tiers: torrent.content?.metainfo.trackers ?? []});
		applyOptions(torrent, options, addresses);
		const failure = await this.#setup.store.save({...torrent.resumeState.nothing(), active: !isPaused});
		if (failure !== undefined) {
			torrent.post({type: 'hold', held});
			throw new UserError(failure.code, failure.message);
		}
		if (isPaused) torrent.post({type: 'rest', wanted: false});
		else this.#setup.queue.start(torrent, 'full');
		this.#setup.changed();
	}

	/** @throws {UserError} when it is to be in a folder that is not absolute */
	#make(
		what: Pick<TorrentSetup, 'identity' | 'id' | 'name' | 'metainfo' | 'webSeeds' | 'addedAt' | 'doubtful'>,
		tiers: ReadonlyArray<readonly string[]>,
		options: AddOptions,
	): Torrent {
		const dir = options.dir ?? this.#setup.settings.dir;
		requireAbsolute(dir);
		const none = options.trackersOff === true;
		const {trackers: asked, settings} = this.#setup;
		const torrent = this.#setup.adopted.make({
			...what,
			dir,
			maxPeers: options.maxPeers ?? settings.maxPeers,
			trackers: asked && !none ? tiers : [],
			unusedTrackers: asked || none ? [] : tiers,
			// Until everything about it is settled it is not the queue's to start.
			wanted: false,
		});
		const queue = options.known?.queue;
		if (queue !== undefined) torrent.post({type: 'set', settings: {queue}});
		return torrent;
	}

	/** It has had a life in another program before. */
	async #takeUp(torrent: Torrent, {memory, parts}: FormerLife, active: boolean): Promise<void> {
		const failure =
			parts.length > 0 ? await this.#setup.services.disk.keepParts?.(torrent.id, parts) : undefined;
		if (failure !== undefined)
			torrent.log('warn', `what it had of unwanted files is fetched again: ${failure.message}`);
		torrent.post({type: 'remember', memory: {...torrent.resumeState.nothing(), ...memory, active}});
	}

	/** It belongs to the session from now on. */
	#take(torrent: Torrent, options: AddOptions): void {
		const {services, queue} = this.#setup;
		this.#setup.adopted.adopt(torrent);
		services.log('info', `added ${torrent.name}`, torrent.id);
		if (options.paused === true) torrent.post({type: 'rest', wanted: false});
		else queue.start(torrent, options.check ?? 'quick');
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
		// With all that it was added with: the program may be killed before anything is saved again.
		const memory = {...(await torrent.resumeState.now()), active: wanted};
		const failure = (bytes && (await store.saveMetainfo(id, bytes, memory))) ?? (await store.save(memory));
		if (failure === undefined) return;
		if (saved === undefined && !torrents.has(id)) await store.remove(id);
		const reason = failure.message.replace(/, then resume$/, ', then add it again');
		throw new UserError(failure.code, `not added, for it could not be kept: ${reason}`);
	}
}

/** What an earlier session left of a torrent, under whichever of its hashes. */
async function findSaved(
	store: Pick<AddingSetup['store'], 'find'>,
	hashes: SwarmHashes,
): Promise<SavedTorrent | undefined> {
	for (const id of idsOf(hashes)) {
		const saved = await store.find(id);
		if (saved !== undefined) return saved;
	}
	return undefined;
}

/** As long as it is to be seeded it is seeded from now on, whatever it was in earlier runs. */
function countedFromNow(options: AddOptions, {stats}: Torrent): AddOptions {
	const {seedTime} = options;
	return seedTime === undefined ? options : {...options, seedTime: seedTime + stats.seedingTime};
}

/** What a .torrent has more than one that is here. */
function metainfoMore({trackers, webSeeds}: Metainfo): Pick<MoreOfTorrent, 'tiers' | 'webSeeds'> {
	return {tiers: trackers, webSeeds};
}

/** A link counts files from 0, rules do from 1. BEP 53. */
function rulesOf(ranges: NonNullable<MagnetLink['select']>): string {
	return ranges.map(([first, last]) => `${first + 1}-${last + 1}`).join(',');
}

function addedTo({trackers = []}: AddOptions, link: MagnetLink): string[] {
	return [...trackers, ...link.trackers].slice(0, mostTrackers);
}

/** Each step with very many files takes some 20 ms: between them others have their turn. */
async function breathe(metainfo: Metainfo): Promise<void> {
	if (fileTable(metainfo).count > manyFiles) await nextTurn();
}
