import type {FilePriority, FileProgressView, FileView} from '../../api/snapshot.js';
import type {TorrentContent} from '../torrent/torrent-content.js';

/** A torrent’s files as they are called on the disk, pad files left out. */
export function viewFiles(content: TorrentContent | undefined): FileView[] {
	if (content === undefined) return [];
	return content.metainfo.files.flatMap((file, index) =>
		file.pad ? [] : [{index, path: content.renamed.get(index) ?? file.path, length: file.length}],
	);
}

/** What is had and wanted of each of these files. */
export function viewProgress(content: TorrentContent | undefined): FileProgressView {
	if (content === undefined) return {completed: [], priority: []};
	const completed: number[] = [];
	const priority: FilePriority[] = [];
	for (const [index, file] of content.metainfo.files.entries()) {
		if (file.pad) continue;
		completed.push(content.files.completed[index]!);
		priority.push(content.files.priorities[index] as FilePriority);
	}
	return {completed, priority};
}
