import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';

/** More ways than this help nobody. */
const most = 200;

/**
 * Finds what a path that is being typed could go on to: the paths of all that is there and begins like it, folders with a
 * `/` behind them, sorted. Names that begin with a dot only where the typed one does.
 */
export function pathCompleter(
	fullPath: (path: string) => string,
): (typed: string) => Promise<readonly string[]> {
	return async typed => {
		const at = typed.lastIndexOf('/') + 1;
		const [before, start] = [typed.slice(0, at), typed.slice(at)];
		if (typed === '~') return ['~/'];
		const folder = fullPath(before === '' ? '.' : before);
		const entries = await readdir(folder, {withFileTypes: true});
		const fitting = entries
			.filter(({name}) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
			.sort((a, b) => (a.name < b.name ? -1 : 1))
			.slice(0, most);
		return Promise.all(
			fitting.map(async entry => {
				const isFolder = entry.isSymbolicLink()
					? await stat(join(folder, entry.name)).then(
							stats => stats.isDirectory(),
							() => false,
						)
					: entry.isDirectory();
				return `${before}${entry.name}${isFolder ? '/' : ''}`;
			}),
		);
	};
}
