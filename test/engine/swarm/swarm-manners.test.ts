import assert from 'node:assert/strict';
import {test} from 'node:test';
import {formatAddress, type PeerAddress} from '../../../source/base/peer-address.ts';
import {blockLength} from '../../../source/base/units.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {encodeAnnounceAnswer} from '../../../source/protocol/tracker/query.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {LonePeer, type LonePeerOptions, seconds} from '../../helpers/lone-peer.ts';
import {type LoneOptions, LoneTorrent} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

async function started(options: LoneOptions = {}): Promise<LoneTorrent> {
	const lone = new LoneTorrent({short: 0, random: seeded(5), ...options});
	await lone.start();
	return lone;
}

/** So many interested peers, ids from 1. */
async function crowd(lone: LoneTorrent, count: number, from = 1): Promise<LonePeer[]> {
	const peers: LonePeer[] = [];
	for (let id = from; id < from + count; id++) {
		const peer = await LonePeer.meet(lone, id);
		peer.say(writer => writer.plain(messageId.interested));
		await peer.listen();
		peers.push(peer);
	}
	return peers;
}

function hears(lone: LoneTorrent, hosts: readonly number[]): void {
	const addresses = hosts.map(host => ({host: `198.51.100.${host}`, port: 7000}));
	lone.torrent.post({type: 'peers', addresses, source: 'tracker'});
}

/** So many seconds in which these ask for a block in each, and are given it when they are not choked. */
async function busy(
	lone: LoneTorrent,
	count: number,
	peers: readonly LonePeer[],
	each: () => void = () => {},
): Promise<void> {
	for (let second = 0; second < count; second++) {
		for (const peer of peers) if (!peer.peer.choking.amChoking) peer.ask(1, 1);
		each();
		await seconds(lone, 1, peers);
	}
}

/** A torrent that has its first piece and lacks the others. */
async function leeching(options: LoneOptions = {}): Promise<LoneTorrent> {
	const lone = await started({pieces: 64, ...options});
	lone.parts.have.set(0);
	lone.parts.downloader.found(0);
	return lone;
}

function unchoked(peers: readonly LonePeer[]): number[] {
	return peers.flatMap(({peer}, at) => (peer.choking.amChoking ? [] : [at]));
}

// Who may download.

test('eight are unchoked at once and no ninth; when one leaves another has its slot at once', async () => {
	const lone = await started({seeds: true});
	const peers = await crowd(lone, 10);
	assert.equal(unchoked(peers).length, 8);
	const [leaver] = peers.splice(unchoked(peers)[3]!, 1);
	leaver!.connection.hangUp();
	await leaver!.listen();
	assert.equal(unchoked(peers).length, 8);
	await lone.torrent.close();
});

test('there are more slots where the line feeds more, and fewer where a limit does not', async () => {
	const lone = await started({seeds: true});
	const peers = await crowd(lone, 24);
	await busy(lone, 25, peers, () => {
		for (const peer of peers) if (!peer.peer.choking.amChoking) peer.ask(3, 2);
	});
	const usual = unchoked(peers).length;
	assert.ok(usual > 8 && usual < 16, `${usual} slots`);
	lone.torrent.post({type: 'set', settings: {maxUpload: 50_000}});
	await busy(lone, 40, peers);
	assert.equal(unchoked(peers).length, 5);
	await lone.torrent.close();
});

test('while it downloads those who give most are unchoked, who snubs us and who never gave are not', async () => {
	const lone = await leeching();
	const peers = await crowd(lone, 14);
	await busy(lone, 32, peers, () => {
		for (const [at, {peer}] of peers.entries()) if (at >= 5) peer.traffic.downloaded += 1000 * at;
		peers[13]!.peer.requests.queue.snubbed = true;
	});
	const regular = peers.flatMap(({peer}, at) =>
		peer.choking.amChoking || peer.choking.optimistic ? [] : [at],
	);
	assert.deepEqual(regular, [6, 7, 8, 9, 10, 11, 12]);
	await lone.torrent.close();
});

