import {posix} from 'node:path';
import {importsOf} from './floors.ts';

/** What each file imports, both as paths below source/. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads who imports whom, types too. `read` answers the text of a path. */
export function importGraph(files: readonly string[], read: (path: string) => string): ImportGraph {
	const byModule = new Map(files.map(file => [file.replace(/\.tsx?$/, ''), file]));
	const imported = (file: string): string[] => {
		const targets = importsOf(read(file))
			.filter(({specifier}) => specifier.startsWith('.'))
			.map(({specifier}) => posix.join(posix.dirname(file), specifier).replace(/\.[jt]sx?$/, ''));
		return [...new Set(targets)].flatMap(target => byModule.get(target) ?? []);
	};
	return new Map(files.map(file => [file, imported(file)]));
}

/** The shortest way from a file along its imports back to it; undefined when there is none. */
export function circleThrough(graph: ImportGraph, start: string): readonly string[] | undefined {
	const cameFrom = new Map<string, string>();
	const queue = [start];
	for (const file of queue) {
		for (const target of graph.get(file) ?? []) {
			if (target === start) {
				const path = [start];
				for (let at: string | undefined = file; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
				return path;
			}
			if (cameFrom.has(target)) continue;
			cameFrom.set(target, file);
			queue.push(target);
		}
	}
	return undefined;
}

/** Every circle once, as the path that leads round it; a file is told in the first circle it is found in. */
export function circlesIn(graph: ImportGraph): ReadonlyArray<readonly string[]> {
	const told = new Set<string>();
	const circles: Array<readonly string[]> = [];
	for (const file of graph.keys()) {
		if (told.has(file)) continue;
		const circle = circleThrough(graph, file);
		if (circle === undefined) continue;
		for (const each of circle) told.add(each);
		circles.push(circle);
	}
	return circles;
}
