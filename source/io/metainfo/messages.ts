import type {Bytes} from '../../base/units.js';
import type {FileColumns} from '../../protocol/metainfo/file-columns.js';
import type {Metainfo, MetainfoFile} from '../../protocol/metainfo/metainfo.js';
import type {PathColumns} from '../../protocol/metainfo/path-columns.js';

/** A part of the .torrent's bytes: views are not sent, for all that is behind them would go along. */
export type Span = readonly [start: Bytes, length: Bytes];

/** A file without what lies in the bytes. */
export type SentFile = Omit<MetainfoFile, 'piecesRoot'> & {readonly root: Span | undefined};

/** All but the files; what lies in the bytes is told by where. */
export type SentHead = Omit<Metainfo, 'files' | 'info' | 'pieceHashes' | 'pieceLayers'> & {
	readonly info: Span;
	readonly pieceHashes: Span | undefined;
	readonly pieceLayers: ReadonlyArray<readonly [root: string, layer: Span]> | undefined;
};

/** Files as columns, with their paths. */
export type SentColumns = FileColumns & {readonly paths: PathColumns};

/** What the thread hears: a .torrent to read, and that the files told last have been taken. */
export type ToReader = {readonly type: 'read'; readonly bytes: Uint8Array} | {readonly type: 'more'};

/** What it says: what is wrong; or what the torrent is, then its files, some at a time and only when asked for. */
export type FromReader =
	| {
			readonly type: 'fault';
			readonly code: string;
			readonly message: string;
			readonly bep: number | undefined;
	  }
	/** Where the files are columns they come with the head, and `files` is 0. */
	| {
			readonly type: 'head';
			readonly head: SentHead;
			readonly files: number;
			readonly columns: SentColumns | undefined;
	  }
	| {readonly type: 'files'; readonly files: readonly SentFile[]};
