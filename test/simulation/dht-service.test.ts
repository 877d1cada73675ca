import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fromHex, toHex} from '../../source/base/hex.ts';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.ts';
import type {Clock} from '../../source/base/ports.ts';
import {Dht, type DhtSetup} from '../../source/engine/dht/dht.ts';
import type {SavedNodes} from '../../source/io/state/dht-store.ts';
import {decodeKrpc, type KrpcQuery} from '../../source/protocol/dht/krpc.ts';
import {idFitsAddress, nodeIdFor} from '../../source/protocol/dht/node-id.ts';
import {type Citizen, DhtWorld, type DhtWorldOptions, sha1} from './dht-world.ts';

const home: PeerAddress = {host: '90.1.2.3', port: 6881};
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

interface Circumstances extends Partial<Pick<DhtSetup, 'bootstrap' | 'lookUp' | 'readOnly' | 'givenPort'>> {
	readonly saved?: SavedNodes;
}

/** A whole DHT in a world of nodes, on virtual time. */
class Resident {
	readonly dht: Dht;
	readonly world: DhtWorld;
	readonly asked: Array<{to: PeerAddress; query: KrpcQuery}> = [];
	/** What is lost on its way: to or from us. */
	cut = {out: false, in: false};
	/** How far the wall clock was set, or ran while ours stood still. */
	slept = 0;
	hosts: string[] = [];
	revision = 0;
	hasAddress = true;
	announcedAgain = 0;
	saved: SavedNodes | undefined;
	#stopped = false;

	constructor(world: DhtWorld, {saved, ...more}: Circumstances = {}) {
		this.world = world;
		const {clock} = world;
		const ours: Clock = {
			now: () => clock.now(),
			wall: () => clock.wall() + this.slept,
			after: (delay, callback) => clock.after(delay, callback),
			soon: callback => clock.soon(callback),
		};
		this.dht = new Dht({
			clock: ours,
			random: world.random,
			sha1,
			client: Uint8Array.of(84, 84, 0, 1),
			readOnly: false,
			bootstrap: [world.citizens[0]!.address],
			udp: {
				join: owner =>
					world.listen(home, (bytes, {host, port}) => {
						if (!this.cut.in && owner.claims(bytes)) owner.receive(bytes, host, port);
					}),
				send: (bytes, host, port) => {
					const message = decodeKrpc(bytes);
					if (message.kind === 'query') this.asked.push({to: {host, port}, query: message});
					if (!this.cut.out) world.send(bytes, home, {host, port});
				},
			},
			store: {
				load: async () => saved ?? {},
				save: async kept => {
					this.saved = kept;
				},
			},
			lookUp: async () => [],
			offWhy: family => (family === 'ipv4' && this.hasAddress ? undefined : 'it has no address'),
			localPort: () => home.port,
			givenPort: () => undefined,
			heardOurAddress: () => {},
			ourAddresses: () => ({hosts: this.hosts, revision: this.revision}),
			log: () => {},
			...more,
		});
		this.dht.subscribe(() => this.announcedAgain++);
	}

	async start(): Promise<this> {
		await this.dht.start();
		this.#tick();
		return this;
	}

	#tick(): void {
		this.world.clock.after(second, () => {
			if (this.#stopped) return;
			this.dht.tick(this.world.clock.now());
			this.#tick();
		});
	}

	/** Looks for peers, to the end. */
	async search(
		target: Uint8Array,
		as: 'seed' | 'peer' | 'nothing' = 'nothing',
	): Promise<{peers: PeerAddress[]; nodes: number; stores: number; time: number}> {
		const began = this.world.clock.now();
		const peers: PeerAddress[] = [];
		let end: {peers: PeerAddress[]; nodes: number; stores: number; time: number} | undefined;
		this.dht.search(
			target,
			as,
			found => peers.push(...found),
			({nodes, stores}) => (end = {peers, nodes, stores, time: this.world.clock.now() - began}),
		);
		await this.world.clock.passUntil(() => end !== undefined, 2 * minute);
		assert.ok(end !== undefined, 'the search ended');
		return end;
	}

