import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import {
	blockLength,
	cancel,
	fullBitfield,
	handshake,
	interested,
	message,
	RawPeer,
	rawSeeder,
	request,
	unchoke,
} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, type Torrent, writeFile} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {inSeconds, tell} from './tell.ts';

/** As a user feels it: 16 MiB of a seeder that sends 4 MiB a second; a busy machine adds a second. */
const seederRate = 4 * mebibyte;
const grace = 1000;

function start(space: Workspace): {torrent: Torrent; file: string} {
	const content = writeFile(space.folder('theirs'), 'file.bin', 16 * mebibyte);
	const torrent = makeTorrent(content, 256 * kibibyte);
	return {torrent, file: torrent.write(space.path('file.torrent'))};
}

/** So many addresses of this machine that dial the port, and again a second after they were sent away. */
function crowd(
	space: Workspace,
	port: number,
	count: number,
	act: (peer: RawPeer, socket: Socket) => unknown,
): {readonly dials: number} {
	const state = {dials: 0};
	let over = false;
	const sockets = new Set<Socket>();
	space.defer(() => {
		over = true;
		for (const socket of sockets) socket.destroy();
	});
	const dial = (localAddress: string): void => {
		if (over) return;
		state.dials++;
		const socket = connect({port, host: '127.0.0.1', localAddress});
		sockets.add(socket);
		const peer = new RawPeer(socket);
		socket.once('connect', () => act(peer, socket));
		socket.once('close', () => {
			sockets.delete(socket);
			setTimeout(() => dial(localAddress), 1000).unref();
		});
	};
	for (let at = 0; at < count; at++) dial(`127.5.0.${at + 1}`);
	return state;
}

/** How long `get` takes from when a seeder is named to it, beside a crowd that was there before. */
async function download(
	t: ConstructorParameters<typeof Workspace>[0],
	count: number,
	act: (peer: RawPeer, socket: Socket, torrent: Torrent) => unknown,
): Promise<number> {
	const space = new Workspace(t);
	const {torrent, file} = start(space);
	const ours = await get(space, [file, '-d', space.folder('ours'), '--seed-time', '10m']);
	await ours.event('added');
	await until('it to listen', 10_000, async () => {
		const socket = connect({port: ours.port, host: '127.0.0.1'});
		const open = await new Promise(resolve => {
			socket.once('connect', () => resolve(true));
			socket.once('error', () => resolve(false));
		});
		socket.destroy();
		return open;
	});
	if (count > 0) {
		crowd(space, ours.port, count, (peer, socket) => act(peer, socket, torrent));
		await sleep(8000);
	}
	const seeder = await rawSeeder(space, torrent, {host: '127.0.0.3', rate: seederRate});
	const begun = performance.now();
	// The honest one dials in, once.
	const socket = connect({port: ours.port, host: '127.0.0.1', localAddress: '127.0.0.3'});
	const bridge = connect({port: seeder.port, host: seeder.host});
	for (const end of [socket, bridge]) end.on('error', () => {});
	space.defer(() => {
		socket.destroy();
		bridge.destroy();
	});
	// The seeder answers a handshake: ours is asked for first.
	bridge.once('connect', () => bridge.write(handshake(torrent.infoHash)));
	let skipped = 0;
	socket.on('data', bytes => {
		const from = Math.min(bytes.length, 68 - skipped);
		skipped += from;
		if (from < bytes.length) bridge.write(bytes.subarray(from));
	});
	bridge.on('data', bytes => socket.write(bytes));
	await ours.event('complete', 110_000);
	const took = performance.now() - begun;
	assertSame(space.path('ours', 'file.bin'), torrent.content.root);
	await ours.program.stop();
	return took;
}

