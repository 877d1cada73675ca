import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PiecesView} from '../../../source/api/snapshot.ts';
import {litTime, type Model, merge, unlit} from '../../../source/ui/model/model.ts';

const pieces = (cells: string, filled?: string): PiecesView => ({
	pieces: cells.length,
	have: 0,
	inFlight: 0,
	checking: 0,
	cells,
	availability: cells.replace(/./g, '3'),
	...(filled !== undefined && {filled}),
	copies: 1,
	fileStarts: [],
});

/** The lit cells after views that came at these times. */
function litAfter(...views: ReadonlyArray<readonly [at: number, view: PiecesView]>): readonly number[] {
	let model: Model = {};
	for (const [at, view] of views) {
		model = unlit(merge(model, {revision: at, torrent: {id: 'a', pieces: view}}, 'a', at), at);
	}
	return [...(model.torrent?.lit.keys() ?? [])];
}

test('lights the cells in which pieces landed', () => {
	assert.deepEqual(litAfter([0, pieces('mrrrmmmm')], [1, pieces('mhrhmmmm')]), [1, 3]);
});

test('lights a cell of many pieces when it holds more', () => {
	assert.deepEqual(litAfter([0, pieces('pppp', '1234')], [1, pieces('pppp', '1334')]), [1]);
});

test('keeps a cell lit while other pieces land, and lets it go out in time', () => {
	assert.deepEqual(litAfter([0, pieces('mmm')], [1, pieces('hmm')], [400, pieces('hhm')]), [0, 1]);
	assert.deepEqual(litAfter([0, pieces('mmm')], [1, pieces('hmm')], [litTime + 2, pieces('hhm')]), [1]);
});

test('lights nothing when the grid has another shape, or is there for the first time', () => {
	assert.deepEqual(litAfter([0, pieces('hhhh')]), []);
	assert.deepEqual(litAfter([0, pieces('mmmm')], [1, pieces('hhhhh')]), []);
});

test('does not take a check of everything for pieces that landed', () => {
	assert.deepEqual(litAfter([0, pieces('m'.repeat(100))], [1, pieces('h'.repeat(100))]), []);
});

test('keeps sections that an update leaves out, and drops those of another torrent', () => {
	let model: Model = merge({}, {revision: 1, torrent: {id: 'a', peers: []}, log: []}, 'a', 0);
	const {peers} = model.torrent ?? {};
	model = merge(model, {revision: 2, torrent: {id: 'b', trackers: []}}, 'a', 0);
	assert.equal(model.torrent?.id, 'a');
	assert.equal(model.torrent?.peers, peers);
	assert.equal(model.torrent?.trackers, undefined);
});
