import {isAbsolute, resolve} from 'node:path';

/** A folder that another client, in a container say, calls otherwise. */
export interface PathChange {
	readonly from: string;
	readonly to: string;
}

/** A path as it is called here: of several changes that fit the longest holds. Undefined when it is not absolute. */
export function mapPath(path: string, changes: readonly PathChange[]): string | undefined {
	let best: PathChange | undefined;
	for (const change of changes) {
		const from = withoutEnd(change.from);
		const fits = path === from || withoutEnd(path) === from || path.startsWith(`${from}/`);
		if (fits && (best === undefined || from.length > withoutEnd(best.from).length)) best = change;
	}
	const mapped =
		best === undefined ? path : `${withoutEnd(best.to)}/${path.slice(withoutEnd(best.from).length)}`;
	return isAbsolute(mapped) ? resolve(mapped) : undefined;
}

function withoutEnd(path: string): string {
	return path.replace(/\/+$/, '');
}
