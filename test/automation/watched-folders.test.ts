import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
	appendFileSync,
	existsSync,
	readFileSync,
	renameSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {test} from 'node:test';
import {UserError} from '../../source/base/errors.ts';
import {createTorrent} from '../../source/creator/create-torrent.ts';
import {FolderWorld} from './folder-world.ts';

const hash = (letter: string): string => letter.repeat(40);
const added = ({engine}: FolderWorld) =>
	engine.commands.filter(({type}) => type === 'torrent.add' || type === 'torrent.addLink');

async function torrentOf(world: FolderWorld, name: string): Promise<Uint8Array> {
	return (await createTorrent({path: world.write(`content/${name}`)})).bytes;
}

test('what is in .torrent and .magnet files is added as the folder says', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox', {label: 'tv', target: '/srv/tv', start: false});
	writeFileSync(world.path('inbox/one.TORRENT'), await torrentOf(world, 'one'));
	writeFileSync(
		world.path('inbox/links.magnet'),
		`\uFEFF# a list\r\nmagnet:?xt=urn:btih:${hash('a')}\r\n\r\n${hash('b')}\r\n`,
	);
	writeFileSync(world.path('inbox/notes.txt'), 'no torrent');
	writeFileSync(world.path('inbox/.hidden.torrent'), 'no torrent');
	await world.start({watched: [inbox]});
	await world.until('all three', () => added(world).length === 3);
	await world.pass(40_000);
	assert.equal(added(world).length, 3);
	for (const command of added(world)) {
		assert.ok(command.type === 'torrent.add' || command.type === 'torrent.addLink');
		const {dir, label, paused} = command.options!;
		assert.deepEqual([dir, label, paused], ['/srv/tv', 'tv', true]);
	}
	assert.ok(existsSync(world.path('inbox/one.TORRENT')));
	assert.deepEqual(world.view.watched[0]!.faults, []);
	assert.equal(world.view.watched[0]!.added, 3);
});

test('a file that is written slowly is read when it is whole', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox');
	const bytes = await torrentOf(world, 'one');
	const path = world.path('inbox/one.torrent');
	writeFileSync(path, '');
	await world.start({watched: [inbox]});
	for (let at = 0; at < bytes.length; at += 40) {
		appendFileSync(path, bytes.subarray(at, at + 40));
		world.touch(inbox.dir);
		await world.pass(3000);
	}
	assert.deepEqual(world.engine.log, []);
	await world.until('it', () => added(world).length === 1);
	await world.pass(60_000);
	assert.deepEqual(world.engine.log, []);
	assert.deepEqual([added(world).length, world.engine.names], [1, ['one']]);
});

test('what is no torrent is told of once, and left as it is', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox', {deleteAfter: true});
	writeFileSync(world.path('inbox/bad.torrent'), 'd4:infode');
	writeFileSync(world.path('inbox/empty.magnet'), '\n\n');
	writeFileSync(
		world.path('inbox/odd.magnet'),
		`/etc/passwd\nhttp://h.example/x.torrent\nmagnet:?xt=urn:btih:${hash('a')}\n`,
	);
	execFileSync('mkfifo', [world.path('inbox/pipe.torrent')]);
	await world.start({watched: [inbox]});
	await world.until('all four', () => world.view.watched[0]!.faultCount === 4);
	await world.pass(120_000);
	await world.start({watched: [inbox]});
	await world.pass(120_000);
	const warnings = world.engine.log.filter(line => line.startsWith('warn'));
	assert.equal(warnings.length, 3, warnings.join('\n'));
	assert.match(warnings.join('\n'), /«bad.torrent» is not added: not a valid torrent/);
	assert.match(warnings.join('\n'), /«empty.magnet» is not added: no link is in it/);
	assert.match(
		warnings.join('\n'),
		/«odd.magnet» is not added: no magnet link: \/etc\/passwd; no magnet link: http/,
	);
	assert.deepEqual(added(world).filter(({type}) => type === 'torrent.addLink').length, 1);
	for (const name of ['bad.torrent', 'empty.magnet', 'odd.magnet', 'pipe.torrent'])
		assert.ok(existsSync(world.path('inbox', name)), name);
	// Once it is mended it is added.
	writeFileSync(world.path('inbox/bad.torrent'), await torrentOf(world, 'good'));
	await world.until('it is added', () => world.engine.names.includes('good'));
});

