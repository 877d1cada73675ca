import assert from 'node:assert/strict';
import {
	appendFileSync,
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {UserError} from '../../source/base/errors.ts';
import {createTorrent} from '../../source/creator/create-torrent.ts';
import {readMetainfoHere} from '../../source/io/metainfo/read-metainfo.ts';
import {FolderWorld} from './folder-world.ts';

test('every file and folder directly in a shared folder is a torrent of its own, hashed one after the other', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share', {label: 'mine', trackers: ['http://t.example/announce']});
	world.write('share/one.bin');
	world.write('share/album/a.flac');
	world.write('share/album/disc 2/b.flac');
	world.write('share/two.bin', 40_000);
	world.beforeHashing = () => new Promise(resolve => setTimeout(resolve, 5));
	await world.start({shared: [share]});
	await world.until('all shared', () => world.engine.torrents.size === 3);
	assert.deepEqual(world.engine.names, ['album', 'one.bin', 'two.bin']);
	assert.equal(world.mostAtATime, 1);
	const {options, bytes} = world.engine.named('album')!;
	assert.deepEqual(
		{...options},
		{
			dir: share.dir,
			check: 'none',
			seedOnly: true,
			publish: true,
			trackers: ['http://t.example/announce'],
			label: 'mine',
		},
	);
	assert.deepEqual(readMetainfoHere(bytes).trackers, [['http://t.example/announce']]);
	const [view] = world.view.shared;
	assert.equal(view!.state, 'sharing');
	assert.equal(view!.shared, 3);
	assert.deepEqual(view!.faults, []);
});

test('what is hidden, a link, not whole yet or our own is not shared', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('elsewhere/secret.bin');
	world.write('share/good.bin');
	world.write('share/.hidden');
	world.write('share/film.mkv.part');
	world.write('share/page.crdownload');
	world.write('share/iso.img');
	world.write('share/iso.img.aria2', 100);
	world.write('share/torrent.mkv.!qB');
	world.write('share/folder/.hidden/x');
	world.write('share/folder/y.bin');
	world.write('share/folder/z.bin.part');
	utimesSync(world.path('share/folder/z.bin.part'), 1_600_000_000, 1_600_000_000);
	world.write('share/empty.txt', 0);
	symlinkSync(world.path('elsewhere'), world.path('share/link'));
	symlinkSync('good.bin', world.path('share/alias'));
	symlinkSync('.', world.path('share/folder/loop'));
	symlinkSync(world.path('elsewhere/secret.bin'), world.path('share/folder/secret.bin'));
	await world.start({shared: [share]});
	await world.until('two shared', () => world.engine.torrents.size === 2);
	await world.pass(40_000);
	assert.deepEqual(world.engine.names, ['folder', 'good.bin']);
	const paths = readMetainfoHere(world.engine.named('folder')!.bytes).files.map(({path}) => path.join('/'));
	assert.deepEqual(
		paths.filter(path => !path.includes('loop')),
		['folder/y.bin'],
	);
	const [view] = world.view.shared;
	assert.deepEqual(
		view!.faults.map(({name, why}) => `${name}: ${why}`),
		['alias: links are not shared', 'link: links are not shared'],
	);
	assert.equal(world.engine.log.filter(line => /links that lead elsewhere/.test(line)).length, 1);
});

test('a folder in which something was written to a moment ago that is not whole waits for it', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/series/1.mkv');
	const part = world.write('share/series/2.mkv.part');
	const now = world.clock.wall() / 1000;
	utimesSync(part, now, now);
	await world.start({shared: [share]});
	await world.pass(120_000);
	assert.equal(world.engine.torrents.size, 0);
	assert.equal(world.view.shared[0]!.waiting, 1);
	renameSync(part, world.path('share/series/2.mkv'));
	await world.until('it is whole', () => world.engine.torrents.size === 1);
	assert.equal(readMetainfoHere(world.engine.named('series')!.bytes).files.length, 2);
});

