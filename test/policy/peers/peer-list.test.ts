import assert from 'node:assert/strict';
import test from 'node:test';
import {formatAddress, type PeerAddress} from '../../../source/base/peer-address.ts';
import type {PeerSourceName} from '../../../source/base/peer-source.ts';
import {peerKey} from '../../../source/policy/peers/peer-key.ts';
import {PeerList} from '../../../source/policy/peers/peer-list.ts';
import {seeded} from '../seeded.ts';

const second = 1000;

function at(text: string): PeerAddress {
	const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(text)!;
	return {host: host!, port: Number(port)};
}

function list(addresses = '', source: PeerSourceName = 'tracker', limit = 3000): PeerList {
	const peers = new PeerList({port: 6881, ownHosts: ['203.0.113.9', '2001:db8::9'], limit});
	for (const address of addresses.split(' ').filter(Boolean)) peers.add(at(address), source, 0);
	return peers;
}

function names(peers: PeerList, now: number, count = 10): string[] {
	return peers.candidates(now, count).map(formatAddress).sort();
}

function fail(peers: PeerList, address: string, now: number): void {
	peers.connecting(at(address));
	peers.failed(at(address), now);
}

test('what cannot be dialled is never known', () => {
	for (const address of [
		'192.0.2.1:0',
		'192.0.2.1:65536',
		'224.0.0.1:6881',
		'255.255.255.255:6881',
		'0.0.0.0:6881',
		'[::]:6881',
		'[ff02::1]:6881',
		'example.org:6881',
		'192.0.2:6881',
		'203.0.113.9:6881',
		'127.0.0.1:6881',
		'[::1]:6881',
		'[::ffff:203.0.113.9]:6881',
		'[fe80::1%a b]:6881',
	]) {
		assert.equal(list().add(at(address), 'tracker', 0), false, address);
	}
});

test('loopback, IPv6 and another port on our own address are peers like any other', () => {
	for (const address of [
		'127.0.0.1:6882',
		'127.0.0.2:6881',
		'[2001:db8::1]:1',
		'[fe80::1%eth0]:5',
		'203.0.113.9:7000',
	]) {
		assert.equal(list().add(at(address), 'lsd', 0), true, address);
	}
});

test('one address in two spellings is one peer, and each source leaves its letter', () => {
	const peers = list('[2001:DB8:0:0::1]:6881');
	assert.equal(peers.add(at('[2001:db8::1]:6881'), 'pex', 1), false);
	assert.equal(peers.known, 1);
	assert.deepEqual(peers.sourceOf(at('[2001:db8::1]:6881')), {source: 'tracker', letters: 'TX'});
});

test('candidates stay candidates until they are dialled', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1');
	assert.equal(names(peers, 0).length, 2);
	assert.equal(names(peers, 0).length, 2);
	peers.connecting(at('192.0.2.1:1'));
	assert.deepEqual(names(peers, 0), ['192.0.2.2:1']);
});

test('canonical order decides among peers that were never tried', () => {
	const peers = new PeerList({port: 6881, ownHosts: ['123.213.32.10']});
	peers.add(at('123.213.32.234:1'), 'tracker', 0); // 0x99568189
	peers.add(at('98.76.54.32:1'), 'tracker', 0); // 0xec2d7224
	assert.equal(formatAddress(peers.candidates(0, 1)[0]!), '98.76.54.32:1');
});

test('the order follows when our address becomes known', () => {
	const peers = new PeerList({port: 6881});
	peers.add(at('123.213.32.234:1'), 'tracker', 0);
	peers.add(at('98.76.54.32:1'), 'tracker', 0);
	peers.add(at('123.213.32.10:6881'), 'pex', 0);
	assert.equal(formatAddress(peers.candidates(0, 1)[0]!), '123.213.32.234:1');
	peers.setOwn(6881, ['123.213.32.10']);
	assert.equal(formatAddress(peers.candidates(0, 1)[0]!), '98.76.54.32:1');
	assert.equal(peers.known, 2, 'we are not our own peer');
});

test('where others say that they see us goes into the order, and is dialled all the same: they may lie', () => {
	const peers = new PeerList({port: 6881});
	for (const host of ['123.213.32.234', '98.76.54.32', '123.213.32.10'])
		peers.add({host, port: 6881}, 'tracker', 0);
	peers.seenAs(6881, ['123.213.32.10']);
	assert.equal(peers.known, 3);
	assert.ok(names(peers, 0).includes('123.213.32.10:6881'));
});

