import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FloodGuard} from '../../../source/policy/tracker/flood-guard.js';
import {
	type SwarmAnnounce,
	type SwarmLimits,
	SwarmTable,
	swarmLimits,
} from '../../../source/policy/tracker/swarm-table.js';
import {encodeCompactPeers} from '../../../source/protocol/tracker/compact-peers.js';
import {seeded} from '../seeded.ts';

const hash = 'a'.repeat(40);
const peerId = new Uint8Array(20);

function table(limits: Partial<SwarmLimits> = {}): SwarmTable {
	return new SwarmTable(seeded(5), {...swarmLimits, ...limits});
}

function announce(host: string, more: Partial<SwarmAnnounce> & {port?: number} = {}): SwarmAnnounce {
	return {
		infoHash: hash,
		address: {host, port: more.port ?? 6881},
		peerId,
		left: 1,
		numwant: 50,
		families: 'both',
		...more,
	};
}

test('peers hear of each other, not of themselves', () => {
	const t = table();
	assert.deepEqual(t.announce(announce('192.0.2.1'), 0).peers, []);
	const {peers, leechers, seeders} = t.announce(announce('192.0.2.2', {left: 0}), 0);
	assert.deepEqual(
		peers.map(({host}) => host),
		['192.0.2.1'],
	);
	assert.deepEqual({leechers, seeders}, {leechers: 1, seeders: 1});
});

test('seeders do not hear of seeders', () => {
	const t = table();
	t.announce(announce('192.0.2.1', {left: 0}), 0);
	assert.deepEqual(t.announce(announce('192.0.2.2', {left: 0}), 0).peers, []);
});

test('each asks for the families it can reach', () => {
	const t = table();
	t.announce(announce('192.0.2.1'), 0);
	t.announce(announce('2001:db8::1'), 0);
	const hosts = (families: SwarmAnnounce['families']): string[] =>
		t
			.announce(announce('192.0.2.2', {families}), 0)
			.peers.map(({host}) => host)
			.sort();
	assert.deepEqual(hosts('ipv4'), ['192.0.2.1']);
	assert.deepEqual(hosts('ipv6'), ['2001:db8::1']);
	assert.deepEqual(hosts('both'), ['192.0.2.1', '2001:db8::1']);
});

test('a leecher that becomes a seeder counts once as completed', () => {
	const t = table();
	t.announce(announce('192.0.2.1'), 0);
	t.announce(announce('192.0.2.1', {left: 0, event: 'completed'}), 1);
	t.announce(announce('192.0.2.1', {left: 0, event: 'completed'}), 2);
	t.announce(announce('192.0.2.9', {left: 0, event: 'completed'}), 3);
	assert.deepEqual(t.scrape(hash), {seeders: 2, leechers: 0, completed: 1});
});

test('who stops is forgotten, and so is a torrent nobody is left in', () => {
	const t = table();
	t.announce(announce('192.0.2.1'), 0);
	t.announce(announce('192.0.2.7', {event: 'stopped'}), 1);
	assert.equal(t.peers, 1);
	t.announce(announce('192.0.2.1', {event: 'stopped'}), 1);
	assert.deepEqual([t.torrents, t.peers], [0, 0]);
});

test('who falls silent is forgotten after a peer’s life', () => {
	const t = table({peerLife: 100});
	t.announce(announce('192.0.2.1'), 0);
	t.announce(announce('192.0.2.2'), 50);
	t.announce(announce('192.0.2.1'), 60);
	t.expire(150);
	assert.deepEqual(t.list('', 9), [{infoHash: hash, name: undefined, seeders: 0, leechers: 1, completed: 0}]);
	t.expire(160);
	assert.equal(t.torrents, 0);
});

