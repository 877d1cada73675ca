import assert from 'node:assert/strict';
import {
	chmodSync,
	cpSync,
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {join, relative} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import type {SessionOptions} from '../../../source/engine/session/session-options.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {weightlessDisk} from '../../helpers/weightless-disk.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** All regular files below a folder, relative to it. */
function filesBelow(folder: string): string[] {
	return readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile())
		.map(entry => relative(folder, join(entry.parentPath, entry.name)))
		.sort();
}

/** A session as short as can be: nothing of the data is looked at. */
async function glance(
	space: Workspace,
	home: string,
	options: Partial<SessionOptions> = {},
): Promise<{torrents: Map<string, {dir: string; label: string | undefined; state: string}>; log: string[]}> {
	const engine = await openTestSession(space, home, {
		openDisk: pool => weightlessDisk(pool, false),
		poolSlots: 16,
		...options,
	});
	const {torrents = []} = await engine.send({type: 'session.list'});
	await engine.session.stop();
	return {
		torrents: new Map(torrents.map(({id, dir, label, state}) => [id, {dir, label, state}])),
		log: engine.log,
	};
}

/** A state folder as an engine leaves it: two torrents with labels, one of them with a file skipped, and limits. */
async function realFolder(space: Workspace): Promise<{home: string; ids: string[]; dir: string}> {
	const engine = await openTestSession(space, 'real');
	const dir = space.folder('where they are');
	const ids: string[] = [];
	for (const name of ['one', 'two']) {
		const torrent = testTorrent(space, name, [
			['a.bin', 50_000],
			['b.bin', 40_000],
		]);
		const id = await engine.add(torrent, {
			dir,
			paused: true,
			label: `label ${name}`,
			...(name === 'two' && {priorities: [[1, 0]]}),
		});
		ids.push(id);
	}
	await engine.send({type: 'session.limits', maxDownload: 1_000_000});
	await engine.session.stop();
	return {home: space.path('real'), ids, dir};
}

const state = {label: undefined, dir: undefined, state: undefined};

/** What each of some cases of damage did to the list of torrents; those it is right after are left out. */
async function survey(
	space: Workspace,
	{home, ids, dir}: {home: string; ids: string[]; dir: string},
	cases: ReadonlyArray<readonly [what: string, file: string, bytes: Uint8Array | undefined]>,
): Promise<string[]> {
	const wrong: string[] = [];
	for (const [what, file, bytes] of cases) {
		const copy = space.path('copy');
		rmSync(copy, {recursive: true, force: true});
		cpSync(home, copy, {recursive: true});
		const path = join(copy, file);
		if (bytes === undefined) rmSync(path);
		else writeFileSync(path, bytes);
		const {torrents, log} = await glance(space, 'copy');
		for (const [n, id] of ids.entries()) {
			const found = torrents.get(id) ?? state;
			if (found.dir !== dir || found.label !== `label ${['one', 'two'][n]}` || found.state !== 'paused')
				wrong.push(`${what} ${file}: ${JSON.stringify(found)} ${log.join(' | ')}`);
		}
		// Whatever was put aside is there as it was.
		const aside = filesBelow(copy).find(name => name.startsWith(`${file}.damaged`));
		if (aside !== undefined && bytes !== undefined)
			assert.deepEqual(new Uint8Array(readFileSync(join(copy, aside))), new Uint8Array(bytes), what);
	}
	return wrong;
}

test('no file of the state folder, cut off anywhere or missing, costs a torrent, its folder or what was chosen', async t => {
	const space = new Workspace(t);
	const real = await realFolder(space);
	const cases: Array<readonly [string, string, Uint8Array | undefined]> = [];
	for (const file of filesBelow(real.home)) {
		const bytes = readFileSync(join(real.home, file));
		cases.push(['without', file, undefined]);
		// Every byte of a small file; of others both ends, and some between.
		const step = Math.max(1, Math.ceil(bytes.length / 24));
		for (let length = 0; length < bytes.length; length += step)
			cases.push([`${length} bytes of`, file, bytes.subarray(0, length)]);
		cases.push(['all but the last byte of', file, bytes.subarray(0, -1)]);
	}
	assert.ok(cases.length > 100, `${cases.length} cases`);
	assert.deepEqual(await survey(space, real, cases), []);
});

