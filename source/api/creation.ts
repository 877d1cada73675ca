import type {Bytes, BytesPerSecond, Seconds} from '../base/units.js';

/** How a torrent is to be made; what is left out is as `tortui create` has it. */
export interface CreationOptions {
	readonly version?: '1' | '2' | 'hybrid';
	/** A power of two from 16 KiB to 128 MiB. */
	readonly pieceLength?: Bytes;
	/** The piece length is the smallest that gives no more pieces than this, where it is not said. */
	readonly targetPieces?: number;
	/** Tiers of announce URLs. BEP 12. */
	readonly trackers?: readonly (readonly string[])[];
	readonly webSeeds?: readonly string[];
	readonly private?: boolean;
	readonly source?: string;
	readonly comment?: string;
	/** Whether it says when it was made; it does when left out. */
	readonly date?: boolean;
	readonly includeHidden?: boolean;
	readonly followLinks?: boolean;
	readonly exclude?: readonly string[];
}

/** A torrent that is being made, or was a moment ago. Paths and names are as they are, not safe for a terminal. */
export interface CreationView {
	readonly id: number;
	/** What it is made of: absolute. */
	readonly path: string;
	/** Where the .torrent goes. */
	readonly output: string;
	/** `looking`: its files are being found; `failed`: also when it was ended. */
	readonly state: 'looking' | 'hashing' | 'done' | 'failed';
	readonly hashed: Bytes;
	/** 0 while it is looked for. */
	readonly length: Bytes;
	/** The mean since the hashing began. */
	readonly rate: BytesPerSecond;
	readonly eta?: Seconds | undefined;
	/** What is there and cannot be in a torrent: how much of that, and the first of it in words. */
	readonly skipped?: {readonly count: number; readonly first: string} | undefined;
	/** When it is done. */
	readonly magnet?: string | undefined;
	/** The torrent's id, when it is seeded. */
	readonly seeding?: string | undefined;
	/** Why it failed, or why it is not seeded, in words. */
	readonly why?: string | undefined;
}