test('the optimistic slot goes rather to one who gave before than to those who had a turn for nothing', async () => {
	const lone = await leeching({random: () => 0.3});
	const peers = await crowd(lone, 14);
	const gave = peers[11]!;
	gave.peer.traffic.downloaded = 20_000;
	for (const {peer} of peers.slice(8)) peer.choking.unchokedAt = -100_000;
	const drawn = new Set<number>();
	await busy(lone, 45, peers, () => {
		for (const {peer} of peers.slice(0, 7)) peer.traffic.downloaded += 1000;
		drawn.add(
			peers.findIndex(
				({peer}) => peer.choking.optimistic && lone.clock.now() - peer.choking.optimisticSince < 1000,
			),
		);
	});
	assert.ok(drawn.has(11), `${[...drawn]}`);
	await lone.torrent.close();
});

test('an optimistic unchoke lasts 30 s, then somebody else has a turn', async () => {
	const lone = await leeching();
	const peers = await crowd(lone, 14);
	const holders: number[] = [];
	await busy(lone, 100, peers, () => {
		for (const {peer} of peers.slice(0, 8)) peer.traffic.downloaded += 1000;
		holders.push(peers.findIndex(({peer}) => peer.choking.optimistic));
	});
	const turns = holders.filter((holder, at) => holder >= 0 && holder !== holders[at - 1]);
	assert.ok(turns.length >= 3 && turns.length <= 4, `${holders}`);
	for (const holder of turns.slice(0, -1)) {
		const lasts = holders.filter(other => other === holder).length;
		assert.ok(lasts >= 29, `${holder} had ${lasts} s`);
	}
	await lone.torrent.close();
});

test('a seeder ends a turn after 20 pieces and a minute, whatever was given before, and who waits is next', async () => {
	const lone = await started({seeds: true, pieces: 40});
	const peers = await crowd(lone, 10);
	const first = unchoked(peers);
	const others = peers.filter((_, at) => !first.includes(at));
	// These gave when it was still downloading: a seeder has nothing to repay.
	for (const at of first) peers[at]!.peer.traffic.downloaded = 1_000_000;
	const slow = first.slice(6).map(at => peers[at]!);
	let second = 0;
	await busy(lone, 72, [...first.slice(0, 6).map(at => peers[at]!), ...others], () => {
		if (second++ % 3 === 0) for (const peer of slow) peer.ask(1, 1);
	});
	assert.ok(
		others.every(({peer}) => !peer.choking.amChoking),
		`${unchoked(peers)}`,
	);
	const lasting = slow.filter(({peer}) => !peer.choking.amChoking && peer.uploads.piecesSinceUnchoke > 10);
	assert.ok(
		lasting.length >= 1,
		'who has not had its 20 pieces goes on, but for what the optimistic slot needs',
	);
	await lone.torrent.close();
});

test('who is unchoked and asks for nothing keeps nobody from a slot; who has had its fill is choked', async () => {
	const lone = await started({seeds: true, pieces: 40});
	const peers = await crowd(lone, 14);
	const [waits, sated, ...rest] = unchoked(peers).map(at => peers[at]!);
	sated!.ask(1, 1);
	await busy(
		lone,
		25,
		peers.filter(peer => peer !== waits && peer !== sated),
	);
	assert.equal(waits!.peer.choking.amChoking, false, 'it may still ask for what it was promised');
	assert.equal(sated!.peer.choking.amChoking, true, 'it was given something and asks for no more');
	assert.ok(rest.length === 6 && unchoked(peers).length > 8);
	await lone.torrent.close();
});

// Who is connected.

test('no more are dialled than there is room for, each once; who cannot be reached is tried twice more', async () => {
	const lone = await started({maxPeers: 6});
	hears(lone, [1, 2, 3, 4, 5, 6, 7, 8]);
	assert.equal(lone.dialled.length, 6);
	hears(lone, [1, 2, 3]);
	await seconds(lone, 5);
	assert.equal(lone.dialled.length, 6);
	const tried = new Map<string, number[]>();
	for (let second = 0; second < 700; second++) {
		for (const connection of lone.dialled.splice(0)) {
			const {host} = connection.remote;
			tried.set(host, [...(tried.get(host) ?? []), second]);
			connection.close('connection refused');
		}
		await seconds(lone, 1);
	}
	assert.equal(tried.size, 8);
	for (const [host, [first, second, third, ...more]] of tried) {
		assert.ok(second! - first! >= 118 && second! - first! <= 125, `${host}: ${second! - first!} s`);
		assert.ok(third! - second! >= 178 && third! - second! <= 185, `${host}: ${third! - second!} s`);
		assert.deepEqual(more, []);
	}
	await lone.torrent.close();
});

