import type {FilePriority, FileProgressView, FileView} from '../../api/snapshot.js';
import type {Torrent} from '../torrent/torrent.js';

/** A torrent’s files as they are called on the disk, pad files left out. */
export function viewFiles(torrent: Torrent): FileView[] {
	return torrent.metainfo.files.flatMap((file, index) =>
		file.pad ? [] : [{index, path: torrent.renamed.get(index) ?? file.path, length: file.length}],
	);
}

/** What is had and wanted of each of these files. */
export function viewProgress(torrent: Torrent): FileProgressView {
	const completed: number[] = [];
	const priority: FilePriority[] = [];
	for (const [index, file] of torrent.metainfo.files.entries()) {
		if (file.pad) continue;
		completed.push(torrent.files.completed[index]!);
		priority.push(torrent.files.priorities[index] as FilePriority);
	}
	return {completed, priority};
}