test('what a person removes meanwhile is not added again, neither by a restart nor by a touch', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox');
	const path = world.path('inbox/one.torrent');
	const bytes = await torrentOf(world, 'one');
	writeFileSync(path, bytes);
	await world.start({watched: [inbox]});
	await world.until('it', () => added(world).length === 1);
	world.engine.torrents.clear();
	await world.start({watched: [inbox]});
	await world.pass(60_000);
	utimesSync(path, 1, 1);
	await world.pass(60_000);
	// Neither by a disk that is away for a while.
	renameSync(inbox.dir, world.path('unmounted'));
	await world.until('it is gone', () => world.view.watched[0]!.state === 'gone');
	renameSync(world.path('unmounted'), inbox.dir);
	await world.until('it is back', () => world.view.watched[0]!.state === 'watching');
	await world.pass(60_000);
	assert.equal(added(world).length, 1);
	// But who takes it away and puts it there anew means it.
	rmSync(path);
	await world.pass(60_000);
	writeFileSync(path, bytes);
	await world.until('it is added again', () => added(world).length === 2);
});

test('with delete-after the file that was added goes, and no other that has taken its name', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox', {deleteAfter: true});
	const [one, two] = [await torrentOf(world, 'one'), await torrentOf(world, 'two')];
	writeFileSync(world.path('inbox/one.torrent'), one);
	writeFileSync(world.path('inbox/swapped.torrent'), two);
	const third = await torrentOf(world, 'three');
	const {send} = world.engine;
	world.engine.send = async command => {
		const reply = await send.call(world.engine, command);
		// While it is being added somebody saves another one over it.
		if (
			command.type === 'torrent.add' &&
			Buffer.from(command.metainfo as Uint8Array).equals(Buffer.from(two))
		)
			writeFileSync(world.path('inbox/swapped.torrent'), third);
		return reply;
	};
	await world.start({watched: [inbox]});
	await world.until('two added', () => world.engine.torrents.size >= 2);
	assert.ok(!existsSync(world.path('inbox/one.torrent')));
	assert.deepEqual(readFileSync(world.path('inbox/swapped.torrent')), Buffer.from(third));
	await world.until('the third', () => world.engine.torrents.size === 3);
	await world.until('it goes too', () => !existsSync(world.path('inbox/swapped.torrent')));
});

test('a file whose deletion a kill has cut off is deleted by the next start, and not added again', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox', {deleteAfter: true});
	const path = world.path('inbox/one.torrent');
	writeFileSync(path, await torrentOf(world, 'one'));
	utimesSync(path, 1000, 1000);
	await world.start({watched: [inbox]});
	await world.until('it', () => !existsSync(path));
	world.engine.torrents.clear();
	await world.automation.stop();
	// As if the kill had come before.
	writeFileSync(path, await torrentOf(world, 'one'));
	utimesSync(path, 1000, 1000);
	await world.start({watched: [inbox]});
	await world.until('it goes', () => !existsSync(path));
	assert.equal(added(world).length, 1);
});

test('what the engine cannot take now is tried again, and said once', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox');
	writeFileSync(world.path('inbox/one.torrent'), await torrentOf(world, 'one'));
	const {send} = world.engine;
	let isFull = true;
	world.engine.send = async command => {
		if (isFull && command.type === 'torrent.add') throw new UserError('disk-full', 'the disk is full');
		return send.call(world.engine, command);
	};
	await world.start({watched: [inbox]});
	await world.pass(300_000);
	assert.equal(world.engine.log.filter(line => /tried again: the disk is full/.test(line)).length, 1);
	isFull = false;
	await world.until('it', () => world.engine.torrents.size === 1);
});

test('the same torrent in two files is added once and merged once', async t => {
	const world = new FolderWorld(t);
	const inbox = world.watched('inbox');
	const bytes = await torrentOf(world, 'one');
	for (const name of ['a', 'b']) writeFileSync(world.path(`inbox/${name}.torrent`), bytes);
	await world.start({watched: [inbox]});
	await world.until('both are seen', () => added(world).length === 2);
	await world.pass(60_000);
	assert.deepEqual(
		[added(world).length, world.engine.torrents.size, world.view.watched[0]!.added],
		[2, 1, 1],
	);
	assert.equal(world.engine.log.filter(line => /was here already/.test(line)).length, 1);
});

test('folders come and go while it runs', async t => {
	const world = new FolderWorld(t);
	const [one, other] = [world.watched('one'), world.watched('other')];
	await world.start({watched: [one]});
	await world.pass(1000);
	world.automation.apply({shared: [], watched: [other]});
	writeFileSync(world.path('one/a.torrent'), await torrentOf(world, 'a'));
	writeFileSync(world.path('other/b.torrent'), await torrentOf(world, 'b'));
	await world.until('the one', () => world.engine.torrents.size === 1);
	await world.pass(60_000);
	assert.deepEqual(world.engine.names, ['b']);
});
