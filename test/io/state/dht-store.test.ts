import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {DhtStore} from '../../../source/io/state/dht-store.ts';
import {takeLock} from '../../../source/io/state/process-lock.ts';
import {decodeDictionary, encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import type {NodeContact} from '../../../source/protocol/dht/compact-nodes.ts';
import {Workspace} from '../../helpers/workspace.ts';

const id = (byte: number) => new Uint8Array(20).fill(byte);
const node = (number: number): NodeContact => ({
	id: id(number % 251),
	host: `10.0.${number >> 8}.${number & 255}`,
	port: 6881,
});
const nodes = (first: number, count: number) => Array.from({length: count}, (_, more) => node(first + more));
const silent = (text: string) => assert.fail(text);
const hosts = (known: readonly NodeContact[] | undefined) => known?.map(({host}) => host);

function idIn(folder: string): Uint8Array | undefined {
	return decodeDictionary(readFileSync(`${folder}/dht`), 'dht')
		.get('ipv4')
		?.get('id')
		?.bytes();
}

test('a guest gets the nodes of the engine, and no id of it', async t => {
	const folder = new Workspace(t).folder('state');
	await new DhtStore(folder, false, silent).save({ipv4: {id: id(1), nodes: nodes(1, 3)}});
	const known = await new DhtStore(folder, true, silent).load();
	assert.deepEqual([hosts(known.ipv4?.nodes), known.ipv4?.id], [hosts(nodes(1, 3)), undefined]);
	assert.deepEqual((await new DhtStore(folder, false, silent).load()).ipv4?.id, id(1));
});

test('what a guest leaves goes before what was kept, and the id of the engine stays its own', async t => {
	const folder = new Workspace(t).folder('state');
	await new DhtStore(folder, false, silent).save({ipv4: {id: id(1), nodes: nodes(1, 3)}});
	await new DhtStore(folder, true, silent).save({ipv4: {id: id(2), nodes: [node(9), node(2)]}});
	const {ipv4} = await new DhtStore(folder, false, silent).load();
	assert.deepEqual(hosts(ipv4?.nodes), ['10.0.0.9', '10.0.0.2', '10.0.0.1', '10.0.0.3']);
	assert.deepEqual(ipv4?.id, id(1));
});

test('a guest that comes before any engine leaves nodes without an id, and the engine makes its own', async t => {
	const folder = new Workspace(t).path('not', 'there', 'yet');
	await new DhtStore(folder, true, silent).save({ipv4: {id: id(2), nodes: nodes(1, 3)}});
	assert.equal(idIn(folder), undefined);
	const engine = new DhtStore(folder, false, silent);
	const {ipv4} = await engine.load();
	assert.deepEqual([hosts(ipv4?.nodes), ipv4?.id], [hosts(nodes(1, 3)), undefined]);
	await engine.save({ipv4: {id: id(3), nodes: nodes(1, 1)}});
	assert.deepEqual((await engine.load()).ipv4?.id, id(3));
});

test('of a family that knows nobody this time stays what was kept of it', async t => {
	const folder = new Workspace(t).folder('state');
	const store = new DhtStore(folder, false, silent);
	const six = {id: id(5), nodes: [{id: id(6), host: '2001:db8::1', port: 1}]};
	await store.save({ipv4: {id: id(1), nodes: nodes(1, 2)}, ipv6: six});
	await store.save({ipv4: {id: id(1), nodes: nodes(3, 2)}});
	const {ipv6} = await store.load();
	assert.deepEqual([hosts(ipv6?.nodes), ipv6?.id], [['2001:db8::1'], id(5)]);
});

test('earlier nodes fill up to 64, so that the dead do not gather; 300 at the most are kept', async t => {
	const folder = new Workspace(t).folder('state');
	const store = new DhtStore(folder, true, silent);
	await store.save({ipv4: {id: id(1), nodes: nodes(1, 300)}});
	assert.equal((await store.load()).ipv4?.nodes.length, 300);
	await store.save({ipv4: {id: id(1), nodes: nodes(1000, 10)}});
	const few = (await store.load()).ipv4?.nodes;
	assert.deepEqual([few?.length, few?.[9]?.host, few?.[10]?.host], [64, node(1009).host, node(1).host]);
	await store.save({ipv4: {id: id(1), nodes: nodes(2000, 100)}});
	assert.equal((await store.load()).ipv4?.nodes.length, 100);
});

test('of many that save at once none undoes what another kept', async t => {
	const folder = new Workspace(t).folder('state');
	const engine = new DhtStore(folder, false, silent);
	const guests = Array.from({length: 5}, () => new DhtStore(folder, true, silent));
	await Promise.all([
		engine.save({ipv4: {id: id(1), nodes: [node(100)]}}),
		...guests.map((guest, at) => guest.save({ipv4: {id: id(2), nodes: [node(at)]}})),
	]);
	const {ipv4} = await engine.load();
	const kept = new Set(hosts(ipv4?.nodes));
	assert.deepEqual(ipv4?.id, id(1));
	for (const number of [100, 0, 1, 2, 3, 4]) assert.ok(kept.has(node(number).host), `node ${number}`);
	assert.deepEqual(readdirSync(folder), ['dht']);
});

test('who finds another writing waits for it', async t => {
	const folder = new Workspace(t).folder('state');
	const store = new DhtStore(folder, true, silent);
	await store.save({ipv4: {id: id(1), nodes: nodes(1, 2)}});
	const lock = takeLock(folder, 'dht');
	assert.ok('release' in lock);
	const saving = store.save({ipv4: {id: id(1), nodes: nodes(5, 1)}});
	assert.deepEqual(hosts((await store.load()).ipv4?.nodes), hosts(nodes(1, 2)));
	lock.release();
	await saving;
	assert.deepEqual(hosts((await store.load()).ipv4?.nodes), hosts([node(5), ...nodes(1, 2)]));
});

test('what a crash, a later version or a stranger left is one line, and is begun anew', async t => {
	const space = new Workspace(t);
	const damaged = {
		rubbish: Buffer.from('no bencode'),
		'a later version': encodeBencode({version: 2}),
		'nodes of no length': encodeBencode({version: 1, ipv4: {nodes: Uint8Array.of(1, 2, 3)}}),
	};
	for (const [name, bytes] of Object.entries(damaged)) {
		const folder = space.folder(name);
		writeFileSync(`${folder}/dht`, bytes);
		writeFileSync(`${folder}/dht.tmp`, 'half of it');
		const said: string[] = [];
		const store = new DhtStore(folder, true, text => said.push(text));
		const known = await store.load();
		assert.deepEqual(known.ipv4?.nodes ?? [], [], name);
		await store.save({ipv4: {id: id(1), nodes: nodes(1, 2)}});
		assert.equal((await store.load()).ipv4?.nodes.length, 2, name);
		assert.deepEqual(readdirSync(folder), ['dht'], name);
		assert.ok(said.length <= 1, said.join());
	}
});

test('a folder that takes nothing is one line, however often it is tried', async t => {
	const space = new Workspace(t);
	const folder = space.folder('state');
	mkdirSync(`${folder}/dht`);
	writeFileSync(`${folder}/dht/kept`, '');
	const said: string[] = [];
	const store = new DhtStore(folder, true, text => said.push(text));
	await store.save({ipv4: {id: id(1), nodes: nodes(1, 2)}});
	await store.save({ipv4: {id: id(1), nodes: nodes(1, 2)}});
	assert.equal(said.length, 1);
	assert.match(said[0]!, /^nodes of the DHT are not kept: /);
	assert.deepEqual(readdirSync(folder), ['dht']);
});
