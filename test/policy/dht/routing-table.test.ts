import assert from 'node:assert/strict';
import {test} from 'node:test';
import {nearRange, RoutingTable} from '../../../source/policy/dht/routing-table.js';
import {commonBits, compareDistance, nodeIdFor, randomIdAt} from '../../../source/protocol/dht/node-id.js';
import {seededRandom} from '../../helpers/seeded-random.js';

const own = new Uint8Array(20);

/** A host of its own for every number, no two in one range. */
const hostOf = (n: number): string => `${20 + (n >> 14)}.${(n >> 7) & 127}.${n & 127}.1`;

/** Fills a table with nodes that answered; each at a host of its own. */
function filled(count: number, seed = 1, id = own): {table: RoutingTable; ids: Uint8Array[]} {
	const random = seededRandom(seed);
	const table = new RoutingTable(id);
	const ids = Array.from({length: count}, (_, n) => {
		const made = random.bytes(20);
		table.answered(made, {host: hostOf(n), port: 6881}, 50, n);
		return made;
	});
	return {table, ids};
}

test('buckets nearest the root hold 128, 64, 32 and 16 nodes, the others 8', () => {
	const {table} = filled(20_000);
	const counts = table.counts();
	assert.deepEqual(
		counts.slice(0, 6).map(({nodes}) => nodes),
		[128, 64, 32, 16, 8, 8],
	);
	assert.ok(counts.every(({nodes, most}) => nodes <= most));
	assert.equal(
		table.size,
		counts.reduce((sum, {nodes}) => sum + nodes, 0),
	);
	assert.ok(table.depth > 8 && table.depth < 20, `${table.depth}`);
	for (const node of table.nodes()) assert.ok(node.failures === 0);
});

test('the nearest of all nodes in the table are found, the nearest first, wherever the target lies', () => {
	const random = seededRandom(5);
	const id = random.bytes(20);
	const {table} = filled(3000, 7, id);
	for (let n = 0; n < 200; n++) {
		const target = n < 100 ? random.bytes(20) : randomIdAt(id, n - 100, random);
		const expected = [...table.nodes()].sort((a, b) => compareDistance(target, a.id, b.id)).slice(0, 8);
		assert.deepEqual(
			table.closest(target, 8).map(({host}) => host),
			expected.map(({host}) => host),
		);
	}
});

test('nodes in one half of the space do not keep the other half empty', () => {
	const random = seededRandom(6);
	const table = new RoutingTable(own);
	for (let n = 0; n < 5000; n++) table.answered(randomIdAt(own, 3, random), {host: hostOf(n), port: 1}, 1, 1);
	assert.deepEqual(
		table.counts().map(({nodes}) => nodes),
		[0, 0, 0, 16, 0],
	);
	assert.equal(table.answered(randomIdAt(own, 0, random), {host: '9.9.9.9', port: 1}, 1, 1), 'added');
});

test('one address has one node, but on this machine, where all share it', () => {
	const random = seededRandom(2);
	const table = new RoutingTable(own);
	assert.equal(table.answered(random.bytes(20), {host: '8.8.8.8', port: 1}, 1, 1), 'added');
	assert.equal(table.answered(random.bytes(20), {host: '8.8.8.8', port: 2}, 1, 1), 'refused');
	for (let port = 1; port <= 20; port++)
		assert.equal(table.answered(random.bytes(20), {host: '127.0.0.1', port}, 1, 1), 'added');
});

test('a bucket takes no two of one near range, whose owner could fill it', () => {
	assert.equal(nearRange('8.8.8.8'), nearRange('8.8.8.200'));
	assert.notEqual(nearRange('8.8.8.8'), nearRange('8.8.9.8'));
	assert.equal(nearRange('2001:db8:1:2::1'), nearRange('2001:db8:1:2:ffff::9'));
	assert.notEqual(nearRange('2001:db8:1:2::1'), nearRange('2001:db8:1:3::1'));
	assert.equal(nearRange('192.168.1.1'), undefined, 'there is one range at home');
	const random = seededRandom(3);
	const table = new RoutingTable(own);
	const far = () => randomIdAt(own, 0, random);
	assert.equal(table.answered(far(), {host: '8.8.8.1', port: 1}, 1, 1), 'added');
	assert.equal(table.answered(far(), {host: '8.8.8.2', port: 1}, 1, 1), 'spare');
	assert.equal(table.wants(far(), {host: '8.8.8.3', port: 1}), false);
});

test('who fails goes when there is another for its place, and only after long when there is none', () => {
	const random = seededRandom(4);
	const table = new RoutingTable(own);
	const ids = Array.from({length: 8}, () => randomIdAt(own, 5, random));
	const full = Array.from({length: 2000}, (_, n) => ({id: random.bytes(20), host: hostOf(n), port: 1}));
	for (const {id, host, port} of full) table.answered(id, {host, port}, 1, 1);
	for (const [n, id] of ids.entries()) table.answered(id, {host: hostOf(5000 + n), port: 1}, 1, 1);
	const before = table.size;
	const node = table.closest(own, 1)[0]!;
	const spares = table.counts()[Math.min(commonBits(own, node.id), table.depth - 1)]!.spares;
	for (let n = 0; n < 2; n++) table.failed(node.id, node);
	const stays = [...table.nodes()].some(({host}) => host === node.host);
	assert.equal(stays, spares === 0);
	assert.ok(table.size >= before - 1);
	const lone = new RoutingTable(own);
	lone.answered(ids[0]!, {host: '8.8.8.8', port: 1}, 1, 1);
	for (let n = 0; n < 19; n++) lone.failed(ids[0]!, {host: '8.8.8.8', port: 1});
	assert.equal(lone.size, 1);
	lone.failed(ids[0]!, {host: '8.8.8.8', port: 1});
	assert.equal(lone.size, 0);
});

