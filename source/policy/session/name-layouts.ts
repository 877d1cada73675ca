import type {PathFold} from '../../protocol/metainfo/file-names.js';

/** The paths of all files of a torrent, by one rule; `/` between elements. */
export type NameLayout = readonly string[];

/**
 * Chooses, of several layouts of a torrent's files, the one each file is to have: that in which most is there. Files
 * whose paths are mixed up between the layouts, so that one's path in the first is another's in the second, are judged
 * together, or the data of one could be taken for that of the other. Where two are as good the earlier layout holds.
 *
 * @param layouts the first of all is what holds where nothing is there
 * @param fold what two paths have in common that are one on the disk
 * @param isThere whether what is at a path may be that file of the torrent
 * @returns one number of a layout a file
 */
export function chooseLayouts(
	layouts: readonly NameLayout[],
	fold: PathFold,
	isThere: (path: string, file: number, layout: number) => boolean,
): readonly number[] {
	const count = layouts[0]?.length ?? 0;
	const group = Array.from({length: count}, (_, file) => file);
	const groupOf = (file: number): number => {
		let at = file;
		while (group[at] !== at) {
			group[at] = group[group[at]!]!;
			at = group[at]!;
		}
		return at;
	};
	const owner = new Map<string, number>();
	for (const layout of layouts) {
		for (const [file, path] of layout.entries()) {
			const key = fold(path);
			const other = owner.get(key);
			if (other === undefined) owner.set(key, file);
			else group[groupOf(file)] = groupOf(other);
		}
	}
	const members = new Map<number, number[]>();
	for (let file = 0; file < count; file++) {
		const list = members.get(groupOf(file));
		if (list) list.push(file);
		else members.set(groupOf(file), [file]);
	}
	const chosen = new Array<number>(count).fill(0);
	for (const files of members.values()) {
		if (files.every(file => layouts.every(layout => layout[file] === layouts[0]![file]))) continue;
		const scores = layouts.map((layout, at) => files.filter(file => isThere(layout[file]!, file, at)).length);
		const best = scores.indexOf(Math.max(...scores));
		for (const file of files) chosen[file] = best;
	}
	return chosen;
}
