import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import type {Update} from '../../source/api/snapshot.ts';
import {AutomatedEngine} from '../../source/automation/automated-engine.ts';
import type {EnginePart, StoppableEngine} from '../../source/automation/engine-part.ts';
import {FolderPart} from '../../source/automation/folder-part.ts';
import {UserError} from '../../source/base/errors.ts';
import {createTorrent} from '../../source/creator/create-torrent.ts';
import {FolderWorld} from './folder-world.ts';

async function open(t: TestContext) {
	const world = new FolderWorld(t);
	await world.start();
	const stopped: string[] = [];
	const inner: StoppableEngine = Object.assign(world.engine, {
		stop: async () => void stopped.push('engine'),
	});
	const engine = new AutomatedEngine(inner, [new FolderPart(world.automation)], world.clock);
	return {world, engine, stopped};
}

test('a folder is shared and not shared any more by command, also after a restart', async t => {
	const {world, engine} = await open(t);
	world.write('share/a');
	const dir = world.path('share');
	const {folders} = await engine.send({
		type: 'folders.share',
		dir,
		trackers: ['http://t.example/a'],
		label: 'x',
	});
	assert.deepEqual(
		folders!.shared.map(each => [each.dir, each.from, each.label, each.trackers]),
		[[dir, 'share', 'x', ['http://t.example/a']]],
	);
	await world.until('it', () => world.engine.torrents.size === 1);
	await world.start();
	assert.equal(world.view.shared[0]!.dir, dir);
	const again = new AutomatedEngine(
		Object.assign(world.engine, {stop: async () => {}}),
		[new FolderPart(world.automation)],
		world.clock,
	);
	await again.send({type: 'folders.unshare', dir});
	await world.until('it is out', () => world.engine.torrents.size === 0);
	assert.deepEqual((await again.send({type: 'folders.list'})).folders, {shared: [], watched: []});
	await world.start();
	assert.deepEqual(world.view.shared, []);
});

test('what cannot be shared is refused with what to do', async t => {
	const world = new FolderWorld(t);
	const configured = world.shared('configured');
	await world.start({shared: [configured]});
	const file = world.write('file');
	const {automation} = world;
	const refusals = [
		[{type: 'folders.share', dir: 'x'}, /is not absolute/],
		[{type: 'folders.share', dir: world.path('none')}, /^no such folder: /],
		[{type: 'folders.share', dir: file}, /is no folder: share the folder it is in, or use tortui seed$/],
		[
			{type: 'folders.share', dir: configured.dir},
			/is shared by the config file: change shared-folders there$/,
		],
		[{type: 'folders.share', dir: world.space.dir, trackers: ['ftp://x']}, /^not a tracker: ftp:/],
		[{type: 'folders.unshare', dir: configured.dir}, /take it out of shared-folders there$/],
		[{type: 'folders.unshare', dir: '/none'}, /^\/none is not shared: see tortui share --list$/],
	] as const;
	for (const [command, sentence] of refusals)
		await assert.rejects(
			automation.send(command),
			error => error instanceof UserError && sentence.test(error.message),
			JSON.stringify(command),
		);
});

test('who watches folders is told of them at once, then when something is another, and not more often than asked', async t => {
	const {world, engine} = await open(t);
	const updates: Update[] = [];
	const watching = engine.watch({interval: 1000, folders: true}, update => updates.push(update));
	await world.pass(500);
	assert.deepEqual(
		updates.map(({folders}) => folders),
		[{shared: [], watched: []}],
	);
	world.write('share/a');
	await engine.send({type: 'folders.share', dir: world.path('share')});
	await world.until('it is shared', () => updates.at(-1)?.folders?.shared[0]?.shared === 1);
	const before = updates.length;
	await world.pass(20_000);
	assert.ok(updates.length <= before + 20);
	assert.deepEqual(
		updates.map(({revision}) => revision),
		updates.map((_, index) => index + 1),
	);
	watching.stop();
	const last = updates.length;
	world.write('share/b');
	await world.until('the other', () => world.engine.torrents.size === 2);
	assert.equal(updates.length, last);
});

test('who does not watch folders is told nothing of them', async t => {
	const {world, engine} = await open(t);
	const updates: Update[] = [];
	const watching = engine.watch({interval: 250, session: true}, update => updates.push(update));
	await engine.send({type: 'folders.share', dir: world.space.folder('share')});
	await world.pass(5000);
	assert.ok(updates.every(({folders}) => folders === undefined));
	watching.change({interval: 250, folders: true});
	await world.pass(1000);
	assert.equal(updates.at(-1)?.folders?.shared.length, 1);
});

