import type {Bytes} from '../../base/units.js';
import type {PieceGeometry} from './piece-geometry.js';

type Pieces = Pick<PieceGeometry, 'pieceLength' | 'pieceCount' | 'pieceStart' | 'pieceSize'>;

/** The files of a torrent, in their order, and how long it is. */
interface Stream {
	readonly files: ReadonlyArray<{readonly offset: Bytes; readonly length: Bytes; readonly pad: boolean}>;
	readonly length: Bytes;
}

/** Where in a torrent files have room of their own, without those around them; found out once for all of them. */
export class OwnRoom {
	readonly #geometry: Pieces;
	/** Where the last file with data before each ends, and where the first after it begins. */
	readonly #from: Float64Array;
	readonly #to: Float64Array;

	constructor({files, length}: Stream, geometry: Pieces) {
		this.#geometry = geometry;
		this.#from = new Float64Array(files.length);
		this.#to = new Float64Array(files.length);
		let from = 0;
		for (const [at, file] of files.entries()) {
			this.#from[at] = from;
			if (!file.pad && file.length > 0) from = file.offset + file.length;
		}
		let to = length;
		for (let at = files.length - 1; at >= 0; at--) {
			const file = files[at]!;
			this.#to[at] = to;
			if (!file.pad && file.length > 0) to = file.offset;
		}
	}

	/** Whether a piece lies in this file alone, but for padding. */
	hasPiece(file: number): boolean {
		const {pieceLength, pieceCount} = this.#geometry;
		const first = Math.ceil(this.#from[file]! / pieceLength);
		if (first >= pieceCount) return false;
		return this.#geometry.pieceStart(first) + this.#geometry.pieceSize(first) <= this.#to[file]!;
	}
}
