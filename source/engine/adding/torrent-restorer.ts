import {ProtocolError, UserError} from '../../base/errors.js';
import type {InfoHash} from '../../base/units.js';
import {nextTurn} from '../../io/machine/next-turn.js';
import type {StatsStore} from '../../io/state/stats-store.js';
import {type HeldTorrent, laterText, type SavedTorrent} from '../../io/state/torrent-store.js';
import {parseMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {isNamed, type SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';
import type {SessionService} from '../session/session-service.js';
import type {Totals} from '../session/totals.js';
import type {Torrent} from '../torrent/torrent.js';
import type {AddingSetup} from './adding-setup.js';
import {fits} from './fitting-memory.js';
import {readMetainfo} from './torrent-links.js';

const lostText =
	'what was known of it is lost, its folder too: move it to the folder its data is in, or add it again with --dir';

/** What restoring torrents asks of the session besides. */
export interface RestoreSetup extends AddingSetup {
	/** Undefined when no speeds are kept. */
	readonly speeds: StatsStore | undefined;
	/** Undefined when none are kept. */
	readonly totals: Pick<Totals, 'recall'> | undefined;
	/** What is known of a torrent is what is on the disk. */
	kept(torrent: Torrent): void;
}

/** Takes the torrents that the last session left into this one, at its start. */
export class TorrentRestorer implements SessionService {
	readonly #setup: RestoreSetup;

	constructor(setup: RestoreSetup) {
		this.#setup = setup;
	}

	/** Takes up what the last session left. */
	async start(): Promise<void> {
		const {store, services, torrents, lasting, speeds, queue} = this.#setup;
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
		const go = queue.hold();
		try {
			for (const saved of all) await take(saved.resume.id, saved.resume.name, () => this.#restoreOne(saved));
			for (const held of store.held ?? [])
				if (!torrents.has(held.id)) await take(held.id, held.id, () => this.#restoreHeld(held));
			this.#inOrder();
		} finally {
			go();
		}
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
			return requireId(await readMetainfo(bytes), id);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			const spare = await store.spareMetainfo?.(id);
			if (spare === undefined) throw error;
			const metainfo = requireId(await readMetainfo(spare), id);
			await store.mendMetainfo?.(id, spare);
			return metainfo;
		}
	}

	async #restoreHeld({id, metainfo: bytes, why}: HeldTorrent): Promise<void> {
		const {settings, services} = this.#setup;
		const metainfo = await this.#restoreMetainfo(id, bytes);
		const torrent = this.#setup.adopted.make({
			identity: metainfo,
			id,
			metainfo,
			dir: settings.dir,
			maxPeers: settings.maxPeers,
			trackers: [],
			addedAt: services.clock.wall(),
		});
		torrent.post({type: 'hold', held: {why, text: why === 'later' ? laterText : lostText}});
		this.#setup.adopted.adopt(torrent);
		torrent.log('warn', `${metainfo.name}: ${torrent.held?.text}`);
	}

	async #restoreOne({resume, metainfo: bytes, doubtful, uncopied}: SavedTorrent): Promise<void> {
		const link = resume.link === undefined ? undefined : parseMagnet(resume.link);
		const metainfo =
			link !== undefined && bytes === undefined ? undefined : await this.#restoreMetainfo(resume.id, bytes);
		const torrent = this.#setup.adopted.make({
			identity: metainfo ?? requireId(link!, resume.id),
			id: resume.id,
			name: link?.name,
			metainfo,
			dir: resume.dir,
			maxPeers: resume.maxPeers ?? this.#setup.settings.maxPeers,
			trackers: this.#setup.trackers ? resume.trackers : [],
			unusedTrackers: this.#setup.trackers ? [] : resume.trackers,
			namedTrackers: resume.namedTrackers ?? (metainfo && strangersTo(metainfo, resume.trackers)),
			webSeeds: [...(link?.webSeeds ?? []), ...(resume.webSeeds ?? [])],
			addedAt: resume.addedAt,
			doubtful,
		});
		// The .torrent came when it was saved last, and what is known of it is from before that.
		const isNews = metainfo !== undefined && link !== undefined;
		const memory = isNews ? {...resume, have: new Bitfield(metainfo.pieceCount)} : resume;
		if (metainfo !== undefined && !fits(memory, metainfo))
			throw new UserError('other-metainfo', 'its .torrent is of another torrent');
		torrent.post({type: 'remember', memory});
		if (resume.selection !== undefined) torrent.post({type: 'select', choices: resume.selection});
		this.#setup.totals?.recall(torrent);
		this.#setup.adopted.adopt(torrent);
		torrent.post({type: 'rest', wanted: resume.active, recalled: true});
		if (!uncopied && !doubtful && !isNews && isAsSaved(torrent, resume)) this.#setup.kept(torrent);
		const check = this.#setup.twins.restored(torrent);
		if (check === undefined) return;
		if (torrent.runs) this.#setup.queue.start(torrent, check);
		else if (check === 'full') torrent.post({type: 'verify'});
		if (resume.otherPlace?.goal) torrent.post({type: 'moveAgain', place: resume.otherPlace});
		const {speeds} = this.#setup;
		if (speeds !== undefined) torrent.post({type: 'history', read: () => speeds.loadTorrent(torrent.id)});
	}
}

/** Whether totals that are kept elsewhere, or its place, say no more of it than its resume data. */
function isAsSaved({stats, settings}: Torrent, resume: SavedTorrent['resume']): boolean {
	return (
		settings.queue === resume.queue &&
		stats.downloaded === resume.downloaded &&
		stats.uploaded === resume.uploaded &&
		stats.wasted === resume.wasted &&
		stats.activeTime === resume.activeTime &&
		stats.seedingTime === resume.seedingTime
	);
}

/** Trackers that are not the torrent's own, and so were added by a person. */
function strangersTo(metainfo: Metainfo, tiers: readonly (readonly string[])[]): string[] {
	const own = new Set(metainfo.trackers.flat());
	return tiers.flat().filter(url => !own.has(url));
}

function requireId<Named extends SwarmHashes>(named: Named, id: InfoHash): Named {
	if (isNamed(named, id)) return named;
	throw new UserError('other-metainfo', 'its .torrent is of another torrent');
}
