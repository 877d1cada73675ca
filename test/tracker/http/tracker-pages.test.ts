import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {connect as connectTls} from 'node:tls';
import {machineRandom} from '../../../source/io/machine/random.js';
import {TrackerServer, type TrackerServerOptions} from '../../../source/tracker/tracker-server.js';
import type {TrackerStats} from '../../../source/tracker/tracker-service.js';
import {certificate} from '../../helpers/certificate.ts';
import {until} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {missing} from '../../helpers/processes.ts';
import {announceOf, announceTo, queryOf} from '../../helpers/tracker-asker.ts';
import {Workspace} from '../../helpers/workspace.ts';

const infoHash = new Uint8Array(20).fill(0xab);

async function start(t: TestContext, options: Partial<TrackerServerOptions> = {}) {
	const clock = new HandClock();
	const server = new TrackerServer({port: 0, bind: '127.0.0.1', clock, random: machineRandom, ...options});
	t.after(() => server.close());
	const {port} = await server.start();
	return {clock, server, port, base: `http://127.0.0.1:${port}`};
}

test('the figures are told as JSON, and to Prometheus line by line', async t => {
	const {base, clock} = await start(t);
	await announceTo(`${base}/announce?${queryOf(announceOf(infoHash, {left: 0}))}`);
	await announceTo(`${base}/announce?${queryOf(announceOf(infoHash, {port: 2}))}`);
	await announceTo(`${base}/announce?${queryOf(announceOf(infoHash, {port: 0}))}`);
	await clock.pass(90_000);
	const stats = await fetch(`${base}/stats`);
	assert.match(stats.headers.get('content-type')!, /^application\/json/);
	const figures = (await stats.json()) as TrackerStats;
	assert.equal(figures.torrents, 1);
	assert.equal(figures.peers, 2);
	assert.deepEqual(figures.announced, {
		torrents: 1,
		peers: 2,
		seeders: 1,
		leechers: 1,
		ipv4: 2,
		ipv6: 0,
		completed: 0,
	});
	assert.deepEqual(figures.counts.announces, {http: 2, https: 0, udp: 0});
	assert.deepEqual(figures.counts.refused, {'bad-announce': 1});
	assert.equal(figures.uptime, 90);
	const metrics = await fetch(`${base}/metrics`);
	assert.match(metrics.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
	const lines = (await metrics.text()).split('\n');
	assert.equal(lines.at(-1), '');
	for (const line of lines.slice(0, -1))
		assert.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|[a-z_]+(?:\{\w+="[\w-]+"\})? \d+)$/, line);
	for (const line of [
		'tortui_tracker_torrents 1',
		'tortui_tracker_peers{state="seeder"} 1',
		'tortui_tracker_announces_total{over="http"} 2',
		'tortui_tracker_refused_total{reason="bad-announce"} 1',
	])
		assert.ok(lines.includes(line), line);
});

test('the page says where to announce, by the name that it was asked by, and lets nothing in', async t => {
	const {base, port} = await start(t);
	const page = await (await fetch(base)).text();
	assert.match(page, new RegExp(`<code>http://127\\.0\\.0\\.1:${port}/announce</code>`));
	assert.match(page, new RegExp(`<code>udp://127\\.0\\.0\\.1:${port}/announce</code>`));
	assert.doesNotMatch(page, /<script|https:/);
	const {get} = await import('node:http');
	const odd = await new Promise<string>((resolve, reject) => {
		get(base, {headers: {host: '<b>"x'}}, answer => {
			let body = '';
			answer.on('data', chunk => (body += chunk));
			answer.on('end', () => resolve(body));
		}).on('error', reject);
	});
	assert.doesNotMatch(odd, /<b>/);
	assert.match(odd, new RegExp(`http://this-host:${port}/announce`));
	for (const path of ['/', '/stats', '/metrics'])
		assert.equal((await fetch(`${base}${path}`, {method: 'POST', body: ''})).status, 405, path);
});

