import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Lookup, type LookupNode} from '../../../source/policy/dht/lookup.js';

const target = new Uint8Array(20);

/** An id at a distance: the larger the number the farther. */
function at(distance: number): Uint8Array {
	const id = new Uint8Array(20);
	id[18] = distance >> 8;
	id[19] = distance & 255;
	return id;
}

const hostOf = (n: number): string => `${20 + (n >> 8)}.${n & 255}.1.1`;

function heard(lookup: Lookup, ...distances: number[]): void {
	for (const distance of distances) lookup.heard({host: hostOf(distance), port: 1}, at(distance));
}

const distances = (nodes: readonly LookupNode[]): number[] => nodes.map(({id}) => (id![18]! << 8) | id![19]!);

test('the nearest are asked first, five at a time', () => {
	const lookup = new Lookup({target});
	heard(lookup, 90, 10, 50, 30, 70, 20, 60);
	assert.deepEqual(distances(lookup.next()), [10, 20, 30, 50, 60]);
	assert.deepEqual(lookup.next(), []);
	assert.equal(lookup.pending, 5);
});

test('each answer lets the next one be asked, and nearer ones that are heard of go first', () => {
	const lookup = new Lookup({target});
	heard(lookup, 100, 200, 300, 400, 500, 600);
	const [first] = lookup.next();
	heard(lookup, 50, 60);
	lookup.answered(first!, first!.id!);
	assert.deepEqual(
		distances(lookup.next()),
		[50, 60],
		'five among the nearest, those farther off do not count',
	);
});

test('a branch that is silent for long is doubled, and its late answer still counts', () => {
	const lookup = new Lookup({target, width: 2});
	heard(lookup, 1, 2, 3, 4);
	const [first] = lookup.next();
	lookup.slow(first!);
	assert.deepEqual(distances(lookup.next()), [3]);
	lookup.answered(first!, first!.id!);
	assert.deepEqual(distances(lookup.closest()), [1]);
});

test('it is done when the eight nearest have answered, whoever farther is still silent', () => {
	const lookup = new Lookup({target});
	heard(lookup, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
	const silent = [9, 10, 11];
	for (let turn = 0; turn < 20 && !lookup.isDone; turn++) {
		for (const node of lookup.next())
			if (!silent.includes(distances([node])[0]!)) lookup.answered(node, node.id!);
	}
	assert.equal(lookup.isDone, true);
	assert.deepEqual(distances(lookup.closest()), [1, 2, 3, 4, 5, 6, 7, 8]);
	assert.ok(lookup.asked <= 10);
});

test('it waits for a nearer one that may answer yet, and goes on without it when it fails', () => {
	const lookup = new Lookup({target, wanted: 2});
	heard(lookup, 1, 2, 3, 4);
	const asked = lookup.next();
	for (const node of asked.slice(1)) lookup.answered(node, node.id!);
	assert.equal(lookup.isDone, false);
	lookup.failed(asked[0]!);
	assert.equal(lookup.isDone, true);
	assert.deepEqual(distances(lookup.closest()), [2, 3]);
});

test('with nobody to ask, or when all fail, it is done with nothing', () => {
	assert.equal(new Lookup({target}).isDone, true);
	const lookup = new Lookup({target});
	heard(lookup, 1, 2);
	for (const node of lookup.next()) lookup.failed(node);
	assert.equal(lookup.isDone, true);
	assert.deepEqual(lookup.closest(), []);
});

test('nobody is asked twice, and one owner of a range is one', () => {
	const lookup = new Lookup({target});
	assert.equal(lookup.heard({host: '8.8.8.8', port: 1}, at(1)), true);
	assert.equal(lookup.heard({host: '8.8.8.8', port: 1}, at(2)), false);
	assert.equal(lookup.heard({host: '8.8.8.8', port: 2}, at(3)), false);
	assert.equal(lookup.heard({host: '8.8.8.99', port: 1}, at(4)), false);
	assert.equal(lookup.heard({host: '127.0.0.1', port: 1}, at(5)), true);
	assert.equal(lookup.heard({host: '127.0.0.1', port: 2}, at(6)), true);
	assert.equal(lookup.heard({host: 'router.example', port: 2}, at(6)), false);
});

test('a hundred are remembered: the nearest', () => {
	const lookup = new Lookup({target, wanted: 200, width: 200});
	for (let n = 500; n > 0; n--) heard(lookup, n);
	const asked = distances(lookup.next());
	assert.equal(asked.length, 100);
	assert.deepEqual([asked[0], asked[99]], [1, 100]);
});

test('whom nobody knows by its id comes last, and takes its place when it has answered', () => {
	const lookup = new Lookup({target, width: 3});
	lookup.heard({host: '9.9.9.9', port: 1});
	heard(lookup, 5, 9);
	const asked = lookup.next();
	assert.equal(asked[2]!.id, undefined);
	lookup.answered(asked[2]!, at(7), Uint8Array.of(1));
	lookup.answered(asked[0]!, at(5));
	lookup.answered(asked[1]!, at(9));
	assert.deepEqual(distances(lookup.closest()), [5, 7, 9]);
	assert.deepEqual(lookup.closest()[1]!.token, Uint8Array.of(1));
});

test('who could not be asked just now is asked later', () => {
	const lookup = new Lookup({target});
	heard(lookup, 1);
	const [node] = lookup.next();
	lookup.notAsked(node!);
	assert.deepEqual([lookup.pending, lookup.asked, lookup.isDone], [0, 0, false]);
	assert.deepEqual(distances(lookup.next()), [1]);
});
