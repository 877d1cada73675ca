import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cpSync, existsSync, rmSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {promisify} from 'node:util';
import {openStage, type RpcStage} from '../bridge/rpc/rpc-stage.ts';
import {missing} from '../helpers/processes.ts';

const run = promisify(execFile);
const skip = missing('transmission-remote');

/** Says something to the engine, as a person in a shell does; answers what was printed. */
async function remote(stage: RpcStage, ...args: string[]): Promise<string> {
	const {stdout, stderr} = await run('transmission-remote', [String(stage.port), ...args], {
		timeout: 30_000,
	}).catch((error: {stdout: string; stderr: string}) => error);
	return stdout + stderr;
}

const success = /responded: "success"/;

async function stageOf(t: Parameters<typeof openStage>[0]) {
	const stage = await openStage(t, {}, {trackers: true});
	const file = stage.space.path('show.torrent');
	const metainfo = stage.metainfo('show', ['http://127.0.0.1:1/announce']);
	writeFileSync(file, Buffer.from(metainfo, 'base64'));
	return {stage, file, dir: stage.space.folder('content')};
}

test('transmission-remote adds, lists and shows', {skip}, async t => {
	const {stage, file, dir} = await stageOf(t);
	assert.match(await remote(stage, '-a', file, '-w', dir), success);
	const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=linked`;
	assert.match(await remote(stage, '--start-paused', '--add', link), success);
	const hash = (await stage.field(1, 'hashString')) as string;
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	assert.match(
		await remote(stage, '-l'),
		/1 +100% +150\.0 kB +\S+ +0\.0 +0\.0 +0\.0 +Idle +show\n +2 .*linked/,
	);
	assert.match(await remote(stage, '-t', 'all', '-l'), /linked/);
	assert.match(await remote(stage, '-t', 'active', '-l'), /show/);
	assert.match(await remote(stage, '-t', hash, '-l'), /show/);
	const shown = await remote(stage, '-t', '1', '-i');
	for (const line of [
		/Name: show/,
		new RegExp(`Hash: ${hash}`),
		/Magnet: magnet:\?/,
		/State: Idle/,
		new RegExp(`Location: ${dir}`),
		/Percent Done: 100%/,
		/Have: 150\.0 kB \(150\.0 kB verified\)/,
		/Total size: 150\.0 kB \(150\.0 kB wanted\)/,
		/Peers: connected to 0/,
		/Date added: /,
		/Public torrent: No/,
		/Piece Count: 5/,
		/Piece Size: 32\.00 KiB/,
		/Ratio Limit: Default/,
	])
		assert.match(shown, line);
	const files =
		/0: 100% Normal +Yes +100\.0 kB +show\/one\.mkv\n +1: 100% Normal +Yes +50\.00? kB +show\/extra\/two\.txt/;
	for (const option of ['-f', '--files', '-if', '--info-files'])
		assert.match(await remote(stage, '-t1', option), files);
	for (const option of ['-ip', '--info-peers', '-pi'])
		assert.match(await remote(stage, '-t1', option), /Address +Flags +Done/);
	assert.match(await remote(stage, '-t1', '-ic'), /11111/);
	assert.match(await remote(stage, '-t1', '-it'), /Tracker 0: 127\.0\.0\.1:1/);
	const info = await remote(stage, '-si');
	for (const line of [/Daemon version: 4\./, /RPC version: 18/, /Peer limit/, /Encryption: preferred/])
		assert.match(info, line);
	assert.match(await remote(stage, '-st'), /CURRENT SESSION[\s\S]*TOTAL/);
	assert.match(await remote(stage, '-pt'), /Couldn't test port/);
});

test('transmission-remote changes torrents, by every option of its manual', {skip}, async t => {
	const {stage, file, dir} = await stageOf(t);
	await remote(stage, '-a', file, '-w', dir);
	const hash = (await stage.field(1, 'hashString')) as string;
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	const says = async (args: readonly string[], fields: readonly string[], values: readonly unknown[]) => {
		assert.match(await remote(stage, '-t', '1', ...args), success, args.join(' '));
		const told = (await stage.older('torrent-get', {ids: [1], fields: ['id', ...fields]}))['torrents'] as [
			object,
		];
		assert.deepEqual(Object.values(told[0]).slice(1), values, args.join(' '));
	};
	await says(['-d', '300'], ['downloadLimit', 'downloadLimited'], [300, true]);
	await says(['-D'], ['downloadLimited'], [false]);
	await says(['--uplimit', '60'], ['uploadLimit', 'uploadLimited'], [60, true]);
	await says(['--no-uplimit'], ['uploadLimited'], [false]);
	await says(['-G', '1'], ['wanted'], [[1, 0]]);
	await says(['-g', '1'], ['wanted'], [[1, 1]]);
	await says(['--no-get', 'all'], ['wanted'], [[0, 0]]);
	await says(['--get', 'all'], ['wanted'], [[1, 1]]);
	await says(['-ph', '0'], ['priorities'], [[1, 0]]);
	await says(['-pl', '0,1'], ['priorities'], [[-1, -1]]);
	await says(['-pn', 'all'], ['priorities'], [[0, 0]]);
	await says(['-Bh'], ['bandwidthPriority'], [1]);
	await says(['-Bl'], ['bandwidthPriority'], [-1]);
	await says(['-Bn'], ['bandwidthPriority'], [0]);
	await says(['-L', 'tv,hd'], ['labels'], [['tv', 'hd']]);
	await says(['-pr', '12'], ['peer-limit'], [12]);
	await says(['-sr', '1.5'], ['seedRatioLimit', 'seedRatioMode'], [1.5, 1]);
	await says(['-SR'], ['seedRatioMode'], [2]);
	await says(['-srd'], ['seedRatioMode'], [0]);
	await says(['-hl'], ['honorsSessionLimits'], [true]);
	await says(
		['-td', 'http://127.0.0.1:2/announce'],
		['trackerList'],
		['http://127.0.0.1:1/announce\n\nhttp://127.0.0.1:2/announce'],
	);
	await says(['-tr', '0'], ['trackerList'], ['http://127.0.0.1:2/announce']);
	await says(['--reannounce'], ['name'], ['show']);
	await says(['-S'], ['name'], ['show']);
	await stage.engine.sees(hash, 'paused', ({state}) => state === 'paused');
	await says(['-v'], ['name'], ['show']);
	await says(['-s'], ['name'], ['show']);
	await stage.engine.sees(hash, 'seeding', ({state}) => state === 'seeding');
	const other = stage.space.folder('other');
	await says(['--move', other], ['downloadDir'], [other]);
	assert.ok(existsSync(`${other}/show/one.mkv`));
	rmSync(`${dir}/show`, {recursive: true, force: true});
	cpSync(`${other}/show`, `${dir}/show`, {recursive: true});
	await says(['--find', dir], ['downloadDir'], [dir]);
	await stage.engine.sees(
		hash,
		'seeding from there',
		({state, dir: now}) => state === 'seeding' && now === dir,
	);
	assert.ok(existsSync(`${other}/show/one.mkv`));
	rmSync(`${other}/show`, {recursive: true});
	assert.match(await remote(stage, '-t1', '-HL'), /limits of the session are for all torrents/);
	assert.match(await remote(stage, '-t1', '-r'), success);
	assert.deepEqual((await stage.older('torrent-get', {fields: ['id']}))['torrents'], []);
	assert.ok(existsSync(`${dir}/show/one.mkv`));
	assert.match(await remote(stage, '-a', file, '-w', stage.space.folder('empty')), success);
	assert.match(await remote(stage, '-t2', '-rad'), success);
});

test('transmission-remote changes the session, as far as it can be', {skip}, async t => {
	const {stage} = await stageOf(t);
	const says = async (args: readonly string[], values: Readonly<Record<string, unknown>>) => {
		assert.match(await remote(stage, ...args), success, args.join(' '));
		assert.deepEqual(await stage.older('session-get', {fields: Object.keys(values)}), values, args.join(' '));
	};
	const dir = stage.space.folder('downloads');
	await says(['-d', '400', '-u', '60'], {
		'speed-limit-down': 400,
		'speed-limit-down-enabled': true,
		'speed-limit-up': 60,
		'speed-limit-up-enabled': true,
	});
	await says(['-D', '-U'], {'speed-limit-down-enabled': false, 'speed-limit-up-enabled': false});
	await says(['-asd', '100', '-asu', '20', '-as'], {
		'alt-speed-down': 100,
		'alt-speed-up': 20,
		'alt-speed-enabled': true,
	});
	await says(['-AS'], {'alt-speed-enabled': false});
	await says(
		['--alt-speed-time-begin', '1000', '--alt-speed-time-end', '2300', '--alt-speed-days', '1-5', '-asc'],
		{
			'alt-speed-time-begin': 600,
			'alt-speed-time-end': 1380,
			'alt-speed-time-day': 62,
			'alt-speed-time-enabled': true,
		},
	);
	await says(['-ASC'], {'alt-speed-time-enabled': false});
	await says(['-gsr', '2.5'], {seedRatioLimit: 2.5, seedRatioLimited: true});
	await says(['-GSR'], {seedRatioLimited: false});
	await says(['-pr', '99'], {'peer-limit-global': 99});
	await says(['-e', '8'], {'cache-size-mb': 8});
	await says(['-w', dir], {'download-dir': dir});
	await says(['--start-paused'], {'start-added-torrents': false});
	await says(['--no-start-paused'], {'start-added-torrents': true});
	// What is so already may be asked for; what is not so is refused by name.
	await says(['-ep', '-M', '-O', '-x', '-Y', '--utp', '-C', '--no-trash-torrent'], {'pex-enabled': true});
	for (const [args, name] of [
		[['-er'], 'encryption'],
		[['-et'], 'encryption'],
		[['-m'], 'port_forwarding_enabled'],
		[['-o'], 'dht_enabled'],
		[['-X'], 'pex_enabled'],
		[['-y'], 'lpd_enabled'],
		[['--no-utp'], 'utp_enabled'],
		[['-c', dir], 'incomplete_dir_enabled'],
		[['--trash-torrent'], 'trash_original_torrent_files'],
		[['--torrent-done-script', '/bin/true'], 'script_torrent_done_enabled'],
	] as const)
		assert.match(await remote(stage, ...args), new RegExp(`cannot be changed from here: .*${name}`), args[0]);
	assert.match(await remote(stage, '--blocklist-update'), /Couldn't fetch blocklist/);
	assert.match(await remote(stage, '--exit'), success);
	assert.equal(await stage.engine.session.closed, 'the engine was stopped');
});

test('transmission-remote is let in by its password, also from the environment, and not without', {
	skip,
}, async t => {
	const stage = await openStage(t, {password: 'secret', user: 'me'}, {});
	assert.match(await remote(stage, '-l'), /a user name and a password are needed here/);
	assert.match(await remote(stage, '-n', 'me:secret', '-l'), /Sum:/);
	process.env['TR_AUTH'] = 'me:secret';
	t.after(() => delete process.env['TR_AUTH']);
	assert.match(await remote(stage, '-ne', '-l'), /Sum:/);
	const netrc = stage.space.path('netrc');
	writeFileSync(netrc, 'machine localhost login me password secret\n');
	assert.match(await remote(stage, '-N', netrc, '-l'), /Sum:/);
});