test('who comes and goes without trading counts as failed, who traded, also metadata, may be dialled after a minute', async () => {
	const lone = await started();
	hears(lone, [1, 2, 3]);
	const [idle, useful, informed] = await Promise.all(
		lone.dialled.splice(0).map((connection, at) => LonePeer.meet(lone, 50 + at, {connection})),
	);
	useful!.peer.traffic.downloaded = 1;
	informed!.say(writer => writer.extended(0, encodeBencode({m: {ut_metadata: 9}})));
	informed!.say(writer => writer.extended(1, encodeBencode({msg_type: 0, piece: 0})));
	assert.ok(informed!.peer.extensions.sharedMetadata);
	for (const {connection} of [idle!, useful!, informed!]) connection.hangUp();
	await seconds(lone, 62);
	assert.deepEqual(
		lone.dialled.map(({remote}) => remote),
		[useful!.connection.remote, informed!.connection.remote],
	);
	await seconds(lone, 60);
	assert.equal(lone.dialled.length, 3);
	await lone.torrent.close();
});

test('who breaks the protocol counts as failed though it traded, and after the third time is not let in', async () => {
	const lone = await started();
	hears(lone, [1]);
	const dialled = await LonePeer.meet(lone, 1, {connection: lone.dialled.pop()!});
	dialled.peer.traffic.downloaded = 1;
	dialled.say(writer => writer.piece(messageId.have, 99));
	assert.match(dialled.connection.reason ?? '', /have of piece 99/);
	await seconds(lone, 90);
	assert.equal(lone.dialled.length, 0);
	for (let times = 0; times < 2; times++) {
		const peer = await LonePeer.meet(lone, 1, {port: 5000 + times});
		assert.equal(peer.connection.reason, undefined);
		peer.say(writer => writer.piece(messageId.have, 99));
	}
	assert.notEqual((await LonePeer.meet(lone, 1, {port: 6000})).connection.reason, undefined);
	assert.equal((await LonePeer.meet(lone, 2)).connection.reason, undefined);
	await seconds(lone, 900);
	assert.equal((await LonePeer.meet(lone, 1, {port: 6001})).connection.reason, undefined);
	await lone.torrent.close();
});

test('our own address is found out, and not dialled again', async () => {
	const lone = await started();
	hears(lone, [1]);
	const connection = lone.dialled.pop()!;
	await LonePeer.meet(lone, 1, {connection, peerId: lone.services.peerId});
	assert.equal(connection.reason, 'that was ourselves');
	hears(lone, [1]);
	await seconds(lone, 200);
	assert.equal(lone.dialled.length, 0);
	await lone.torrent.close();
});

test('of two connections with one peer one is ended; when both dialled, the same one on both sides', async () => {
	const lone = await started();
	const both = async (id: number, options: (outgoing: boolean) => LonePeerOptions) => {
		hears(lone, [id]);
		const peerId = new Uint8Array(20).fill(id);
		const connection = lone.dialled.pop()!;
		const out = await LonePeer.meet(lone, id, {...options(true), connection, peerId});
		const came = await LonePeer.meet(lone, id, {...options(false), port: 5000, peerId});
		return [out.connection.reason, came.connection.reason];
	};
	// Ours begins with a minus sign, 45: the connection that the lower peer id made is the one to go.
	assert.deepEqual(await both(7, () => ({})), [undefined, 'connected twice']);
	assert.deepEqual(await both(200, () => ({})), ['connected twice', undefined]);
	const peerId = new Uint8Array(20).fill(77);
	const again = {host: '198.51.100.9', peerId};
	const first = await LonePeer.meet(lone, 9, {...again, port: 1});
	const second = await LonePeer.meet(lone, 9, {...again, port: 2});
	assert.deepEqual([first.connection.reason, second.connection.reason], [undefined, 'connected twice']);
	// What is left of a line that broke a while ago has to go.
	await seconds(lone, 61, [first]);
	const third = await LonePeer.meet(lone, 9, {...again, port: 3});
	assert.deepEqual([first.connection.reason, third.connection.reason], ['connected twice', undefined]);
	await lone.torrent.close();
});