test('one connection an IP address, unless on loopback', () => {
	const peers = list('192.0.2.1:1 192.0.2.1:2');
	assert.equal(names(peers, 0).length, 1);
	const [first] = peers.candidates(0, 1);
	peers.connecting(first!);
	assert.deepEqual(names(peers, 0), []);
	assert.equal(peers.nextDeadline(0), Infinity);
	peers.failed(first!, 0);
	assert.equal(names(peers, 0).length, 1, 'free again');

	assert.equal(names(list('127.0.0.1:1 127.0.0.1:2 127.0.0.1:3'), 0).length, 3);
});

test('failures are retried after 120 s and 180 s, and the third is the last', () => {
	const peers = list('192.0.2.1:1');
	fail(peers, '192.0.2.1:1', 0);
	assert.equal(peers.nextDeadline(0), 120 * second);
	assert.deepEqual(names(peers, 119 * second), []);
	assert.deepEqual(names(peers, 120 * second), ['192.0.2.1:1']);
	fail(peers, '192.0.2.1:1', 120 * second);
	assert.equal(peers.nextDeadline(120 * second), 300 * second);
	fail(peers, '192.0.2.1:1', 300 * second);
	assert.equal(peers.known, 0);
	assert.equal(peers.nextDeadline(300 * second), Infinity);
});

test('hearsay does not bring back at once who was given up, a tracker does', () => {
	const peers = list('192.0.2.1:1');
	for (const now of [0, 120, 300]) fail(peers, '192.0.2.1:1', now * second);
	assert.equal(peers.add(at('192.0.2.1:1'), 'pex', 400 * second), false);
	assert.equal(peers.add(at('192.0.2.1:1'), 'tracker', 400 * second), true);
});

test('the never-tried come before those who failed', () => {
	const peers = list('192.0.2.1:1');
	fail(peers, '192.0.2.1:1', 0);
	peers.add(at('198.51.100.7:1'), 'pex', 0);
	peers.add(at('198.51.101.7:1'), 'pex', 0);
	assert.equal(formatAddress(peers.candidates(200 * second, 3)[2]!), '192.0.2.1:1');
});

test('a manual peer comes first, is retried within a minute for ever, and soon at first', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1');
	peers.add(at('192.0.2.3:1'), 'manual', 0);
	assert.equal(formatAddress(peers.candidates(0, 1)[0]!), '192.0.2.3:1');
	let now = 0;
	for (let round = 0; round < 50; round++) {
		fail(peers, '192.0.2.3:1', now);
		now += round === 0 ? 10 * second : 60 * second;
		assert.equal(formatAddress(peers.candidates(now, 1)[0]!), '192.0.2.3:1');
	}
});

test('naming a waiting peer by hand retries it at once', () => {
	const peers = list('192.0.2.1:1');
	fail(peers, '192.0.2.1:1', 0);
	peers.add(at('192.0.2.1:1'), 'manual', second);
	assert.deepEqual(names(peers, second), ['192.0.2.1:1']);
});

test('who was useful may come back after a minute, who was not counts as failed', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1');
	for (const address of ['192.0.2.1:1', '192.0.2.2:1']) {
		peers.connecting(at(address));
		peers.connected(at(address), 0);
	}
	peers.disconnected(at('192.0.2.1:1'), 0, {useful: true});
	peers.disconnected(at('192.0.2.2:1'), 0, {useful: false});
	assert.deepEqual(names(peers, 60 * second), ['192.0.2.1:1']);
	assert.deepEqual(names(peers, 120 * second), ['192.0.2.1:1', '192.0.2.2:1']);
});

test('an incoming connection is not dialled back at a port nobody listens on', () => {
	const peers = list();
	peers.connected(at('192.0.2.1:50123'), 0);
	assert.equal(peers.known, 1);
	peers.disconnected(at('192.0.2.1:50123'), 0, {useful: true});
	assert.equal(peers.known, 0);
	assert.deepEqual(peers.export(), []);
});

test('an incoming peer that says where it listens is dialled there once it is gone, not before', () => {
	const peers = list();
	for (const host of ['192.0.2.1', '127.0.0.1']) {
		peers.connected({host, port: 50_123}, 0);
		peers.listens({host, port: 50_123}, 7001, 0);
		assert.deepEqual(names(peers, 0), []);
	}
	assert.deepEqual(peers.export().map(formatAddress), ['192.0.2.1:7001', '127.0.0.1:7001']);
	peers.disconnected(at('192.0.2.1:50123'), 0, {useful: true});
	assert.deepEqual(names(peers, 60 * second), ['192.0.2.1:7001']);
	assert.equal(peers.known, 3);
});