test('a torrent that somebody removes through this door is not shared again', async t => {
	const {world, engine} = await open(t);
	world.write('share/a');
	await engine.send({type: 'folders.share', dir: world.path('share')});
	await world.until('it', () => world.engine.torrents.size === 1);
	const [id] = world.engine.torrents.keys();
	await engine.send({type: 'torrent.remove', id: id!, withData: false});
	await world.pass(60_000);
	assert.equal(world.engine.torrents.size, 0);
	assert.equal(world.view.shared[0]!.declined, 1);
});

test('the folders let go before the engine ends, whoever ends it', async t => {
	const {world, engine, stopped} = await open(t);
	await engine.send({type: 'session.stop'});
	await engine.stop();
	assert.deepEqual(stopped, ['engine']);
	assert.ok(!world.engine.commands.some(({type}) => type === 'session.stop'));
});

for (const whose of ['ours', "somebody else's"] as const) {
	test(`what is being deleted with its torrent is not hashed by half, when that is ${whose}`, async t => {
		const {world, engine} = await open(t);
		const first = world.write('share/series/1.mkv');
		world.write('share/series/2.mkv');
		const dir = world.path('share');
		if (whose !== 'ours') {
			const {bytes} = await createTorrent({path: world.path('share/series'), pieceLength: 65_536});
			world.engine.add(bytes, {dir});
		}
		await engine.send({type: 'folders.share', dir});
		await world.until('it', () => world.view.shared[0]!.shared === 1);
		const made = world.made.get('series');
		const {send} = world.engine;
		let deleted: (() => void) | undefined;
		world.engine.send = async command => {
			const reply = await send.call(world.engine, command);
			// Nothing is known of it any more while its data goes, file by file.
			if (command.type === 'torrent.remove') await new Promise<void>(resolve => (deleted = resolve));
			return reply;
		};
		const removed = engine.send({
			type: 'torrent.remove',
			id: world.engine.named('series')!.id,
			withData: true,
		});
		await world.until('it has begun', () => deleted !== undefined);
		rmSync(first);
		world.touch(dir);
		await world.pass(120_000);
		assert.deepEqual([world.engine.torrents.size, world.made.get('series')], [0, made]);
		rmSync(world.path('share/series'), {recursive: true});
		deleted!();
		await removed;
		await world.pass(60_000);
		assert.deepEqual([world.engine.torrents.size, world.made.get('series')], [0, made]);
		assert.equal(world.view.shared[0]!.shared, 0);
	});
}

test('each part answers what it is asked, tells its section beside the others, and sees what the engine is had do', async t => {
	const {world, engine: _} = await open(t);
	const said: string[] = [];
	const listeners = new Set<() => void>();
	let revision = 1;
	const part = (name: string): EnginePart => ({
		answers: type => name === 'one' && type === 'session.reload',
		send: async () => ({reloaded: {changed: [name], later: []}}),
		async around({type}, ask) {
			said.push(`${name} before ${type}`);
			const reply = await ask();
			said.push(`${name} after`);
			return reply;
		},
		stop: async () => void said.push(`${name} stops`),
	});
	const one: EnginePart = {
		...part('one'),
		section: {
			name: 'creations',
			get revision() {
				return revision;
			},
			view: [],
			listen: listener => {
				listeners.add(listener);
				return () => listeners.delete(listener);
			},
		},
	};
	const lame: EnginePart = {...part('lame'), stop: async () => Promise.reject(new Error('lame'))};
	const inner: StoppableEngine = Object.assign(world.engine, {stop: async () => void said.push('engine')});
	const engine = new AutomatedEngine(
		inner,
		[one, lame, part('two'), new FolderPart(world.automation)],
		world.clock,
	);
	assert.deepEqual((await engine.send({type: 'session.reload'})).reloaded?.changed, ['one']);
	await engine.send({type: 'session.pauseAll'});
	assert.deepEqual(said.splice(0), [
		'one before session.pauseAll',
		'lame before session.pauseAll',
		'two before session.pauseAll',
		'two after',
		'lame after',
		'one after',
	]);
	const updates: Update[] = [];
	const watching = engine.watch({interval: 250, folders: true, creations: true}, update =>
		updates.push(update),
	);
	await world.pass(1000);
	revision++;
	for (const listener of listeners) listener();
	await world.pass(1000);
	const told = updates.map(({folders, creations}) => [folders, creations].map(Boolean));
	assert.deepEqual(told.filter(([, creations]) => creations).length, 2);
	assert.deepEqual(told.filter(([folders]) => folders).length, 1);
	watching.stop();
	assert.equal(listeners.size, 0);
	await engine.stop();
	assert.deepEqual(said, ['one stops', 'two stops', 'engine']);
});