test('nothing is hashed while somebody writes to it, and it is told once that it takes long', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	const path = world.write('share/growing.log');
	world.write('share/still.bin');
	await world.start({shared: [share]});
	for (let second = 0; second < 900; second++) {
		appendFileSync(path, 'x');
		if (second % 5 === 0) world.touch(share.dir);
		await world.clock.pass(1000);
	}
	await world.until('the other', () => world.engine.torrents.size === 1);
	assert.deepEqual(world.engine.names, ['still.bin']);
	assert.equal(world.made.get('growing.log'), undefined);
	assert.equal(
		world.engine.log.filter(line => /growing.log/.test(line)).length,
		1,
		world.engine.log.join('\n'),
	);
	await world.until('its end', () => world.engine.torrents.size === 2);
	assert.equal(world.made.get('growing.log'), 1);
});

test('what changes gets a new torrent, and the old one goes without a byte of it being touched', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	const path = world.write('share/a.bin');
	world.write('share/b.bin');
	await world.start({shared: [share]});
	await world.until('both', () => world.engine.torrents.size === 2);
	const {id} = world.engine.named('a.bin')!;
	world.write('share/a.bin', 30_000, 2);
	const bytes = readFileSync(path);
	world.touch(share.dir);
	await world.until(
		'the new one',
		() => world.engine.named('a.bin')?.id !== id && world.engine.torrents.size === 2,
	);
	assert.deepEqual(readFileSync(path), bytes);
	assert.deepEqual(
		world.engine.commands.filter(({type}) => type === 'torrent.remove'),
		[{type: 'torrent.remove', id, withData: false}],
	);
	assert.equal(world.made.get('a.bin'), 2);
	assert.equal(world.made.get('b.bin'), 1);
	// Also deep in a folder, where the system tells nothing.
	world.write('share/tree/x/y/z.bin');
	await world.until('the folder', () => world.engine.torrents.size === 3);
	const before = world.engine.named('tree')!.id;
	world.write('share/tree/x/y/z.bin', 20_000, 3);
	await world.until('the new folder', () => {
		const tree = world.engine.named('tree');
		return tree !== undefined && tree.id !== before;
	});
	assert.equal(world.engine.torrents.size, 3);
});

test('what changes again and again is hashed less and less often', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/busy.db');
	await world.start({shared: [share]});
	await world.until('it', () => world.engine.torrents.size === 1);
	for (let turn = 0; turn < 40; turn++) {
		world.write('share/busy.db', 20_000 + turn, turn + 2);
		world.touch(share.dir);
		await world.pass(15_000);
	}
	const {length: times} = Array.from({length: world.made.get('busy.db')!});
	assert.ok(times >= 2 && times <= 5, `${times} times in ten minutes`);
});

test('what is deleted is taken out after a moment, and what is written anew by way of another file is not', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/a.bin');
	const kept = world.write('share/b.bin');
	await world.start({shared: [share]});
	await world.until('both', () => world.engine.torrents.size === 2);
	rmSync(world.path('share/a.bin'));
	// As editors save: it is gone for an instant.
	renameSync(kept, world.path('elsewhere.bin'));
	world.touch(share.dir);
	await world.pass(3000);
	renameSync(world.path('elsewhere.bin'), kept);
	world.touch(share.dir);
	await world.until('the other', () => world.engine.torrents.size === 1);
	await world.pass(40_000);
	assert.deepEqual(world.engine.names, ['b.bin']);
	assert.equal(world.made.get('b.bin'), 1);
});

for (const kind of ['file', 'folder'] as const) {
	test(`a ${kind} that is given another name is not hashed anew, and its torrent has the name`, async t => {
		const world = new FolderWorld(t);
		const share = world.shared('share');
		const inside = kind === 'folder' ? '/inside.bin' : '';
		world.write(`share/before${inside}`, 3_000_000);
		await world.start({shared: [share]});
		await world.until('it', () => world.engine.torrents.size === 1);
		const {id} = world.engine.named('before')!;
		renameSync(world.path('share/before'), world.path('share/after'));
		world.touch(share.dir);
		await world.until('the new name', () => world.engine.named('after') !== undefined);
		assert.deepEqual(world.engine.names, ['after']);
		assert.deepEqual([...world.made], [['before', 1]]);
		const made = await createTorrent({path: world.path('share/after')});
		const {bytes} = world.engine.named('after')!;
		assert.equal(readMetainfoHere(bytes).infoHash, made.metainfo.infoHash);
		assert.notEqual(made.metainfo.infoHash, id);
	});
}

