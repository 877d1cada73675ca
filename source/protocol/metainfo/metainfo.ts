import type {Bytes, InfoHash} from '../../base/units.js';

/** One file of a torrent, in torrent order. */
export interface MetainfoFile {
	/** Sanitised path elements below the download folder, the torrent's own folder first in multi-file torrents. */
	readonly path: readonly string[];
	readonly length: Bytes;
	/** Where the file begins in the torrent's stream of pieces. */
	readonly offset: Bytes;
	/** A pad file (BEP 47): counted in the stream, zeros, never written. */
	readonly pad: boolean;
	readonly executable: boolean;
	/** The sanitised target of a symbolic link (BEP 47), relative to the download folder; such a file has no data. */
	readonly symlink?: readonly string[] | undefined;
	/** The root of the file's merkle tree (32 bytes), in v2 and hybrid torrents. BEP 52. */
	readonly piecesRoot?: Uint8Array | undefined;
}

/** What a .torrent holds, checked. */
export interface Metainfo {
	readonly version: '1' | '2' | 'hybrid';
	/** SHA-1 of the info dictionary's bytes as they arrived; undefined for v2-only torrents. */
	readonly infoHash: InfoHash | undefined;
	/** SHA-256 of the same bytes; undefined for v1-only torrents. */
	readonly infoHashV2: InfoHash | undefined;
	/** The info dictionary exactly as it arrived. */
	readonly info: Uint8Array;
	readonly name: string;
	readonly pieceLength: Bytes;
	readonly pieceCount: number;
	/** The length of the torrent's stream of pieces, pad files included. */
	readonly length: Bytes;
	/** 20 bytes a piece; undefined for v2-only torrents. */
	readonly pieceHashes: Uint8Array | undefined;
	/** By hex root: the 32-byte hashes of a file's pieces, for files longer than one piece. BEP 52. */
	readonly pieceLayers: ReadonlyMap<string, Uint8Array> | undefined;
	readonly files: readonly MetainfoFile[];
	/** Whether some of its files could have other names on a disk: as it was written, or as earlier versions named them. */
	readonly oddNames?: boolean;
	readonly private: boolean;
	/** Tiers of announce URLs (BEP 12): http, https and udp only. */
	readonly trackers: readonly (readonly string[])[];
	readonly webSeeds: readonly string[];
	readonly nodes: readonly (readonly [host: string, port: number])[];
	readonly comment: string | undefined;
	readonly createdBy: string | undefined;
	/** Seconds since 1970. */
	readonly creationDate: number | undefined;
	readonly source: string | undefined;
}
