import assert from 'node:assert/strict';
import {test} from 'node:test';
import {chooseLayouts} from '../../../source/policy/session/name-layouts.js';
import {exactFold} from '../../../source/protocol/metainfo/file-names.js';

/** Layouts in rows, files in columns; what is there as `path`, or `path:2` for one that fits the third file only. */
function choose(rows: readonly string[], there: string): string {
	const layouts = rows.map(row => row.trim().split(/\s+/));
	const found = there.split(/\s+/).filter(Boolean);
	const chosen = chooseLayouts(
		layouts,
		exactFold,
		(path, file) => found.includes(path) || found.includes(`${path}:${file}`),
	);
	return chosen.map((layout, file) => layouts[layout]![file]).join(' ');
}

const ours = 'a   A     A.1';
const former = 'a   A.1   A.1.1';

test('where nothing is there the first layout holds', () => {
	assert.equal(choose([ours, former], ''), 'a A A.1');
	assert.equal(choose([former, ours], ''), 'a A.1 A.1.1');
});

test('what is there under the names of one layout keeps them', () => {
	assert.equal(choose([ours, former], 'a A A.1:2'), 'a A A.1');
	assert.equal(choose([ours, former], 'a A.1:1 A.1.1'), 'a A.1 A.1.1');
});

test('files whose names are mixed up are judged together, however alike they are', () => {
	// A.1 is the name of the second file in one layout, of the third in the other, and both would fit.
	assert.equal(choose([ours, former], 'a A.1 A.1.1'), 'a A.1 A.1.1');
	assert.equal(choose([former, ours], 'a A A.1'), 'a A A.1');
	assert.equal(choose([ours, former], 'A.1'), 'a A A.1');
});

test('files that have nothing to do with each other are judged each by itself', () => {
	const layouts = ['x y z', 'x1 y1 z1', 'x2 y2 z2'];
	assert.equal(choose(layouts, 'y1 z2'), 'x y1 z2');
	assert.equal(choose(layouts, 'x x1 x2 y1 y2'), 'x y1 z');
});
