import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {PeerAddress} from '../../../source/base/peer-address.js';
import {ExtensionState} from '../../../source/engine/extensions/extension-state.js';
import type {ExtensionPeer} from '../../../source/engine/extensions/peer-extension.js';
import {type PexTorrent, UtPex} from '../../../source/engine/extensions/ut-pex.js';
import {decodeBencode, encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import {decodePex, encodePex, type PexMessage} from '../../../source/protocol/wire/ut-pex.js';

/** A peer that notes what it is told. */
class Listener {
	readonly extensions = new ExtensionState();
	readonly told: PexMessage[] = [];
	readonly id: number;
	readonly address: PeerAddress;
	readonly incoming: boolean;
	transport: 'tcp' | 'utp' = 'tcp';
	isClosed = false;
	now = 0;
	spent = 0;

	constructor(id: number, host: string, incoming = false) {
		this.id = id;
		this.address = {host, port: incoming ? 50_000 + id : 6881};
		this.incoming = incoming;
		this.extensions.joined = true;
		this.extensions.setNumber('ut_pex', 7);
	}

	sendExtended(number: number, payload: Uint8Array): void {
		assert.equal(number, 7, 'by the number the peer gave it');
		this.told.push(decodePex(payload, 500));
	}

	redundantMessage(cost = 1): void {
		this.spent += cost;
	}

	get last(): string[] {
		return this.told.at(-1)?.added.map(({host, port}) => `${host}:${port}`) ?? [];
	}
}

function open(
	peers: Listener[],
	more: Partial<PexTorrent> = {},
): {pex: UtPex; found: PeerAddress[]; namedBy: string[]} {
	const found: PeerAddress[] = [];
	const namedBy: string[] = [];
	const torrent = {
		exchanges: true,
		peers,
		isSeed: (peer: ExtensionPeer) => peer.id === 2,
		found: (addresses: readonly PeerAddress[], by: PeerAddress) => {
			found.push(...addresses);
			namedBy.push(by.host);
		},
		...more,
	} as unknown as PexTorrent;
	return {pex: new UtPex(torrent), found, namedBy};
}

const asPeer = (listener: Listener): ExtensionPeer => listener as unknown as ExtensionPeer;
const handshake = (port: number) => decodeBencode(encodeBencode({p: port}));
const minute = 60_000;

test('peers are told at once who else is here, and of changes once a minute', () => {
	const peers = [new Listener(1, '8.8.8.1'), new Listener(2, '8.8.4.2')];
	const {pex} = open(peers);
	pex.tick(0);
	assert.deepEqual(peers[0]!.last, ['8.8.4.2:6881']);
	assert.deepEqual(peers[1]!.last, ['8.8.8.1:6881']);
	assert.equal(peers[0]!.told[0]!.added[0]!.flags, 0x12, 'reachable, and a seed');
	peers.push(new Listener(3, '9.9.9.3'));
	for (let now = 1000; now < minute; now += 1000) pex.tick(now);
	assert.equal(peers[0]!.told.length, 1);
	peers.splice(1, 1);
	pex.tick(minute);
	assert.deepEqual(peers[0]!.last, ['9.9.9.3:6881']);
	assert.deepEqual(
		peers[0]!.told[1]!.dropped.map(({host}) => host),
		['8.8.4.2'],
	);
	pex.tick(3 * minute);
	assert.equal(peers[0]!.told.length, 2, 'nothing new is not told');
});

test('who dialled us goes out under the port it says it listens on, or not at all', () => {
	const peers = [
		new Listener(1, '8.8.8.1'),
		new Listener(3, '8.8.4.3', true),
		new Listener(4, '9.9.9.4', true),
	];
	const {pex} = open(peers);
	pex.greeted(asPeer(peers[1]!), handshake(7777));
	pex.tick(0);
	assert.deepEqual(peers[0]!.last, ['8.8.4.3:7777']);
	assert.equal(peers[0]!.told[0]!.added[0]!.flags, 0, 'nobody knows whether others reach it');
});

test('of whom we speak to over uTP others are told that it speaks that, and of whom can be brought together that it can', () => {
	const peers = [new Listener(1, '8.8.8.1'), new Listener(3, '8.8.4.3'), new Listener(4, '9.9.9.4', true)];
	const {pex} = open(peers);
	peers[1]!.transport = 'utp';
	peers[2]!.transport = 'utp';
	peers[2]!.extensions.setNumber('ut_holepunch', 3);
	pex.greeted(asPeer(peers[2]!), handshake(7777));
	pex.tick(0);
	const flags = new Map(peers[0]!.told[0]!.added.map(peer => [peer.host, peer.flags]));
	assert.deepEqual([flags.get('8.8.4.3'), flags.get('9.9.9.4')], [0x14, 0x0c]);
	// Whom we speak to over TCP may speak both: nothing is said of it.
	assert.equal(peers[1]!.told[0]!.added.find(({host}) => host === '8.8.8.1')?.flags, 0x10);
});

test('of a crowd fifty are told a minute, a hundred the first time', () => {
	const peers = Array.from({length: 300}, (_, n) => new Listener(10 + n, `20.0.${n >> 8}.${n & 255}`));
	const {pex} = open(peers);
	pex.tick(0);
	assert.equal(peers[0]!.last.length, 100);
	pex.tick(minute);
	assert.equal(peers[0]!.last.length, 50);
	peers.splice(1, 290);
	pex.tick(2 * minute);
	assert.equal(peers[0]!.told.at(-1)!.dropped.length, 50);
	for (let n = 3; n < 12; n++) pex.tick(n * minute);
	const names = new Set<string>();
	for (const {added, dropped} of peers[0]!.told) {
		for (const {host} of added) names.add(host);
		for (const {host} of dropped) names.delete(host);
	}
	assert.deepEqual(
		[...names].sort(),
		peers
			.slice(1)
			.map(({address}) => address.host)
			.sort(),
	);
});

test('addresses of our own network are neither told to the internet nor taken from it', () => {
	const peers = [new Listener(1, '8.8.8.1'), new Listener(3, '192.168.1.3'), new Listener(4, '127.0.0.1')];
	const {pex, found, namedBy} = open(peers);
	pex.tick(0);
	assert.deepEqual(peers[0]!.told, []);
	assert.deepEqual(peers[1]!.last, ['8.8.8.1:6881']);
	assert.deepEqual(peers[2]!.last, ['8.8.8.1:6881', '192.168.1.3:6881']);
	const payload = encodePex({
		added: ['192.168.1.9', '127.0.0.1', '9.9.9.9'].map(host => ({host, port: 80, flags: 0})),
		dropped: [],
	});
	pex.message(asPeer(peers[0]!), payload);
	assert.deepEqual(found, [{host: '9.9.9.9', port: 80}]);
	assert.deepEqual(namedBy, ['8.8.8.1'], 'who named them is told too');
	pex.message(asPeer(peers[1]!), payload);
	assert.deepEqual(
		found.slice(1).map(({host}) => host),
		['192.168.1.9', '9.9.9.9'],
	);
});

test('what comes more often than once a minute is not read, and costs whoever sends it', () => {
	const peers = [new Listener(1, '8.8.8.1')];
	const {pex, found} = open(peers);
	const payload = encodePex({added: [{host: '9.9.9.9', port: 80, flags: 0}], dropped: []});
	pex.message(asPeer(peers[0]!), payload);
	peers[0]!.now = 30_000;
	pex.message(asPeer(peers[0]!), payload);
	assert.equal(found.length, 1);
	assert.ok(peers[0]!.spent > 20);
	peers[0]!.now = minute;
	pex.message(asPeer(peers[0]!), payload);
	assert.equal(found.length, 2);
});

test('of a private torrent nobody is told anything', () => {
	const peers = [new Listener(1, '8.8.8.1'), new Listener(2, '8.8.4.2')];
	const {pex} = open(peers, {exchanges: false});
	assert.equal(pex.offered, false);
	pex.tick(0);
	assert.deepEqual(peers[0]!.told, []);
});

test('who speaks no peer exchange is told nothing, and told of all the same', () => {
	const peers = [new Listener(1, '8.8.8.1'), new Listener(2, '8.8.4.2')];
	peers[1]!.extensions.setNumber('ut_pex', 0);
	const {pex} = open(peers);
	pex.tick(0);
	assert.deepEqual([peers[0]!.last, peers[1]!.told], [['8.8.4.2:6881'], []]);
});
