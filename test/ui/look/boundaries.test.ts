import assert from 'node:assert/strict';
import {test} from 'node:test';
import {boundariesOf, boundaryAt, moveBoundaries} from '../../../source/ui/look/boundaries.ts';
import {type Layout, planLayout} from '../../../source/ui/look/layout.ts';
import {drawLayout} from '../../helpers/draw-layout.ts';

const usual = {screen: 'torrent', pane: 'peers', grow: 'share', density: 'all'} as const;
const screens = ['torrent', 'session', 'network', 'feeds', 'swarms'] as const;

/** Cells of each part. */
function cells(layout: Layout, columns: number, rows: number): Map<string, number> {
	const counts = new Map<string, number>();
	for (const letter of drawLayout(layout, columns, rows).replaceAll('\n', ''))
		counts.set(letter, (counts.get(letter) ?? 0) + 1);
	return counts;
}

test('every line between two parts is a boundary with the same name at every size', () => {
	const names = (columns: number, rows: number) =>
		boundariesOf(planLayout({...usual, columns, rows})).map(({name}) => name);
	assert.deepEqual(names(120, 40).toSorted(), [
		'files+trackers|log',
		'peers|files+trackers',
		'pieces+speed|peers',
		'pieces|speed',
		'trackers|files',
	]);
	assert.ok(names(200, 60).includes('peers+pieces|files+log+speed+trackers'));
	assert.deepEqual(names(40, 10), []);
});

test('whatever is moved, no cell is used twice or left, and each part keeps room for its frame', () => {
	for (const [columns, rows] of [
		[80, 24],
		[100, 30],
		[120, 40],
		[200, 60],
	] as const) {
		for (const screen of screens) {
			const layout = planLayout({...usual, screen, columns, rows});
			const all = boundariesOf(layout);
			for (const by of [-500, -3, 2, 500]) {
				const moved = moveBoundaries(layout, Object.fromEntries(all.map(({name}) => [name, by])));
				const before = cells(layout, columns, rows);
				const after = cells(moved, columns, rows);
				assert.deepEqual([...after.keys()].toSorted(), [...before.keys()].toSorted());
				const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
				assert.equal(sum(after), sum(before));
				assert.equal(after.get('!'), undefined, `${screen} ${columns}x${rows} ${by}`);
				assert.equal(after.get('?'), before.get('?'), `${screen} ${columns}x${rows} ${by}`);
			}
		}
	}
});

test('a boundary that is remembered and is not there, or is no number, changes nothing', () => {
	const layout = planLayout({...usual, columns: 120, rows: 40});
	assert.equal(moveBoundaries(layout, {}), layout);
	const strange = {'no|such': 5, 'pieces|speed': 'x', 'pieces+speed|peers': Number.NaN} as never;
	assert.deepEqual(moveBoundaries(layout, strange), layout);
});

test('a boundary is taken hold of on the frames of both sides', () => {
	const layout = planLayout({...usual, columns: 120, rows: 40});
	const {pieces} = layout.panes;
	assert.ok(pieces);
	assert.equal(boundaryAt(layout, 10, pieces.y + pieces.rows - 1)?.name, 'pieces+speed|peers');
	assert.equal(boundaryAt(layout, 10, pieces.y + pieces.rows)?.name, 'pieces+speed|peers');
	assert.equal(boundaryAt(layout, pieces.columns, pieces.y + 2)?.name, 'pieces|speed');
	assert.equal(boundaryAt(layout, 10, pieces.y + 3), undefined);
});
