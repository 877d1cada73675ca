import type {TorrentPreview} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';
import {formValues} from '../dialogs/form.js';
import {fileTree, type TreeNode, treeRows} from './file-tree.js';
import type {AddPreview, Dialog} from './view.js';

/** The dialog that adds a torrent. */
export type AddDialog = Extract<Dialog, {kind: 'add'}>;

/** What a link holds, and what was chosen of it. */
export type KnownPreview = Extract<AddPreview, {kind: 'known'}>;

/** The link that stands in the dialog. */
export function linkOf({fields}: AddDialog): string {
	return (formValues(fields)['link'] ?? '').trim();
}

/** What is known of the link that stands there now. */
export function currentPreview(dialog: AddDialog): AddPreview {
	const {preview} = dialog;
	return preview.kind !== 'none' && preview.link === linkOf(dialog) ? preview : {kind: 'none'};
}

/** The rows of a preview's file tree. */
export function previewRows({torrent, folded}: KnownPreview): readonly TreeNode[] {
	return treeRows(fileTree(torrent.files), undefined, {folded, filter: '', sort: 'path', reverse: false});
}

/** How much of a torrent is wanted as things are chosen. */
export function wantedOf(torrent: TorrentPreview, priorities: readonly FilePriority[]) {
	let files = 0;
	let length = 0;
	for (const [at, file] of torrent.files.entries()) {
		if ((priorities[at] ?? 2) === 0) continue;
		files++;
		length += file.length;
	}
	return {files, length};
}
