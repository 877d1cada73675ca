import type {TorrentPreview} from '../../api/command.js';
import {terminalLine} from '../../base/terminal-text.js';
import {count, size} from '../../ui/text/format.js';

/** What a torrent holds, for people: the facts, then the first of its files. */
export function previewLines(preview: TorrentPreview): string[] {
	const {id, infoHashV2, name, length, pieceLength, pieces, trackers, comment, already, files, fileCount} =
		preview;
	const row = (label: string, text: string) => `  ${label.padEnd(13)}${terminalLine(text)}`;
	const facts = preview.unknown
		? [row('Files', 'nobody has said yet what it holds')]
		: [
				row('Size', `${size(length)} (${length} bytes) in ${count(fileCount, 'file')}`),
				row('Pieces', `${pieces} of ${size(pieceLength)}`),
				...(preview.private ? [row('Private', 'yes: peers come from its trackers only')] : []),
			];
	return [
		terminalLine(name),
		row('Info-hash', id),
		...(infoHashV2 === undefined ? [] : [row('Info-hash v2', infoHashV2)]),
		...facts,
		row('Trackers', String(trackers)),
		...(comment === undefined ? [] : [row('Comment', comment)]),
		...(already ? [row('Here', 'the engine has it already')] : []),
		...(preview.notes ?? []).map(note => row('Note', note)),
		...(files.length > 0 ? [''] : []),
		...files.map(
			({path, length: bytes}, at) =>
				`  ${String(at + 1).padStart(4)}  ${size(bytes).padStart(6)}  ${terminalLine(path.join('/'))}`,
		),
		...(fileCount > files.length ? [`  … and ${fileCount - files.length} more`] : []),
	];
}
