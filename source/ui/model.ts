import type {
	FileProgressView,
	FileView,
	LogView,
	PeerView,
	PiecesView,
	SessionView,
	SpeedView,
	TorrentView,
	TrackerView,
	Update,
} from '../api/snapshot.js';
import type {Millis} from '../base/units.js';

/** Everything the screen knows of the torrent it shows. */
export interface TorrentModel {
	readonly id: string;
	readonly gone: boolean;
	readonly overview?: TorrentView | undefined;
	readonly pieces?: PiecesView | undefined;
	readonly peers?: readonly PeerView[] | undefined;
	readonly trackers?: readonly TrackerView[] | undefined;
	/** When the trackers came: their countdowns run from here. */
	readonly trackersAt: Millis;
	readonly files?: readonly FileView[] | undefined;
	readonly progress?: FileProgressView | undefined;
	readonly speed?: SpeedView | undefined;
	/** Cells that became `h` a moment ago. */
	readonly lit: ReadonlySet<number>;
}

/** The newest of every section that came. Sections are replaced whole, so equal objects mean nothing changed. */
export interface Model {
	readonly session?: SessionView | undefined;
	readonly torrents?: readonly TorrentView[] | undefined;
	readonly torrent?: TorrentModel | undefined;
	readonly speed?: SpeedView | undefined;
	readonly log?: readonly LogView[] | undefined;
}

const nothingLit: ReadonlySet<number> = new Set();

/** A torrent of which nothing has come yet. */
export function emptyTorrent(id: string): TorrentModel {
	return {id, gone: false, trackersAt: 0, lit: nothingLit};
}

/** Cells that are had now and were not before; none when the two views are not of one shape. */
export function landed(before: PiecesView | undefined, after: PiecesView): ReadonlySet<number> {
	if (!before || before.cells.length !== after.cells.length || before.cells === after.cells)
		return nothingLit;
	const cells = new Set<number>();
	for (let cell = 0; cell < after.cells.length; cell++) {
		if (after.cells[cell] === 'h' && before.cells[cell] !== 'h') cells.add(cell);
	}
	// A recheck or a jump is not something that landed.
	return cells.size > 0 && cells.size <= Math.max(8, after.cells.length / 4) ? cells : nothingLit;
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
			...(part.trackers && {trackersAt: now}),
			...(part.pieces && {lit: landed(base.pieces, part.pieces)}),
		};
	}
	return {
		session: update.session ?? model.session,
		torrents: update.torrents ?? model.torrents,
		torrent,
		speed: update.speed ?? model.speed,
		log: update.log ?? model.log,
	};
}

/** The same model with no cell lit. */
export function unlit(model: Model): Model {
	return model.torrent && model.torrent.lit.size > 0
		? {...model, torrent: {...model.torrent, lit: nothingLit}}
		: model;
}
