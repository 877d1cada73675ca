import assert from 'node:assert/strict';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {freePort} from '../../helpers/ports.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {announceOf, announceTo, queryOf} from '../../helpers/tracker-asker.ts';
import {Workspace} from '../../helpers/workspace.ts';

const infoHash = new Uint8Array(20).fill(0xab);
const local = ['--bind', '127.0.0.1'];

test('it says where to announce, serves, and ends with Ctrl-C and what it knew', async t => {
	const space = new Workspace(t);
	const tracker = startTortui(space, ['tracker', '--port', '0', ...local]);
	const [, port] = await tracker.output(/http:\/\/127\.0\.0\.1:(\d+)\/announce\n {2}udp:.*\nCtrl-C/, 20_000);
	await announceTo(`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash))}`);
	const exit = await tracker.stop('SIGINT', 10_000);
	assert.equal(exit.code, 0);
	assert.match(tracker.stdout, /Stopped; it knew 1 torrent, 1 peer\.\n$/);
	assert.equal(tracker.stderr, '');
});

test('after kill -9 it knows again what it knew a minute before; after SIGTERM all of it', async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const start = async () => {
		const tracker = startTortui(space, ['tracker', '--port', `${port}`, ...local, '--json']);
		await tracker.output(/"listening"/, 20_000);
		return tracker;
	};
	const peers = async (): Promise<number> => {
		const answer = await fetch(`http://127.0.0.1:${port}/stats`, {signal: AbortSignal.timeout(10_000)});
		return ((await answer.json()) as {peers: number}).peers;
	};
	const announce = (n: number) =>
		announceTo(`http://127.0.0.1:${port}/announce?${queryOf(announceOf(infoHash, {port: n}))}`);
	const first = await start();
	await announce(1);
	await first.stop('SIGTERM', 10_000);
	const second = await start();
	assert.equal(await peers(), 1);
	await announce(2);
	await second.stop('SIGKILL');
	await start();
	assert.equal(await peers(), 1);
});

test('SIGHUP reads the passkeys anew and lets nobody go; a file with a fault changes nothing', async t => {
	const space = new Workspace(t);
	const keys = space.path('keys');
	writeFileSync(keys, 'first-passkey\n');
	const tracker = startTortui(space, ['tracker', '--port', '0', ...local, '--passkeys', keys]);
	const [, port] = await tracker.output(/http:\/\/127\.0\.0\.1:(\d+)\/PASSKEY\/announce/, 20_000);
	await tracker.output(/Ctrl-C/, 20_000);
	const ask = async (key: string): Promise<string> =>
		(await announceTo(`http://127.0.0.1:${port}/${key}/announce?${queryOf(announceOf(infoHash))}`)).kind;
	assert.equal(await ask('first-passkey'), 'peers');
	assert.equal(await ask('second-passkey'), 'failure');
	writeFileSync(keys, 'second-passkey\n');
	tracker.child.kill('SIGHUP');
	await tracker.output(/\d reloaded\n/, 10_000);
	assert.equal(await ask('second-passkey'), 'peers');
	assert.equal(await ask('first-passkey'), 'failure');
	writeFileSync(keys, 'no\n');
	tracker.child.kill('SIGHUP');
	await tracker.output(/^tortui: not reloaded: .*keys:1: a passkey has/m, 10_000);
	assert.equal(await ask('second-passkey'), 'peers');
});

test('a port that is taken, by a tracker or over UDP alone, is one line, and leaves no files', async t => {
	const space = new Workspace(t);
	const port = await freePort();
	const first = startTortui(space, ['tracker', '--port', `${port}`, ...local]);
	await first.output(/Ctrl-C/, 20_000);
	// On the one address as well as on all.
	for (const bind of [local, []]) {
		const second = startTortui(space, ['tracker', '--port', `${port}`, ...bind]);
		assert.equal((await second.end(20_000)).code, 1);
		assert.equal(second.stderr, `tortui: port ${port} is taken: choose another with --port, or 0 for any\n`);
	}
	// A program that has the UDP half alone, and would share it.
	const socket = createSocket({type: 'udp4', reuseAddr: true});
	t.after(() => socket.close());
	socket.bind(await freePort(), '127.0.0.1');
	await once(socket, 'listening');
	const taken = socket.address().port;
	for (const bind of [local, []]) {
		const third = startTortui(space, ['tracker', '--port', `${taken}`, ...bind]);
		assert.equal((await third.end(20_000)).code, 1);
		assert.match(third.stderr, /^tortui: port \d+ is taken: [^\n]*\n$/);
	}
	assert.deepEqual(readdirSync(space.path('state')), []);
});

