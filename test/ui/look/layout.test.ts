import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type LayoutRequest, paneNames, planLayout} from '../../../source/ui/look/layout.ts';
import {drawLayout} from '../../helpers/draw-layout.ts';

const request = (columns: number, rows: number, change: Partial<LayoutRequest> = {}): LayoutRequest => ({
	columns,
	rows,
	screen: 'torrent',
	pane: 'pieces',
	grow: 'share',
	density: 'all',
	...change,
});

/** The drawing with every fourth column and every row: small enough to read. */
function sketch(columns: number, rows: number, change: Partial<LayoutRequest> = {}): string {
	const drawing = drawLayout(planLayout(request(columns, rows, change)), columns, rows);
	return drawing
		.split('\n')
		.map(line => [...line].filter((_, index) => index % 4 === 0).join(''))
		.join('\n');
}

test('shows all panes but the log, and its newest line, at 80x24', () => {
	assert.equal(
		sketch(80, 24),
		`
HHHHHHHHHHHHHHHHHHHH
HHHHHHHHHHHHHHHHHHHH
HHHHHHHHHHHHHHHHHHHH
pppppppppppsssssssss
pppppppppppsssssssss
pppppppppppsssssssss
pppppppppppsssssssss
pppppppppppsssssssss
pppppppppppsssssssss
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
eeeeeeeeeeeeeeeeeeee
tttttttttttfffffffff
tttttttttttfffffffff
tttttttttttfffffffff
tttttttttttfffffffff
tttttttttttfffffffff
____________________
FFFFFFFFFFFFFFFFFFFF`.trim(),
	);
});

test('keeps one pane below a strip of pieces at 40x10', () => {
	assert.equal(
		sketch(40, 10, {pane: 'files'}),
		`
HHHHHHHHHH
HHHHHHHHHH
HHHHHHHHHH
----------
ffffffffff
ffffffffff
ffffffffff
ffffffffff
ffffffffff
FFFFFFFFFF`.trim(),
	);
});

test('adds a strip of speed when there are fourteen rows', () => {
	assert.match(sketch(60, 14, {pane: 'files'}), /^H+\nH+\nH+\n-+\n~+\nf+\n/);
});

test('a strip never says what the pane below it says, nor what nobody knows yet', () => {
	assert.match(sketch(40, 10, {pane: 'pieces'}), /^H+\nH+\nH+\n~+\np+\n/);
	assert.match(sketch(60, 14, {pane: 'pieces'}), /^H+\nH+\nH+\n~+\np+\n/);
	assert.match(sketch(60, 14, {pane: 'speed'}), /^H+\nH+\nH+\n-+\ns+\n/);
	assert.match(sketch(60, 14, {pane: 'peers', unknown: true}), /^H+\nH+\nH+\ne+\n/);
});

test('keeps one pane below a header of one row at 30x6', () => {
	assert.equal(
		sketch(30, 6, {pane: 'files'}),
		`
HHHHHHHH
ffffffff
ffffffff
ffffffff
ffffffff
FFFFFFFF`.trim(),
	);
	assert.equal(planLayout({...request(30, 9), pane: 'files'}).strip?.rows, 1);
});

test('is one line below 30x6', () => {
	for (const [columns, rows] of [
		[29, 24],
		[80, 5],
		[20, 3],
		[1, 1],
	] as const) {
		assert.equal(planLayout(request(columns, rows)).kind, 'line');
	}
});

test('uses every cell exactly once at every size', () => {
	for (let columns = 30; columns <= 220; columns += 30) {
		for (let rows = 6; rows <= 70; rows += 4) {
			for (const screen of ['torrent', 'session'] as const) {
				for (const grow of ['share', 'half', 'full'] as const) {
					for (const density of ['all', 'strip', 'one'] as const) {
						for (const pane of paneNames) {
							const layout = planLayout(request(columns, rows, {screen, grow, density, pane}));
							const drawing = drawLayout(layout, columns, rows);
							assert.doesNotMatch(
								drawing,
								/[?!]/,
								`${columns}x${rows} ${screen} ${grow} ${density} ${pane}\n${drawing}`,
							);
						}
					}
				}
			}
		}
	}
});

test('gives a torrent of which only a link is known to its peers and trackers, and uses every cell', () => {
	for (let columns = 72; columns <= 220; columns += 12) {
		for (let rows = 20; rows <= 70; rows++) {
			for (const pane of ['pieces', 'log'] as const) {
				const unknown = planLayout(request(columns, rows, {pane, unknown: true}));
				const about = `${columns}x${rows} ${pane}`;
				assert.doesNotMatch(drawLayout(unknown, columns, rows), /[?!]/, about);
				if (unknown.kind === 'wide') continue;
				const {panes} = planLayout(request(columns, rows, {pane}));
				const most = (name: 'peers' | 'pieces') => unknown.panes[name]!.rows - panes[name]!.rows;
				assert.equal(unknown.panes.pieces?.rows, 3, about);
				assert.ok(most('peers') >= 0, about);
				const trackers = unknown.panes.trackers?.rows ?? 99;
				assert.ok(trackers >= Math.min(14, panes.trackers?.rows ?? 0), about);
			}
		}
	}
});

test('the Network view uses every cell at every size, and has room for the part with the keys', () => {
	for (let columns = 40; columns <= 220; columns += 20) {
		for (let rows = 10; rows <= 70; rows++) {
			for (const part of ['found', 'people', 'shared'] as const) {
				const layout = planLayout(request(columns, rows, {screen: 'network', part}));
				const drawing = drawLayout(layout, columns, rows);
				assert.doesNotMatch(drawing, /[?!]/, `${columns}x${rows} ${part}\n${drawing}`);
				const area = layout.network?.[part];
				assert.ok(area && area.rows >= 5, `${columns}x${rows} ${part}`);
			}
		}
	}
});

test('always has room for the pane with the keys', () => {
	for (let columns = 40; columns <= 220; columns += 20) {
		for (let rows = 10; rows <= 70; rows += 2) {
			for (const pane of paneNames) {
				const area = planLayout(request(columns, rows, {pane})).panes[pane];
				assert.ok(area && area.rows >= 4 && area.columns >= 30, `${pane} at ${columns}x${rows}`);
			}
		}
	}
});

test('gives the pane with the keys most of the screen, then all of it', () => {
	const shared = planLayout(request(120, 40, {pane: 'files'})).panes.files;
	const half = planLayout(request(120, 40, {pane: 'files', grow: 'half'})).panes.files;
	const full = planLayout(request(120, 40, {pane: 'files', grow: 'full'})).panes.files;
	assert.ok(shared && half && full);
	assert.ok(shared.rows < half.rows && half.rows < full.rows);
	assert.equal(full.rows, 36);
});