test('no more peers are named than wanted, and over time all of them are', () => {
	const t = table();
	for (let index = 0; index < 200; index++) {
		t.announce(announce(`198.51.100.${index}`, {left: index % 10 === 0 ? 0 : 1}), 0);
	}
	const seen = new Set<string>();
	for (let round = 0; round < 60; round++) {
		const {peers} = t.announce(announce('192.0.2.1', {numwant: 20}), 1);
		assert.equal(peers.length, 20);
		assert.equal(new Set(peers.map(({host}) => host)).size, 20);
		for (const {host} of peers) seen.add(host);
	}
	assert.equal(seen.size, 200);
	assert.deepEqual(t.announce(announce('192.0.2.1', {numwant: 0}), 1).peers, []);
});

test('torrents, peers and peers of a host are limited; loopback may try out whole swarms', () => {
	const t = table({torrents: 2, peers: 8, peersPerTorrent: 6, peersPerHostAndTorrent: 2, peersPerHost: 3});
	const from = (host: string, port: number, digit = 'a', now = 0) =>
		t.announce(announce(host, {port, infoHash: digit.repeat(40)}), now);
	from('192.0.2.1', 1);
	from('192.0.2.1', 2);
	assert.throws(() => from('192.0.2.1', 3), {code: 'too-many-from-host'});
	from('192.0.2.1', 3, 'b');
	assert.throws(() => from('192.0.2.1', 4, 'b'), {code: 'too-many-from-host'});
	// What came again is not what goes first.
	from('192.0.2.1', 3, 'b', 60_000);
	assert.throws(() => from('192.0.2.2', 1, 'c'), {code: 'tracker-full'});
	for (let port = 1; port <= 4; port++) from('127.0.0.1', port);
	assert.throws(() => from('127.0.0.1', 5), {code: 'tracker-full'});
	from('127.0.0.1', 5, 'b');
	assert.throws(() => from('127.0.0.1', 6, 'b'), {code: 'tracker-full'});
	assert.equal(t.peers, 8);
	// Those who are in may go on.
	from('127.0.0.1', 4);
});

test('torrents are found by words of their name and by the beginning of their info-hash', () => {
	const t = table();
	const add = (digit: string, name: string | undefined, host: string) =>
		t.announce(announce(host, {infoHash: digit.repeat(40), name}), 0);
	add('a', 'Debian 13 netinst', '192.0.2.1');
	add('b', 'debian 12', '192.0.2.1');
	add('b', 'something else', '192.0.2.2');
	add('c', undefined, '192.0.2.1');
	const names = (query: string): unknown[] => t.list(query, 9).map(({name, infoHash}) => name ?? infoHash[0]);
	assert.deepEqual(names('DEBIAN'), ['debian 12', 'Debian 13 netinst']);
	assert.deepEqual(names('netinst debian'), ['Debian 13 netinst']);
	assert.deepEqual(names('cccc'), ['c']);
	assert.deepEqual(names('zzz'), []);
	assert.equal(t.list('', 2).length, 2);
});

test('after any number of announces the counts are what the peers are', () => {
	const random = seeded(11);
	const t = table({peerLife: 500});
	for (let now = 0; now < 5000; now++) {
		const host = `192.0.2.${Math.floor(random() * 40)}`;
		const event = random() < 0.2 ? 'stopped' : undefined;
		const infoHash = random() < 0.5 ? hash : 'b'.repeat(40);
		t.announce(announce(host, {infoHash, left: random() < 0.5 ? 0 : 1, event, numwant: 10}), now);
	}
	const total = t.list('', 9).reduce((sum, {seeders, leechers}) => sum + seeders + leechers, 0);
	assert.equal(total, t.peers);
	t.expire(1e6);
	assert.deepEqual([t.torrents, t.peers], [0, 0]);
});

test('a flood from one host is stopped, others are served, memory is bounded', () => {
	const guard = new FloodGuard(3, 1000, 5);
	assert.deepEqual(
		[0, 1, 2, 3].map(now => guard.admits('a', now)),
		[true, true, true, false],
	);
	assert.equal(guard.admits('b', 4), true);
	assert.deepEqual(
		['c', 'd', 'e', 'f'].map(host => guard.admits(host, 5)),
		[true, true, true, false],
	);
	assert.equal(guard.admits('a', 1000), true);
});