test('when it knows as many torrents as it may, a new one is refused with the reason, and that is told once', async t => {
	const space = new Workspace(t);
	const limits = ['--max-torrents', '2', '--max-peers', '5'];
	const tracker = startTortui(space, ['tracker', '--port', '0', ...local, ...limits]);
	const [, port] = await tracker.output(/:(\d+)\/announce[\s\S]*Ctrl-C/, 20_000);
	const ask = async (torrent: number, peer: number): Promise<string> => {
		const query = queryOf(announceOf(new Uint8Array(20).fill(torrent), {port: peer}));
		const answer = await announceTo(`http://127.0.0.1:${port}/announce?${query}`);
		return answer.kind === 'failure' ? answer.reason : answer.kind;
	};
	// Two peers make a torrent one that does not go first.
	for (const [torrent, peer] of [
		[1, 1],
		[1, 2],
		[2, 1],
		[2, 2],
	] as const)
		assert.equal(await ask(torrent, peer), 'peers');
	for (let n = 0; n < 3; n++) assert.equal(await ask(3, 1), 'this tracker is full: too many torrents');
	assert.equal(await ask(1, 3), 'peers');
	assert.equal(await ask(1, 4), 'this tracker is full: too many peers');
	assert.equal(tracker.stderr, 'tortui: this tracker is full: too many torrents\n');
});

test('two trackers on one machine keep what they know apart', async t => {
	const space = new Workspace(t);
	const [one, two] = [await freePort(), await freePort()];
	const trackers = [one, two].map(port => startTortui(space, ['tracker', '--port', `${port}`, ...local]));
	for (const tracker of trackers) await tracker.output(/Ctrl-C/, 20_000);
	await announceTo(`http://127.0.0.1:${one}/announce?${queryOf(announceOf(infoHash))}`);
	for (const tracker of trackers) await tracker.stop('SIGTERM', 10_000);
	assert.match(trackers[0]!.stdout, /knew 1 torrent,/);
	assert.match(trackers[1]!.stdout, /knew 0 torrents/);
	const state = (port: number) => space.path('state', `tracker-127.0.0.1-${port}.swarms`);
	await until('both files', 5000, () => existsSync(state(one)) && existsSync(state(two)));
});

test('what is asked for wrongly is one line and status 2, or 1 for a file', async t => {
	const space = new Workspace(t);
	writeFileSync(space.path('junk'), 'junk');
	for (const [args, code, text] of [
		[['--cert', 'x'], 2, 'HTTPS needs both --cert and --key'],
		[['--key', 'x'], 2, 'HTTPS needs both --cert and --key'],
		[['--only', space.path('none')], 1, `--only: no such folder: ${space.path('none')}`],
		[['--passkeys', space.path('none')], 1, `--passkeys: no such file: ${space.path('none')}`],
		[
			['--passkeys', space.path('junk')],
			1,
			`${space.path('junk')}:1: a passkey has 8 to 128 letters, digits, - or _`,
		],
		[
			['--cert', space.path('junk'), '--key', space.path('junk')],
			1,
			`${space.path('junk')} is not a certificate in PEM`,
		],
		[['--interval', '5'], 2, '--interval: "5" is not a whole number from 10 to 86400'],
	] as const) {
		const tracker = startTortui(space, ['tracker', '--port', '0', ...local, ...args]);
		assert.equal((await tracker.end(20_000)).code, code, args.join(' '));
		assert.equal(tracker.stderr, `tortui: ${text}\n`);
	}
});

test('without a place to keep swarms it says so and serves', async t => {
	const space = new Workspace(t);
	writeFileSync(space.path('file'), '');
	const port = await freePort();
	const tracker = startTortui(space, ['tracker', '--port', `${port}`, ...local], {
		env: {TORTUI_HOME: space.path('file', 'state')},
	});
	await tracker.output(/Ctrl-C/, 20_000);
	assert.match(
		tracker.stderr,
		/^tortui: swarms are not kept over a restart: cannot make the state folder [^\n]*\n$/,
	);
	const chosen = startTortui(space, [
		'tracker',
		'--port',
		'0',
		...local,
		'--state-dir',
		space.path('file', 'x'),
	]);
	await chosen.output(/Ctrl-C/, 20_000);
	const refused = startTortui(space, [
		'tracker',
		'--port',
		`${await freePort()}`,
		...local,
		'--state-dir',
		space.path('file', 'x'),
	]);
	assert.equal((await refused.end(20_000)).code, 1);
});
