import assert from 'node:assert/strict';
import {cpSync, mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import type {KnownTorrent} from '../../../source/api/known-torrent.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, type TestTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const entries = [
	['a.bin', 100_000],
	['sub/b.bin', 300_000],
	['c.bin', 200_001],
	['d.bin', 70_000],
] as const;
const pieceLength = 32_768;

/** A torrent of four files, and a folder with those of them that are named. */
function stage(space: Workspace, files: readonly string[]): {torrent: TestTorrent; dir: string} {
	const torrent = testTorrent(space, 'Harbour', entries, pieceLength);
	const dir = space.folder('theirs');
	for (const file of files) {
		mkdirSync(join(dir, 'Harbour', file, '..'), {recursive: true});
		cpSync(join(torrent.content.root, file), join(dir, 'Harbour', file), {preserveTimestamps: true});
	}
	return {torrent, dir};
}

/** Pieces as one draws them: x for one that is had. */
function bits(drawn: string): string {
	const bytes = Buffer.alloc(Math.ceil(drawn.length / 8));
	for (const [piece, sign] of [...drawn].entries())
		if (sign === 'x') bytes[piece >> 3]! |= 128 >> (piece & 7);
	return bytes.toString('base64');
}

function stampsIn(dir: string): NonNullable<KnownTorrent['stamps']> {
	return entries.map(([file]) => {
		const stats = statSync(join(dir, 'Harbour', file), {throwIfNoEntry: false});
		return stats === undefined ? null : [stats.size, stats.mtimeMs];
	});
}

const hashed = (log: readonly string[]) => log.filter(line => /\d+ pieces are hashed/.test(line));
/** a.bin without its last piece, which it shares, and the pieces of d.bin and the end of c.bin. */
const some = 'xxx...............xxx';

test('what another program had is had, without a piece being hashed', async t => {
	const space = new Workspace(t);
	const {torrent, dir} = stage(space, ['a.bin', 'sub/b.bin', 'c.bin', 'd.bin']);
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {
		dir,
		known: {
			have: bits('x'.repeat(21)),
			stamps: stampsIn(dir),
			addedAt: 1_700_000_000_000,
			completedAt: 1_700_000_100_000,
			downloaded: 700_000,
			uploaded: 1_400_000,
			activeTime: 90,
			seedingTime: 60,
		},
	});
	const view = await engine.sees(id, 'seeding', ({state}) => state === 'seeding');
	assert.equal(view.piecesHave, 21);
	assert.equal(view.addedAt, 1_700_000_000_000);
	assert.equal(view.completedAt, 1_700_000_100_000);
	assert.deepEqual([view.downloaded, view.uploaded, view.ratio], [700_000, 1_400_000, 2]);
	assert.deepEqual(hashed(engine.log), []);
});

test('a file that is not as it was is hashed, and the others are not', async t => {
	const space = new Workspace(t);
	const {torrent, dir} = stage(space, ['a.bin', 'sub/b.bin', 'c.bin', 'd.bin']);
	const stamps = stampsIn(dir);
	utimesSync(join(dir, 'Harbour/d.bin'), 1, 1);
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {dir, known: {have: bits('x'.repeat(21)), stamps}});
	await engine.sees(id, 'seeding', ({state}) => state === 'seeding');
	assert.deepEqual(hashed(engine.log), ['debug: 3 pieces are hashed']);
});

test('bytes that nobody wrote are not believed because somebody says so', async t => {
	const space = new Workspace(t);
	const {torrent, dir} = stage(space, []);
	mkdirSync(join(dir, 'Harbour/sub'), {recursive: true});
	for (const [file, length] of entries) writeFileSync(join(dir, 'Harbour', file), Buffer.alloc(length));
	const engine = await openTestSession(space, 'engine');
	// No stamps: as little is known of them as of what was always there.
	const id = await engine.add(torrent, {dir, known: {have: bits('x'.repeat(21))}});
	const view = await engine.sees(id, 'stopped', ({state}) => state === 'failed');
	assert.equal(view.piecesHave, 0);
});

