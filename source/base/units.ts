/** Numbers carry their unit in the type's name; identifiers that must not be mixed up are branded. */
declare const brand: unique symbol;

type Branded<Value, Name extends string> = Value & {readonly [brand]: Name};

/** A piece number that `PieceGeometry` has checked against the torrent: 0 .. pieceCount - 1. */
export type PieceIndex = Branded<number, 'PieceIndex'>;

/** Lower-case hex: 40 digits (v1, SHA-1 of the info dictionary) or 64 (v2, SHA-256). */
export type InfoHash = Branded<string, 'InfoHash'>;

export type Bytes = number;
export type BytesPerSecond = number;
export type Millis = number;
export type Seconds = number;

/** The request unit of the peer protocol: 16 KiB. BEP 3. */
export const blockLength = 16_384;

/** Checks the form of an info-hash; undefined when `text` is neither 40 nor 64 hex digits. */
export function asInfoHash(text: string): InfoHash | undefined {
	return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) ? (text.toLowerCase() as InfoHash) : undefined;
}