test('sixty connections from sixty addresses that hold our places do not keep a seeder out that dials in', async t => {
	const usual = await download(t, 0, () => {});
	const acts = {
		'say nothing': (peer: RawPeer, torrent: Torrent) => peer.send(handshake(torrent.infoHash)),
		'are interested': (peer: RawPeer, torrent: Torrent) =>
			peer.send(handshake(torrent.infoHash), message(interested)),
		'unchoke and never answer': (peer: RawPeer, torrent: Torrent) =>
			peer.send(handshake(torrent.infoHash), fullBitfield(torrent.pieces), message(unchoke)),
	};
	for (const [what, act] of Object.entries(acts)) {
		const took = await download(t, 60, (peer, _, torrent) => act(peer, torrent));
		tell(`60 addresses that ${what}`, `16 MiB in ${inSeconds(took)}, undisturbed ${inSeconds(usual)}`);
		assert.ok(took <= 1.5 * usual + grace, `${what}: ${took} ms, ${usual} ms undisturbed`);
	}
});

test('45 that ask and never read do not keep an honest downloader from its first block', async t => {
	const space = new Workspace(t);
	const {torrent, file} = start(space);
	const seeding = await seed(space, [`${file}=${torrent.content.root}`]);
	crowd(space, seeding.port, 45, (peer, socket) => {
		peer.onMessage = id => {
			if (id !== unchoke) return;
			const asks = Array.from({length: 1000}, (_, at) =>
				message(request, (at >> 4) % torrent.pieces, (at & 15) * blockLength, blockLength),
			);
			void peer.send(...asks);
			socket.pause();
		};
		return peer.send(handshake(torrent.infoHash), message(interested));
	});
	await sleep(8000);
	const socket = connect({port: seeding.port, host: '127.0.0.1', localAddress: '127.0.0.3'});
	const honest = new RawPeer(socket);
	space.defer(() => socket.destroy());
	const begun = performance.now();
	const first = new Promise<number>(resolve => {
		honest.onMessage = id => {
			if (id === unchoke) void honest.send(message(request, 0, 0, blockLength));
			if (id === 7) resolve(performance.now() - begun);
		};
	});
	await honest.send(handshake(torrent.infoHash), message(interested));
	const took = await Promise.race([first, sleep(100_000, Infinity)]);
	tell('45 that ask and never read', `a first block after ${inSeconds(took)}`);
	assert.ok(took <= 2000 + grace, `${took} ms`);
	await seeding.program.stop();
});

/** Seconds of processor time a process has used. */
function processorTime(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100;
}

test('eight connections that flood us with cheap messages cost next to nothing', async t => {
	const space = new Workspace(t);
	const {torrent, file} = start(space);
	const seeding = await seed(space, [`${file}=${torrent.content.root}`]);
	const floods = {
		cancels: message(cancel, 0, 0, blockLength),
		'keep-alives': Buffer.alloc(4),
		haves: message(4, 0),
		'interest and none': Buffer.concat([message(interested), message(3)]),
		'unknown messages': message(99),
	};
	for (const [what, one] of Object.entries(floods)) {
		const flood = Buffer.concat(Array.from({length: 2000}, () => one));
		const before = processorTime(seeding.program.pid!);
		const attackers = crowd(space, seeding.port, 8, async peer => {
			await peer.send(handshake(torrent.infoHash));
			while (!peer.isClosed) await Promise.race([peer.send(flood), sleep(1000)]);
		});
		await sleep(5000);
		const used = (processorTime(seeding.program.pid!) - before) / 5;
		tell(`8 floods of ${what}`, `${(100 * used).toFixed(0)} % of a core, ${attackers.dials} dials`);
		assert.ok(used < 0.3, `${what}: ${used} of a core`);
	}
	await seeding.program.stop();
});

test('stopped for ten seconds in the midst of a download and let go on, it completes', async t => {
	const space = new Workspace(t);
	const {torrent, file} = start(space);
	const seeder = await rawSeeder(space, torrent, {host: '127.0.0.3', rate: seederRate});
	const ours = await get(space, [file, '-d', space.folder('ours'), '--peer', seeder.address]);
	await until('the first MiB', 20_000, () => seeder.served.bytes > mebibyte);
	process.kill(ours.program.pid!, 'SIGSTOP');
	await sleep(10_000);
	process.kill(ours.program.pid!, 'SIGCONT');
	const begun = performance.now();
	await ours.done();
	assertSame(space.path('ours', 'file.bin'), torrent.content.root);
	tell('SIGSTOP for 10 s', `complete ${inSeconds(performance.now() - begun)} after SIGCONT`);
});
