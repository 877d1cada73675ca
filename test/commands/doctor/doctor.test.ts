import assert from 'node:assert/strict';
import {chmodSync, existsSync, readdirSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import type {SessionView, TrackerView} from '../../../source/api/snapshot.ts';
import {UserError} from '../../../source/base/errors.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import type {Context} from '../../../source/commands/arguments/command.ts';
import {checkEngine, checkState, checkTorrents} from '../../../source/commands/doctor/check-engine.ts';
import {
	checkClock,
	checkFiles,
	checkFolder,
	checkStateDisk,
	checkTerminal,
} from '../../../source/commands/doctor/check-machine.ts';
import {
	checkDht,
	checkGateway,
	checkInterface,
	checkNames,
	checkPort,
	checkProxy,
	checkTrackers,
	namesToLookUp,
} from '../../../source/commands/doctor/check-network.ts';
import {checkSecrets} from '../../../source/commands/doctor/check-secrets.ts';
import {doctorSettings} from '../../../source/commands/doctor/doctor-settings.ts';
import {type DoctorGround, examine} from '../../../source/commands/doctor/examine.ts';
import type {Finding} from '../../../source/commands/doctor/finding.ts';
import {openDrivenEngine} from '../../helpers/driven-engine.ts';
import {testTorrent} from '../../helpers/sessions.ts';
import {mountDisk} from '../../helpers/small-disk.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {torrentView} from '../torrent-view.ts';

const session: SessionView = {
	name: 'tortui',
	version: '1',
	pid: 1,
	uptime: 600,
	port: 6881,
	portState: 'open',
	downloadRate: 0,
	uploadRate: 0,
	downloaded: 0,
	uploaded: 0,
	connected: 0,
	dhtNodes: 90,
	dht: {state: 'good'},
	slowMode: false,
	dir: '/srv',
};

const settings = (values: Readonly<Record<string, string | boolean | readonly string[]>> = {}) =>
	doctorSettings(new Map(Object.entries(values).map(([key, value]) => [key, {value, where: key}])));

/** `level text` of each, and what is advised behind `→`. */
const told = (found: readonly Finding[]): string[] =>
	found.map(({level, text, advice}) => `${level} ${text}${advice === undefined ? '' : ` → ${advice}`}`);

const one = (found: readonly Finding[], line: RegExp): void => {
	assert.equal(found.length, 1);
	assert.match(told(found)[0]!, line);
};

test('an engine is none, mute, of another version, or well', () => {
	one(checkEngine({runs: false}, '1'), /^unknown none runs → tortui starts one/);
	const mismatch = new UserError(
		'engine-version',
		'the running engine is of another version (0.9); stop it with: tortui stop',
	);
	one(
		checkEngine({runs: true, failure: mismatch}, '1'),
		/^wrong the running engine is of another version \(0\.9\) → .*tortui restart$/,
	);
	const mute = new UserError('engine-silent', 'the engine does not answer; stop its process and try again');
	one(
		checkEngine({runs: true, failure: mute}, '1'),
		/^wrong the engine does not answer → stop its process and try again$/,
	);
	const engine = {runs: true, version: '1', pid: 7, about: {}, session, torrents: []} as const;
	one(checkEngine(engine, '1'), /^ok version 1, process 7 answers, 0 torrents$/);
	one(checkEngine(engine, '2'), /^warning .* but is of version 1, and this is 2 → .*tortui restart$/);
});

test('torrents that were stopped by an error are told, the first of them', () => {
	assert.deepEqual(checkTorrents({torrents: []}), []);
	one(checkTorrents({torrents: [torrentView()]}), /^ok none was stopped/);
	const failed = torrentView({state: 'failed', reason: {level: 'error', text: 'no room'}});
	one(
		checkTorrents({torrents: [failed]}),
		/^warning debian\.iso is stopped by an error: no room → .*tortui resume aaaaaaaa$/,
	);
	assert.equal(checkTorrents({torrents: Array.from({length: 9}, () => failed)}).length, 6);
});

test('the port is free, taken, not ours, or reached by others', async () => {
	const refused = (code: string) => ({
		tryPort: async () => {
			throw Object.assign(new Error(code), {code});
		},
	});
	const free = {tryPort: async () => {}};
	one(await checkPort(settings(), undefined, free), /^ok port 6881 is free for TCP and UDP/);
	one(
		await checkPort(settings(), undefined, refused('EADDRINUSE')),
		/^warning port 6881 is taken by another program: the next free one/,
	);
	one(
		await checkPort(settings({port: '7000'}), undefined, refused('EADDRINUSE')),
		/^wrong port 7000 is taken .* → end that/,
	);
	one(
		await checkPort(settings({port: '80'}), undefined, refused('EACCES')),
		/^wrong port 80 is not for users .* → choose one above 1023/,
	);
	one(
		await checkPort(settings({bind: ['192.0.2.1']}), undefined, refused('EADDRNOTAVAIL')),
		/^wrong this machine has not all .*192\.0\.2\.1/,
	);
	const never = {tryPort: () => assert.fail('the engine has it')};
	one(await checkPort(settings(), session, never), /^ok others reach port 6881$/);
	one(
		await checkPort(settings(), {...session, portState: 'closed'}, never),
		/^wrong others cannot reach port 6881 → have the router pass/,
	);
	one(
		await checkPort(settings(), {...session, portState: 'unknown'}, never),
		/^warning nobody has come in .* → have the router/,
	);
	const portMapping = {state: 'open', text: 'open'} as const;
	one(
		await checkPort(settings(), {...session, portState: 'unknown', portMapping}, never),
		/^ok the gateway passes on/,
	);
	one(
		await checkPort(settings({bind: ['127.0.0.1', '::1']}), session, never),
		/^unknown the engine listens on port 6881 of this machine alone/,
	);
});

test('the gateway is none, not asked, or has refused', async () => {
	const some = {gateways: async () => [{host: '192.0.2.1'}]};
	one(
		await checkGateway(settings(), undefined, {gateways: async () => []}),
		/^warning this machine has no gateway/,
	);
	one(
		await checkGateway(settings({portMap: false}), session, some),
		/^unknown 192\.0\.2\.1; it is not asked/,
	);
	one(await checkGateway(settings(), undefined, some), /^ok 192\.0\.2\.1; a running engine asks/);
	const failed = {state: 'failed', text: 'the gateway refuses'} as const;
	one(
		await checkGateway(settings(), {...session, portMapping: failed}, some),
		/^ok the gateway refuses; the port is open all the same$/,
	);
	one(
		await checkGateway(settings(), {...session, portState: 'unknown', portMapping: failed}, some),
		/^warning the gateway refuses → allow UPnP/,
	);
	one(
		await checkGateway(settings({bind: ['127.0.0.1']}), session, some),
		/^unknown nothing leaves this machine/,
	);
});

test('the interface that is set is there or not, and the system’s way out leads by it or not', async () => {
	const check = async (addresses: readonly string[], outwards?: string, gone?: string) => {
		const told =
			gone === undefined ? undefined : {...session, interface: {name: 'tun0', addresses: [], gone}};
		const ground = {addressesOf: () => addresses, addressOutwards: async () => outwards};
		const [found] = await checkInterface(settings({interface: 'tun0'}), told, ground);
		return `${found?.level}: ${found?.text}`;
	};
	assert.equal(await check(['10.8.0.2'], '10.8.0.2'), 'ok: tun0 has 10.8.0.2: everything goes by it');
	assert.equal(await check([]), 'wrong: tun0 is not there: nothing is sent until it is');
	assert.equal(
		await check([], undefined, 'tun0 is gone: nothing is sent until it is back'),
		'wrong: tun0 is gone: nothing is sent until it is back',
	);
	assert.equal(
		await check(['10.8.0.2'], '192.168.1.7'),
		'warning: tun0 has 10.8.0.2, but the system sends to the internet from 192.168.1.7: packets may leave by that one',
	);
	assert.deepEqual(
		await checkInterface(settings(), undefined, {
			addressesOf: () => [],
			addressOutwards: async () => undefined,
		}),
		[],
	);
});

test('only names that settings and torrents have are looked up', async () => {
	const urls = [
		'udp://tracker.example:80/announce',
		'http://192.0.2.3/announce',
		'http://[::1]:6/announce',
		'nonsense',
	];
	assert.deepEqual(namesToLookUp(settings({dht: false, catalogue: ['http://nas.local:6969']}), urls), [
		'tracker.example',
		'nas.local',
	]);
	assert.deepEqual(namesToLookUp(settings({dhtBootstrap: ['node.example:1'], trackers: false}), urls), [
		'node.example',
	]);
	assert.deepEqual(namesToLookUp(settings({dhtBootstrap: ['none']}), []), []);
	const lookUp = async (name: string) => {
		if (name === 'slow.example') return new Promise<never>(() => {});
		if (name.startsWith('no')) throw Object.assign(new Error('no'), {code: 'ENOTFOUND'});
		return ['192.0.2.1'];
	};
	const ask = (...names: string[]) => checkNames(names, 10, {lookUp});
	one(await ask(), /^unknown no setting and no torrent/);
	one(await ask('a.example', 'b.example'), /^ok 2 names found: a\.example, b\.example$/);
	one(await ask('a.example', 'none.example'), /^warning none\.example: there is no such name$/);
	one(await ask('a.example', 'slow.example'), /^warning slow\.example: no answer within 0\.01 s$/);
	one(
		await ask('none.example', 'nobody.example'),
		/^wrong no name can be looked up: none\.example: .* → see whether/,
	);
});

test('the DHT and the trackers are as the engine sees them', () => {
	one(checkDht(settings({dht: false}), session), /^unknown off: no-dht is set$/);
	one(checkDht(settings(), undefined), /^unknown a running engine finds out$/);
	one(checkDht(settings(), session), /^ok 90 nodes answer$/);
	one(
		checkDht(settings(), {...session, dht: {state: 'firewalled', why: 'nobody asks'}}),
		/^warning firewalled, 90 nodes answer: nobody asks →/,
	);
	one(
		checkDht(settings(), {...session, dhtNodes: 0, dht: {state: 'starting'}}),
		/^wrong no node answers → see whether a firewall/,
	);
	const tracker = (url: string, state: TrackerView['state'], status: string): TrackerView => ({
		tier: 1,
		kind: 'tracker',
		url,
		state,
		status,
	});
	one(checkTrackers([], false), /^unknown a running engine/);
	one(checkTrackers([], true), /^unknown no torrent that runs has any$/);
	const good = tracker('udp://a.example:1/announce', 'working', 'working');
	const bad = tracker('http://b.example/announce?secret=1', 'retrying', 'no answer');
	one(
		checkTrackers([good, good, tracker('http://a.example:1/x', 'retrying', 'x')], true),
		/^ok 1 tracker, none has failed$/,
	);
	one(checkTrackers([good, bad], true), /^warning b\.example: no answer$/);
	one(checkTrackers([bad, bad], true), /^wrong b\.example: no answer$/);
	one(checkTrackers([tracker('http://c.example/', 'idle', 'not yet')], true), /^ok 1 tracker/);
});

test('a folder can be written to, has room, and is left as it was', async t => {
	const space = new Workspace(t);
	const dir = space.folder('data');
	one(await checkFolder(dir, 0), /^(?:ok|warning) .*data: [\d.]+ [KMGT] free/);
	assert.deepEqual(readdirSync(dir), []);
	assert.match(
		told(await checkFolder(dir, 2 ** 60))[0]!,
		/^wrong .*: less than the .* that are to stay free → make room/,
	);
	one(await checkFolder(space.path('none'), 0), /^warning .*none is not there/);
	writeFileSync(space.path('file'), '');
	one(await checkFolder(space.path('file'), 0), /^wrong .*file is not a folder → choose another/);
	if (process.getuid?.() !== 0) {
		chmodSync(dir, 0o500);
		one(await checkFolder(dir, 0), /^wrong .*data: this user may not write to it → choose another/);
		chmodSync(dir, 0o700);
	}
	const open = space.folder('open');
	chmodSync(open, 0o777);
	one(checkState(open), /^wrong others can write to the state folder .* → keep them out with: chmod go-w/);
	one(checkState(space.path('not/yet')), /^ok .*not\/yet is made at the first start$/);
	assert.ok(!existsSync(space.path('not')));
});

test('of the disk of the state folder it is told when it is full', async t => {
	const space = new Workspace(t);
	assert.deepEqual(await checkStateDisk(space.dir), []);
	assert.deepEqual(await checkStateDisk(space.path('none')), [], 'it is made at the first start');
	const disk = mountDisk(space, '1m');
	if (disk === undefined) return;
	assert.deepEqual(await checkStateDisk(disk), []);
	writeFileSync(join(disk, 'rest'), Buffer.alloc(1_048_576));
	one(await checkStateDisk(disk), /^wrong .*disk: its disk is full → make room there$/);
});

test('open files, terminal and clock are judged by what they are', () => {
	one(checkFiles(undefined), /^unknown/);
	one(checkFiles(64), /^wrong only 64 files .* → raise it: ulimit -n 4096/);
	one(checkFiles(256), /^warning 256 files/);
	one(checkFiles(20_000), /^ok 20000 files/);
	const wide = {isTTY: true, columns: 120, rows: 40};
	one(checkTerminal({}, {}), /^unknown this is no terminal/);
	one(
		checkTerminal(wide, {TERM: 'xterm-256color', LANG: 'C.UTF-8'}),
		/^ok xterm-256color, 120x40, 256 colours$/,
	);
	one(
		checkTerminal(wide, {TERM: 'tmux-256color', COLORTERM: 'truecolor', TMUX: 'x', SSH_TTY: 'x'}),
		/^ok tmux-256color, 120x40, all colours, in tmux, over SSH$/,
	);
	one(checkTerminal(wide, {TERM: 'dumb'}), /^warning TERM is dumb: there is only a screen of lines →/);
	one(
		checkTerminal(wide, {TERM: 'xterm', LC_ALL: 'C'}),
		/^warning the locale is C: the screen is drawn in ASCII → export LANG=C\.UTF-8$/,
	);
	one(
		checkTerminal(wide, {TERM: 'linux', LC_ALL: 'C.UTF-8'}),
		/^warning the console of Linux has few characters: the screen is drawn in ASCII →/,
	);
	one(checkTerminal({...wide, columns: 40}, {TERM: 'xterm'}), /^warning 40x40 is small/);
	one(
		checkTerminal(wide, {TERM: 'screen', TMUX: 'x'}),
		/^warning screen in tmux has 16 colours → in ~\/\.tmux\.conf/,
	);
	one(checkClock(0), /^wrong it is 1970-01-01 00:00 UTC by it: .* → set it: timedatectl/);
	one(checkClock(Date.UTC(2026, 10, 27)), /^ok it is 2026-11-27/);
});

test('what engine and config file say is what is looked at, a file that is wrong told by its line', async t => {
	const space = new Workspace(t);
	const engine = await openDrivenEngine(space);
	await engine.add(testTorrent(space, 'album', [['x', 10]], 32_768, ['http://127.0.0.1:1/announce']));
	engine.configure({'no-dht': true, prot: 3, 'max-upload': 'fast'});
	const {status, out, error} = await engine.type('doctor', '--json');
	assert.equal(error, '');
	const {ok, checks} = JSON.parse(out) as {ok: boolean; checks: Finding[]};
	assert.deepEqual([status, ok], [1, false]);
	const of = (check: string) => told(checks.filter(found => found.check === check));
	assert.match(of('engine')[0]!, /^ok version 1\.2\.3, process \d+ answers, 1 torrent$/);
	assert.match(
		of('config')[0]!,
		/^wrong .*config\.json:1: unknown setting "prot"; did you mean port\? → correct that line; tortui config tells/,
	);
	assert.match(of('config')[1]!, /^wrong .*max-upload: "fast" is not a rate/);
	assert.deepEqual(of('DHT'), ['unknown off: no-dht is set']);
	assert.equal(of('disk').length >= 1, true);
	engine.configure({});
	const text = await engine.type('doctor');
	assert.match(text.out, /^✓ ok {7}engine {4}version 1\.2\.3/m);
	assert.match(text.out, /^– unknown {2}terminal {2}this is no terminal/m);
});

test('an engine that hangs, and names that nobody answers, hold it up no longer than they may', async t => {
	const space = new Workspace(t);
	const stateDir = space.folder('state');
	const held = new Set<{destroy(): void}>();
	const server = createServer(socket => void held.add(socket));
	await new Promise<void>(resolve => server.listen(socketPath(stateDir, {}), resolve));
	space.defer(() => {
		for (const socket of held) socket.destroy();
		server.close();
	});
	const never = () => new Promise<never>(() => {});
	const ground: DoctorGround = {
		stateDir,
		engineTime: 50,
		checkTime: 50,
		now: () => Date.UTC(2026, 10, 27),
		fileLimit: () => 5000,
		tryPort: never,
		lookUp: never,
		tryProxy: never,
		addressesOf: () => [],
		addressOutwards: never,
		gateways: never,
	};
	const context = {
		env: {XDG_CONFIG_HOME: space.folder('config')},
		version: '1',
		stdout: {},
	} as unknown as Context;
	const found = await examine(ground, context);
	const of = (check: string) => told(found.filter(each => each.check === check))[0];
	assert.match(of('engine')!, /^wrong the engine has not answered within 0\.05 s → see what it does/);
	assert.match(of('port')!, /^warning nothing is known of it after 0\.05 s: something hangs$/);
	assert.match(of('gateway')!, /^warning nothing is known of it/);
	assert.match(of('DNS')!, /^(?:wrong no name can be looked up|warning nothing is known)/);
	assert.match(of('limits')!, /^ok/);
});

test('files that hold a secret and that others can read are told, those that only the owner reads are not', async t => {
	const space = new Workspace(t);
	const [password, config] = [space.path('password'), space.path('config.json')];
	writeFileSync(password, 'secret\n', {mode: 0o644});
	writeFileSync(config, '{"dir": "/srv"}', {mode: 0o644});
	const check = () => checkSecrets(settings({rpcPasswordFile: password}), config);
	assert.match(
		told(await checkSecrets(settings({proxyPasswordFile: password}), config)).join(),
		/holds a secret/,
	);
	assert.deepEqual(told(await check()), [
		`warning ${password} holds a secret, and other users of this machine can read it → chmod 600 ${password}`,
	]);
	chmodSync(password, 0o600);
	assert.deepEqual(told(await check()), ['ok only you can read the files with passwords']);
	for (const text of [
		'{"feeds": [{"cookie": "a=b"}]}',
		'{"on-complete": "https://u:p@host/"}',
		'{"proxy": "socks5://me:pw@host:1080"}',
	]) {
		writeFileSync(config, text);
		assert.match(told(await check()).join(), /^warning .*config\.json holds a secret/);
	}
	assert.deepEqual(await checkSecrets(settings(), space.path('none.json')), []);
});

test('the proxy that is set lets us through or not, as the engine knows or as it is tried, and no password is told', async () => {
	const set = settings({proxy: 'socks5://ann:secret@127.0.0.1:1080'});
	const url = 'socks5://127.0.0.1:1080';
	const tries: unknown[] = [];
	const open = {tryProxy: async (address: unknown) => void tries.push(address)};
	const shut = {
		tryProxy: async () => {
			throw new Error('no way through the proxy: connection refused');
		},
	};
	assert.deepEqual(await checkProxy(settings(), undefined, {}, shut), []);
	one(await checkProxy(set, undefined, {}, open), /^ok socks5:\/\/ann@127\.0\.0\.1:1080 lets us through$/);
	assert.deepEqual(tries, [
		{kind: 'socks5', host: '127.0.0.1', port: 1080, credentials: {user: 'ann', password: 'secret'}},
	]);
	one(
		await checkProxy(set, undefined, {}, shut),
		/^wrong socks5:\/\/ann@.*connection refused → nothing goes around/,
	);
	const seen = (proxy: NonNullable<SessionView['proxy']>) => checkProxy(set, {...session, proxy}, {}, shut);
	one(await seen({url, state: 'up', udp: 'yes'}), /^ok .* lets us through$/);
	one(await seen({url, state: 'up', udp: 'no'}), /^warning .* passes no UDP on/);
	one(
		await seen({url, state: 'down', why: 'it does not answer', udp: 'unknown'}),
		/^wrong .*: it does not answer →/,
	);
	one(await seen({url, state: 'unknown', udp: 'unknown'}), /^unknown .* has not been tried yet$/);
	one(await checkPort(set, session, {tryPort: async () => {}}), /^ok nobody comes in through a proxy/);
});
