import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {assertSame} from '../helpers/compare.ts';
import {until, within} from '../helpers/deadline.ts';
import {
	bitfield,
	blockLength,
	dial,
	fullBitfield,
	handshake,
	have,
	interested,
	listen,
	message,
	piece,
	type RawPeer,
	rawSeeder,
	request,
	unchoke,
} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, type Torrent, writeFile} from '../helpers/torrents.ts';
import {get} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

/** Far above what a download of 4 MiB needs, far below what believing a hostile length would take. */
const memoryLimit = 400 * mebibyte;
const pieceLength = 64 * kibibyte;

function start(space: Workspace): {torrent: Torrent; file: string} {
	const content = writeFile(space.folder('theirs'), 'file.bin', 4 * mebibyte + 321);
	const torrent = makeTorrent(content, pieceLength);
	return {torrent, file: torrent.write(space.path('file.torrent'))};
}

/** Greets back as a peer that has everything would, and says what comes after the other's greeting. */
async function greet(peer: RawPeer, torrent: Torrent, ...more: Uint8Array[]): Promise<void> {
	await peer.greeted;
	await peer.send(handshake(torrent.infoHash), fullBitfield(torrent.pieces), ...more);
}

/** Sends a message's length prefix of `length`, and then junk for as long as anybody takes it, 100 MiB at most. */
async function pour(peer: RawPeer, length: number): Promise<void> {
	const prefix = Buffer.alloc(4);
	prefix.writeUInt32BE(length);
	await peer.send(prefix, Buffer.from([piece]));
	const junk = Buffer.alloc(mebibyte, 0x55);
	for (let sent = 0; sent < 100 && !peer.isClosed; sent++) await peer.send(junk);
}

interface Misdeed {
	readonly what: string;
	/** What it does with a connection that was made to it; resolves when it has done its worst. */
	act(peer: RawPeer, torrent: Torrent): Promise<unknown>;
	/** Whether the connection must be closed because of that. */
	readonly closed: boolean;
}