test('who answers again after failures is as good as before; who failed is named last', () => {
	const random = seededRandom(8);
	const table = new RoutingTable(own);
	const [near, far] = [randomIdAt(own, 20, random), randomIdAt(own, 1, random)];
	table.answered(near, {host: '8.8.8.8', port: 1}, 1, 1);
	table.answered(far, {host: '9.9.9.9', port: 1}, 1, 1);
	table.failed(near, {host: '8.8.8.8', port: 1});
	assert.deepEqual(
		table.closest(own, 1).map(({host}) => host),
		['9.9.9.9'],
	);
	assert.equal(table.answered(near, {host: '8.8.8.8', port: 1}, 9, 2), 'known');
	assert.deepEqual(
		table.closest(own, 1).map(({host}) => host),
		['8.8.8.8'],
	);
});

test('who speaks from the address or with the id of one that answers takes nothing from it; of one that failed it does', () => {
	const random = seededRandom(9);
	const table = new RoutingTable(own);
	const [id, other] = [random.bytes(20), random.bytes(20)];
	table.answered(id, {host: '8.8.8.8', port: 1}, 1, 1);
	assert.equal(table.answered(other, {host: '8.8.8.8', port: 1}, 1, 2), 'refused');
	assert.equal(table.answered(id, {host: '9.9.9.9', port: 1}, 1, 2), 'refused');
	table.failed(id, {host: '8.8.8.8', port: 1});
	assert.equal(table.answered(id, {host: '9.9.9.9', port: 1}, 1, 3), 'added');
	assert.deepEqual(
		[...table.nodes()].map(({host}) => host),
		['9.9.9.9'],
	);
});

test('our own id is no node', () => {
	const table = new RoutingTable(own);
	assert.equal(table.answered(own, {host: '8.8.8.8', port: 1}, 1, 1), 'refused');
	assert.equal(table.wants(own, {host: '8.8.8.8', port: 1}), false);
});

test('in a full bucket an id that fits its address takes the place of one that does not', () => {
	const random = seededRandom(10);
	const table = new RoutingTable(own);
	for (let n = 0; n < 128; n++) table.answered(randomIdAt(own, 0, random), {host: hostOf(n), port: 1}, 1, 1);
	for (let n = 0; n < 200; n++)
		table.answered(randomIdAt(own, 1, random), {host: hostOf(300 + n), port: 1}, 1, 1);
	let [n, fitting] = [0, new Uint8Array(20)];
	const ip = Uint8Array.of(8, 8, 8, 8);
	while (n++ < 100 && commonBits(own, fitting) !== 0) fitting = nodeIdFor(ip, random);
	assert.equal(table.answered(fitting, {host: '8.8.8.8', port: 1}, 1, 1), 'added');
	assert.equal(table.counts()[0]!.nodes, 128);
	assert.equal(table.answered(randomIdAt(own, 0, random), {host: '9.9.9.9', port: 1}, 1, 1), 'spare');
});

test('whoever waited longest for a question is the next to be asked', () => {
	const {table} = filled(50);
	const first = table.stalest()!.node;
	assert.equal(first.askedAt, Math.min(...[...table.nodes()].map(({askedAt}) => askedAt)));
	table.asked(first.id, first, 1000);
	assert.notEqual(table.stalest()!.node.host, first.host);
});

test('whatever happens, the table keeps its promises', () => {
	const random = seededRandom(11);
	const id = random.bytes(20);
	const table = new RoutingTable(id);
	const pool = Array.from({length: 600}, (_, n) => ({
		id: randomIdAt(id, Math.floor(random.next() * 14), random),
		host: hostOf(n),
		port: 1,
	}));
	for (let step = 0; step < 20_000; step++) {
		const node = pool[Math.floor(random.next() * pool.length)]!;
		if (random.next() < 0.6) table.answered(node.id, node, 1, step);
		else table.failed(node.id, node);
		if (step % 500 !== 0) continue;
		const all = [...table.nodes()];
		assert.equal(table.size, all.length);
		assert.equal(new Set(all.map(({host}) => host)).size, all.length);
		for (const [index, {nodes, spares, most}] of table.counts().entries())
			assert.ok(nodes <= most && spares <= 8, `${index}: ${nodes} and ${spares} of ${most}`);
		const last = table.depth - 1;
		let at = 0;
		for (const [index, {nodes}] of table.counts().entries()) {
			for (const node of all.slice(at, at + nodes))
				assert.equal(Math.min(commonBits(id, node.id), last), index);
			at += nodes;
		}
	}
});
