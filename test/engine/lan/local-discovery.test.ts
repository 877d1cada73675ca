import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.js';
import {LocalDiscovery} from '../../../source/engine/lan/local-discovery.js';
import {LsdSource} from '../../../source/engine/sources/lsd-source.js';
import type {LocalNetwork} from '../../../source/io/net/local-networks.js';
import {decodeLsdAnnounce, encodeLsdAnnounce} from '../../../source/protocol/lan/lsd.js';
import {HandClock} from '../../helpers/hand-clock.ts';

const eth0: LocalNetwork = {name: 'eth0', family: 4, address: '192.168.1.7', prefix: 24};
const eth0Six: LocalNetwork = {name: 'eth0', family: 6, address: 'fd00::7', prefix: 64};
const wifi: LocalNetwork = {name: 'wlan0', family: 4, address: '10.0.0.7', prefix: 8};
const hash = (byte: number) => new Uint8Array(20).fill(byte);

/** Local discovery on networks that are none, and what it sends there. */
class Stage {
	readonly clock = new HandClock();
	readonly sent: Array<{at: number; family: number; bytes: Uint8Array}> = [];
	readonly log: string[] = [];
	readonly discovery: LocalDiscovery;
	networks: readonly LocalNetwork[];
	port = 7000;
	opened = 0;
	closed = 0;
	hear: (bytes: Uint8Array, host: string) => void = () => assert.fail('it hears nothing');

	constructor(networks: readonly LocalNetwork[] = [eth0], isAlone = false) {
		this.networks = networks;
		let known: readonly LocalNetwork[] = [];
		this.discovery = new LocalDiscovery({
			clock: this.clock,
			random: {next: () => 0, bytes: length => new Uint8Array(length).fill(7)},
			port: () => this.port,
			open: heard => {
				this.opened++;
				this.hear = heard;
				return {
					get networks() {
						return known;
					},
					refresh: () => {
						const isMore = this.networks.some(network => !known.includes(network));
						known = this.networks;
						return isMore;
					},
					send: (family, bytes) => {
						if (known.some(network => network.family === family))
							this.sent.push({at: this.clock.now(), family, bytes});
					},
					close: () => this.closed++,
				};
			},
			isAlone,
			log: (level, text) => void this.log.push(`${level}: ${text}`),
		});
	}

	/** Lets time pass with a tick a second. */
	async pass(seconds: number): Promise<void> {
		for (let second = 0; second < seconds; second++) {
			await this.clock.pass(1000);
			this.discovery.tick(this.clock.now());
		}
	}

	join(byte: number): {readonly found: PeerAddress[]; readonly leave: () => void} {
		const found: PeerAddress[] = [];
		return {found, leave: this.discovery.join(hash(byte), peers => void found.push(...peers))};
	}

	say(host: string, port: number, bytes: readonly number[], cookie?: string): void {
		this.hear(encodeLsdAnnounce({port, infoHashes: bytes.map(hash), cookie}, 'ipv4'), host);
	}
}

test('torrents are announced at once and every five minutes, in both families, with the port we listen on', async () => {
	const stage = new Stage([eth0, eth0Six]);
	stage.discovery.start();
	stage.join(1);
	stage.join(2);
	await stage.pass(2);
	assert.deepEqual(
		stage.sent.map(({family}) => family),
		[4, 6],
	);
	for (const {bytes} of stage.sent) {
		const {port, infoHashes} = decodeLsdAnnounce(bytes);
		assert.deepEqual([port, infoHashes], [7000, [hash(1), hash(2)]]);
	}
	await stage.pass(3600);
	const [first, ...more] = stage.sent.filter(({family}) => family === 4);
	assert.equal(more.length, 12);
	assert.ok(first!.at <= 1000);
});

test('nothing is announced while nobody could come to us, or there is no network', async () => {
	const stage = new Stage([]);
	stage.port = 0;
	stage.discovery.start();
	stage.join(1);
	await stage.pass(20);
	assert.equal(stage.discovery.off, 'no local network');
	stage.networks = [eth0];
	await stage.pass(5);
	assert.equal(stage.discovery.off, undefined);
	assert.equal(stage.sent.length, 0);
	stage.port = 7000;
	await stage.pass(1);
	assert.equal(stage.sent.length, 1);
});

