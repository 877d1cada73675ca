import type {Bytes} from '../../base/units.js';
import type {BlockPool} from '../../io/disk/block-pool.js';
import type {Storage} from '../../io/disk/storage.js';
import type {PieceGeometry} from '../../policy/pieces/piece-geometry.js';
import type {PiecePicker} from '../../policy/pieces/piece-picker.js';
import type {PartialPieces} from '../../policy/requests/partial-pieces.js';
import type {Ask} from '../../policy/requests/request-turns.js';
import type {Bitfield} from '../../protocol/wire/bitfield.js';
import type {BlockSource} from './block-source.js';

/** What the downloader asks of, and tells, its torrent. */
export interface DownloadOwner {
	readonly pool: BlockPool;
	readonly have: Bitfield;
	readonly sequential: boolean;
	/** Where whole pieces go; undefined while nothing may be downloaded. */
	readonly storage: Storage | undefined;
	/** Whoever could be asked for blocks. */
	readonly blockSources: Iterable<BlockSource>;
	/** A limit so low holds that peers wait for us to read. */
	readonly readsPaced: boolean;
	/** What follows from the choices of people: 0 not wanted .. 4 first. */
	piecePriority(piece: number): number;
	/** Says how many blocks one source may be asked for, so that all have a share of the memory. */
	readonly budget: {
		requestQuota(source: BlockSource): number;
		/** The same for one whose share is less than it could send: near ones may take turns with more. */
		turnQuota?(source: BlockSource, share: number, ask: Ask<BlockSource>): number;
		/** A source found no memory free: it is asked again when there is. */
		waitForBuffer?(source: BlockSource, refill: (source: BlockSource) => void): void;
	};
	/** Whether anything may be asked for, whatever limits there are. */
	readonly mayAsk: boolean;
	/** How many of `wanted` bytes may be asked for now. */
	downloadGrant(wanted: Bytes): Bytes;
	/** How many of the bytes granted will come; or, when they were asked for, will not (0 of so many). */
	downloadUsed(granted: Bytes, used: Bytes): void;
	wasted(bytes: Bytes): void;
}

/** The pieces of a download: which there are, which to begin next, and those that were begun. */
export interface DownloadPieces {
	readonly map: PieceGeometry;
	readonly picker: PiecePicker;
	readonly partials: PartialPieces;
}