test('no changed byte in the state folder costs a torrent, or sends it to another folder', async t => {
	const space = new Workspace(t);
	const real = await realFolder(space);
	const cases: Array<readonly [string, string, Uint8Array | undefined]> = [];
	for (const file of filesBelow(real.home)) {
		const bytes = readFileSync(join(real.home, file));
		const step = Math.max(1, Math.floor(bytes.length / 24));
		for (let at = 0; at < bytes.length; at += step) {
			const changed = new Uint8Array(bytes);
			changed[at]! ^= 1 << (at % 7);
			cases.push([`byte ${at} of`, file, changed]);
		}
	}
	assert.deepEqual(await survey(space, real, cases), []);
});

/** A torrent that is complete on the disk and has been seen so by an engine that has ended. */
async function keptTorrent(
	space: Workspace,
): Promise<{id: string; dir: string; resume: string; spare: string}> {
	const torrent = testTorrent(space, 'kept', [['x.bin', 200_000]]);
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {dir: torrent.content.dir, label: 'films'});
	await engine.sees(id, 'seeded', view => view.state === 'seeding');
	await engine.session.stop();
	return {
		id,
		dir: torrent.content.dir,
		resume: space.path('engine', 'resume', `${id}.resume`),
		spare: space.path('engine', 'spare', `${id}.resume`),
	};
}

for (const [what, damage] of [
	['damaged', (path: string) => writeFileSync(path, readFileSync(path).fill(0x20, 40, 60))],
	['empty', (path: string) => writeFileSync(path, '')],
	['missing', (path: string) => rmSync(path)],
] as const) {
	test(`resume data that is ${what} costs a check of the data, no byte of it and no choice`, async t => {
		const space = new Workspace(t);
		const {id, dir, resume} = await keptTorrent(space);
		damage(resume);
		const engine = await openTestSession(space, 'engine');
		const view = await engine.sees(id, 'seeded again', ({state}) => state === 'seeding');
		assert.equal(view.label, 'films');
		assert.equal(view.dir, dir);
		assert.equal(view.downloaded, 0);
		assert.ok(engine.log.includes('warn: what was known of its data is lost: its files are checked'));
	});
}

test('a torrent whose folder nobody knows is listed with what to do, fetches nothing, and takes the folder by move', async t => {
	const space = new Workspace(t);
	const {id, dir, resume, spare} = await keptTorrent(space);
	writeFileSync(resume, '');
	writeFileSync(spare, '');
	let engine = await openTestSession(space, 'engine');
	await engine.says(
		id,
		'failed',
		/its folder too: move it to the folder its data is in, or add it again with --dir/,
	);
	await engine.send({type: 'session.resumeAll'});
	for (const command of [
		{type: 'torrent.resume', id},
		{type: 'torrent.verify', id},
		{type: 'torrent.remove', id, withData: true},
	] as const)
		await assert.rejects(engine.send(command), /folder|nobody knows where its data is/);
	await engine.session.stop();
	assert.deepEqual(readdirSync(space.path('engine-data')), []);
	engine = await openTestSession(space, 'engine');
	await engine.says(id, 'failed', /its folder too/);
	await engine.send({type: 'torrent.move', id, dir});
	await engine.sees(id, 'seeded', view => view.state === 'seeding' && view.dir === dir);
	await engine.session.stop();
	engine = await openTestSession(space, 'engine');
	await engine.sees(id, 'seeded after a restart', view => view.state === 'seeding' && view.dir === dir);
});

test('a torrent whose folder nobody knows takes it by being added again, and can be removed', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'again', [['x.bin', 100_000]]);
	let engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {dir: torrent.content.dir, paused: true});
	await engine.session.stop();
	const forget = () => {
		for (const folder of ['resume', 'spare'])
			rmSync(space.path('engine', folder, `${id}.resume`), {force: true});
	};
	forget();
	engine = await openTestSession(space, 'engine');
	await engine.says(id, 'failed', /its folder too/);
	assert.equal(await engine.add(torrent, {dir: torrent.content.dir}), id);
	await engine.sees(id, 'seeded', view => view.state === 'seeding');
	await engine.session.stop();
	forget();
	engine = await openTestSession(space, 'engine');
	await engine.says(id, 'failed', /its folder too/);
	await engine.send({type: 'torrent.remove', id, withData: false});
	await engine.session.stop();
	engine = await openTestSession(space, 'engine');
	assert.deepEqual((await engine.send({type: 'session.list'})).torrents, []);
	assert.equal(statSync(join(torrent.content.root, 'x.bin')).size, 100_000);
});

