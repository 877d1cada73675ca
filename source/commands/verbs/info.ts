import {toHex} from '../../base/hex.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {Bytes} from '../../base/units.js';
import {isTorrentUrl} from '../../io/files/read-torrent.js';
import {formatMagnet, type MagnetLink, parseMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {type Arguments, type Context, defineCommand} from '../arguments/command.js';
import {readConfig} from '../arguments/config-file.js';
import {jsonOption} from '../arguments/flags.js';
import {withDefaults} from '../arguments/parse-arguments.js';
import {resolveOptions} from '../arguments/resolve-options.js';
import {wayOut} from '../arguments/way-out.js';
import {infoLines, linkLines} from '../output/info-text.js';
import {resolveLink} from '../transfer/resolve-link.js';
import {checkMetainfo, readTorrentSource, type TorrentSource} from '../transfer/torrent-source.js';

/** What `--json` prints; what is not known is null. */
function metainfoJson(torrent: Metainfo): object {
	return {
		name: torrent.name,
		infoHash: torrent.infoHash ?? null,
		infoHashV2: torrent.infoHashV2 ?? null,
		version: torrent.version,
		length: torrent.length,
		pieceLength: torrent.pieceLength,
		pieces: torrent.pieceCount,
		private: torrent.private,
		files: torrent.files.map(({path, length, offset, pad, symlink, piecesRoot}) => ({
			path,
			length,
			offset,
			pad,
			...(symlink && {symlink}),
			...(piecesRoot && {piecesRoot: toHex(piecesRoot), hashes: hasHashes(torrent, piecesRoot, length)}),
		})),
		trackers: torrent.trackers,
		webSeeds: torrent.webSeeds,
		nodes: torrent.nodes,
		comment: torrent.comment ?? null,
		createdBy: torrent.createdBy ?? null,
		creationDate: torrent.creationDate ?? null,
		source: torrent.source ?? null,
		magnet: formatMagnet(torrent),
	};
}

/** Whether the torrent has the v2 hashes of all pieces of a file: its own root will do for one of a single piece. BEP 52. */
function hasHashes({pieceLength, pieceLayers}: Metainfo, root: Uint8Array, length: Bytes): boolean {
	return length <= pieceLength || pieceLayers?.has(toHex(root)) === true;
}

function linkJson(link: MagnetLink): object {
	return {
		name: link.name ?? null,
		infoHash: link.infoHash ?? null,
		infoHashV2: link.infoHashV2 ?? null,
		version: link.infoHash && link.infoHashV2 ? 'hybrid' : link.infoHash ? '1' : '2',
		length: null,
		pieceLength: null,
		pieces: null,
		private: null,
		files: [],
		trackers: link.trackers.map(url => [url]),
		webSeeds: link.webSeeds,
		nodes: [],
		peers: link.peers,
		select: link.select ?? null,
		comment: null,
		createdBy: null,
		creationDate: null,
		source: null,
		magnet: linkMagnet(link),
	};
}

function linkMagnet(link: MagnetLink): string {
	const {infoHash, infoHashV2, webSeeds} = link;
	const name = link.name ?? '';
	return formatMagnet({infoHash, infoHashV2, name, trackers: [link.trackers], webSeeds});
}

type InfoArguments = Arguments<typeof jsonOption & typeof resolveOptions>;

function configured(args: InfoArguments, context: Context): InfoArguments {
	const config = new Map(readConfig(context.env, message => context.warn(message)));
	// An engine that runs has that one.
	config.delete('port');
	return withDefaults(args, command, config) as InfoArguments;
}

/** What a link holds, when that is asked for; undefined when it was interrupted. */
async function resolved(
	source: TorrentSource,
	flags: InfoArguments['flags'],
	context: Context,
): Promise<TorrentSource | undefined> {
	if (!flags.resolve || source.kind === 'metainfo') return source;
	const {label, link} = source;
	const bytes = await resolveLink(link, flags, context);
	if (bytes === undefined) return undefined;
	const metainfo = checkMetainfo(bytes, label);
	// Peers do not know them.
	const webSeeds = [...new Set([...metainfo.webSeeds, ...parseMagnet(link).webSeeds])];
	return {kind: 'metainfo', label, bytes, metainfo: {...metainfo, webSeeds}};
}

export const command = defineCommand({
	name: 'info',
	usage: ['info TORRENT [--json]'],
	summary: 'Shows what a .torrent holds, or a magnet link says; with --resolve, what that holds.',
	notes: [
		'TORRENT is a .torrent file, an http(s) URL of one, a magnet link, an info-hash,',
		'or - for standard input.',
		'',
		'--resolve asks peers for the file list of a link, and prints what info prints of its',
		'.torrent; nothing of it is downloaded, and nothing stays behind but the nodes of the',
		'DHT that were met, for the next time. Nobody gave it: the reason, and status 1.',
	],
	options: {...jsonOption, ...resolveOptions},
	words: [1, 1],
	async run(args, context) {
		const {input} = args;
		// Who only reads a file needs no settings.
		const {flags} = args.flags.resolve || isTorrentUrl(input[0]!) ? configured(args, context) : args;
		const source = await resolved(await readTorrentSource(input[0]!, context, wayOut(flags)), flags, context);
		if (source === undefined) return 130;
		const {stdout} = context;
		const width = stdout.isTTY ? stdout.columns || 80 : undefined;
		if (source.kind === 'metainfo') {
			const {metainfo} = source;
			if (flags.json) stdout.write(`${terminalJson(metainfoJson(metainfo), '\t')}\n`);
			else stdout.write(`${(await infoLines(metainfo, width)).join('\n')}\n`);
		} else {
			const link = parseMagnet(source.link);
			if (flags.json) stdout.write(`${terminalJson(linkJson(link), '\t')}\n`);
			else stdout.write(`${linkLines(link, linkMagnet(link)).join('\n')}\n`);
		}

		return 0;
	},
});