test('a banned host is gone, is not taken again, and is dropped when its connection ends', () => {
	const peers = list('192.0.2.1:1 192.0.2.1:2 192.0.2.2:1');
	peers.connecting(at('192.0.2.1:1'));
	peers.ban(peerKey(at('192.0.2.1:1')));
	assert.equal(peers.isBanned('192.0.2.1'), true);
	assert.equal(peers.known, 2);
	peers.disconnected(at('192.0.2.1:1'), 0, {useful: true});
	assert.deepEqual(names(peers, 600 * second), ['192.0.2.2:1']);
	assert.equal(peers.add(at('192.0.2.1:9'), 'manual', 0), false);
});

test('on loopback only the one program is banned', () => {
	const peers = list('127.0.0.1:1 127.0.0.1:2');
	peers.ban(peerKey(at('127.0.0.1:1')));
	assert.deepEqual(names(peers, 0), ['127.0.0.1:2']);
});

test('our own address, once found out, is not dialled again', () => {
	const peers = list('192.0.2.1:1');
	peers.connecting(at('192.0.2.1:1'));
	peers.markOwn(at('192.0.2.1:1'));
	peers.failed(at('192.0.2.1:1'), 0);
	assert.equal(peers.known, 0);
	assert.equal(peers.add(at('192.0.2.1:1'), 'tracker', 0), false);
});

test('a full list lets go of failures and hearsay, never of proven, manual or connected peers', () => {
	const peers = list('', 'tracker', 32);
	peers.add(at('198.51.100.1:1'), 'manual', 0);
	peers.connected(at('198.51.100.2:1'), 0);
	peers.add(at('198.51.100.3:1'), 'tracker', 0);
	peers.connecting(at('198.51.100.3:1'));
	peers.disconnected(at('198.51.100.3:1'), 0, {useful: true});
	for (let host = 0; host < 500; host++)
		peers.add({host: `10.0.${host >> 8}.${host & 255}`, port: 1}, 'pex', host);
	assert.ok(peers.known <= 32);
	for (const host of [1, 2, 3]) assert.ok(peers.sourceOf(at(`198.51.100.${host}:1`)), `${host}`);
	peers.limit = 5;
	assert.equal(peers.known, 5);
});

test('whom only some sources named can be forgotten: not who was named by others, by hand, or came by itself', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1 192.0.2.3:1 192.0.2.4:1 192.0.2.5:1', 'dht');
	peers.add(at('192.0.2.2:1'), 'tracker', 0);
	peers.add(at('192.0.2.3:1'), 'pex', 0);
	peers.add(at('192.0.2.4:1'), 'manual', 0);
	peers.connecting(at('192.0.2.5:1'));
	peers.connected(at('192.0.2.5:1'), 0);
	peers.connected(at('192.0.2.9:50000'), 0);
	peers.add(at('192.0.2.6:1'), 'lsd', 0);
	assert.deepEqual(peers.forgetNamedBy(new Set(['dht', 'pex'])).map(formatAddress), ['192.0.2.5:1']);
	assert.equal(peers.known, 5, 'the one that is connected is still counted');
	peers.disconnected(at('192.0.2.5:1'), 0, {useful: true});
	assert.deepEqual(names(peers, 300 * second).sort(), ['192.0.2.2:1', '192.0.2.4:1', '192.0.2.6:1']);
	assert.equal(peers.nextDeadline(0), 0);
	assert.ok(peers.sourceOf(at('192.0.2.9:50000')), 'it came to us');
});

test('one host cannot fill the list with its ports', () => {
	const peers = list();
	for (let port = 1; port < 1000; port++) peers.add({host: '192.0.2.1', port}, 'pex', 0);
	assert.equal(peers.known, 8);
});

test('a restart remembers at most 200, the proven first', () => {
	const peers = list();
	for (let host = 0; host < 300; host++)
		peers.add({host: `10.0.${host >> 8}.${host & 255}`, port: 1}, 'pex', host);
	peers.connecting(at('10.0.0.0:1'));
	peers.disconnected(at('10.0.0.0:1'), 1, {useful: true});
	fail(peers, '10.0.1.43:1', 0);
	const kept = peers.export().map(formatAddress);
	assert.equal(kept.length, 200);
	assert.equal(kept[0], '10.0.0.0:1');
	assert.ok(!kept.includes('10.0.1.43:1'));
});