	get state(): string {
		return this.dht.health.state;
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		await this.dht.stop();
	}
}

async function worldOf(options: Partial<DhtWorldOptions> = {}): Promise<DhtWorld> {
	const world = new DhtWorld({nodes: 60, seed: 21, settleTime: 250, ...options});
	await world.begin();
	return world;
}

test('it finds its way in, is good among many, and keeps who it knows', async () => {
	const world = await worldOf({nodes: 90});
	const resident = new Resident(world);
	assert.equal(resident.state, 'starting');
	await resident.start();
	await world.clock.pass(30 * second);
	assert.ok(resident.dht.nodes >= 40, `${resident.dht.nodes} nodes`);
	assert.equal(resident.state, 'good');
	assert.deepEqual(
		resident.dht.report().map(({family, state}) => [family, state]),
		[
			['ipv4', 'good'],
			['ipv6', 'off'],
		],
	);
	await resident.stop();
	assert.ok((resident.saved?.ipv4?.nodes.length ?? 0) >= 40);
});

test('look-ups that are asked for before any node is known begin with the first that answers', async () => {
	const world = await worldOf();
	const resident = new Resident(world);
	let ended: number | undefined;
	resident.dht.search(
		world.random.bytes(20),
		'nothing',
		() => {},
		({nodes}) => (ended = nodes),
	);
	assert.deepEqual(resident.dht.lookups, {running: 0, waiting: 1});
	await resident.start();
	await world.clock.pass(10 * second);
	assert.ok((ended ?? 0) >= 8, `${ended} nodes`);
	assert.ok(resident.dht.times.whole.length > 0);
});

test('nodes that peers and torrents name before it begins are asked when it does', async () => {
	const world = await worldOf();
	const [byPeer, byTorrent] = [world.citizens[5]!.address, world.citizens[9]!.address];
	for (const early of ['peer', 'torrent']) {
		const resident = new Resident(world, {bootstrap: []});
		if (early === 'peer') resident.dht.heardPort(byPeer.host, byPeer.port);
		else await resident.dht.namedByTorrent([byTorrent]);
		await resident.start();
		await world.clock.pass(30 * second);
		assert.ok(resident.dht.nodes >= 8, `${resident.dht.nodes} nodes, by a ${early}`);
		await resident.stop();
	}
});

test('of nodes that are named before it begins few are remembered', async () => {
	const world = await worldOf();
	const resident = new Resident(world, {bootstrap: []});
	const named = Array.from({length: 200}, (_, n) => ({host: `9.${n}.1.1`, port: 6881}));
	for (let at = 0; at < named.length; at += 10) await resident.dht.namedByTorrent(named.slice(at, at + 10));
	await resident.start();
	await world.clock.pass(30 * second);
	const asked = new Set(resident.asked.map(({to}) => to.host));
	assert.ok(asked.size > 0 && asked.size <= 64, `${asked.size} were asked`);
	await resident.stop();
});

test('when nobody answers any more it says so, forgets nobody, and is back as soon as they are', async () => {
	const world = await worldOf();
	const resident = await new Resident(world).start();
	await world.clock.pass(2 * minute);
	const known = resident.dht.report()[0]!.known;
	resident.cut = {out: true, in: true};
	await world.clock.pass(10 * minute);
	assert.equal(resident.state, 'starting');
	assert.match(resident.dht.health.why ?? '', /^none of \d+ known nodes answers any more/);
	assert.equal(resident.dht.nodes, 0);
	await world.clock.pass(hour);
	assert.equal(resident.announcedAgain, 0);
	const {known: still} = resident.dht.report()[0]!;
	assert.ok(still >= known * 0.9, `${still} of ${known} are still known`);
	resident.cut = {out: false, in: false};
	await world.clock.pass(minute);
	assert.ok(resident.dht.nodes >= 8, `${resident.dht.nodes} nodes`);
	assert.equal(resident.announcedAgain, 1, 'torrents are announced anew, once');
});

