import assert from 'node:assert/strict';
import {globSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {test} from 'node:test';
import {circlesIn, circleThrough, type ImportGraph, importGraph} from './circles.ts';

const source = resolve(import.meta.dirname, '../../source');

/** Imports that still close a circle. This list only gets shorter: what is opened is struck off, nothing is added. */
const stillOpen: ReadonlyArray<readonly [file: string, imports: string]> = [];

const files = globSync('**/*.{ts,tsx}', {cwd: source})
	.map(file => file.replaceAll('\\', '/'))
	.sort();
const graph = importGraph(files, file => readFileSync(join(source, file), 'utf8'));

function without(whole: ImportGraph, edges: typeof stillOpen): ImportGraph {
	const isLeftOut = (file: string, target: string) =>
		edges.some(([from, to]) => from === file && to === target);
	return new Map(
		[...whole].map(([file, targets]) => [file, targets.filter(target => !isLeftOut(file, target))]),
	);
}

test('no file imports itself by way of others, not for types either', () => {
	assert.ok(files.length > 0, 'source/ has no files');
	const circles = circlesIn(without(graph, stillOpen)).map(path => path.join(' -> '));
	assert.equal(circles.join('\n'), '');
});

test('what is listed as a circle still to be opened is one', () => {
	const opened = stillOpen.filter(edge => {
		const others = stillOpen.filter(other => other !== edge);
		const [file, target] = edge;
		if (!graph.get(file)?.includes(target)) return true;
		return circleThrough(without(graph, others), file) === undefined;
	});
	assert.deepEqual(opened, [], 'opened: strike it off the list');
});

test('a circle is told with the path that leads round it', () => {
	const texts: Readonly<Record<string, string>> = {
		'a/one.ts': "import type {Two} from '../b/two.js';",
		'b/two.ts': "const three = await import('./three.js');",
		'b/three.tsx': "export {one} from '../a/one.js';",
		'b/four.ts': "import {two} from './two.js';",
	};
	const small = importGraph(Object.keys(texts), file => texts[file]!);
	assert.deepEqual(circlesIn(small), [['a/one.ts', 'b/two.ts', 'b/three.tsx', 'a/one.ts']]);
	assert.deepEqual(circlesIn(without(small, [['b/two.ts', 'b/three.tsx']])), []);
});
