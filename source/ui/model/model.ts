import type {CreationView} from '../../api/creation.js';
import type {FeedsView} from '../../api/feeds-view.js';
import type {FoldersView} from '../../api/folders-view.js';
import type {NetworkView} from '../../api/network-view.js';
import type {PeerDetails} from '../../api/peer-details.js';
import type {
	AnyPeerView,
	FileProgressView,
	FileView,
	LogView,
	PeerView,
	PieceInspection,
	PiecesView,
	SessionView,
	SourceView,
	SpeedView,
	TorrentView,
	TrackerView,
	Update,
	WebSeedView,
} from '../../api/snapshot.js';
import type {CommonTrackerView} from '../../api/swarms-view.js';
import type {Millis} from '../../base/units.js';
import type {Found} from './network-place.js';

/** Everything the screen knows of the torrent it shows. */
export interface TorrentModel {
	readonly id: string;
	readonly gone: boolean;
	readonly overview?: TorrentView | undefined;
	readonly pieces?: PiecesView | undefined;
	/** Cells of which something was sent a moment ago. */
	readonly sent?: readonly number[] | undefined;
	/** What the cell holds that the cursor is or was on. */
	readonly cell?: PieceInspection | undefined;
	/** The peer that the cursor is or was on; null when it has gone. */
	readonly peer?: PeerDetails | null | undefined;
	readonly peers?: readonly PeerView[] | undefined;
	readonly trackers?: readonly TrackerView[] | undefined;
	/** Comes with `trackers`. */
	readonly sources?: readonly SourceView[] | undefined;
	/** Likewise. */
	readonly webSeeds?: readonly WebSeedView[] | undefined;
	readonly files?: readonly FileView[] | undefined;
	readonly progress?: FileProgressView | undefined;
	readonly speed?: SpeedView | undefined;
	/** Cells in which something landed a moment ago, and when. */
	readonly lit: ReadonlyMap<number, Millis>;
}

/** The newest of every section that came. Sections are replaced whole, so equal objects mean nothing changed. */
export interface Model {
	readonly session?: SessionView | undefined;
	readonly torrents?: readonly TorrentView[] | undefined;
	/** Torrents that are being made, or were a while ago. */
	readonly creations?: readonly CreationView[] | undefined;
	/** Folders that are shared and watched. */
	readonly folders?: FoldersView | undefined;
	/** Feeds, while they are looked at. */
	readonly feeds?: FeedsView | undefined;
	/** Who shares what, while that is looked at. */
	readonly network?: NetworkView | undefined;
	/** The peers of all torrents, and the trackers of all, while they are looked at. */
	readonly everyPeer?: readonly AnyPeerView[] | undefined;
	readonly everyTracker?: readonly CommonTrackerView[] | undefined;
	/** What was found of it. */
	readonly found?: Found | undefined;
	readonly torrent?: TorrentModel | undefined;
	readonly speed?: SpeedView | undefined;
	readonly log?: readonly LogView[] | undefined;
}

const nothingLit: ReadonlyMap<number, Millis> = new Map();

/** How long a cell stays lit. */
export const litTime: Millis = 900;

/** A torrent of which nothing has come yet. */
export function emptyTorrent(id: string): TorrentModel {
	return {id, gone: false, lit: nothingLit};
}

/** Cells that hold more than before; none when the two views are not of one shape, or nearly all changed. */
function landed(before: PiecesView | undefined, after: PiecesView): readonly number[] {
	if (!before || before.cells.length !== after.cells.length) return [];
	const cells: number[] = [];
	for (let cell = 0; cell < after.cells.length; cell++) {
		const done = after.cells[cell] === 'h' && before.cells[cell] !== 'h';
		const more = (after.filled?.[cell] ?? '') > (before.filled?.[cell] ?? '9');
		if (done || more) cells.push(cell);
	}
	// A recheck or a jump is not something that landed.
	return cells.length <= Math.max(8, after.cells.length / 4) ? cells : [];
}

/** The cells that are lit after these pieces came. */
function light(torrent: TorrentModel, pieces: PiecesView, now: Millis): ReadonlyMap<number, Millis> {
	const fresh = landed(torrent.pieces, pieces);
	const same = torrent.pieces?.cells.length === pieces.cells.length;
	if (fresh.length === 0 && (same || torrent.lit.size === 0)) return torrent.lit;
	const lit = new Map(same ? torrent.lit : nothingLit);
	for (const cell of fresh) lit.set(cell, now);
	return lit;
}

/** The model after an update. Sections of a torrent that is no longer looked at are dropped. */
export function merge(model: Model, update: Update, shownTorrent: string | undefined, now: Millis): Model {
	let torrent = model.torrent;
	const part = update.torrent;
	if (part && part.id === shownTorrent) {
		const base = torrent?.id === part.id ? torrent : emptyTorrent(part.id);
		const {id, gone, ...sections} = part;
		torrent = {
			...base,
			...sections,
			gone: gone ?? false,
			...(part.pieces && {lit: light(base, part.pieces, now)}),
		};
	}
	return {
		session: update.session ?? model.session,
		torrents: update.torrents ?? model.torrents,
		creations: update.creations ?? model.creations,
		folders: update.folders ?? model.folders,
		feeds: update.feeds ?? model.feeds,
		network: update.network ?? model.network,
		everyPeer: update.everyPeer ?? model.everyPeer,
		everyTracker: update.everyTracker ?? model.everyTracker,
		found: model.found,
		torrent,
		speed: update.speed ?? model.speed,
		log: update.log ?? model.log,
	};
}

/** The same model without the cells that have been lit long enough. */
export function unlit(model: Model, now: Millis): Model {
	const torrent = model.torrent;
	if (!torrent || torrent.lit.size === 0) return model;
	const lit = new Map([...torrent.lit].filter(([, at]) => now - at < litTime));
	if (lit.size === torrent.lit.size) return model;
	return {...model, torrent: {...torrent, lit: lit.size === 0 ? nothingLit : lit}};
}