test('on another interface the way in is looked for at once, and torrents are announced from there', async () => {
	const world = await worldOf();
	const resident = await new Resident(world).start();
	await world.clock.pass(10 * minute);
	resident.asked.length = 0;
	resident.dht.addressesChanged();
	await world.clock.pass(3 * second);
	assert.ok(resident.asked.length > 8, `${resident.asked.length} questions`);
	await world.clock.pass(20 * second);
	assert.equal(resident.announcedAgain, 1);
});

test('an interface that goes and comes back later is a new beginning', async () => {
	const world = await worldOf();
	const resident = await new Resident(world).start();
	await world.clock.pass(2 * minute);
	resident.hasAddress = false;
	await world.clock.pass(20 * minute);
	assert.equal(resident.state, 'off');
	assert.equal(resident.announcedAgain, 0);
	resident.hasAddress = true;
	await world.clock.pass(20 * second);
	assert.ok(resident.dht.nodes >= 8);
	assert.equal(resident.announcedAgain, 1);
});

for (const kind of ['its clock stood still', 'its clock ran on'] as const) {
	test(`after a long sleep in which ${kind} others are asked at once`, async () => {
		const world = await worldOf();
		const resident = await new Resident(world).start();
		await world.clock.pass(10 * minute);
		if (kind === 'its clock stood still') resident.slept += 7 * hour;
		else {
			// Nothing of ours runs while the time passes.
			const {tick} = resident.dht;
			resident.dht.tick = () => {};
			await world.clock.pass(20 * minute);
			resident.dht.tick = tick;
		}
		resident.asked.length = 0;
		await world.clock.pass(2 * second);
		assert.ok(resident.asked.length > 8, `${resident.asked.length} questions`);
		await world.clock.pass(20 * second);
		assert.equal(resident.announcedAgain, 1);
	});
}

test('when others see us at another address our id fits it and torrents are announced anew', async () => {
	const world = await worldOf();
	const resident = await new Resident(world).start();
	const see = async (host: string): Promise<void> => {
		resident.hosts = [host];
		resident.revision++;
		await world.clock.pass(30 * second);
	};
	await see(home.host);
	assert.equal(resident.announcedAgain, 0, 'the first that is known of it is no change');
	await see('77.7.7.7');
	assert.equal(resident.announcedAgain, 1);
	const {id, nodes} = resident.dht.report()[0]!;
	assert.ok(idFitsAddress(fromHex(id)!, Uint8Array.of(77, 7, 7, 7)));
	assert.ok(nodes >= 30, 'who was known still is');
});

test('a saved id stays where it fits our address, and only there', async () => {
	const world = await worldOf({nodes: 20});
	const id = nodeIdFor(Uint8Array.of(90, 1, 2, 3), world.random);
	const nodes = world.citizens.map(({address, node}) => ({...address, id: node.id}));
	for (const [host, stays] of [
		[home.host, true],
		['77.7.7.7', false],
	] as const) {
		const resident = new Resident(world, {saved: {ipv4: {id, nodes}}});
		resident.hosts = [host];
		await resident.start();
		await world.clock.pass(10 * second);
		assert.equal(resident.dht.report()[0]!.id === toHex(id), stays);
		await resident.stop();
	}
});

test('whom nobody can ask is firewalled, and good once strangers come', async () => {
	const world = await worldOf({nodes: 90});
	const resident = await new Resident(world).start();
	await world.clock.pass(minute);
	// Of all that others send only what answers a question is let in.
	const receive = world.receiverAt(home)!;
	world.listen(home, (bytes, from) => {
		if (decodeKrpc(bytes).kind !== 'query') receive(bytes, from);
	});
	await world.clock.pass(21 * minute);
	assert.equal(resident.state, 'firewalled');
	assert.match(resident.dht.health.why ?? '', /not open for UDP/);
	world.listen(home, receive);
	for (let n = 0; n < 9; n++) {
		const stranger = world.place(world.addressOf(500 + n));
		stranger.node.ping(home);
		await world.clock.pass(second);
	}
	assert.equal(resident.state, 'good');
});