const misdeeds: readonly Misdeed[] = [
	{what: 'answers the handshake with garbage', closed: true, act: peer => peer.send(randomBytes(5000))},
	{
		what: 'sends half a handshake and hangs up',
		closed: true,
		async act(peer, {infoHash}) {
			await peer.greeted;
			await peer.send(handshake(infoHash).subarray(0, 30));
			peer.socket.end();
		},
	},
	{
		what: 'sends half a handshake and no more',
		closed: false,
		async act(peer, {infoHash}) {
			await peer.greeted;
			await peer.send(handshake(infoHash).subarray(0, 60));
		},
	},
	{
		what: 'serves another info-hash',
		closed: true,
		async act(peer, torrent) {
			await peer.greeted;
			await peer.send(handshake(randomBytes(20)), fullBitfield(torrent.pieces), message(unchoke));
		},
	},
	{what: 'takes the connection and never speaks', closed: false, act: peer => peer.greeted},
	{
		what: 'announces a message of 4 GiB and pours it',
		closed: true,
		async act(peer, torrent) {
			await greet(peer, torrent);
			await pour(peer, 0xffff_ffff);
		},
	},
	{
		what: 'announces a message of 64 MiB and pours it',
		closed: true,
		async act(peer, torrent) {
			await greet(peer, torrent, message(unchoke));
			await pour(peer, 64 * mebibyte);
		},
	},
	{
		what: 'sends a have of three bytes',
		closed: true,
		act: (peer, torrent) => greet(peer, torrent, message(have, Buffer.alloc(3))),
	},
	{
		what: 'sends a request of five bytes',
		closed: true,
		act: (peer, torrent) => greet(peer, torrent, message(request, Buffer.alloc(5))),
	},
	{
		what: 'sends a choke with a payload',
		closed: true,
		act: (peer, torrent) => greet(peer, torrent, message(0, Buffer.alloc(9))),
	},
	{
		what: 'has a piece that does not exist',
		closed: true,
		act: (peer, torrent) => greet(peer, torrent, message(have, 0xffff_fff0)),
	},
	{
		what: 'sends a bitfield that is too long',
		closed: true,
		async act(peer, torrent) {
			await peer.greeted;
			await peer.send(handshake(torrent.infoHash), message(bitfield, Buffer.alloc(torrent.pieces, 0xff)));
		},
	},
	{
		what: 'sends a bitfield that is too short',
		closed: true,
		async act(peer, torrent) {
			await peer.greeted;
			await peer.send(handshake(torrent.infoHash), message(bitfield, Buffer.alloc(1, 0xff)));
		},
	},
	{
		what: 'sets the spare bits of its bitfield',
		closed: true,
		async act(peer, torrent) {
			assert.notEqual(torrent.pieces % 8, 0);
			const bits = Buffer.alloc(Math.ceil(torrent.pieces / 8), 0xff);
			await peer.greeted;
			await peer.send(handshake(torrent.infoHash), message(bitfield, bits));
		},
	},
	{
		what: 'unchokes and never answers a request',
		closed: false,
		async act(peer, torrent) {
			const asked = new Promise<void>(resolve => {
				peer.onMessage = id => {
					if (id === request) resolve();
				};
			});
			await greet(peer, torrent, message(unchoke));
			await asked;
		},
	},
	{
		what: 'sends 200,000 requests and takes no answer',
		closed: false,
		async act(peer, torrent) {
			await greet(peer, torrent, message(interested));
			peer.socket.pause();
			const flood = Buffer.concat(Array.from({length: 2000}, () => message(request, 0, 0, blockLength)));
			for (let times = 0; times < 100 && !peer.isClosed; times++)
				await Promise.race([peer.send(flood), sleep(2000)]);
		},
	},
	{
		what: 'asks for what does not exist, 2 GiB at a time',
		closed: true,
		async act(peer, torrent) {
			const bad = Buffer.concat([
				message(request, 0, 0, 0x7fff_ffff),
				message(request, 0xffff_ffff, 0, blockLength),
				message(request, 0, 0xffff_ffff, blockLength),
				message(request, 0, 0, 0),
			]);
			await greet(peer, torrent, message(interested), ...Array.from({length: 200}, () => bad));
		},
	},
	{
		what: 'sends blocks nobody asked for',
		closed: false,
		async act(peer, torrent) {
			await greet(peer, torrent);
			for (let index = 0; index < 60 && !peer.isClosed; index++)
				await peer.send(message(piece, index, 0, Buffer.alloc(blockLength, index)));
		},
	},
	{
		what: 'sends a block beyond the end of the torrent',
		closed: true,
		act: (peer, torrent) =>
			greet(
				peer,
				torrent,
				message(unchoke),
				message(piece, 0xffff_fff0, 0xffff_fff0, Buffer.alloc(blockLength)),
			),
	},
	{
		what: 'answers with blocks of the wrong length',
		closed: false,
		async act(peer, torrent) {
			const answered = new Promise<void>(resolve => {
				peer.onMessage = (id, payload) => {
					if (id !== request) return;
					peer.send(message(piece, payload.readUInt32BE(0), payload.readUInt32BE(4), Buffer.alloc(100)));
					resolve();
				};
			});
			await greet(peer, torrent, message(unchoke));
			await answered;
		},
	},
	{
		what: 'sends messages of unknown kinds and 100,000 keep-alives',
		closed: false,
		async act(peer, torrent) {
			await greet(peer, torrent, message(99, Buffer.alloc(1000)), message(255), Buffer.alloc(400_000));
		},
	},
	{
		what: 'has, unhas, chokes and unchokes 50,000 times',
		closed: false,
		async act(peer, torrent) {
			await greet(peer, torrent);
			const flap = Buffer.concat([message(unchoke), message(have, 1), message(0), message(have, 1)]);
			for (let times = 0; times < 50 && !peer.isClosed; times++)
				await Promise.race([peer.send(Buffer.concat(Array.from({length: 1000}, () => flap))), sleep(2000)]);
		},
	},
];

/** The first connection over which it was greeted: who is not understood when it encrypts comes back. */
const met = (peers: readonly RawPeer[]) => peers.find(({isGreeted}) => isGreeted)!;

for (const {what, act, closed} of misdeeds) {
	test(`a peer that ${what} does not hinder the download`, async t => {
		const space = new Workspace(t);
		const {torrent, file} = start(space);
		const {promise: acted, resolve, reject} = Promise.withResolvers<unknown>();
		const hostile = await listen(space, '127.0.0.2', peer => act(peer, torrent).then(resolve, reject));
		// The honest one gives nothing before the hostile one has done its worst.
		const honest = await rawSeeder(space, torrent, {host: '127.0.0.3', unchokeAfter: acted});
		const args = [file, '-d', space.folder('ours'), '--peer', hostile.address, '--peer', honest.address];
		// What it does is to be done to what we say in the clear, the first time it is dialled.
		args.push('--encryption', 'off');
		const ours = await get(space, args);
		await within(20_000, 'the hostile peer to have done its worst', acted);
		if (closed) await within(15_000, 'the hostile peer to be sent away', hostile.peers[0]!.closed);
		await until('the download', 40_000, () => {
			const memory = ours.program.peakMemory();
			assert.ok(memory < memoryLimit, `it uses ${Math.round(memory / mebibyte)} MiB`);
			return ours.program.ended;
		});
		await ours.done();
		assertSame(space.path('ours', 'file.bin'), torrent.content.root);
		assert.doesNotMatch(ours.program.stderr, /^\s+at /m);
		assert.ok(hostile.peers.length <= 4, `the hostile peer was dialled ${hostile.peers.length} times`);
	});
}