test('when there is no room, torrents go whose only peer announced once, the oldest first; all others stay', () => {
	const t = table({torrents: 6});
	const from = (host: string, digit: string, now: number, more: Partial<SwarmAnnounce> = {}) =>
		t.announce(announce(host, {infoHash: digit.repeat(40), ...more}), now);
	from('192.0.2.1', 'a', 0);
	from('192.0.2.2', 'a', 0);
	from('192.0.2.1', 'b', 1);
	from('192.0.2.1', 'b', 60_001);
	from('192.0.2.1', 'c', 60_002);
	// Twice in a row is once.
	from('192.0.2.1', 'c', 60_003);
	from('192.0.2.1', 'd', 60_004);
	// Had two, has one.
	from('192.0.2.1', 'e', 60_005);
	from('192.0.2.2', 'e', 60_005);
	from('192.0.2.2', 'e', 60_006, {event: 'stopped'});
	from('192.0.2.1', 'f', 60_007);
	const known = () =>
		t
			.list('', 99)
			.map(({infoHash}) => infoHash[0])
			.sort()
			.join('');
	assert.equal(known(), 'abcdef');
	from('192.0.2.9', '1', 60_008);
	assert.equal(known(), '1abdef');
	from('192.0.2.9', '2', 60_009);
	from('192.0.2.9', '3', 60_010);
	assert.equal(known(), '123abe');
	for (const digit of '123') from('192.0.2.9', digit, 200_000);
	assert.throws(() => from('192.0.2.9', '4', 200_001), {code: 'tracker-full'});
	assert.equal(known(), '123abe');
	assert.equal(t.peers, 7);
});

test('peers make room for peers of other torrents, never for others of their own', () => {
	const t = table({peers: 3});
	const from = (host: string, digit: string) => t.announce(announce(host, {infoHash: digit.repeat(40)}), 0);
	from('192.0.2.1', 'a');
	from('192.0.2.2', 'a');
	from('192.0.2.3', 'b');
	assert.throws(() => from('192.0.2.4', 'b'), {code: 'tracker-full'});
	assert.equal(from('192.0.2.4', 'a').leechers, 3);
	assert.equal(t.torrents, 1);
	assert.throws(() => from('192.0.2.5', 'c'), {code: 'tracker-full'});
});

test('20,000 torrents of one peer each from 4 addresses leave room for others, whose torrents stay', () => {
	const t = new SwarmTable(seeded(2));
	const infoHash = (n: number): string => n.toString(16).padStart(40, '0');
	const add = (host: string, n: number, now: number): boolean => {
		try {
			t.announce(announce(host, {infoHash: infoHash(n), port: 1 + (n % 60_000)}), now);
			return true;
		} catch {
			return false;
		}
	};
	for (let n = 0; n < 5000; n++) assert.ok(add(`203.0.${n % 250}.${n % 7}`, 1e6 + n, 0));
	for (let n = 0; n < 20_000; n++) add(`192.0.2.${n % 4}`, n, 1);
	for (let n = 0; n < 20_000; n++) add(`2001:db8::${(n % 5000).toString(16)}`, 1e5 + n, 1);
	// A network has its share and no more, whatever addresses it has.
	assert.equal(t.torrents, 5000 + 4000 + 4000);
	for (let n = 0; n < 5000; n++) assert.ok(add(`198.51.${n % 250}.${n % 7}`, 2e6 + n, 2));
	for (let n = 0; n < 5000; n++) assert.equal(t.scrape(infoHash(1e6 + n)).leechers, 1);
});

