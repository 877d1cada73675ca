import type {TorrentPreview} from '../../api/command.js';
import type {FoundTorrent} from '../../api/network-view.js';
import type {FilePriority} from '../../api/snapshot.js';
import {type FormField, formValues} from '../forms/form.js';
import {fileTree, type TreeNode, treeRows} from '../model/file-tree.js';

/** What is known of a torrent that may be added. */
export type AddPreview =
	| {readonly kind: 'none'}
	| {readonly kind: 'asked'; readonly link: string}
	| {readonly kind: 'refused'; readonly link: string; readonly why: string}
	| KnownPreview;

/** What a link holds, and what was chosen of it. */
export interface KnownPreview {
	readonly kind: 'known';
	readonly link: string;
	readonly torrent: TorrentPreview;
	/** By position in the preview's files. */
	readonly priorities: readonly FilePriority[];
	readonly folded: ReadonlySet<string>;
	/** The row of the tree that has the cursor. */
	readonly row: number;
	/** The digits of a file's number that were typed last. */
	readonly typed?: string | undefined;
}

/** The part of the dialog that a preview belongs to. */
interface Previewed {
	readonly fields: readonly FormField[];
	/** What somebody shares, instead of a link that is typed. */
	readonly found?: FoundTorrent | undefined;
	readonly preview: AddPreview;
}

/** The link that stands in the dialog. */
export function linkOf({fields, found}: Pick<Previewed, 'fields' | 'found'>): string {
	return found?.magnet ?? (formValues(fields)['link'] ?? '').trim();
}

/** What is known of the link that stands there now. */
export function currentPreview(dialog: Previewed): AddPreview {
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
