import type {FilePriority, FileProgressView, FileView} from '../../api/snapshot.js';
import {fileTable} from '../../protocol/metainfo/file-table.js';
import type {TorrentContent} from '../torrent/torrent-content.js';

/** A torrent’s files as they are called on the disk, pad files left out. */
export function viewFiles(content: TorrentContent | undefined): FileView[] {
	if (content === undefined) return [];
	const {metainfo, renamed} = content;
	const table = fileTable(metainfo);
	const files: FileView[] = [];
	for (let index = 0; index < table.count; index++) {
		if (table.isPad(index)) continue;
		files.push({index, path: renamed.get(index) ?? table.path(index), length: table.lengths[index]!});
	}
	return files;
}

/** Where these files begin in the torrent's stream of pieces. */
export function viewOffsets(content: TorrentContent | undefined): number[] {
	if (content === undefined) return [];
	const table = fileTable(content.metainfo);
	return [...table.offsets].filter((_, file) => !table.isPad(file));
}

/** What is had and wanted of each of these files. */
export function viewProgress(content: TorrentContent | undefined): FileProgressView {
	if (content === undefined) return {completed: [], priority: []};
	const completed: number[] = [];
	const priority: FilePriority[] = [];
	const table = fileTable(content.metainfo);
	for (let index = 0; index < table.count; index++) {
		if (table.isPad(index)) continue;
		completed.push(content.files.completed[index]!);
		priority.push(content.files.priorities[index] as FilePriority);
	}
	return {completed, priority};
}
