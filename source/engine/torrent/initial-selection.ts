import {selectFiles} from '../../api/file-rules.js';
import type {FilePriority} from '../../api/snapshot.js';
import type {FileChoices} from '../../io/state/resume-data.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';
import type {TorrentContent} from './torrent-content.js';
import type {TorrentEvent} from './torrent-event.js';

/** What choosing files at the beginning asks of, and tells, a torrent. */
export interface SelectedTorrent {
	readonly content: TorrentContent | undefined;
	post(event: TorrentEvent): void;
}

/**
 * Says anew which files of a torrent are wanted: those the rules pick, or all, and then what is chosen for single ones.
 *
 * @throws {UserError} when the rules do not fit, and nothing but that all are wanted has changed then
 */
export function selectInitially(torrent: SelectedTorrent, {select, priorities}: FileChoices): void {
	const {content} = torrent;
	if (content === undefined) return;
	const {metainfo, files, piecePriorities, pieceCount} = content;
	// With very many files that takes its time, and of a new torrent everything is wanted as it is.
	const table = fileTable(metainfo);
	const isNew =
		![1, 3, 4].some(priority => files.priorities.includes(priority)) &&
		(!files.priorities.includes(0) ||
			files.priorities.every((priority, file) => priority !== 0 || table.isPad(file)));
	const visible = isNew && select === undefined ? [] : visibleFiles(metainfo);
	if (!isNew) torrent.post({type: 'prioritise', files: visible, priority: 2});
	if (piecePriorities.count > 0)
		torrent.post({type: 'prioritisePieces', pieces: [[0, pieceCount - 1]], priority: null});
	if (select !== undefined) {
		const chosen = new Set(selectedFiles(metainfo, select));
		torrent.post({type: 'prioritise', files: visible.filter(index => !chosen.has(index)), priority: 0});
	}
	// Each change is worked out for all pieces: no more of them than there are priorities.
	for (const [priority, chosen] of byPriority(priorities ?? []))
		torrent.post({type: 'prioritise', files: chosen, priority});
}

/** Positions of a torrent's visible files that a selection picks. Throws a `UserError` when it is not understood. */
export function selectedFiles(metainfo: Metainfo, select: NonNullable<FileChoices['select']>): number[] {
	const visible = visibleFiles(metainfo);
	const chosen = selectFiles(
		select,
		visible.map(index => metainfo.files[index]!),
	);
	return visible.filter((_, at) => chosen[at]);
}

function visibleFiles(metainfo: Metainfo): number[] {
	const table = fileTable(metainfo);
	return [...table.lengths.keys()].filter(file => !table.isPad(file));
}

/** Files by the priority that is said last of each: every change is worked out for all pieces, so few are better. */
export function byPriority(pairs: NonNullable<FileChoices['priorities']>): Map<FilePriority, number[]> {
	const groups = new Map<FilePriority, number[]>();
	for (const [file, priority] of new Map(pairs)) {
		const group = groups.get(priority);
		if (group === undefined) groups.set(priority, [file]);
		else group.push(file);
	}
	return groups;
}
