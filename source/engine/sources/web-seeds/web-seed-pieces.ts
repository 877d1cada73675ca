import type {Millis} from '../../../base/units.js';
import type {PieceGeometry} from '../../../policy/pieces/piece-geometry.js';
import type {PiecePicker} from '../../../policy/pieces/piece-picker.js';
import {Bitfield} from '../../../protocol/wire/bitfield.js';

/** A file that a server does not have as it should be. */
export interface LackingFile {
	readonly why: string;
	/** When it may have it; Infinity for never. */
	readonly until: Millis;
}

/** What one web server has of a torrent: everything, as long as nothing else is known. */
export class WebSeedPieces {
	readonly #map: PieceGeometry;
	readonly #fileCount: number;
	readonly #lacking = new Map<number, LackingFile>();
	/** Pieces of several files that were wrong: nobody knows which of the files is. */
	readonly #wrong = new Set<number>();
	#known: Bitfield | undefined;
	/** What the picker has counted. */
	#counted: Bitfield | 'all' | undefined;

	constructor(map: PieceGeometry, files: readonly unknown[]) {
		this.#map = map;
		this.#fileCount = files.length;
	}

	/** Undefined for everything. */
	get known(): Bitfield | undefined {
		return this.#known;
	}

	get none(): boolean {
		return this.#known?.count === 0;
	}

	get lacking(): ReadonlyMap<number, LackingFile> {
		return this.#lacking;
	}

	/** It does not have a file, or another one in its place. */
	lack(file: number, why: string, until: Millis): void {
		this.#lacking.set(file, {why, until});
		this.#renew();
	}

	/** It gave a wrong piece, all of it. Answers the file that it is in, when that is one. */
	wrong(piece: number): number | undefined {
		const files = new Set(this.#map.filesOf(piece).flatMap(({file}) => (file < 0 ? [] : [file])));
		const [file] = files;
		if (files.size === 1 && file !== undefined) {
			this.lack(file, 'wrong data', Infinity);
			return file;
		}
		this.#wrong.add(piece);
		this.#renew();
		return undefined;
	}

	/** What was not there may be by now. Answers whether there is such a file. */
	recall(now: Millis): boolean {
		let any = false;
		for (const [file, {until}] of this.#lacking) {
			if (until > now) continue;
			this.#lacking.delete(file);
			any = true;
		}
		if (any) this.#renew();
		return any;
	}

	#renew(): void {
		if (this.#lacking.size === 0 && this.#wrong.size === 0) {
			this.#known = undefined;
			return;
		}
		const known = new Bitfield(this.#map.pieceCount);
		if (this.#lacking.size < this.#fileCount) {
			for (let piece = 0; piece < known.length; piece++) if (this.#has(piece)) known.set(piece);
		}
		this.#known = known;
	}

	#has(piece: number): boolean {
		if (this.#wrong.has(piece)) return false;
		return this.#lacking.size === 0 || this.#map.filesOf(piece).every(({file}) => !this.#lacking.has(file));
	}

	/** The picker is to know how common pieces are. */
	count(picker: PiecePicker): void {
		this.uncount(picker);
		if (this.#known === undefined) picker.seedJoined();
		else picker.peerJoined(this.#known);
		this.#counted = this.#known ?? 'all';
	}

	uncount(picker: PiecePicker): void {
		if (this.#counted === 'all') picker.seedLeft();
		else if (this.#counted !== undefined) picker.peerLeft(this.#counted);
		this.#counted = undefined;
	}
}