test('in a net of three the state is poor and says why', async () => {
	const world = await worldOf({nodes: 3});
	const resident = await new Resident(world).start();
	await world.clock.pass(minute);
	// The one that everybody asks first is in the table too, named by its address; one of three has no room beside it.
	assert.deepEqual(resident.dht.health, {state: 'poor', why: 'only 2 nodes are known'});
	const lone = await new Resident(world, {bootstrap: [{host: '66.6.6.6', port: 1}]}).start();
	lone.dht.heardPort(world.citizens[1]!.address.host, 6881);
	await world.clock.pass(minute);
	assert.equal(lone.state, 'poor');
	const nowhere = await new Resident(world, {bootstrap: [{host: '66.6.6.6', port: 1}]}).start();
	await world.clock.pass(minute);
	assert.match(nowhere.dht.health.why ?? '', /^0 of 1 first nodes answered: is UDP let through/);
	const nameless = await new Resident(world, {
		bootstrap: [{host: 'router.example.org', port: 1}],
		lookUp: () => Promise.reject(new Error('ENOTFOUND')),
	}).start();
	await world.clock.pass(minute);
	assert.match(nameless.dht.health.why ?? '', /cannot be looked up: is the network there/);
});

test('where some are silent who answered is told to store us seconds later, and late answers are heard', async () => {
	const world = await worldOf({nodes: 6});
	const resident = await new Resident(world).start();
	await world.clock.pass(minute);
	for (const citizen of world.citizens.slice(4)) citizen.alive = false;
	const target = world.random.bytes(20);
	const {time, stores} = await resident.search(target, 'peer');
	assert.ok(time <= 5 * second, `${time} ms`);
	assert.equal(stores, 4);
	await world.clock.pass(second);
	assert.equal(world.citizens.filter(({node}) => node.stored.peers > 0).length, 4);
});

test('peers that come after the end of a look-up are handed on, unless it was stopped', async () => {
	const world = await worldOf({nodes: 4});
	const resident = await new Resident(world).start();
	const late = world.citizens[3]!;
	const target = world.random.bytes(20);
	const {result} = await world.lookUp(world.citizens[1]!, target);
	const stores = result.stores.filter(({host}) => host === late.address.host);
	world.citizens[1]!.node.announce(target, stores, {given: 6999, local: 1}, false);
	await world.clock.pass(minute);
	// It alone has been told, and takes eight seconds to answer.
	assert.equal(late.node.stored.peers, 1);
	const receive = world.receiverAt(late.address)!;
	world.listen(late.address, (bytes, from) => void world.clock.after(8 * second, () => receive(bytes, from)));
	for (const isStopped of [false, true]) {
		let [ended, found] = [false, 0];
		const cancel = resident.dht.search(
			target,
			'nothing',
			peers => {
				assert.equal(ended, true);
				found += peers.length;
			},
			() => (ended = true),
		);
		await world.clock.passUntil(() => ended, 7 * second);
		assert.equal(ended, true);
		if (isStopped) cancel();
		await world.clock.pass(10 * second);
		assert.equal(found, isStopped ? 0 : 1);
	}
});

test('saved nodes that are gone do not keep it from the ways in', async () => {
	const world = await worldOf();
	const nodes = Array.from({length: 200}, (_, n) => ({
		id: world.random.bytes(20),
		...world.addressOf(900 + n),
	}));
	const resident = await new Resident(world, {saved: {ipv4: {id: world.random.bytes(20), nodes}}}).start();
	await world.clock.pass(6 * second);
	assert.ok(resident.dht.nodes > 0, 'within seconds');
	await world.clock.pass(minute);
	assert.ok(resident.dht.nodes >= 30, `${resident.dht.nodes}`);
});

