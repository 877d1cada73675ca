import type {FileTable} from '../../protocol/metainfo/file-table.js';
import type {ClaimedPlace} from './path-registry.js';

/**
 * The place of a torrent's files in a folder.
 *
 * @param renamed files that have another path than the torrent says
 */
export function placeOf(
	table: FileTable,
	dir: string,
	renamed: ReadonlyMap<number, readonly string[]>,
): ClaimedPlace {
	const others = new Map([...renamed].map(([file, path]) => [file, path.join('/')]));
	const {folders} = table;
	return {
		dir,
		get paths() {
			return Array.from(table.lengths, (_, file) =>
				table.isPad(file) ? undefined : (others.get(file) ?? table.path(file).join('/')),
			);
		},
		heads: folders && [...folders.map(folder => `${folder}/`), ...others.values()],
	};
}