test('any number of peers, of both families, are kept and forgotten without loss', () => {
	const random = seeded(23);
	const t = table({peerLife: 2000, peersPerHost: 1e6, peersPerHostAndTorrent: 1e6, peersPerNetwork: 1e6});
	const truth = new Map<string, number>();
	for (let now = 0; now < 30_000; now++) {
		const v6 = random() < 0.3;
		const number = Math.floor(random() * 300);
		const host = v6 ? `2001:db8::${number.toString(16)}` : `198.51.100.${number % 250}`;
		const port = 1 + Math.floor(random() * 5);
		const infoHash = '0123456789abcdef'[Math.floor(random() * 16)]!.repeat(40);
		const key = `${infoHash} ${host} ${port}`;
		const stopped = random() < 0.1;
		for (const [other, at] of truth) {
			if (now - at < 2000) break;
			truth.delete(other);
		}
		truth.delete(key);
		if (!stopped) truth.set(key, now);
		const {peers, seeders, leechers} = t.announce(
			announce(host, {
				infoHash,
				port,
				left: random() < 0.5 ? 0 : 1,
				numwant: 5,
				...(stopped && {event: 'stopped'}),
			}),
			now,
		);
		for (const peer of peers) assert.ok(truth.has(`${infoHash} ${peer.host} ${peer.port}`));
		if (now % 1000 === 0) {
			assert.equal(t.peers, truth.size);
			assert.equal(seeders + leechers, [...truth.keys()].filter(name => name.startsWith(infoHash)).length);
		}
	}
});

test('compact peers are the same as those with names', () => {
	const [plain, compact] = [table(), table()];
	for (let n = 0; n < 20; n++) {
		const one = announce(n % 3 === 0 ? `2001:db8::${n}` : `192.0.2.${n}`, {port: 1000 + n});
		const {peers} = plain.announce(one, n);
		const {peers4, peers6} = compact.announceCompact(one, n);
		assert.deepEqual(peers4, encodeCompactPeers(peers, 'ipv4'));
		assert.deepEqual(peers6, encodeCompactPeers(peers, 'ipv6'));
	}
});

test('whoever leaves, falls silent or comes back under another id is told of once, with the id that is gone', () => {
	const t = table({peerLife: 1000});
	const gone: string[] = [];
	t.onLeft = (infoHash, id) => gone.push(`${infoHash.slice(0, 2)} ${Buffer.from(id).toString('latin1')}`);
	const id = (letter: string) => Buffer.from(letter.repeat(20), 'latin1');
	const say = (port: number, letter: string, now: number, event?: 'stopped') =>
		t.announce(
			{
				infoHash: 'ab'.repeat(20),
				address: {host: '192.0.2.1', port},
				peerId: id(letter),
				left: 1,
				event,
				numwant: 0,
				families: 'both',
			},
			now,
		);
	say(1, 'a', 0);
	say(2, 'b', 0);
	say(3, 'b', 100);
	assert.deepEqual(t.addressesOf('ab'.repeat(20), id('b')), [
		{host: '192.0.2.1', port: 2},
		{host: '192.0.2.1', port: 3},
	]);
	assert.deepEqual(t.addressesOf('ab'.repeat(20), id('c')), []);
	assert.deepEqual(t.addressesOf('cd'.repeat(20), id('b')), []);
	say(1, 'a', 200);
	assert.deepEqual(gone, []);
	say(2, 'c', 300);
	assert.deepEqual(gone, [`ab ${'b'.repeat(20)}`]);
	say(1, 'a', 400, 'stopped');
	t.expire(1200);
	assert.deepEqual(gone.slice(1), [`ab ${'a'.repeat(20)}`, `ab ${'b'.repeat(20)}`]);
	t.expire(5000);
	assert.equal(gone.length, 4);
	assert.deepEqual(t.addressesOf('ab'.repeat(20), id('c')), []);
});

test('who begins with a link may say that nothing is left, and hears of seeders all the same, once', () => {
	const t = table();
	t.announce(announce('192.0.2.1', {left: 0, event: 'started'}), 0);
	t.announce(announce('192.0.2.2', {left: 5}), 0);
	const first = t.announce(announce('192.0.2.3', {left: 0, event: 'started'}), 0);
	assert.deepEqual(first.peers.map(({host}) => host).sort(), ['192.0.2.1', '192.0.2.2']);
	const next = t.announce(announce('192.0.2.3', {left: 0}), 0);
	assert.deepEqual(
		next.peers.map(({host}) => host),
		['192.0.2.2'],
	);
});