test('what is moved to another shared folder, or comes back after days, is not hashed anew', async t => {
	const world = new FolderWorld(t);
	const one = world.shared('one');
	const other = world.shared('other');
	world.write('one/film.mkv', 3_000_000);
	await world.start({shared: [one, other]});
	await world.until('it', () => world.engine.torrents.size === 1);
	renameSync(world.path('one/film.mkv'), world.path('other/film.mkv'));
	world.touch(one.dir);
	await world.pass(1500);
	world.touch(other.dir);
	await world.until('the other folder', () => world.engine.named('film.mkv')?.options.dir === other.dir);
	await world.pass(40_000);
	assert.equal(world.engine.torrents.size, 1);
	renameSync(world.path('other/film.mkv'), world.path('away.mkv'));
	await world.until('its going', () => world.engine.torrents.size === 0);
	await world.start({shared: [one, other]});
	await world.pass(2 * 86_400_000 - 2 * 86_400_000 + 60_000);
	renameSync(world.path('away.mkv'), world.path('one/back.mkv'));
	await world.until('its coming back', () => world.engine.named('back.mkv') !== undefined);
	assert.deepEqual([...world.made], [['film.mkv', 1]]);
});

test('a restart hashes nothing anew, and finds what has changed, gone and come meanwhile', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	for (const name of ['same', 'changes', 'goes', 'moves']) world.write(`share/${name}`, 2_000_000);
	await world.start({shared: [share]});
	await world.until('all', () => world.engine.torrents.size === 4);
	await world.start({shared: [share]});
	await world.pass(60_000);
	assert.deepEqual([...world.made.values()], [1, 1, 1, 1]);
	await world.automation.stop();
	world.write('share/changes', 2_000_001, 2);
	rmSync(world.path('share/goes'));
	renameSync(world.path('share/moves'), world.path('share/moved'));
	world.write('share/comes');
	await world.start({shared: [share]});
	await world.until('the new state', () => world.engine.names.join() === 'changes,comes,moved,same');
	await world.pass(40_000);
	assert.deepEqual(world.engine.names, ['changes', 'comes', 'moved', 'same']);
	assert.deepEqual(Object.fromEntries(world.made), {same: 1, changes: 2, goes: 1, moves: 1, comes: 1});
});

test('a kill at any moment leaves nothing wrong', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/a', 700_000);
	for (let step = 0; step < 8; step++) world.write(`share/f${step}`);
	await world.start({shared: [share]});
	const all = 'a,f0,f1,f2,f3,f4,f5,f6,f7';
	for (let kill = 0; kill < 9; kill++) {
		await world.pass(5500 + kill * 500);
		await world.startAfterKill({shared: [share]});
		if (kill === 5) world.write('share/f3', 20_000, 9);
		if (kill === 7) renameSync(world.path('share/f4'), world.path('share/g4'));
		if (kill === 8) rmSync(world.path('share/f5'));
	}
	await world.until('all', () => world.engine.names.join() === 'a,f0,f1,f2,f3,f6,f7,g4');
	await world.pass(60_000);
	assert.equal(world.engine.names.join(), all.replace('f4,f5,', '').replace('f7', 'f7,g4'));
	for (const {options} of world.engine.torrents.values()) assert.equal(options.dir, share.dir);
	const made = await createTorrent({path: world.path('share/f3')});
	assert.equal(world.engine.named('f3')!.id, made.metainfo.infoHash);
});

test('what was hashed for long is not hashed again when the program ends before it is added', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/large', 17_000_000);
	const {engine} = world;
	const {send} = engine;
	let isHanging = false;
	engine.send = command => {
		isHanging ||= command.type === 'torrent.add';
		return isHanging ? new Promise(() => {}) : send.call(engine, command);
	};
	await world.start({shared: [share]});
	await world.until('it is about to be added', () => isHanging);
	await world.startAfterKill({shared: [share]});
	await world.until('it is added', () => world.engine.names.join() === 'large');
	assert.equal(world.made.get('large'), 1);
	const left = readdirSync(join(world.stateDir, 'shared'));
	await world.until('what was kept goes', () => readdirSync(join(world.stateDir, 'shared')).length === 0);
	assert.ok(left.length <= 1);
});