test('what is missing is fetched into the files of another program, whatever they are called, and they get their names and folder then', async t => {
	const space = new Workspace(t);
	const {torrent, dir} = stage(space, ['a.bin', 'd.bin']);
	const seeder = await openTestSession(space, 'seeder');
	const seeded = await seeder.add(torrent, {dir: torrent.content.dir});
	await seeder.sees(seeded, 'seeded', ({state}) => state === 'seeding');
	renameSync(join(dir, 'Harbour/a.bin'), join(dir, 'Harbour/a.bin.part'));
	const first = await openTestSession(space, 'engine');
	const c = readFileSync(join(torrent.content.root, 'c.bin'));
	const stamp = statSync(join(dir, 'Harbour/a.bin.part'));
	const done = space.folder('done');
	const position = 18 * pieceLength;
	const id = await first.add(torrent, {
		dir,
		paused: true,
		priorities: [
			[1, 3],
			[2, 0],
		],
		known: {
			have: bits(some),
			stamps: [[stamp.size, stamp.mtimeMs], null, null, stampsIn(dir)[3]!],
			renamed: [[0, ['Harbour', 'a.bin.part']]],
			// The head of piece 18 is of c.bin, which is not wanted, and not there.
			parts: [[position, c.subarray(position - 400_000).toString('base64')]],
			whenComplete: {dir: done, names: [[0, 'a.bin']]},
		},
	});
	await first.session.stop();
	const engine = await openTestSession(space, 'engine');
	const paused = await engine.view(id);
	assert.equal(paused.state, 'paused');
	assert.equal(paused.piecesHave, 6);
	await engine.send({type: 'torrent.resume', id});
	await engine.sees(id, 'downloading', ({state, piecesHave}) => state === 'downloading' && piecesHave === 6);
	assert.deepEqual(hashed(engine.log), []);
	await engine.send({type: 'peer.add', id, address: `127.0.0.1:${seeder.port}`});
	await engine.sees(id, 'complete', ({state}) => state === 'seeding');
	await until('it to be in its folder', 10_000, async () => (await engine.view(id)).dir === done);
	for (const file of ['a.bin', 'sub/b.bin', 'd.bin']) {
		const [got, right] = [join(done, 'Harbour', file), join(torrent.content.root, file)];
		assert.ok(readFileSync(got).equals(readFileSync(right)), file);
	}
});

test('a torrent that is here stays as it is', async t => {
	const space = new Workspace(t);
	const {torrent, dir} = stage(space, []);
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, {dir, paused: true, label: 'mine'});
	const reply = await engine.send({
		type: 'torrent.add',
		metainfo: torrent.metainfo,
		options: {dir, label: 'theirs', known: {uploaded: 5}},
	});
	assert.deepEqual(reply, {id, already: true});
	const view = await engine.view(id);
	assert.deepEqual([view.label, view.uploaded], ['mine', 0]);
});

test('what was known of another torrent adds nothing', async t => {
	const space = new Workspace(t);
	const {torrent, dir} = stage(space, []);
	const engine = await openTestSession(space, 'engine');
	const wrong: readonly KnownTorrent[] = [
		{have: bits('xxxxxxxx')},
		{stamps: [null]},
		{renamed: [[9, ['x']]]},
		{renamed: [[0, ['..', 'x']]]},
		{renamed: [[0, ['a/b']]]},
		{renamed: [[0, ['Harbour', 'd.bin']]]},
		{partials: [[21, '']]},
		{parts: [[0, 'AAAA']]},
		{whenComplete: {dir: 'here'}},
		{whenComplete: {names: [[0, '../x']]}},
	];
	for (const known of wrong)
		await assert.rejects(
			engine.add(torrent, {dir, known}),
			/what another program knew|is not absolute/,
			JSON.stringify(known),
		);
	assert.deepEqual((await engine.send({type: 'session.list'})).torrents, []);
});
