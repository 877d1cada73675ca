import type {TorrentPreview} from '../../api/command.js';
import {ProtocolError, UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {readTorrentLink} from '../../io/files/read-torrent.js';
import {readMetainfoAside} from '../../io/metainfo/thread.js';
import type {HttpClient} from '../../io/net/http/http-client.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** So many files are told before a torrent is added; the others can be chosen afterwards. */
const mostFiles = 10_000;
/** What was looked at so short a while ago is added without being fetched again. */
const keepTime: Millis = 600_000;

/** Reads the bytes of a .torrent. Rejects what is none with a `UserError`. */
export async function readMetainfo(bytes: Uint8Array): Promise<Metainfo> {
	try {
		return await readMetainfoAside(bytes);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new UserError(error.code, `not a valid torrent: ${error.message}`, 3);
	}
}

/** Fetches what paths and URLs lead to, for a look before it is added: what was looked at is what is added then. */
export class TorrentLinks {
	readonly #http: HttpClient;
	readonly #clock: Clock;
	#kept: {readonly link: string; readonly bytes: Uint8Array; readonly at: Millis} | undefined;

	constructor(http: HttpClient, clock: Clock) {
		this.#http = http;
		this.#clock = clock;
	}

	/** The .torrent behind a link, for adding it. Rejects with a `UserError`. */
	async read(link: string): Promise<Uint8Array> {
		const kept = this.#kept;
		this.#kept = undefined;
		if (kept?.link === link && this.#clock.now() - kept.at < keepTime) return kept.bytes;
		return readTorrentLink(link, this.#http);
	}

	/** What the .torrent behind a link holds; nothing is added. Rejects with a `UserError`. */
	async preview(link: string, isHere: (id: string) => boolean): Promise<TorrentPreview> {
		const bytes = await readTorrentLink(link, this.#http);
		const metainfo = await readMetainfo(bytes);
		this.#kept = {link, bytes, at: this.#clock.now()};
		return previewMetainfo(metainfo, isHere(metainfo.infoHash ?? metainfo.infoHashV2!));
	}
}

/** What a torrent holds. @param already whether the engine has it */
export function previewMetainfo(metainfo: Metainfo, already: boolean): TorrentPreview {
	const files = metainfo.files.flatMap(({path, length, pad}, index) => (pad ? [] : [{index, path, length}]));
	return {
		id: metainfo.infoHash ?? metainfo.infoHashV2!,
		infoHashV2: metainfo.infoHashV2,
		name: metainfo.name,
		length: files.reduce((sum, file) => sum + file.length, 0),
		pieceLength: metainfo.pieceLength,
		pieces: metainfo.pieceCount,
		private: metainfo.private,
		trackers: metainfo.trackers.flat().length,
		comment: metainfo.comment === undefined ? undefined : safeText(metainfo.comment),
		already,
		files: files.slice(0, mostFiles),
		fileCount: files.length,
	};
}