test('a folder that vanishes is not taken for deleted: its torrents are paused with one line, and go on when it is back', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	for (const name of ['a', 'b', 'c']) world.write(`share/${name}`);
	await world.start({shared: [share]});
	await world.until('all', () => world.engine.torrents.size === 3);
	await world.engine.send({type: 'torrent.pause', id: world.engine.named('c')!.id});
	renameSync(share.dir, world.path('unmounted'));
	world.touch(share.dir);
	await world.until('it is noticed', () => world.view.shared[0]!.state === 'gone');
	await world.pass(120_000);
	const states = () => [...world.engine.torrents.values()].map(({state}) => state);
	assert.deepEqual(states(), ['paused', 'paused', 'paused']);
	assert.equal(
		world.engine.log.filter(line => line.startsWith('warn')).length,
		1,
		world.engine.log.join('\n'),
	);
	assert.match(
		world.engine.log.join('\n'),
		/share is gone \(it is not there\), its 3 torrents are paused until it is back/,
	);
	// Also over a restart.
	await world.start({shared: [share]});
	await world.pass(60_000);
	assert.deepEqual(states(), ['paused', 'paused', 'paused']);
	renameSync(world.path('unmounted'), share.dir);
	await world.until('it goes on', () => states().filter(state => state === 'seeding').length === 2);
	await world.pass(40_000);
	assert.equal(world.engine.named('c')!.state, 'paused');
	assert.deepEqual([...world.made.values()], [1, 1, 1]);
});

test('an empty folder at its place, as where a disk is not mounted, is not taken for deleted either', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	for (const name of ['a', 'b']) world.write(`share/${name}`);
	await world.start({shared: [share]});
	await world.until('all', () => world.engine.torrents.size === 2);
	renameSync(share.dir, world.path('disk'));
	mkdirSync(share.dir);
	await world.until('they wait', () =>
		[...world.engine.torrents.values()].every(({state}) => state === 'paused'),
	);
	await world.pass(60_000);
	assert.equal(world.engine.torrents.size, 2);
	assert.equal(world.engine.log.filter(line => /is another folder than it was/.test(line)).length, 1);
	rmSync(share.dir, {recursive: true});
	renameSync(world.path('disk'), share.dir);
	await world.until('they go on', () =>
		[...world.engine.torrents.values()].every(({state}) => state === 'seeding'),
	);
	// What is deleted in the folder itself is.
	rmSync(world.path('share/a'));
	rmSync(world.path('share/b'));
	await world.until('they are gone', () => world.engine.torrents.size === 0);
});

test('a torrent that a person removes stays out until its file is another', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/a');
	await world.start({shared: [share]});
	await world.until('it', () => world.engine.torrents.size === 1);
	const {id} = world.engine.named('a')!;
	await world.engine.send({type: 'torrent.remove', id, withData: false});
	await world.automation.removedByHand(id);
	await world.pass(60_000);
	await world.start({shared: [share]});
	await world.pass(60_000);
	assert.equal(world.engine.torrents.size, 0);
	assert.equal(world.view.shared[0]!.declined, 1);
	world.write('share/a', 20_001, 2);
	await world.until('the new one', () => world.engine.torrents.size === 1);
});

test('what a person moves elsewhere, or gives another name, by way of the engine keeps its torrent', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/moves');
	world.write('share/renamed');
	await world.start({shared: [share]});
	await world.until('both', () => world.engine.torrents.size === 2);
	const [moves, renamed] = [world.engine.named('moves')!, world.engine.named('renamed')!];
	renameSync(world.path('share/moves'), join(world.space.folder('elsewhere'), 'moves'));
	Object.assign(world.engine.torrents.get(moves.id)!, {
		options: {...moves.options, dir: world.path('elsewhere')},
	});
	renameSync(world.path('share/renamed'), world.path('share/nicer'));
	Object.assign(world.engine.torrents.get(renamed.id)!, {root: 'nicer'});
	world.automation.engineChanged();
	world.touch(share.dir);
	await world.pass(120_000);
	assert.deepEqual([...world.engine.torrents.keys()].sort(), [moves.id, renamed.id].sort());
	assert.equal(world.view.shared[0]!.shared, 1);
});