test('a stranger with the peer id of another, from another host, keeps nobody out, and goes when the other trades', async () => {
	const lone = await started({seeds: true});
	const peerId = new Uint8Array(20).fill(77);
	const thief = await LonePeer.meet(lone, 10, {peerId});
	const honest = await LonePeer.meet(lone, 9, {peerId});
	assert.deepEqual([thief.connection.reason, honest.connection.reason], [undefined, undefined]);
	honest.say(writer => writer.plain(messageId.interested));
	await honest.listen();
	await busy(lone, 59, [honest]);
	assert.equal(thief.connection.reason, undefined, 'it may yet begin to trade');
	await busy(lone, 4, [honest]);
	assert.match(thief.connection.reason ?? 'it is still there', /its peer id trades/);
	// It comes again and again, and the other stays.
	for (let times = 0; times < 4; times++) {
		await LonePeer.meet(lone, 10, {peerId, port: 5000 + times});
		await busy(lone, 70, [honest]);
	}
	assert.equal(honest.connection.reason, undefined);
	await lone.torrent.close();
});

test('who says nothing is let go: 10 s after connecting without a handshake, two minutes after the last word', async () => {
	const lone = await started();
	hears(lone, [1, 2]);
	const [deaf, mute] = lone.dialled;
	await lone.clock.pass(2000);
	mute!.events.connected();
	await seconds(lone, 9);
	assert.equal(mute!.reason, undefined);
	await seconds(lone, 3);
	assert.equal(mute!.reason, 'no handshake');
	assert.equal(deaf!.reason, undefined);
	await seconds(lone, 12);
	assert.equal(deaf!.reason, 'no handshake');
	const peer = await LonePeer.meet(lone, 3);
	await seconds(lone, 59);
	assert.deepEqual(await peer.hears('keep-alive'), []);
	await seconds(lone, 3);
	assert.deepEqual(await peer.hears('keep-alive'), ['keep-alive']);
	await seconds(lone, 57);
	assert.equal(peer.connection.reason, undefined);
	await seconds(lone, 4);
	assert.equal(peer.connection.reason, 'nothing heard for two minutes');
	await lone.torrent.close();
});

test('two who are of no use to each other part after ten minutes, when the places are taken', async () => {
	for (const maxPeers of [3, 2]) {
		const lone = await started({maxPeers});
		const peers = [await LonePeer.meet(lone, 1), await LonePeer.meet(lone, 2)];
		await seconds(lone, 590, peers);
		assert.equal(peers[0]!.connection.reason, undefined);
		await seconds(lone, 20, peers);
		assert.equal(peers[0]!.connection.reason, maxPeers === 2 ? 'of no use to each other' : undefined);
		await lone.torrent.close();
	}
});

test('two who have everything part at once; who becomes complete, or says that it only uploads, within a second', async () => {
	const lone = await started({seeds: true});
	const seed = await LonePeer.meet(lone, 1);
	seed.say(writer => writer.plain(messageId.haveAll));
	assert.equal(seed.connection.reason, 'both have everything');
	const nearly = await LonePeer.meet(lone, 2);
	nearly.say(writer => writer.bitfield(Uint8Array.of(0xff, 0xe0)));
	await nearly.listen();
	const partial = await LonePeer.meet(lone, 3);
	await seconds(lone, 2);
	assert.equal(nearly.connection.reason ?? partial.connection.reason, undefined);
	nearly.say(writer => writer.piece(messageId.have, 11));
	partial.say(writer => writer.extended(0, encodeBencode({upload_only: 1})));
	await seconds(lone, 1);
	assert.equal(nearly.connection.reason, 'both have everything');
	assert.equal(partial.connection.reason, 'both have everything');
	await lone.torrent.close();
});

