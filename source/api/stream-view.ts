import type {Bytes} from '../base/units.js';

/** Files of a torrent that can be played while they are downloaded: the answer to `stream.open`. */
export interface StreamView {
	/** What `stream.close` ends. */
	readonly stream: string;
	/** What a player is given: the file, or a playlist where there are several. For this machine only. */
	readonly url: string;
	readonly files: ReadonlyArray<{
		readonly index: number;
		readonly url: string;
		readonly length: Bytes;
	}>;
	/** What was done to the torrent so that they come, in words: a line each. */
	readonly notes: readonly string[];
}