test('a torrent that a later version keeps is listed so, and nothing of it is touched', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'later', [['x.bin', 100_000]]);
	let engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {dir: torrent.content.dir});
	await engine.sees(id, 'seeded', view => view.state === 'seeding');
	await engine.session.stop();
	const path = space.path('engine', 'resume', `${id}.resume`);
	const text = readFileSync(path).toString('latin1').replace('7:versioni1e', '7:versioni9e');
	writeFileSync(path, text, 'latin1');
	const later = readFileSync(path);
	engine = await openTestSession(space, 'engine');
	await engine.says(id, 'failed', /a later version of tortui keeps this torrent: use that version/);
	await assert.rejects(engine.send({type: 'torrent.resume', id}), /a later version/);
	await assert.rejects(engine.send({type: 'torrent.move', id, dir: torrent.content.dir}), /a later version/);
	await assert.rejects(engine.add(torrent, {dir: torrent.content.dir}), /a later version/);
	await engine.session.stop();
	assert.deepEqual(readFileSync(path), later);
	assert.equal(existsSync(`${path}.damaged`), false);
});

test('limits and speeds of a later version are left as they are', async t => {
	const space = new Workspace(t);
	const {home} = await realFolder(space);
	const limits = join(home, 'limits');
	writeFileSync(
		limits,
		readFileSync(limits).toString('latin1').replace('7:versioni1e', '7:versioni2e'),
		'latin1',
	);
	const speeds = join(home, 'speed', 'session.json');
	writeFileSync(speeds, readFileSync(speeds, 'utf8').replace('"version":1', '"version":2'));
	const before = [limits, speeds].map(path => readFileSync(path));
	const engine = await openTestSession(space, 'real');
	await engine.send({type: 'session.limits', maxDownload: 5});
	await engine.session.stop();
	assert.deepEqual(
		[limits, speeds].map(path => readFileSync(path)),
		before,
	);
	assert.ok(
		engine.log.some(line => /^warn: limits chosen earlier do not hold/.test(line)),
		engine.log.join('\n'),
	);
	assert.ok(engine.log.some(line => /^warn: speeds and totals of .* are of a later version/.test(line)));
});

/** What is left of an add that could not be kept. */
async function assertNothingAdded(engine: TestSession): Promise<void> {
	assert.deepEqual((await engine.send({type: 'session.list'})).torrents, []);
	await engine.session.stop();
}

test('a torrent that could not be kept is not added, and the reason is told', {
	skip: process.getuid?.() === 0 && 'root may write everywhere',
}, async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'refused', [['x.bin', 100_000]]);
	const engine = await openTestSession(space, 'engine');
	chmodSync(space.path('engine'), 0o500);
	space.defer(() => chmodSync(space.path('engine'), 0o700));
	await assert.rejects(
		engine.add(torrent),
		/^UserError: not added, for it could not be kept: no permission: /,
	);
	await assertNothingAdded(engine);
});

for (const [what, code] of [
	['full', 'disk-full'],
	['read-only', 'read-only'],
] as const) {
	for (const kept of ['metainfo', 'resume data'] as const) {
		test(`a torrent whose ${kept} a ${what} disk does not take is not added, and nothing of it stays`, async t => {
			const space = new Workspace(t);
			const torrent = testTorrent(space, 'refused', [['x.bin', 100_000]]);
			const failure = {code, message: `${what}: /state: make room, then resume`};
			const removed: string[] = [];
			const engine = await openTestSession(space, 'engine', {
				store: {
					find: async () => undefined,
					load: async () => [],
					saveMetainfo: async () => (kept === 'metainfo' ? failure : undefined),
					save: async () => failure,
					remove: async id => {
						removed.push(id);
						return undefined;
					},
					settled: async () => {},
				},
			});
			await assert.rejects(
				engine.add(torrent),
				new RegExp(`not added, for it could not be kept: ${what}: /state: make room, then add it again$`),
			);
			assert.equal(removed.length, 1);
			await assertNothingAdded(engine);
			assert.deepEqual(readdirSync(space.path('engine-data')), []);
		});
	}
}

test('a state folder that is a file refuses what is added to it', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'refused', [['x.bin', 100_000]]);
	const engine = await openTestSession(space, 'engine');
	rmSync(space.path('engine', 'resume'), {recursive: true, force: true});
	writeFileSync(space.path('engine', 'resume'), 'in the way');
	await assert.rejects(
		engine.add(torrent),
		/not added, for it could not be kept: a file is where a folder should be/,
	);
	await assertNothingAdded(engine);
});

test('what is added is on the disk before that is said', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'at once', [['x.bin', 100_000]]);
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {paused: true});
	assert.ok(existsSync(space.path('engine', 'resume', `${id}.torrent`)));
	assert.ok(existsSync(space.path('engine', 'resume', `${id}.resume`)));
	await until('the spare to be there', 5000, () =>
		existsSync(space.path('engine', 'spare', `${id}.torrent`)),
	);
});
