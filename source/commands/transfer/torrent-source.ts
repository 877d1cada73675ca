import {createReadStream, statSync} from 'node:fs';
import type {AddOptions, Command as EngineCommand} from '../../api/command.js';
import {ProtocolError, UserError} from '../../base/errors.js';
import {
	fetchTorrent,
	isTorrentUrl,
	readTorrentFileNow,
	tooLargeTorrent,
} from '../../io/files/read-torrent.js';
import {machineClock} from '../../io/machine/clock.js';
import {readMetainfoHere} from '../../io/metainfo/read-metainfo.js';
import type {WayOut} from '../../io/net/sockets.js';
import {isMagnet, magnetNotes, parseMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {maximumMetainfoLength} from '../../protocol/metainfo/metainfo-reader.js';
import type {Context} from '../arguments/command.js';
import {configuredWay} from '../arguments/way-out.js';

/** What a TORRENT on the command line came to, checked. `label` names it in messages. */
export type TorrentSource =
	| {
			readonly kind: 'metainfo';
			readonly label: string;
			readonly bytes: Uint8Array;
			readonly metainfo: Metainfo;
	  }
	| {readonly kind: 'link'; readonly label: string; readonly link: string; readonly id: string};

/** What a shell hands over with `<(…)` is a pipe, and whoever types that means it. */
const handedOver = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/;

async function readFile(path: string): Promise<Uint8Array> {
	if (handedOver.test(path) && !isRegular(path)) return readStream(createReadStream(path), path);
	return readTorrentFileNow(path);
}

function isRegular(path: string): boolean {
	return statSync(path, {throwIfNoEntry: false})?.isFile() ?? true;
}

async function readStream(stream: AsyncIterable<unknown>, label: string): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of stream) {
		const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk));
		chunks.push(bytes);
		length += bytes.length;
		if (length > maximumMetainfoLength) throw tooLargeTorrent(label);
	}
	return Buffer.concat(chunks, length);
}

async function fetchByUrl(url: string, version: string, way: WayOut): Promise<Uint8Array> {
	const {makeSockets} = await import('../../io/net/sockets.js');
	return fetchTorrent(url, makeSockets({clock: machineClock, ...way, userAgent: `tortui/${version}`}).http);
}

/** Reads the bytes of a .torrent; what is wrong with them is a `UserError` with exit status 3. */
export function checkMetainfo(bytes: Uint8Array, label: string): Metainfo {
	try {
		return readMetainfoHere(bytes);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new UserError(error.code, `${label} is not a valid torrent: ${error.message}`, 3);
	}
}

/**
 * Reads a TORRENT: the path of a .torrent, `-` for standard input, an http(s) URL of one, a magnet link or a bare
 * info-hash. Everything is checked; what is no torrent is a `UserError` with exit status 3. What of a link is ignored is
 * warned of.
 *
 * @param way by which it is fetched; what the config file says when left out
 */
export async function readTorrentSource(
	word: string,
	context: Pick<Context, 'stdin' | 'version'> & Partial<Pick<Context, 'warn' | 'env'>>,
	way?: WayOut,
): Promise<TorrentSource> {
	if (isMagnet(word)) {
		const {infoHash, infoHashV2, name} = parseMagnet(word);
		const id = infoHash ?? infoHashV2 ?? '';
		for (const note of magnetNotes(word)) context.warn?.(note);
		return {kind: 'link', label: name ?? id, link: word.trim(), id};
	}
	let bytes: Uint8Array;
	let label = word;
	if (word === '-') {
		const {stdin} = context;
		label = 'standard input';
		if (stdin.isTTY) throw new UserError('usage', 'standard input is a terminal; pipe a .torrent into it', 2);
		bytes = await readStream(stdin, label);
	} else if (isTorrentUrl(word))
		bytes = await fetchByUrl(word, context.version, way ?? configuredWay(context.env ?? {}));
	else if (/^[a-z][a-z\d+.-]+:\/\//i.test(word)) {
		throw new UserError('bad-url', `${word} is neither an http(s) URL nor a magnet link`, 3);
	} else bytes = await readFile(word);
	return {kind: 'metainfo', label, bytes, metainfo: checkMetainfo(bytes, label)};
}

/**
 * As `readTorrentSource`, for an engine that runs: what it was told to reach by a way of its own it fetches itself, so that
 * nothing goes by another one.
 *
 * @param about what the engine tells of itself
 */
export async function readForEngine(
	word: string,
	about: Readonly<Record<string, unknown>>,
	context: Parameters<typeof readTorrentSource>[1],
	way?: WayOut,
): Promise<TorrentSource> {
	const {proxy, interface: name, bind} = about;
	const hasOwnWay = Boolean(proxy) || Boolean(name) || (Array.isArray(bind) && bind.length > 0);
	if (hasOwnWay && isTorrentUrl(word)) return {kind: 'link', label: word, link: word.trim(), id: ''};
	return readTorrentSource(word, context, way);
}

/** As `readTorrentSource`, for what is here already: a link, which does not say what belongs to it, is a `UserError`. */
export async function readDownload(
	word: string,
	context: Pick<Context, 'stdin' | 'version'> & Partial<Pick<Context, 'warn' | 'env'>>,
	way?: WayOut,
): Promise<TorrentSource & {readonly kind: 'metainfo'}> {
	const source = await readTorrentSource(word, context, way);
	if (source.kind === 'metainfo') return source;
	throw new UserError(
		'magnet',
		'a link does not say what its torrent holds: to seed data that is here give the .torrent file or its URL',
	);
}

/** The info-hash under which the engine knows a torrent. */
export function sourceId(source: TorrentSource): string {
	if (source.kind === 'link') return source.id;
	return source.metainfo.infoHash ?? source.metainfo.infoHashV2 ?? '';
}

/** The command that adds it. */
export function addCommand(source: TorrentSource, options: AddOptions): EngineCommand {
	return source.kind === 'link'
		? {type: 'torrent.addLink', link: source.link, options}
		: {type: 'torrent.add', metainfo: source.bytes, options};
}