test('what a torrent of somebody else is downloading there is left alone, and only published when it is whole', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/film.mkv');
	world.write('share/album/a.flac');
	const film = await createTorrent({path: world.path('share/film.mkv'), pieceLength: 65_536});
	const other = await createTorrent({path: world.write('other/inner.bin')});
	world.engine.add(film.bytes, {dir: share.dir}, 'downloading', 0.5);
	world.engine.add(other.bytes, {dir: join(share.dir, 'album')}, 'downloading', 0.5);
	await world.start({shared: [share]});
	await world.pass(120_000);
	assert.equal(world.engine.torrents.size, 2);
	assert.equal(world.made.size, 0);
	assert.equal(world.view.shared[0]!.waiting, 2);
	for (const torrent of world.engine.torrents.values())
		Object.assign(torrent, {state: 'seeding', completed: readMetainfoHere(torrent.bytes).length});
	await world.until('it is told', () => world.engine.named('film.mkv')!.publish);
	await world.until('the folder', () => world.engine.named('album') !== undefined);
	assert.deepEqual([...world.made], [['album', 1]]);
	// When its torrent goes and its file stays it is ours to share.
	await world.engine.send({type: 'torrent.remove', id: film.metainfo.infoHash!, withData: false});
	world.automation.engineChanged();
	await world.until('ours', () => world.made.get('film.mkv') === 1 && world.engine.torrents.size === 3);
});

test('what the engine is moving into a shared folder is not hashed by half, however long it rests', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('elsewhere/series/1.mkv');
	world.write('elsewhere/series/2.mkv');
	const {bytes} = await createTorrent({path: world.path('elsewhere/series'), pieceLength: 65_536});
	world.engine.add(bytes, {dir: world.path('elsewhere')});
	world.write('share/other.bin');
	await world.start({shared: [share]});
	await world.until('the other', () => world.made.get('other.bin') === 1);
	// Right after the engine was asked what it has; nobody tells that the move begins.
	await world.pass(20_000);
	world.write('share/news.bin');
	world.touch(share.dir);
	await world.pass(2000);
	const series = world.engine.named('series')!;
	series.otherDir = share.dir;
	world.write('share/series/1.mkv');
	world.touch(share.dir);
	await world.pass(120_000);
	assert.equal(world.made.get('series'), undefined);
	assert.equal(world.view.shared[0]!.waiting, 1);
	world.write('share/series/2.mkv');
	Object.assign(series, {otherDir: undefined, options: {dir: share.dir}});
	world.automation.engineChanged();
	await world.until('it is whole, and told', () => series.publish);
	assert.deepEqual([...world.made.keys()].sort(), ['news.bin', 'other.bin']);
});

for (const whose of ['ours', "somebody else's"] as const) {
	test(`what the engine is moving out of a shared folder is not hashed by half, when it is ${whose}`, async t => {
		const world = new FolderWorld(t);
		const share = world.shared('share');
		const first = world.write('share/series/1.mkv');
		world.write('share/series/2.mkv');
		if (whose !== 'ours') {
			const {bytes} = await createTorrent({path: world.path('share/series'), pieceLength: 65_536});
			world.engine.add(bytes, {dir: share.dir});
		}
		await world.start({shared: [share]});
		await world.until('it', () => world.view.shared[0]!.shared === 1);
		const made = world.made.get('series');
		const series = world.engine.named('series')!;
		// Copied, and the half of what was copied is deleted.
		Object.assign(series, {options: {...series.options, dir: world.path('away')}, otherDir: share.dir});
		rmSync(first);
		world.touch(share.dir);
		await world.pass(120_000);
		assert.deepEqual([...world.engine.torrents.keys()], [series.id]);
		rmSync(world.path('share/series'), {recursive: true});
		series.otherDir = undefined;
		world.automation.engineChanged();
		await world.until('it is not there any more', () => world.view.shared[0]!.shared === 0);
		await world.pass(60_000);
		assert.deepEqual([...world.engine.torrents.keys()], [series.id]);
		assert.equal(world.made.get('series'), made);
	});
}

