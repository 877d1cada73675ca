import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mebibyte} from '../../helpers/torrents.ts';
import {watchedDownload} from '../../helpers/watched-download.ts';
import {Workspace} from '../../helpers/workspace.ts';

const pieceLength = 65_536;
const perFile = (2 * mebibyte) / pieceLength;

/** A download of three files of 32 pieces each. */
const watched = (space: Workspace) =>
	watchedDownload(
		space,
		['a', 'b', 'c'].map(name => [name, 2 * mebibyte] as const),
		pieceLength,
		800_000,
	);

const fileOf = (piece: number): number => Math.floor(piece / perFile);

test('a file made first while it downloads is what is asked for next, until it is whole', async t => {
	const {ours, id, given} = await watched(new Workspace(t));
	const chosen = 2;
	await ours.send({type: 'files.priority', id, files: [chosen], priority: 4});
	const before = given.length;
	const here = new Set(given.filter(piece => fileOf(piece) === chosen));
	await ours.sees(id, 'complete', view => view.completed === view.wanted, 30_000);
	const after = given.slice(before);
	// What was on its way, and pieces that were begun, still come first.
	const first = after.findIndex(piece => fileOf(piece) === chosen && !here.has(piece));
	const last = after.findLastIndex(piece => fileOf(piece) === chosen);
	const others = after.slice(Math.max(first, 0) + 40, last).filter(piece => fileOf(piece) !== chosen);
	assert.ok(last < after.length - 60, 'the chosen file is whole long before the others');
	assert.ok(others.length <= 8, `${others.length} blocks of other files came in between`);
});

test('a file skipped while it downloads is not asked for any more, and asked for again when it is wanted', async t => {
	const {ours, id, given} = await watched(new Workspace(t));
	await ours.send({type: 'files.priority', id, files: [1], priority: 0});
	const before = given.length;
	const view = await ours.sees(id, 'complete', ({completed, wanted}) => completed === wanted, 30_000);
	assert.equal(view.wanted, 4 * mebibyte);
	const skipped = given.slice(before).filter(piece => fileOf(piece) === 1).length;
	assert.ok(skipped < 40, `${skipped} blocks of the skipped file came all the same`);
	await ours.send({type: 'files.priority', id, files: [1], priority: 2});
	await ours.sees(id, 'whole', ({completed, length}) => completed === length, 30_000);
});
