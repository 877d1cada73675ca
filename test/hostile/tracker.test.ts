import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {readFileSync} from 'node:fs';
import {connect, type Socket} from 'node:net';
import {test} from 'node:test';
import {encodeUdpAnnounce} from '../../source/protocol/tracker/udp.js';
import {until} from '../helpers/deadline.ts';
import {freePort} from '../helpers/ports.ts';
import {startTortui} from '../helpers/tortui.ts';
import {announceOf, announceTo, queryOf} from '../helpers/tracker-asker.ts';
import {Workspace} from '../helpers/workspace.ts';
import {tell} from './tell.ts';

const mebibyte = 1 << 20;
const infoHash = new Uint8Array(20).fill(0xab);

async function start(space: Workspace) {
	const port = await freePort();
	const tracker = startTortui(space, ['tracker', '--port', `${port}`, '--no-state', '--quiet']);
	const announce = (n: number) =>
		announceTo(`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash, {port: n}))}`);
	await until('it to answer', 20_000, () =>
		announce(1).then(
			() => true,
			() => false,
		),
	);
	const memory = (): number =>
		(Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${tracker.pid}/status`, 'utf8'))?.[1]) * 1024) /
		mebibyte;
	const connections = async (): Promise<number> =>
		((await (await fetch(`http://127.0.0.1:${port}/stats`)).json()) as {connections: number}).connections;
	return {port, tracker, announce, memory, connections};
}

test('10,000 connections of 100 addresses that send half a request keep nobody out, and little memory', async t => {
	const space = new Workspace(t);
	const {port, announce, memory, connections} = await start(space);
	const open = new Set<Socket>();
	t.after(() => {
		for (const socket of open) socket.destroy();
	});
	let slowest = 0;
	for (let n = 0; n < 10_000; ) {
		const batch = Array.from({length: 200}, () => {
			const socket = connect({port, host: '127.0.0.1', localAddress: `127.0.9.${1 + (n++ % 100)}`});
			open.add(socket);
			socket.on('error', () => {});
			socket.on('close', () => open.delete(socket));
			return new Promise<void>(resolve => {
				socket.once('connect', () => {
					socket.write(`GET /announce?info_hash=${'%ab'.repeat(20)}`);
					resolve();
				});
				socket.once('close', () => resolve());
			});
		});
		await Promise.all(batch);
		const begun = performance.now();
		const answer = await announce(2 + (n % 5));
		slowest = Math.max(slowest, performance.now() - begun);
		assert.equal(answer.kind, 'peers');
	}
	assert.ok((await connections()) <= 1000);
	tell(
		'10,000 connections to our tracker',
		`an honest announce took ${slowest.toFixed(0)} ms at most, memory ${memory().toFixed(0)} MiB`,
	);
	assert.ok(memory() < 200, `${memory()} MiB`);
});

test('100,000 announces with forged connection ids, and as much junk, are met with silence and believed by nobody', async t => {
	const space = new Workspace(t);
	const {port, announce, memory} = await start(space);
	const socket = createSocket('udp4');
	t.after(() => socket.close());
	let heard = 0;
	socket.on('message', () => heard++);
	await new Promise<void>(resolve => socket.connect(port, '127.0.0.1', resolve));
	const junk = new Uint8Array(1400).fill(0x55);
	for (let n = 0; n < 100_000; n++) {
		socket.send(
			encodeUdpAnnounce(
				(BigInt(n) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn,
				n,
				announceOf(infoHash, {port: 1 + (n % 60_000)}),
			),
		);
		socket.send(junk.subarray(0, n % 1400));
		if (n % 500 === 0) await new Promise(resolve => setImmediate(resolve));
	}
	assert.equal((await announce(7)).kind, 'peers');
	assert.equal(heard, 0);
	const stats = (await (await fetch(`http://127.0.0.1:${port}/stats`)).json()) as {peers: number};
	assert.equal(stats.peers, 2);
	assert.ok(memory() < 200, `${memory()} MiB`);
});

test('what makes no sense in an announce is one reason, or what is nearest to it', async t => {
	const space = new Workspace(t);
	const {port} = await start(space);
	const base = queryOf(announceOf(infoHash));
	const ask = async (change: (query: string) => string): Promise<string> => {
		const answer = await announceTo(`http://127.0.0.1:${port}/announce?${change(base)}`);
		return answer.kind === 'failure' ? answer.reason : 'peers';
	};
	const set = (name: string, value: string) => (query: string) =>
		query.replace(new RegExp(`(^|&)${name}=[^&]*`), `$1${name}=${value}`);
	for (const [change, answer] of [
		[set('port', '0'), /^port is missing or wrong$/],
		[set('port', '65536'), /^port is missing or wrong$/],
		[set('port', '-1'), /^port is missing or wrong$/],
		[set('peer_id', '%41'.repeat(19)), /^peer_id is missing or not 20 bytes long$/],
		[set('peer_id', '%41'.repeat(21)), /^peer_id is missing or not 20 bytes long$/],
		[set('info_hash', '%41'.repeat(19)), /^info_hash is missing or not 20 bytes long$/],
		[set('info_hash', ''), /^info_hash is missing or not 20 bytes long$/],
		[(query: string) => `${query}&info_hash=${'%41'.repeat(20)}`, /^info_hash is there more than once$/],
		[set('left', '-1'), /^peers$/],
		[set('left', '9'.repeat(40)), /^peers$/],
		[(query: string) => `${query}&numwant=-1`, /^peers$/],
		[(query: string) => `${query}&numwant=1000000000`, /^peers$/],
		[(query: string) => `${query}&ip=8.8.8.8`, /^peers$/],
		[(query: string) => `${query}&event=nonsense`, /^peers$/],
		[(query: string) => `${query}${'&a=b'.repeat(1000)}`, /^peers$/],
	] as const)
		assert.match(await ask(change), answer);
	// Nobody is sent where an announce claims to be.
	const answer = await announceTo(
		`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash, {port: 9}))}&ip=198.51.100.1`,
	);
	assert.ok(answer.kind === 'peers' && answer.peers.every(({host}) => host === '127.0.0.1'));
});

test('a swarm of thousands answers nobody with more than 200 peers, however many are wanted', async t => {
	const space = new Workspace(t);
	const {port} = await start(space);
	for (let from = 0; from < 2000; from += 50)
		await Promise.all(
			Array.from({length: 50}, (_, n) =>
				announceTo(
					`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash, {port: 2000 + from + n}))}`,
				),
			),
		);
	const answer = await announceTo(
		`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash, {port: 9}))}&numwant=1000000000`,
	);
	assert.ok(answer.kind === 'peers');
	assert.equal(answer.peers.length, 200);
});