test('a seed that we dialled and need no more is forgotten, not dialled again and again', async () => {
	const lone = await started({seeds: true});
	hears(lone, [1]);
	const seed = await LonePeer.meet(lone, 1, {connection: lone.dialled.pop()!});
	seed.peer.traffic.uploaded = 1;
	seed.say(writer => writer.plain(messageId.haveAll));
	assert.equal(seed.connection.reason, 'both have everything');
	await seconds(lone, 300);
	assert.equal(lone.dialled.length, 0);
	await lone.torrent.close();
});

test('peers hear what has come, that it is all, and how they look from here', async () => {
	const lone = await started({pieces: 1, pieceLength: blockLength});
	const seed = await LonePeer.meet(lone, 1);
	const leecher = await LonePeer.meet(lone, 2);
	leecher.say(writer => writer.extended(0, encodeBencode({m: {upload_only: 9}})));
	seed.say(writer => {
		writer.plain(messageId.haveAll);
		writer.plain(messageId.unchoke);
	});
	seed.answer(await seed.hears('request'));
	await seconds(lone, 1);
	const heard = await leecher.hears();
	assert.ok(heard.includes('have 0'));
	assert.ok(heard.includes('extended 9 \u0001'));
	assert.ok(
		Buffer.from(leecher.extended0!).includes(Buffer.from('6:yourip4:\xc6\x33\x64\x02', 'latin1')),
		'its own address',
	);
	assert.equal(seed.connection.reason, 'both have everything');
	await lone.torrent.close();
});

test('an incoming peer that says where it listens is dialled there when it has gone', async () => {
	const lone = await started();
	const peer = await LonePeer.meet(lone, 1);
	peer.say(writer => writer.extended(0, encodeBencode({p: 7777})));
	peer.peer.traffic.downloaded = 1;
	await seconds(lone, 2);
	assert.equal(lone.dialled.length, 0);
	peer.connection.hangUp();
	await seconds(lone, 62);
	assert.deepEqual(
		lone.dialled.map(({remote}) => formatAddress(remote)),
		['198.51.100.1:7777'],
	);
	await lone.torrent.close();
});

test('a torrent that runs again dials whom it knows at once', async () => {
	const lone = await started();
	hears(lone, [1]);
	await LonePeer.meet(lone, 1, {connection: lone.dialled.pop()!});
	lone.torrent.post({type: 'pause'});
	await lone.clock.pass(6000);
	assert.equal(lone.torrent.activity.name, 'paused');
	lone.torrent.post({type: 'start', check: 'none'});
	await lone.clock.pass(10);
	assert.equal(lone.dialled.length, 1);
	await lone.torrent.close();
});

test('whom to dial first goes by the addresses of this machine', async () => {
	const order = async (ownHosts: readonly string[]): Promise<string[]> => {
		const lone = await started({ownHosts});
		const addresses = ['123.213.32.234', '98.76.54.32'].map(host => ({host, port: 1}));
		lone.torrent.post({type: 'peers', addresses, source: 'tracker'});
		await lone.torrent.close();
		return lone.dialled.map(({remote}) => remote.host);
	};
	assert.deepEqual(await order(['2001:db8::1', '123.213.32.10']), ['98.76.54.32', '123.213.32.234']);
	assert.deepEqual(await order([]), ['123.213.32.234', '98.76.54.32']);
});

test('an address that this machine has got meanwhile is not dialled, and is what others are ranked by', async () => {
	const ownHosts: string[] = [];
	const lone = await started({ownHosts});
	ownHosts.push('123.213.32.10');
	lone.services.externalAddress.machineChanged();
	const addresses = [
		{host: '123.213.32.10', port: lone.services.port()},
		...['123.213.32.234', '98.76.54.32'].map(host => ({host, port: 1})),
	];
	lone.torrent.post({type: 'peers', addresses, source: 'tracker'});
	await lone.torrent.close();
	assert.deepEqual(
		lone.dialled.map(({remote}) => remote.host),
		['98.76.54.32', '123.213.32.234'],
	);
});