test('a name that takes long holds nobody up and is asked when it is known; what it may not say is not believed', async () => {
	const world = await worldOf();
	const [quick, slow] = world.citizens as [Citizen, Citizen];
	const resident = new Resident(world, {
		bootstrap: [
			{host: 'slow.example.org', port: 6881},
			{host: 'quick.example.org', port: 6881},
		],
		lookUp: name =>
			name.startsWith('quick')
				? Promise.resolve(['127.0.0.1', '192.168.1.1', quick.address.host])
				: new Promise(resolve => world.clock.after(9 * second, () => resolve([slow.address.host]))),
	});
	await resident.start();
	await world.clock.pass(5 * second);
	assert.ok(resident.dht.nodes > 0, `${resident.dht.nodes}`);
	assert.ok(resident.asked.every(({to}) => to.host !== '127.0.0.1' && to.host !== '192.168.1.1'));
});

test('dead nodes that peers name do not have the ways in asked over and over', async () => {
	const world = await worldOf({nodes: 3});
	const router = {host: '60.0.0.1', port: 6881};
	let asked = 0;
	world.listen(router, () => asked++);
	const resident = await new Resident(world, {bootstrap: [router]}).start();
	for (let n = 0; n < 600; n++) {
		resident.dht.heardPort(world.addressOf(2000 + n).host, 6881);
		await world.clock.pass(second);
	}
	assert.ok(asked <= 10, `asked ${asked} times in ten minutes`);
	resident.dht.heardPort(world.citizens[0]!.address.host, 6881);
	await world.clock.pass(minute);
	assert.ok(resident.dht.nodes > 0, 'one that is there is found all the same');
});

test('nodes that a .torrent names by address or name are a way in', async () => {
	const world = await worldOf();
	const resident = await new Resident(world, {
		bootstrap: [],
		lookUp: async name => (name === 'node.example.org' ? [world.citizens[1]!.address.host] : []),
	}).start();
	await world.clock.pass(10 * second);
	assert.equal(resident.dht.nodes, 0);
	await resident.dht.namedByTorrent([
		{host: 'nobody.example.org', port: 6881},
		{host: 'node.example.org', port: 6881},
	]);
	await world.clock.pass(30 * second);
	assert.ok(resident.dht.nodes >= 30, `${resident.dht.nodes}`);
});

test('a given port is told to those who store us, else they take the one we ask from: never both', async () => {
	const world = await worldOf({nodes: 20});
	for (const given of [undefined, 7000]) {
		const resident = await new Resident(world, {givenPort: () => given}).start();
		await world.clock.pass(30 * second);
		const target = world.random.bytes(20);
		const {stores} = await resident.search(target, 'seed');
		assert.equal(stores, 8);
		const told = resident.asked.filter(({query}) => query.name === 'announce_peer');
		assert.equal(told.length, 8);
		assert.ok(told.every(({query}) => query.port === given && query.seed));
		const {peers} = await world.lookUp(world.citizens[3]!, target);
		assert.deepEqual([...new Set(peers.map(formatAddress))], [`${home.host}:${given ?? home.port}`]);
		await resident.stop();
	}
});

test('eight look-ups run at a time, others wait; who is stopped while it waits leaves nothing behind', async () => {
	const world = await worldOf({nodes: 20});
	const resident = await new Resident(world).start();
	await world.clock.pass(30 * second);
	let ended = 0;
	const cancels = Array.from({length: 20_000}, () =>
		resident.dht.search(
			world.random.bytes(20),
			'nothing',
			() => {},
			() => ended++,
		),
	);
	assert.deepEqual(resident.dht.lookups, {running: 8, waiting: 19_992});
	for (const cancel of cancels.slice(16).reverse()) cancel();
	await world.clock.pass(minute);
	assert.equal(ended, 16);
	assert.deepEqual(resident.dht.lookups, {running: 0, waiting: 0});
});