test('a peer that lies about its data is banned, and the download completes from an honest one', async t => {
	const space = new Workspace(t);
	const {torrent, file} = start(space);
	let lied = () => {};
	const lies = new Promise<void>(resolve => {
		lied = resolve;
	});
	const liar = await rawSeeder(space, torrent, {
		host: '127.0.0.2',
		alter(block, _, begin) {
			if (begin + block.length >= pieceLength) lied();
			block[block.length >> 1]! ^= 1;
			return block;
		},
	});
	const honest = await rawSeeder(space, torrent, {host: '127.0.0.3', unchokeAfter: lies});
	const ours = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		'--peer',
		liar.address,
		'--peer',
		honest.address,
		'--seed-time',
		'10m',
	]);
	await within(20_000, 'the liar to be asked', lies);
	await within(20_000, 'the liar to be sent away', met(liar.peers).closed);
	await ours.event('complete');
	assertSame(space.path('ours', 'file.bin'), torrent.content.root);
	assert.ok(honest.served.bytes >= torrent.content.length);

	// Banned means its address: it gets no handshake when it comes back by itself.
	const back = await dial(space, ours.port, '127.0.0.2');
	await back.send(handshake(torrent.infoHash));
	const answer = await Promise.race([
		back.greeted.then(() => 'greeted'),
		back.closed.then(() => 'sent away'),
	]);
	assert.equal(answer, 'sent away');
	const other = await dial(space, ours.port, '127.0.0.4');
	await other.send(handshake(torrent.infoHash));
	await within(5000, 'an honest newcomer to be greeted', other.greeted);
	await ours.program.stop();
});

test('a peer that lies about one block in twenty is found among two honest ones and banned', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 12 * mebibyte);
	const torrent = makeTorrent(content, 128 * kibibyte);
	const file = torrent.write(space.path('file.torrent'));
	const rate = 2.5 * mebibyte;
	let blocks = 0;
	const liar = await rawSeeder(space, torrent, {
		host: '127.0.0.2',
		rate,
		alter(block) {
			if (blocks++ % 20 === 3) block[0]! ^= 0x80;
			return block;
		},
	});
	const honest = [
		await rawSeeder(space, torrent, {host: '127.0.0.3', rate}),
		await rawSeeder(space, torrent, {host: '127.0.0.4', rate}),
	];
	const ours = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		...[liar, ...honest].flatMap(({address}) => ['--peer', address]),
		'--seed-time',
		'10m',
	]);
	await ours.event('complete');
	assertSame(space.path('ours', 'file.bin'), content.root);
	assert.ok(met(liar.peers).isClosed, 'the liar is still there');
	for (const {peers, address} of honest) assert.equal(met(peers).isClosed, false, `${address} was sent away`);
	await ours.program.stop();
});

test('garbage that dials us does not hinder the download, and others may still dial us', async t => {
	const space = new Workspace(t);
	const {torrent, file} = start(space);
	const ours = await get(space, [file, '-d', space.folder('ours')]);
	await ours.event('added');
	await until('it to listen', 10_000, () =>
		dial(space, ours.port, '127.0.0.9').then(
			peer => peer.socket.destroy(),
			() => undefined,
		),
	);
	for (let index = 10; index < 40; index++) {
		const peer = await dial(space, ours.port, `127.0.0.${index}`);
		if (index % 3 === 0) await peer.send(randomBytes(3000));
		else if (index % 3 === 1) await peer.send(handshake(randomBytes(20)));
		else await peer.send(handshake(torrent.infoHash).subarray(0, 47));
	}
	const wrong = await dial(space, ours.port, '127.0.0.50');
	await wrong.send(handshake(randomBytes(20)));
	await within(15_000, 'who asks for another torrent to be sent away', wrong.closed);

	// A seeder that comes to us: everything arrives over a connection that we did not make.
	const bytes = await rawSeeder(space, torrent, {host: '127.0.0.60'});
	const incoming = await get(space, [
		file,
		'-d',
		space.folder('second'),
		'--peer',
		ours.address,
		'--peer',
		bytes.address,
		'--state-dir',
		space.path('second-state'),
		'--seed-time',
		'10m',
	]);
	await ours.event('complete');
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), torrent.content.root);
	await incoming.program.stop();
});