/** Asks over TLS, whoever vouches for it; answers whose certificate it was and what it said. */
function askSecurely(port: number, request: string): Promise<{name: string; answer: string}> {
	return new Promise((resolve, reject) => {
		let answer = '';
		let name = '';
		const socket = connectTls({port, host: '127.0.0.1', rejectUnauthorized: false}, () => {
			name = String(socket.getPeerCertificate().subject.CN);
			socket.write(request);
		});
		socket.setTimeout(10_000, () => socket.destroy(new Error('no answer in time')));
		socket.on('data', bytes => {
			answer += bytes.toString('latin1');
		});
		socket.on('error', reject);
		socket.on('close', () => resolve({name, answer}));
	});
}

const announce = `GET /announce?${queryOf(announceOf(infoHash))} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

test('HTTPS and HTTP are spoken on one port, and a new certificate is taken without a restart', {
	skip: missing('openssl'),
}, async t => {
	const space = new Workspace(t);
	const tls = certificate(space, 'first');
	const {port, base, server} = await start(t, {tls});
	const {name, answer} = await askSecurely(port, announce);
	assert.equal(name, 'first');
	assert.match(answer, /^HTTP\/1\.1 200 OK[\s\S]*8:completei0e/);
	assert.equal((await fetch(`${base}/announce?${queryOf(announceOf(infoHash, {port: 2}))}`)).status, 200);
	assert.deepEqual(server.service.counts.announces, {http: 1, https: 1, udp: 0});
	const next = certificate(space, 'second');
	const {renameSync} = await import('node:fs');
	renameSync(next.cert, tls.cert);
	assert.deepEqual(await server.reload(), [`${tls.key} is not the key of ${tls.cert}`]);
	assert.equal((await askSecurely(port, announce)).name, 'first', 'what cannot be read changes nothing');
	renameSync(next.key, tls.key);
	assert.deepEqual(await server.reload(), []);
	assert.equal((await askSecurely(port, announce)).name, 'second');
});

test('who begins TLS and goes silent, or speaks none, is let go like everybody else', {
	skip: missing('openssl'),
}, async t => {
	const space = new Workspace(t);
	const {port, clock, server} = await start(t, {tls: certificate(space, 'first')});
	const {connect} = await import('node:net');
	const say = (bytes: string) => {
		const socket = connect(port, '127.0.0.1');
		const visitor = {gone: false};
		socket.on('error', () => {});
		socket.on('data', () => {});
		socket.on('close', () => {
			visitor.gone = true;
		});
		socket.write(bytes, 'latin1');
		t.after(() => socket.destroy());
		return visitor;
	};
	const silent = say('\u0016\u0003\u0001\u0002\u0000\u0001');
	const garbage = say(`\u0016${'garbage'.repeat(100)}`);
	await until('garbage to be gone', 10_000, () => garbage.gone);
	assert.equal(silent.gone, false);
	await clock.pass(6000);
	await until('the silent one to be gone', 10_000, () => silent.gone);
	await until('its place to be free', 10_000, () => server.service.counts.announces.https === 0);
	assert.match((await askSecurely(port, announce)).answer, /200 OK/);
});

test('what is wrong with a certificate or key is one clear line', {skip: missing('openssl')}, async t => {
	const space = new Workspace(t);
	const [one, two] = [certificate(space, 'one'), certificate(space, 'two')];
	const junk = space.path('junk.pem');
	writeFileSync(junk, 'junk');
	const locked = space.path('locked.pem');
	execFileSync('openssl', ['ec', '-in', one.key, '-aes256', '-passout', 'pass:secret', '-out', locked], {
		stdio: 'ignore',
	});
	for (const [tls, message] of [
		[{cert: space.path('none'), key: one.key}, `--cert: no such file: ${space.path('none')}`],
		[{cert: one.cert, key: space.path('none')}, `--key: no such file: ${space.path('none')}`],
		[{cert: junk, key: one.key}, `${junk} is not a certificate in PEM`],
		[{cert: one.key, key: one.key}, `${one.key} is not a certificate in PEM`],
		[{cert: one.cert, key: junk}, `${junk} is not a private key in PEM`],
		[{cert: one.cert, key: two.key}, `${two.key} is not the key of ${one.cert}`],
		[
			{cert: one.cert, key: locked},
			`${locked} has a passphrase: write it without one, readable for this user only`,
		],
	] as const) {
		await assert.rejects(start(t, {tls}), {message});
	}
});