test('whom to dial first goes by the address at which a tracker sees us', async () => {
	const near: PeerAddress = {host: '123.213.32.234', port: 1};
	const far: PeerAddress = {host: '98.76.54.32', port: 1};
	// From 123.213.32.10 BEP 40 puts the far one first, from nowhere the order in which they were heard of stays.
	for (const externalIp of ['123.213.32.10', '127.0.0.1']) {
		const body = encodeAnnounceAnswer(
			{
				interval: 1800,
				minInterval: 60,
				seeders: 0,
				leechers: 2,
				completed: 0,
				externalIp,
				peers: [near, far].map(address => ({...address, peerId: new Uint8Array(20)})),
			},
			{compact: true, noPeerId: true},
		);
		const url = 'http://tracker.example/announce';
		const http = {get: async () => ({status: 200, body, url})};
		const lone = await started({tracker: {url, http}});
		for (let rest = 0; rest < 3 && lone.dialled.length === 0; rest++) await lone.clock.pass(1);
		const order = lone.dialled.map(({remote}) => remote.host);
		const own = externalIp === '127.0.0.1' ? undefined : far.host;
		assert.equal(order.length, 2);
		if (own !== undefined) assert.equal(order[0], own);
		const closed = lone.torrent.close();
		await lone.clock.pass(6000);
		await closed;
	}
});

test('whom nobody but some sources named is let go of and not dialled again, others stay', async () => {
	const lone = await started();
	const address = (host: number): PeerAddress => ({host: `192.0.2.${host}`, port: 7000});
	lone.torrent.post({type: 'peers', addresses: [address(1), address(2)], source: 'dht'});
	lone.torrent.post({type: 'peers', addresses: [address(2), address(3)], source: 'tracker'});
	const byHost = (host: number) => lone.dialled.find(({remote}) => remote.host === address(host).host)!;
	const met = [1, 2].map(host => LonePeer.meet(lone, host, {connection: byHost(host)}));
	await Promise.all(met);
	const came = await LonePeer.meet(lone, 9);
	lone.torrent.swarm.letGoOfNamedBy(new Set(['dht']), 'the torrent is private');
	const reasons = [1, 2, 3].map(host => byHost(host).reason);
	assert.deepEqual(reasons, ['the torrent is private', undefined, undefined]);
	assert.equal(came.connection.reason, undefined);
	const {length} = lone.dialled;
	await seconds(lone, 300);
	assert.deepEqual(
		lone.dialled.slice(length).filter(({remote}) => remote.host === address(1).host),
		[],
	);
	await lone.torrent.close();
});

test('where peers see this machine changes whom every torrent dials first', async () => {
	const lone = await started();
	for (const voter of ['9.9.9.9', '4.4.4.4'])
		lone.services.externalAddress.heardOurAddress('123.213.32.10', voter, 'peer');
	const addresses = ['123.213.32.234', '98.76.54.32'].map(host => ({host, port: 1}));
	lone.torrent.post({type: 'peers', addresses, source: 'tracker'});
	assert.deepEqual(
		lone.dialled.map(({remote}) => remote.host),
		['98.76.54.32', '123.213.32.234'],
	);
	await lone.torrent.close();
});

test('a super-seeder says that it has nothing, and shows a peer what nobody else has', async () => {
	const lone = await started({seeds: true, pieces: 8});
	lone.torrent.post({type: 'set', settings: {superSeeding: true}});
	const poor = await LonePeer.meet(lone, 1);
	const rich = await LonePeer.meet(lone, 2);
	rich.say(writer => writer.bitfield(Uint8Array.of(0b1111_1010)));
	const heard = await poor.hears();
	assert.ok(heard.includes('have none'));
	assert.ok(heard.some(text => text.includes('upload_onlyi0e')));
	await seconds(lone, 1);
	assert.deepEqual((await poor.hears('have ')).sort(), ['have 5', 'have 7']);
	await lone.torrent.close();
});

// How many there may be.

test('when fewer connections are allowed those that came last are let go of, and that is kept', async () => {
	const lone = await started({seeds: true});
	const peers = await crowd(lone, 5);
	lone.torrent.post({type: 'set', settings: {maxPeers: 2}});
	assert.deepEqual(
		peers.map(({connection}) => connection.reason !== undefined),
		[false, false, true, true, true],
	);
	assert.equal(lone.torrent.maxPeers, 2);
	lone.torrent.post({type: 'set', settings: {label: 'x'}});
	assert.equal(lone.torrent.maxPeers, 2, 'what is not said stays');
	assert.equal(lone.torrent.export().maxPeers, 2);
});