test('any sequence of events: bounded, no candidate that may not be dialled, nobody lost', () => {
	const random = seeded(4711);
	const pick = (count: number): number => Math.floor(random() * count);
	const peers = list('', 'tracker', 100);
	const busy = new Map<string, PeerAddress>();
	const banned = new Set<string>();
	let now = 0;
	for (let step = 0; step < 20_000; step++) {
		now += pick(3000);
		const address = {host: `10.0.${pick(4)}.${pick(40)}`, port: 1 + pick(3)};
		const chance = random();
		if (chance < 0.4) peers.add(address, (['tracker', 'pex', 'dht', 'resume'] as const)[pick(4)]!, now);
		else if (chance < 0.401) {
			peers.ban(peerKey(address));
			banned.add(address.host);
		} else if (chance < 0.7) {
			const deadline = peers.nextDeadline(now);
			const found = peers.candidates(now, 5);
			assert.equal(found.length > 0, deadline <= now);
			assert.equal(new Set(found.map(peer => peer.host)).size, found.length);
			for (const peer of found) {
				assert.ok(!banned.has(peer.host));
				assert.ok(![...busy.values()].some(other => other.host === peer.host));
				if (busy.size >= 20) continue;
				peers.connecting(peer);
				busy.set(formatAddress(peer), peer);
			}
		} else {
			const [key, peer] = [...busy][pick(busy.size)] ?? [];
			if (!peer) continue;
			busy.delete(key!);
			if (random() < 0.5) peers.failed(peer, now);
			else {
				peers.connected(peer, now);
				peers.disconnected(peer, now, {useful: random() < 0.5});
			}
		}
		assert.ok(peers.known <= 100 + busy.size, `${peers.known}`);
	}
});

test('who was set aside is known, not dialled, and dialled at once when it is recalled', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1');
	for (const address of ['192.0.2.1:1', '192.0.2.2:1']) {
		peers.connecting(at(address));
		peers.connected(at(address), 0);
	}
	peers.setAside(at('192.0.2.1:1'), 0);
	peers.disconnected(at('192.0.2.2:1'), 0, {useful: true});
	assert.equal(peers.known, 2);
	assert.deepEqual(names(peers, 3600 * second), ['192.0.2.2:1']);
	peers.add(at('192.0.2.1:1'), 'tracker', 3600 * second);
	peers.wakeAll();
	assert.deepEqual(names(peers, 3600 * second), ['192.0.2.2:1']);
	peers.recallAside();
	assert.deepEqual(names(peers, 3600 * second), ['192.0.2.1:1', '192.0.2.2:1']);
});

test('who could not be reached while there was no way to anybody is not given up for that', () => {
	const peers = list('192.0.2.1:1');
	for (let round = 0; round < 6; round++) {
		fail(peers, '192.0.2.1:1', round);
		assert.deepEqual(names(peers, round), []);
		peers.wakeAll(true);
		assert.deepEqual(names(peers, round), ['192.0.2.1:1']);
	}
	const others = list('192.0.2.1:1');
	for (let round = 0; round < 3; round++) {
		fail(others, '192.0.2.1:1', round);
		others.wakeAll();
	}
	assert.equal(others.known, 0);
});

test('peers of a blocklist are forgotten, those who are connected when they go', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1 192.0.2.3:1');
	peers.connecting(at('192.0.2.2:1'));
	peers.forgetWhere(host => host !== '192.0.2.3');
	assert.deepEqual([peers.known, names(peers, 0)], [2, ['192.0.2.3:1']]);
	peers.disconnected(at('192.0.2.2:1'), 0, {useful: true});
	assert.equal(peers.known, 1);
});

test('who came to us is set aside where it listens', () => {
	const peers = list();
	peers.connected(at('192.0.2.1:50000'), 0);
	peers.listens(at('192.0.2.1:50000'), 7000, 0);
	peers.setAside(at('192.0.2.1:50000'), 0);
	assert.deepEqual(names(peers, 3600 * second), []);
	peers.recallAside();
	assert.deepEqual(names(peers, 0), ['192.0.2.1:7000']);
});

test('those set aside are the first to go when there is no room, and the last to be kept over a restart', () => {
	const peers = list('192.0.2.1:1 192.0.2.2:1', 'tracker', 2);
	peers.connecting(at('192.0.2.1:1'));
	peers.connected(at('192.0.2.1:1'), 0);
	peers.setAside(at('192.0.2.1:1'), 0);
	assert.deepEqual(peers.export().map(formatAddress), ['192.0.2.2:1', '192.0.2.1:1']);
	assert.ok(peers.add(at('192.0.2.3:1'), 'tracker', 0));
	peers.recallAside();
	assert.deepEqual(names(peers, 0), ['192.0.2.2:1', '192.0.2.3:1']);
});
