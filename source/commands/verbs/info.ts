import {terminalJson} from '../../base/terminal-text.js';
import {formatMagnet, type MagnetLink, parseMagnet} from '../../protocol/metainfo/magnet.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import {defineCommand} from '../arguments/command.js';
import {jsonOption} from '../arguments/flags.js';
import {infoLines, linkLines} from '../output/info-text.js';
import {readTorrentSource} from '../transfer/torrent-source.js';

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
		files: torrent.files.map(({path, length, offset, pad, symlink}) => ({
			path,
			length,
			offset,
			pad,
			...(symlink && {symlink}),
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

export const command = defineCommand({
	name: 'info',
	usage: ['info TORRENT [--json]'],
	summary: 'Shows what a .torrent holds, or a magnet link says.',
	notes: [
		'TORRENT is a .torrent file, an http(s) URL of one, a magnet link, an info-hash,',
		'or - for standard input.',
	],
	options: jsonOption,
	words: [1, 1],
	async run({input, flags}, context) {
		const source = await readTorrentSource(input[0]!, context);
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
