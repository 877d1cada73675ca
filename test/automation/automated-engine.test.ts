import assert from 'node:assert/strict';
import {rmSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import type {Update} from '../../source/api/snapshot.ts';
import {AutomatedEngine, type StoppableEngine} from '../../source/automation/automated-engine.ts';
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
	const engine = new AutomatedEngine(inner, world.automation, world.clock);
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
		world.automation,
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
