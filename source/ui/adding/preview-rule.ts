import type {FilePriority} from '../../api/snapshot.js';
import {type FormField, formValues} from '../forms/form.js';
import {matchRule} from '../model/file-tree.js';
import type {KnownPreview} from './add-preview.js';

const normal: FilePriority = 2;

/** The part of a dialog that a rule for files belongs to. */
interface Ruled {
	readonly fields: readonly FormField[];
	readonly preview: KnownPreview;
}

/** The rule that stands in a dialog's field. */
export function ruleOf({fields}: Pick<Ruled, 'fields'>): string {
	return (formValues(fields)['select'] ?? '').trim();
}

/**
 * What a dialog's rule makes of its preview: only the files it names are wanted. Where it is not understood the preview is
 * as it was; `problem` says why, or that no file matches.
 */
export function ruled(dialog: Ruled): {
	readonly preview: KnownPreview;
	readonly problem?: string | undefined;
} {
	const {preview} = dialog;
	const rule = ruleOf(dialog);
	if (rule === '') return {preview};
	const {files} = preview.torrent;
	const result = matchRule(rule, files);
	if ('problem' in result) return {preview, problem: result.problem};
	const wanted = new Set(result.positions);
	return {
		problem: wanted.size === 0 ? 'No file matches.' : undefined,
		preview: {...preview, priorities: files.map((_, at) => (wanted.has(at) ? normal : 0))},
	};
}