test('on a network that comes later all is announced again', async () => {
	const stage = new Stage();
	stage.discovery.start();
	stage.join(1);
	await stage.pass(10);
	assert.equal(stage.sent.length, 1);
	stage.networks = [eth0, wifi];
	stage.discovery.networkChanged();
	await stage.pass(2);
	assert.equal(stage.sent.length, 2);
	stage.networks = [wifi];
	stage.discovery.networkChanged();
	await stage.pass(10);
	assert.equal(stage.sent.length, 2, 'nobody new is there');
});

test('a peer is where its packet came from, with the port it names, for every torrent that we have', () => {
	const stage = new Stage([eth0, eth0Six]);
	stage.discovery.start();
	const [one, two, left] = [stage.join(1), stage.join(2), stage.join(3)];
	left.leave();
	stage.say('192.168.1.9', 6881, [1, 3, 9, 2]);
	stage.say('fd00::9', 6882, [2], 'theirs');
	assert.deepEqual(one.found, [{host: '192.168.1.9', port: 6881}]);
	assert.deepEqual(two.found, [
		{host: '192.168.1.9', port: 6881},
		{host: 'fd00::9', port: 6882},
	]);
	assert.deepEqual(left.found, []);
});

test('our own announces, those from elsewhere, from link-local addresses and nonsense are not heard', async () => {
	const stage = new Stage([eth0, eth0Six]);
	stage.discovery.start();
	const {found} = stage.join(1);
	await stage.pass(2);
	for (const {bytes} of stage.sent) for (const host of ['192.168.1.7', 'fd00::7']) stage.hear(bytes, host);
	await stage.pass(1);
	for (const host of ['192.168.2.9', '8.8.8.8', 'fd00:0:0:1::9', 'fe80::9%eth0', '']) stage.say(host, 1, [1]);
	stage.hear(new TextEncoder().encode('BT-SEARCH * HTTP/1.1\r\nPort: 0\r\n\r\n'), '192.168.1.9');
	stage.hear(new Uint8Array(4000), '192.168.1.9');
	assert.deepEqual(found, []);
});

test('no more than ten announces a second are read', async () => {
	const stage = new Stage();
	stage.discovery.start();
	const {found} = stage.join(1);
	for (let port = 1; port <= 50; port++) stage.say('192.168.1.9', port, [1]);
	assert.equal(found.length, 10);
	await stage.pass(1);
	stage.say('192.168.1.9', 99, [1]);
	assert.equal(found.length, 11);
});

test('bound to this machine alone nothing is opened, and it is said why', async () => {
	const stage = new Stage([eth0], true);
	stage.discovery.start();
	stage.join(1);
	await stage.pass(5);
	assert.deepEqual([stage.opened, stage.sent.length], [0, 0]);
	assert.equal(stage.discovery.off, 'bound to addresses of this machine alone');
	assert.deepEqual(stage.log, ['debug: local discovery is off: bound to addresses of this machine alone']);
	stage.discovery.stop();
});

test('one that has stopped says nothing more', async () => {
	const stage = new Stage();
	stage.discovery.start();
	stage.join(1);
	stage.discovery.leave();
	await stage.pass(400);
	stage.discovery.stop();
	assert.deepEqual([stage.sent.length, stage.closed], [0, 1]);
});

test('a torrent is announced from its start to its stop, and at once for a person', async () => {
	const stage = new Stage();
	stage.discovery.start();
	const found: PeerAddress[] = [];
	const source = new LsdSource(
		{swarmKeys: () => ({v1: hash(1), v2: undefined}), found: peers => void found.push(...peers)},
		{localDiscovery: stage.discovery},
	);
	await stage.pass(5);
	assert.deepEqual([source.off, source.nextAt(), stage.sent.length], [undefined, undefined, 0]);
	source.start();
	await stage.pass(10);
	assert.equal(stage.sent.length, 1);
	assert.equal(source.nextAt(), stage.sent[0]!.at + 300_000);
	source.hurry();
	await stage.pass(2);
	assert.equal(stage.sent.length, 2);
	stage.say('192.168.1.9', 6881, [1]);
	assert.deepEqual(found, [{host: '192.168.1.9', port: 6881}]);
	await source.stop();
	source.hurry();
	await stage.pass(900);
	stage.say('192.168.1.9', 6882, [1]);
	assert.deepEqual([stage.sent.length, found.length, source.nextAt()], [2, 1, undefined]);
	const off = new LsdSource({swarmKeys: () => ({v1: hash(1), v2: undefined}), found: () => {}}, {});
	off.start();
	assert.equal(off.off, 'switched off');
});