test('what is being downloaded there by another way to the folder is left alone, too', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/film.mkv');
	symlinkSync(share.dir, world.path('way'));
	const film = await createTorrent({path: world.path('share/film.mkv'), pieceLength: 65_536});
	world.engine.add(film.bytes, {dir: world.path('way')}, 'downloading', 0.5);
	await world.start({shared: [share]});
	await world.pass(120_000);
	assert.deepEqual([world.made.size, world.view.shared[0]!.waiting], [0, 1]);
});

test('a folder in a shared folder that is shared by itself is not shared twice', async t => {
	const world = new FolderWorld(t);
	const outer = world.shared('outer');
	world.write('outer/a');
	world.write('outer/inner/b');
	world.write('outer/inner/c');
	world.write('outer/watched/x.bin');
	const inner = world.shared('outer/inner');
	symlinkSync(outer.dir, world.path('alias'));
	const alias = {...outer, dir: world.path('alias')};
	const watched = world.watched('outer/watched');
	await world.start({shared: [outer, inner, alias], watched: [watched]});
	await world.until('all', () => world.engine.torrents.size === 3);
	await world.pass(60_000);
	assert.deepEqual(world.engine.names, ['a', 'b', 'c']);
	const [, , refused] = world.view.shared;
	assert.equal(refused!.state, 'refused');
	assert.match(refused!.why ?? '', /it is the same folder as .*outer/);
	assert.deepEqual(
		world.view.shared[0]!.faults.map(({name, why}) => `${name}: ${why}`),
		['inner: shared by itself', 'watched: watched for torrents'],
	);
});

test('the state folder is not shared, nor is what holds it', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('.');
	const state = {...share, dir: world.space.folder('state/resume')};
	world.write('state/x');
	world.write('y.bin');
	await world.start({shared: [{...share, dir: world.space.dir}, state]});
	await world.until('the other', () => world.engine.torrents.size === 1);
	await world.pass(40_000);
	assert.deepEqual(world.engine.names, ['y.bin']);
	assert.equal(world.view.shared[1]!.state, 'refused');
});

test('what cannot be read is one line, is tried again later, and holds up nobody', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/a');
	world.write('share/b');
	world.beforeHashing = path => {
		if (path.endsWith('/a')) throw new UserError('no-permission', 'a: not allowed to read it');
	};
	await world.start({shared: [share]});
	await world.until('the other', () => world.engine.torrents.size === 1);
	await world.pass(600_000);
	assert.equal(world.engine.log.filter(line => /not allowed/.test(line)).length, 1);
	const times = world.made.get('a')!;
	assert.ok(times >= 2 && times <= 5, `${times}`);
	assert.deepEqual(world.view.shared[0]!.faults, [{name: 'a', why: 'a: not allowed to read it'}]);
	world.beforeHashing = () => {};
	await world.until('it can be read', () => world.engine.torrents.size === 2, 3_600_000);
	assert.deepEqual(world.view.shared[0]!.faults, []);
});

test('a folder that cannot be read is left as it is known', {skip: process.getuid?.() === 0}, async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/tree/a');
	await world.start({shared: [share]});
	await world.until('it', () => world.engine.torrents.size === 1);
	chmodSync(world.path('share/tree'), 0);
	t.after(() => chmodSync(world.path('share/tree'), 0o755));
	await world.pass(60_000);
	assert.equal(world.engine.torrents.size, 1);
});

test('what changes while it is hashed is not shared as what it was', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	const path = world.write('share/a');
	let isFirst = true;
	world.beforeHashing = () => {
		if (isFirst) writeFileSync(path, Buffer.alloc(50_000, 'other'));
		isFirst = false;
	};
	await world.start({shared: [share]});
	await world.until('it', () => world.engine.torrents.size === 1);
	const made = await createTorrent({path});
	assert.equal(world.engine.named('a')!.id, made.metainfo.infoHash);
	assert.equal(world.made.get('a'), 2);
});

