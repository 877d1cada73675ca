import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import {randomIdAt} from '../../source/protocol/dht/node-id.js';
import {type Citizen, DhtWorld} from './dht-world.js';
import {referenceLookup} from './reference-lookup.js';

const honest = (world: DhtWorld): Citizen[] => world.citizens.filter(({alive, honest}) => alive && honest);
const keys = (nodes: readonly PeerAddress[]): Set<string> => new Set(nodes.map(formatAddress));

test('in a net of 500 nodes, 20 % gone and 10 % lying, the nearest eight are found, with few questions', async t => {
	const world = new DhtWorld({nodes: 500, seed: 1, dead: 0.2, lying: 0.1});
	await world.begin();
	const askers = honest(world);
	let [found, asked, reference, whole] = [0, 0, 0, 0];
	const lookups = 20;
	for (let n = 0; n < lookups; n++) {
		const target = world.random.bytes(20);
		const asker = askers[(n * 37) % askers.length]!;
		reference += referenceLookup(world, asker, target).asked;
		const {result, time} = await world.lookUp(asker, target);
		const wanted = keys(world.nearest(target).map(({address}) => address));
		found += result.stores.filter(store => wanted.has(formatAddress(store))).length;
		asked += result.asked;
		whole += time;
	}
	t.diagnostic(
		`${((100 * found) / lookups / 8).toFixed(1)} % of the nearest, ${asked / lookups} questions a look-up ` +
			`(the reference ${reference / lookups}), ${Math.round(whole / lookups)} ms`,
	);
	assert.ok(found / lookups / 8 > 0.95, `${found} of ${lookups * 8}`);
	assert.ok(asked <= 1.5 * reference, `${asked} questions, the reference needs ${reference}`);
});

test('with a tenth of all datagrams lost what is announced is found', async () => {
	const world = new DhtWorld({nodes: 150, seed: 2, loss: 0.1});
	await world.begin();
	const target = world.random.bytes(20);
	const askers = honest(world);
	for (const citizen of askers.slice(0, 10)) {
		const {result} = await world.lookUp(citizen, target);
		citizen.node.announce(target, result.stores, {given: 6999, local: 1}, false);
	}
	await world.clock.pass(5000);
	for (const citizen of askers.slice(60, 70)) {
		const {peers, firstPeer} = await world.lookUp(citizen, target);
		assert.equal(keys(peers).size, 10);
		assert.ok(firstPeer! < 4000, `${firstPeer} ms`);
	}
});

test('an IPv6 net is one like any other', async () => {
	const world = new DhtWorld({nodes: 120, seed: 3, ipv6: true});
	await world.begin();
	const target = world.random.bytes(20);
	const [one, other] = [world.citizens[5]!, world.citizens[90]!];
	const {result} = await world.lookUp(one, target);
	assert.equal(result.stores.length, 8);
	one.node.announce(target, result.stores, {given: undefined, local: 1}, true);
	await world.clock.pass(5000);
	assert.deepEqual((await world.lookUp(other, target)).peers.slice(0, 1), [one.address]);
});

test('a thousand ids near a hash, of three addresses, do not own the look-up', async () => {
	const world = new DhtWorld({nodes: 200, seed: 4});
	await world.begin();
	const target = world.random.bytes(20);
	const owners = ['66.6.6.1', '66.6.7.1', '66.6.8.1'];
	const sybils = Array.from({length: 1000}, (_, n) => ({
		id: randomIdAt(target, 40 + (n % 60), world.random),
		host: owners[n % 3]!,
		port: 1000 + n,
	}));
	// They answer whoever asks, name each other, and have made themselves known to everybody.
	for (const sybil of sybils) world.place(sybil, false, sybil.id);
	for (const sybil of sybils)
		for (const {node} of world.citizens.slice(0, 200))
			if (world.random.next() < 0.02) node.ping(sybil, sybil.id);
	await world.clock.pass(60_000);
	const askers = honest(world);
	const [announcer, seeker] = [askers[3]!, askers[120]!];
	const {result} = await world.lookUp(announcer, target);
	const owned = result.stores.filter(({host}) => owners.includes(host)).length;
	assert.ok(owned <= 3, `${owned} of 8 are theirs`);
	announcer.node.announce(target, result.stores, {given: 6999, local: 1}, false);
	await world.clock.pass(5000);
	const {peers} = await world.lookUp(seeker, target);
	assert.ok(keys(peers).has(formatAddress({...announcer.address, port: 6999})));
});

test('when all whom a node knows are gone it finds others by the way in', async () => {
	const world = new DhtWorld({nodes: 60, seed: 5});
	await world.begin();
	const [node] = world.citizens.slice(-1);
	for (const {host} of node!.node.nodesToKeep(300)) {
		const other = world.citizens.find(({address}) => address.host === host);
		if (other !== undefined) other.alive = false;
	}
	const fresh = Array.from({length: 20}, (_, n) => world.place(world.addressOf(1000 + n)));
	world.citizens.push(...fresh);
	for (const citizen of fresh) {
		citizen.node.start();
		citizen.node.bootstrap([fresh[0]!.address], () => {});
	}
	await world.clock.pass(30_000);
	await world.clock.pass(30 * 60_000);
	let told = -1;
	node!.node.bootstrap([fresh[0]!.address], responses => (told = responses));
	await world.clock.pass(60_000);
	assert.ok(told > 5, `${told} answered`);
	assert.ok(node!.node.good >= 8, `${node!.node.good} nodes`);
});

test('an idle net is quiet: less than one datagram in two seconds a node', async t => {
	const world = new DhtWorld({nodes: 200, seed: 7});
	await world.begin();
	await world.clock.pass(10 * 60_000);
	const before = world.sent;
	await world.clock.pass(30 * 60_000);
	const each = (world.sent - before) / 200 / 1800;
	t.diagnostic(`${each.toFixed(3)} datagrams a node and second`);
	assert.ok(each < 0.5, `${each}`);
});
