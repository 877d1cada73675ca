import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {assertSame} from '../helpers/compare.ts';
import {until} from '../helpers/deadline.ts';
import type {Running} from '../helpers/processes.ts';
import {handshake, interested, message, rawSeeder, request, unchoke} from '../helpers/raw-peer.ts';
import {kibibyte, makeTorrent, mebibyte, type Torrent, writeFile} from '../helpers/torrents.ts';
import {get, seed} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const crowd = 10_000;
/** How many of the crowd are connected at a time. */
const atOnce = 250;
const pieceLength = 256 * kibibyte;

function openFiles({pid}: Running): number {
	return readdirSync(`/proc/${pid}/fd`).length;
}

function memory({pid}: Running): number {
	return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * kibibyte;
}

/** What one of the crowd does with its connection until it is cut, or half a second is over. */
function misbehave(socket: Socket, kind: number, {infoHash}: Torrent): void {
	const hello = handshake(infoHash);
	switch (kind % 6) {
		case 0:
			socket.write(randomBytes(200));
			break;
		case 1:
			// One byte at a time.
			socket.write(hello.subarray(0, 1));
			break;
		case 2:
			socket.write(hello.subarray(0, 47));
			break;
		case 3:
			break;
		case 4:
			socket.write(handshake(randomBytes(20)));
			break;
		default:
			socket.write(hello);
			for (let piece = 0; piece < 50; piece++) socket.write(message(request, piece, 0, 16_384));
			socket.pause();
	}
}

/** Connects `crowd` times from many addresses; answers how many got as far as being connected. */
async function besiege(space: Workspace, port: number, torrent: Torrent): Promise<number> {
	let connected = 0;
	let next = 0;
	const sockets = new Set<Socket>();
	space.defer(() => {
		next = crowd;
		for (const socket of sockets) socket.destroy();
	});
	const one = async () => {
		while (next < crowd) {
			const index = next++;
			const socket = connect({
				port,
				host: '127.0.0.1',
				localAddress: `127.1.${(index >> 8) & 255}.${1 + (index % 250)}`,
			});
			sockets.add(socket);
			socket.on('error', () => {});
			const closed = new Promise<void>(resolve => {
				socket.once('close', () => resolve());
			});
			const entered = new Promise<void>(resolve => {
				socket.once('connect', () => {
					connected++;
					misbehave(socket, index, torrent);
					resolve();
				});
			});
			// A machine that is busy lets them in later.
			await Promise.race([closed, entered, sleep(10_000)]);
			await Promise.race([closed, sleep(200)]);
			socket.destroy();
			await closed;
			sockets.delete(socket);
		}
	};
	await Promise.all(Array.from({length: atOnce}, one));
	return connected;
}

test(`${crowd} hostile connections hinder no honest peer and leave nothing behind`, async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 48 * mebibyte + 7);
	const torrent = makeTorrent(content, pieceLength);
	const file = torrent.write(space.path('file.torrent'));
	const seeding = await seed(space, [`${file}=${content.root}`]);
	const {program} = seeding;
	await sleep(300);
	const [filesBefore, memoryBefore] = [openFiles(program), memory(program)];

	// Patient ones, who know the torrent and hold what they have got: they read nothing and ask for everything.
	const holders = Array.from({length: 20}, (_, index) => {
		const socket = connect({port: seeding.port, host: '127.0.0.1', localAddress: `127.2.0.${1 + index}`});
		socket.on('error', () => {});
		socket.write(handshake(torrent.infoHash));
		socket.write(message(interested));
		for (let piece = 0; piece < torrent.pieces; piece++) socket.write(message(request, piece, 0, 16_384));
		socket.pause();
		space.defer(() => socket.destroy());
		return socket;
	});
	const siege = besiege(space, seeding.port, torrent);
	const begun = performance.now();
	const honest = await get(space, [
		file,
		'-d',
		space.folder('ours'),
		'--peer',
		seeding.address,
		'--state-dir',
		space.path('other-state'),
	]);
	let peak = 0;
	const watching = setInterval(() => {
		peak = Math.max(peak, memory(program));
	}, 50);
	t.after(() => clearInterval(watching));
	await honest.event('complete');
	const took = (performance.now() - begun) / 1000;
	await honest.done();
	assertSame(space.path('ours', 'file.bin'), content.root);
	const connected = await siege;
	clearInterval(watching);
	for (const socket of holders) socket.destroy();
	t.diagnostic(
		`honest: 48 MiB in ${took.toFixed(1)} s; ${connected} of ${crowd} connected; memory ${Math.round(memoryBefore / mebibyte)} MiB, at most ${Math.round(peak / mebibyte)} MiB`,
	);
	assert.ok(took < 20, `the honest one needed ${took} s`);
	assert.ok(connected > crowd * 0.9, `only ${connected} got in`);
	assert.ok(peak < memoryBefore + 100 * mebibyte, `it used ${Math.round(peak / mebibyte)} MiB`);
	assert.equal(program.ended, undefined, 'it ended');
	await until(
		() => `files to be closed: ${openFiles(program)} are open, ${filesBefore} were`,
		15_000,
		() => openFiles(program) <= filesBefore + 2,
	);
	assert.deepEqual(await program.stop('SIGTERM', 6000), {code: 130, signal: null});
	assert.doesNotMatch(program.stderr, /^\s+at /m);
});

test('with 64 file descriptors and 300 strangers it says once that they are few, and downloads all the same', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'file.bin', 16 * mebibyte);
	const torrent = makeTorrent(content, pieceLength);
	const file = torrent.write(space.path('file.torrent'));
	let open = () => {};
	const opened = new Promise<void>(resolve => {
		open = resolve;
	});
	const seeder = await rawSeeder(space, torrent, {unchokeAfter: opened, rate: 30 * mebibyte});
	const few = ['bash', '-c', 'ulimit -n 64 && exec "$@"', 'few'];
	const log = space.path('log.jsonl');
	const args = [
		file,
		'-d',
		space.folder('ours'),
		'--peer',
		seeder.address,
		'--log',
		log,
		'--seed-time',
		'10m',
	];
	const ours = await get(space, args, {}, few);
	await ours.event('added');
	await until('it to meet the seeder', 10_000, () => seeder.peers.length > 0);
	const sockets = Array.from({length: 300}, (_, index) => {
		const socket = connect({
			port: ours.port,
			host: '127.0.0.1',
			localAddress: `127.3.0.${1 + (index % 250)}`,
		});
		socket.on('error', () => {});
		socket.write(handshake(torrent.infoHash));
		space.defer(() => socket.destroy());
		return socket;
	});
	await until('them to be there or gone', 10_000, () => sockets.every(({connecting}) => !connecting));
	open();
	await sleep(300);
	for (const socket of sockets) socket.destroy();
	await ours.event('complete', 30_000);
	assertSame(space.path('ours', 'file.bin'), content.root);
	assert.equal(readFileSync(log, 'utf8').match(/ulimit -n/g)?.length, 1, readFileSync(log, 'utf8'));
	assert.doesNotMatch(ours.program.stderr, /^\s+at /m);
	// It takes newcomers again.
	const newcomer = connect({port: ours.port, host: '127.0.0.1', localAddress: '127.4.0.1'});
	newcomer.on('error', () => {});
	space.defer(() => newcomer.destroy());
	newcomer.write(handshake(torrent.infoHash));
	newcomer.write(message(unchoke));
	const answer = new Promise(resolve => newcomer.once('data', resolve));
	await until('a newcomer to be greeted', 10_000, () => Promise.race([answer.then(() => true), sleep(100)]));
	await ours.program.stop();
});