test('what is not shared any more goes from the engine, and stays on the disk', async t => {
	const world = new FolderWorld(t);
	const one = world.shared('one');
	const other = world.shared('other');
	world.write('one/a', 2_000_000);
	world.write('other/b');
	await world.start({shared: [one, other]});
	await world.until('both', () => world.engine.torrents.size === 2);
	world.automation.apply({shared: [other], watched: []});
	await world.until('it is out', () => world.engine.torrents.size === 1);
	assert.ok(existsSync(world.path('one/a')));
	// What the config file says at the next start counts as well.
	await world.start({shared: []});
	await world.until('the other', () => world.engine.torrents.size === 0);
	await world.start({shared: [one]});
	await world.until('it is back', () => world.engine.torrents.size === 1);
	assert.equal(world.made.get('a'), 1);
});

test('label, trackers and publishing of a folder reach the torrents that are there', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share', {publish: false});
	world.write('share/a');
	await world.start({shared: [share]});
	await world.until('it', () => world.engine.torrents.size === 1);
	assert.equal(world.engine.named('a')!.publish, false);
	const changed = {...share, publish: true, label: 'new', trackers: ['udp://t.example:1']};
	world.automation.apply({shared: [changed], watched: []});
	await world.until('they are told', () => world.engine.named('a')!.trackers.length === 1);
	const {publish, label} = world.engine.named('a')!;
	assert.deepEqual([publish, label, world.made.get('a')], [true, 'new', 1]);
});

test('the same data in two shared folders is one torrent, and still is when one of them goes', async t => {
	const world = new FolderWorld(t);
	const one = world.shared('one');
	const other = world.shared('other');
	world.write('one/a');
	writeFileSync(world.path('other/a'), readFileSync(world.path('one/a')));
	await world.start({shared: [one, other]});
	await world.until('both', () => world.made.get('a') === 2 && world.engine.torrents.size === 1);
	await world.pass(60_000);
	assert.equal(world.made.get('a'), 2);
	rmSync(world.path(world.engine.named('a')!.options.dir === one.dir ? 'one/a' : 'other/a'));
	await world.until('the other place', () => world.made.get('a') === 3 && world.engine.torrents.size === 1);
});

test('when the system can tell of no more folders they are looked at by themselves, which is said once', async t => {
	const world = new FolderWorld(t);
	world.watchFailure = 'ENOSPC';
	const one = world.shared('one');
	const other = world.shared('other');
	world.write('one/a');
	await world.start({shared: [one, other], watched: [world.watched('watched')]});
	await world.until('it', () => world.engine.torrents.size === 1);
	world.write('other/b');
	await world.until('the other', () => world.engine.torrents.size === 2);
	assert.equal(world.engine.log.filter(line => /tells of no more folders \(ENOSPC/.test(line)).length, 2);
});

test('a folder is looked at as soon as the engine has trouble with what is in it', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	world.write('share/tree/deep/a');
	await world.start({shared: [share]});
	await world.until('it', () => world.engine.torrents.size === 1);
	await world.pass(5000);
	const {looks} = world;
	await world.pass(3000);
	assert.equal(world.looks, looks);
	renameSync(share.dir, world.path('unmounted'));
	world.engine.complain('f'.repeat(40), world.clock.wall());
	await world.pass(3000);
	assert.equal(world.looks, looks, 'it is no torrent of ours');
	world.engine.complain(world.engine.named('tree')!.id, world.clock.wall());
	await world.pass(3000);
	assert.equal(world.view.shared[0]!.state, 'gone');
});

test('what is said of a folder is safe for a terminal', async t => {
	const world = new FolderWorld(t);
	const share = world.shared('share');
	symlinkSync('/', world.path('share/\u001b[31mred\nline'));
	await world.start({shared: [share]});
	await world.until('it is seen', () => world.view.shared[0]!.faultCount === 1);
	assert.equal(world.view.shared[0]!.faults[0]!.name, '[31mred line');
});
