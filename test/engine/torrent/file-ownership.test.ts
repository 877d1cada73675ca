import assert from 'node:assert/strict';
import {
	chmodSync,
	existsSync,
	linkSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {describe, type TestContext} from 'node:test';
import {decodeResumeData, encodeResumeData} from '../../../source/io/state/resume-data.ts';
import {fileOwner} from '../../../source/policy/session/file-ownership.ts';
import {until} from '../../helpers/deadline.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {
	openTestSession,
	seedTorrent,
	type TestSession,
	type TestTorrent,
	testTorrent,
} from '../../helpers/sessions.ts';
import {mountDisk, remount} from '../../helpers/small-disk.ts';
import {bytesFrom, makeTorrent, writeFile, writeFolder} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

const pieceLength = 32_768;

interface Swarm {
	readonly space: Workspace;
	readonly torrent: TestTorrent;
	readonly leecher: TestSession;
	/** Where it downloads to. */
	readonly dir: string;
	/** The path of a file there. */
	at(file: number): string;
	/** What a file should have. */
	right(file: number): Buffer;
	/** Adds the torrent where nothing or somebody's files are. */
	add(options?: Parameters<TestSession['add']>[1]): Promise<string>;
	reopen(): Promise<TestSession>;
	/** Tells a leecher of the seeder. */
	meet(session: TestSession, id: string): Promise<unknown>;
}

/** A seeder, and a leecher that has not begun. */
async function swarm(
	t: TestContext,
	entries: ReadonlyArray<readonly [path: string, length: number]> = [
		['a.bin', 200_000],
		['deep/b.bin', 300_000],
		['c.bin', 100_000],
	],
): Promise<Swarm> {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'owned', entries, pieceLength);
	const seeder = await openTestSession(space, 'seeder');
	await seedTorrent(seeder, torrent);
	const clock = new HurriedClock();
	const leecher = await openTestSession(space, 'leecher', {clock});
	const dir = space.folder('downloads');
	return {
		space,
		torrent,
		leecher,
		dir,
		at: file => join(dir, 'owned', entries[file]![0]),
		right: file => bytesFrom(`owned/${entries[file]![0]}`, entries[file]![1]),
		add: options => leecher.add(torrent, {dir, peers: [`127.0.0.1:${seeder.port}`], ...options}),
		meet: (session, id) => session.send({type: 'peer.add', id, address: `127.0.0.1:${seeder.port}`}),
		reopen: async () => {
			await leecher.session.stop();
			return openTestSession(space, 'leecher', {clock: new HurriedClock()});
		},
	};
}

function put(path: string, bytes: string | Buffer): void {
	mkdirSync(dirname(path), {recursive: true});
	writeFileSync(path, bytes);
}

/** A disk tells times apart no better than to some milliseconds: whoever changes a file comes later than that. */
async function aMomentAfter(path: string): Promise<void> {
	const {mtimeMs} = statSync(path);
	await until('time to pass', 5000, () => Date.now() > mtimeMs + 100, 5);
}

async function complete({leecher, meet}: Swarm, id: string, session = leecher): Promise<void> {
	await meet(session, id);
	await session.sees(id, 'complete', ({state}) => state === 'seeding');
}

function assertRight({at, right}: Swarm, files: readonly number[] = [0, 1, 2]): void {
	for (const file of files) assert.ok(readFileSync(at(file)).equals(right(file)), `file ${file} is wrong`);
}

describe('a file that is there already', {concurrency: 4}, () => {
	for (const [what, content] of [
		['short', Buffer.from('precious')],
		['of the same length', Buffer.alloc(300_000, 'mine')],
		['longer', Buffer.alloc(500_000, 'mine')],
	] as const) {
		test(`and is none of the torrent's, ${what}, stops it and stays, until a person says that it may go`, async t => {
			const all = await swarm(t);
			put(all.at(1), content);
			const id = await all.add();
			const view = await all.leecher.says(
				id,
				'failed',
				/^already there and not this torrent's: \S+\/b\.bin \(/,
			);
			assert.deepEqual(view.inTheWay, {path: all.at(1), size: content.length, length: 300_000, files: 1});
			assert.ok(readFileSync(all.at(1)).equals(content));
			// Neither trying again nor a restart changes that.
			await all.leecher.send({type: 'torrent.resume', id});
			await all.leecher.says(id, 'failed', /^already there/);
			const again = await all.reopen();
			await again.says(id, 'failed', /^already there/);
			assert.ok(readFileSync(all.at(1)).equals(content));
			await again.send({type: 'torrent.resume', id, overwrite: true});
			await complete(all, id, again);
			assertRight(all);
		});
	}

	test('and has pieces that fit is completed', async t => {
		const all = await swarm(t);
		put(all.at(1), all.right(1).subarray(0, 150_000));
		const id = await all.add();
		await complete(all, id);
		assertRight(all);
	});

	test('and is empty is filled', async t => {
		const all = await swarm(t);
		put(all.at(1), '');
		await complete(all, await all.add());
		assertRight(all);
	});

	test('and is skipped is not touched though it shares pieces with others; wanted later it stops the torrent', async t => {
		const all = await swarm(t);
		const mine = Buffer.alloc(300_000, 'mine');
		put(all.at(1), mine);
		const id = await all.add({select: '1,3'});
		await all.leecher.sees(id, 'what is wanted is here', ({state}) => state === 'seeding');
		assertRight(all, [0, 2]);
		assert.ok(readFileSync(all.at(1)).equals(mine));
		const again = await all.reopen();
		const view = await again.sees(id, 'it is here still', ({state}) => state === 'seeding');
		assert.equal(view.completed, 300_000);
		assert.ok(!again.log.some(line => line.includes('hashing')), again.log.join('\n'));
		await again.send({type: 'files.priority', id, files: [1], priority: 2});
		const asked = await again.says(id, 'failed', /^already there/);
		assert.equal(asked.inTheWay?.path, all.at(1));
		assert.ok(readFileSync(all.at(1)).equals(mine));
	});

	test('and is too small for a piece of its own is compared with what comes before anything is written', async t => {
		const entries = [
			['tiny.nfo', 100],
			['b.bin', 300_000],
		] as const;
		const right = await swarm(t, entries);
		put(right.at(0), right.right(0));
		utimesSync(right.at(0), 1e9, 1e9);
		await complete(right, await right.add());
		assertRight(right, [0, 1]);
		const wrong = await swarm(t, entries);
		put(wrong.at(0), Buffer.alloc(100, 'mine'));
		const id = await wrong.add();
		await wrong.leecher.says(id, 'failed', /^already there and not this torrent's: \S+\/tiny\.nfo /);
		assert.ok(readFileSync(wrong.at(0)).equals(Buffer.alloc(100, 'mine')));
	});

	test('a torrent’s empty file in whose place is one with something in it stops the torrent', async t => {
		const all = await swarm(t, [
			['a.bin', 100_000],
			['marker', 0],
		]);
		put(all.at(1), 'mine');
		await all.leecher.says(await all.add(), 'failed', /^already there and not this torrent's: \S+\/marker /);
		assert.equal(readFileSync(all.at(1), 'utf8'), 'mine');
	});

	test('that turns up while the torrent runs is not written to either', async t => {
		const all = await swarm(t);
		const id = await all.leecher.add(all.torrent, {dir: all.dir});
		await all.leecher.sees(id, 'waits for peers', ({state}) => state === 'downloading');
		put(all.at(1), 'mine');
		await all.add();
		await all.leecher.says(id, 'failed', /^already there and not this torrent's: \S+\/b\.bin /);
		assert.equal(readFileSync(all.at(1), 'utf8'), 'mine');
	});
});

describe('two torrents with the same path', {concurrency: 4}, () => {
	/** Two torrents of one name; of the second other bytes. */
	function twins(space: Workspace): [TestTorrent, TestTorrent] {
		const first = writeFile(space.folder('one'), 'same.bin', 200_000);
		const second = {...first, dir: space.folder('two'), root: join(space.folder('two'), 'same.bin')};
		writeFileSync(second.root, bytesFrom('another', 200_000));
		return [first, second].map(content => {
			const made = makeTorrent(content, pieceLength);
			const metainfo = readFileSync(made.write(space.path('twin.torrent'))).toString('base64');
			return {content, pieces: made.pieces, metainfo};
		}) as [TestTorrent, TestTorrent];
	}

	for (const [what, place] of [
		['in the same folder', (dir: string) => dir],
		[
			'through a link',
			(dir: string) => {
				symlinkSync(dir, `${dir}-link`);
				return `${dir}-link`;
			},
		],
	] as const) {
		test(`${what}: the second stops with the name of the first, which stays right`, async t => {
			const space = new Workspace(t);
			const [one, other] = twins(space);
			const engine = await openTestSession(space, 'engine');
			const dir = space.folder('downloads');
			writeFileSync(join(dir, 'same.bin'), readFileSync(one.content.root));
			const first = await engine.add(one, {dir});
			await engine.sees(first, 'seeds', ({state}) => state === 'seeding');
			const second = await engine.add(other, {dir: place(dir)});
			await engine.says(second, 'failed', /^«same\.bin» has this file already: /);
			await engine.send({type: 'torrent.resume', id: second, overwrite: true, repair: true});
			await engine.says(second, 'failed', /^«same\.bin» has this file already: /);
			assert.ok(readFileSync(join(dir, 'same.bin')).equals(readFileSync(one.content.root)));
			const {removed} = await engine.send({type: 'torrent.remove', id: second, withData: true});
			assert.deepEqual([removed?.deleted, removed?.kept], [0, 1]);
			assert.ok(existsSync(join(dir, 'same.bin')));
		});
	}

	test('neither of which has begun: only the first may write', async t => {
		const space = new Workspace(t);
		const [one, other] = twins(space);
		const engine = await openTestSession(space, 'engine');
		const dir = space.folder('downloads');
		const [first, second] = [await engine.add(one, {dir}), await engine.add(other, {dir})];
		await engine.sees(first, 'waits for peers', ({state}) => state === 'downloading');
		await engine.says(second, 'failed', /^«same\.bin» has this file already: /);
		// When the first one goes the second may.
		await engine.send({type: 'torrent.remove', id: first, withData: false});
		await engine.send({type: 'torrent.resume', id: second});
		await engine.sees(second, 'waits for peers', ({state}) => state === 'downloading');
	});

	test('and the same right data share it; what one seeds is not deleted with the other', async t => {
		const space = new Workspace(t);
		const content = writeFolder(space.folder('content'), 'shared', [['a.bin', 200_000]]);
		const torrents = [16_384, 65_536].map(length => {
			const made = makeTorrent(content, length);
			const metainfo = readFileSync(made.write(space.path('t.torrent'))).toString('base64');
			return {content, pieces: made.pieces, metainfo};
		});
		const engine = await openTestSession(space, 'engine');
		const [first, second] = [
			await seedTorrent(engine, torrents[0]!),
			await seedTorrent(engine, torrents[1]!),
		];
		const path = join(content.root, 'a.bin');
		const {removed} = await engine.send({type: 'torrent.remove', id: first, withData: true});
		assert.deepEqual(removed, {
			deleted: 0,
			kept: 1,
			keptFiles: [{path: 'shared/a.bin', why: '«shared» has it too'}],
		});
		assert.ok(existsSync(path));
		assert.equal((await engine.view(second)).state, 'seeding');
		await engine.send({type: 'torrent.remove', id: second, withData: true});
		assert.ok(!existsSync(path));
	});

	test('a torrent is not moved or renamed onto another’s file, written yet or not', async t => {
		const space = new Workspace(t);
		const [one, other] = twins(space);
		const engine = await openTestSession(space, 'engine');
		const dir = space.folder('downloads');
		await engine.add(one, {dir});
		const second = await seedTorrent(engine, other);
		await assert.rejects(
			engine.send({type: 'torrent.move', id: second, dir}),
			/^UserError: «same\.bin» has a file there/,
		);
		assert.ok(existsSync(other.content.root));
		assert.deepEqual(readdirSync(dir), []);
	});
});

describe('removing a torrent with its data', {concurrency: 4}, () => {
	test('deletes what it made, and its empty folders', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await complete(all, id);
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed, {deleted: 3, kept: 0, keptFiles: []});
		assert.deepEqual(readdirSync(all.dir), []);
		assert.deepEqual(readdirSync(join(all.space.path('leecher'), 'parts')), []);
	});

	test('leaves what has another name, what was changed, what replaced it and what a person added, and says so', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await complete(all, id);
		linkSync(all.at(0), all.space.path('another name'));
		rmSync(all.at(1));
		put(all.at(1), 'mine');
		put(join(all.dir, 'owned/notes.txt'), 'mine');
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.equal(removed?.deleted, 1);
		assert.deepEqual(
			removed?.keptFiles.map(({path, why}) => `${path}: ${why}`),
			['owned/a.bin: it has another name (a hard link)', 'owned/deep/b.bin: it was changed'],
		);
		assert.ok(readFileSync(all.at(0)).equals(all.right(0)));
		assert.equal(readFileSync(all.at(1), 'utf8'), 'mine');
		assert.ok(existsSync(join(all.dir, 'owned/notes.txt')));
	});

	test('leaves everything of one that never ran', async t => {
		const all = await swarm(t);
		put(all.at(0), all.right(0));
		put(all.at(1), 'mine');
		const id = await all.add({paused: true});
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual([removed?.deleted, removed?.kept], [0, 2]);
		assert.ok(existsSync(all.at(0)) && existsSync(all.at(1)));
	});

	test('leaves a skipped file that was there, right or not, also after a restart', async t => {
		const all = await swarm(t);
		put(all.at(1), all.right(1));
		const id = await all.add({select: '1'});
		await all.leecher.sees(id, 'what is wanted is here', ({state}) => state === 'seeding');
		const again = await all.reopen();
		await again.sees(id, 'it is here still', ({state}) => state === 'seeding');
		const {removed} = await again.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed?.keptFiles, [{path: 'owned/deep/b.bin', why: 'it was there before'}]);
		assert.ok(!existsSync(all.at(0)) && existsSync(all.at(1)));
	});

	test('leaves what an earlier version had found of a file that nobody wanted: it kept no note of whose it is', async t => {
		const all = await swarm(t);
		put(all.at(1), 'mine');
		const id = await all.add({select: '1,3'});
		await all.leecher.sees(id, 'what is wanted is here', ({state}) => state === 'seeding');
		await all.leecher.session.stop();
		const resume = all.space.path('leecher', 'resume', `${id}.resume`);
		const {owners, ...rest} = decodeResumeData(readFileSync(resume));
		assert.deepEqual([...(owners ?? [])], [fileOwner.made, fileOwner.foreign, fileOwner.made]);
		writeFileSync(resume, encodeResumeData(rest));
		for (const goesOn of [true, false]) {
			const copy = readFileSync(resume);
			const again = await openTestSession(all.space, 'leecher', {clock: new HurriedClock()});
			await again.sees(id, 'it is here still', ({state}) => state === 'seeding' || state === 'paused');
			if (goesOn) {
				await again.send({type: 'torrent.pause', id});
				await again.sees(id, 'it rests', ({state}) => state === 'paused');
				await again.session.stop();
				assert.equal(readFileSync(all.at(1), 'utf8'), 'mine');
				writeFileSync(resume, copy);
				continue;
			}
			const {removed} = await again.send({type: 'torrent.remove', id, withData: true});
			assert.deepEqual(removed?.keptFiles, [{path: 'owned/deep/b.bin', why: 'it was there before'}]);
			assert.equal(removed?.deleted, 2);
		}
		assert.equal(readFileSync(all.at(1), 'utf8'), 'mine');
	});

	test('leaves what a person wrote into its empty files, and into those it has begun', async t => {
		const all = await swarm(t, [
			['a.bin', 200_000],
			['deep/none.txt', 0],
			['nothing', 0],
		]);
		await all.leecher.send({type: 'session.limits', maxDownload: 20_000});
		const id = await all.add();
		await all.leecher.sees(id, 'begun', ({completed}) => completed > 0);
		await all.leecher.send({type: 'torrent.pause', id});
		await all.leecher.sees(id, 'it rests', ({state}) => state === 'paused');
		await all.leecher.send({type: 'torrent.resume', id});
		await all.leecher.sees(id, 'it runs', ({state}) => state === 'downloading');
		put(all.at(1), 'my notes');
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed?.keptFiles, [{path: 'owned/deep/none.txt', why: 'it was changed'}]);
		assert.equal(readFileSync(all.at(1), 'utf8'), 'my notes');
		assert.deepEqual(readdirSync(join(all.dir, 'owned')), ['deep']);
	});

	for (const restarts of [false, true]) {
		test(`leaves all of what is only seeded: nothing of it was made here${restarts ? ', also after a restart' : ''}`, async t => {
			const all = await swarm(t);
			for (const file of [0, 1, 2]) put(all.at(file), all.right(file));
			const id = await all.add({seedOnly: true});
			await all.leecher.sees(id, 'seeds', ({state}) => state === 'seeding');
			const engine = restarts ? await all.reopen() : all.leecher;
			await engine.sees(id, 'seeds still', ({state}) => state === 'seeding');
			const {removed} = await engine.send({type: 'torrent.remove', id, withData: true});
			assert.deepEqual(
				[removed?.deleted, removed?.keptFiles.map(({why}) => why)],
				[0, Array(3).fill('it was there before')],
			);
			assertRight(all);
		});
	}

	test('deletes what it made though it is only seeded since', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await complete(all, id);
		await all.add({seedOnly: true});
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed, {deleted: 3, kept: 0, keptFiles: []});
	});

	test('of one that is half way and being checked deletes what it made so far', async t => {
		const all = await swarm(t);
		await all.leecher.send({type: 'session.limits', maxDownload: 20_000});
		const id = await all.add();
		await all.leecher.sees(id, 'begun', ({completed}) => completed > 0);
		await all.leecher.send({type: 'torrent.verify', id});
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed?.keptFiles, []);
		assert.deepEqual(readdirSync(all.dir), []);
	});

	test('of one that is half way deletes what it made so far', async t => {
		const all = await swarm(t);
		await all.leecher.send({type: 'session.limits', maxDownload: 20_000});
		const id = await all.add();
		await all.leecher.sees(id, 'begun', ({completed}) => completed > 0);
		const {removed} = await all.leecher.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed?.keptFiles, []);
		assert.deepEqual(readdirSync(all.dir), []);
	});
});

/** What can happen to the data of a torrent that is complete, behind its back. */
const losses: ReadonlyArray<readonly [what: string, (all: Swarm) => () => void, words: RegExp]> = [
	[
		'its folder was moved away',
		({dir}) => {
			renameSync(join(dir, 'owned'), join(dir, 'away'));
			return () => renameSync(join(dir, 'away'), join(dir, 'owned'));
		},
		/^missing: \S+\/a\.bin, /,
	],
	[
		'the whole download folder is gone',
		({dir}) => {
			renameSync(dir, `${dir}-away`);
			return () => renameSync(`${dir}-away`, dir);
		},
		/^missing: \S+\/a\.bin, /,
	],
	[
		'its disk is not there, but the empty folder it belongs in',
		({dir}) => {
			renameSync(dir, `${dir}-away`);
			mkdirSync(dir);
			return () => {
				rmSync(dir, {recursive: true});
				renameSync(`${dir}-away`, dir);
			};
		},
		/^missing: \S+\/a\.bin, /,
	],
	[
		'one file was taken away',
		({at, dir}) => {
			renameSync(at(1), join(dir, 'taken'));
			return () => renameSync(join(dir, 'taken'), at(1));
		},
		/^missing: \S+\/b\.bin: /,
	],
];

/** Every path below a folder. */
function tree(dir: string): string[] {
	return existsSync(dir) ? (readdirSync(dir, {recursive: true}) as string[]).sort() : ['nothing'];
}

describe('data that is gone', {concurrency: 4}, () => {
	for (const [what, lose, words] of losses) {
		test(`at start (${what}): nothing is made or fetched, and it goes on when it is back`, async t => {
			const all = await swarm(t);
			const id = await all.add();
			await complete(all, id);
			await all.leecher.session.stop();
			const bringBack = lose(all);
			const before = tree(all.dir);
			const again = await openTestSession(all.space, 'leecher', {clock: new HurriedClock()});
			await again.says(id, 'failed', words);
			await again.send({type: 'torrent.resume', id});
			await again.says(id, 'failed', words);
			assert.deepEqual(tree(all.dir), before);
			bringBack();
			await complete(all, id, again);
			assertRight(all);
			assert.equal((await again.view(id)).downloaded, 600_000);
		});

		test(`while it runs and nobody asks for it (${what}): the same`, async t => {
			const all = await swarm(t);
			const id = await all.add();
			await complete(all, id);
			const bringBack = lose(all);
			const before = tree(all.dir);
			await all.leecher.says(id, 'failed', /^missing: /);
			assert.deepEqual(tree(all.dir), before);
			bringBack();
			await complete(all, id);
			assertRight(all);
		});
	}

	test('is fetched again when a person has it verified, or says so', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await complete(all, id);
		rmSync(all.at(0));
		await all.leecher.says(id, 'failed', /^missing: /);
		await all.leecher.send({type: 'torrent.verify', id});
		await complete(all, id);
		assertRight(all);
		rmSync(all.at(1));
		await all.leecher.says(id, 'failed', /^missing: /);
		await all.leecher.send({type: 'torrent.resume', id, repair: true});
		await complete(all, id);
		assertRight(all);
	});

	test('and is looked for in another folder: files of a person’s that are called the same stay, however often one resumes', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await complete(all, id);
		await all.leecher.send({type: 'torrent.pause', id});
		await all.leecher.sees(id, 'paused', ({state}) => state === 'paused');
		renameSync(join(all.dir, 'owned'), join(all.dir, 'away'));
		const there = all.space.folder('there');
		const mine = Buffer.alloc(300_000, 'mine');
		put(join(there, 'owned/deep/b.bin'), mine);
		for (const name of ['a.bin', 'c.bin']) put(join(there, 'owned', name), 'mine, too');
		await all.leecher.send({type: 'torrent.move', id, dir: there});
		for (const _ of [1, 2, 3]) {
			await all.leecher.send({type: 'torrent.resume', id});
			await all.leecher.sees(id, 'stopped', ({state}) => state === 'failed');
			assert.ok(readFileSync(join(there, 'owned/deep/b.bin')).equals(mine));
		}
		const again = await all.reopen();
		await again.sees(id, 'stopped', ({state}) => state === 'failed');
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'stopped', ({state}) => state === 'failed');
		assert.ok(readFileSync(join(there, 'owned/deep/b.bin')).equals(mine));
		// Where the data really is it is found.
		rmSync(join(there, 'owned'), {recursive: true});
		renameSync(join(all.dir, 'away'), join(there, 'owned'));
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'seeds', ({state}) => state === 'seeding');
	});

	test('of one that is half way: a folder moved away stops it, and nothing is begun anew', async t => {
		const all = await swarm(t);
		await all.leecher.send({type: 'session.limits', maxDownload: 20_000});
		const id = await all.add({sequential: true});
		await all.leecher.sees(id, 'begun', ({completed}) => completed > 0);
		renameSync(join(all.dir, 'owned'), join(all.dir, 'away'));
		await all.leecher.says(id, 'failed', /^missing: |^folder is gone: /);
		assert.deepEqual(readdirSync(all.dir), ['away']);
		const again = await all.reopen();
		await again.says(id, 'failed', /^missing: /);
		assert.deepEqual(readdirSync(all.dir), ['away']);
	});
});

/** What people do to data that is complete. */
const edits: ReadonlyArray<readonly [what: string, (path: string) => void]> = [
	[
		'six bytes were written',
		path => writeFileSync(path, Buffer.concat([Buffer.from('EDITED'), readFileSync(path).subarray(6)])),
	],
	['it was cut short', path => truncateSync(path, 1000)],
	['it was grown and changed', path => writeFileSync(path, Buffer.alloc(400_000, 'mine'))],
	[
		'it was replaced by another file',
		path => {
			rmSync(path);
			writeFileSync(path, Buffer.alloc(300_000, 'mine'));
		},
	],
];

describe('data that a person changed', {concurrency: 4}, () => {
	for (const [what, edit] of edits) {
		test(`while it is seeded (${what}) is not reverted, not even after a restart, until the person says so`, async t => {
			const all = await swarm(t);
			const id = await all.add();
			await complete(all, id);
			await aMomentAfter(all.at(1));
			edit(all.at(1));
			const mine = readFileSync(all.at(1));
			await all.leecher.says(
				id,
				'failed',
				/^changed by another program: \S+\/b\.bin: \d+ pieces? (?:is|are) wrong: /,
			);
			const again = await all.reopen();
			await again.says(id, 'failed', /^changed by another program: /);
			assert.ok(readFileSync(all.at(1)).equals(mine));
			await again.send({type: 'torrent.resume', id});
			await complete(all, id, again);
			assertRight(all);
		});

		test(`between two sessions (${what}): the same, for one that was added with its data there`, async t => {
			const all = await swarm(t);
			for (const file of [0, 1, 2]) put(all.at(file), all.right(file));
			const id = await all.add();
			await complete(all, id);
			await all.leecher.session.stop();
			await aMomentAfter(all.at(1));
			edit(all.at(1));
			const mine = readFileSync(all.at(1));
			const again = await openTestSession(all.space, 'leecher', {clock: new HurriedClock()});
			await again.says(id, 'failed', /^changed by another program: \S+\/b\.bin: /);
			assert.ok(readFileSync(all.at(1)).equals(mine));
		});
	}

	test('in the moment after its last piece came is not believed after a restart', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await all.leecher.sees(id, 'complete', ({piecesHave, pieces}) => piecesHave === pieces);
		await aMomentAfter(all.at(1));
		edits[0]![1](all.at(1));
		const again = await all.reopen();
		await again.says(id, 'failed', /^changed by another program: \S+\/b\.bin: 1 piece is wrong: /);
	});

	test('and verified is counted right and left as it is', async t => {
		const all = await swarm(t);
		const id = await all.add();
		await complete(all, id);
		await all.leecher.send({type: 'torrent.pause', id});
		await all.leecher.sees(id, 'paused', ({state}) => state === 'paused');
		await aMomentAfter(all.at(1));
		edits[0]![1](all.at(1));
		const mine = readFileSync(all.at(1));
		await all.leecher.send({type: 'torrent.verify', id});
		await all.leecher.sees(
			id,
			'looked at',
			({piecesHave, pieces, state}) => piecesHave < pieces && state !== 'checking',
		);
		assert.ok(readFileSync(all.at(1)).equals(mine));
	});

	test('is not written over by one that is only to seed', async t => {
		const all = await swarm(t);
		for (const file of [0, 1]) put(all.at(file), all.right(file));
		await aMomentAfter(all.at(1));
		edits[0]![1](all.at(1));
		const mine = readFileSync(all.at(1));
		const id = await all.add({seedOnly: true});
		const {reason} = await all.leecher.says(id, 'failed', /^not the torrent's data, and not written over /);
		assert.match(
			reason!.text,
			/\/a\.bin: 1 of 7 pieces wrong; \S+\/b\.bin: 2 of 10 pieces wrong; \S+\/c\.bin: missing$/,
		);
		assert.ok(readFileSync(all.at(1)).equals(mine) && !existsSync(all.at(2)));
		await all.leecher.send({type: 'torrent.resume', id, repair: true});
		await complete(all, id);
		assertRight(all);
	});
});

test('a file that is longer than the torrent says is told by who is only to seed, though its pieces fit', async t => {
	const all = await swarm(t);
	for (const file of [0, 1, 2]) put(all.at(file), all.right(file));
	put(all.at(2), Buffer.concat([all.right(2), Buffer.from('more')]));
	const {reason} = await all.leecher.says(
		await all.add({seedOnly: true}),
		'failed',
		/^not the torrent's data/,
	);
	assert.match(reason!.text, /\(--repair does that\): \S+\/c\.bin: 100004 bytes, to be 100000$/);
});

test('complete data that cannot be written is seeded, with its empty files', async t => {
	const space = new Workspace(t);
	const disk = mountDisk(space, '4m');
	if (disk === undefined) return;
	const content = writeFolder(disk, 'still', [
		['a.bin', 100_000],
		['empty', 0],
		['b.bin', 50],
	]);
	const made = makeTorrent(content, pieceLength);
	const metainfo = readFileSync(made.write(space.path('t.torrent'))).toString('base64');
	remount(disk, 'ro');
	const engine = await openTestSession(space, 'engine');
	await seedTorrent(engine, {content, pieces: made.pieces, metainfo});
	assert.deepEqual(
		engine.log.filter(line => /^(?:warn|error)/.test(line)),
		[],
	);
});

test('whose a file is outlives a crash right after it was made: the note is there before the first byte', async t => {
	const all = await swarm(t);
	await all.leecher.send({type: 'session.limits', maxDownload: 20_000});
	const id = await all.add({sequential: true});
	await all.leecher.sees(id, 'begun', () => existsSync(all.at(0)) && readFileSync(all.at(0)).length > 0);
	// As a crash leaves it: nothing was saved since the torrent was added.
	const notes = readFileSync(join(all.space.path('leecher'), 'parts', `${id}.made`), 'utf8');
	assert.match(notes, /^0 \d+ \d+\n/);
	assert.equal(fileOwner.made, 1);
	chmodSync(all.dir, 0o755);
});

test('after a restart the torrent that came first has its files still, whatever the order of the queue', async t => {
	const space = new Workspace(t);
	const one = writeFile(space.folder('one'), 'same.bin', 200_000);
	const other = {...one, dir: space.folder('two'), root: join(space.folder('two'), 'same.bin')};
	writeFileSync(other.root, bytesFrom('another', 200_000));
	const [first, second] = [one, other].map(content => {
		const made = makeTorrent(content, pieceLength);
		const metainfo = readFileSync(made.write(space.path('t.torrent'))).toString('base64');
		return {content, pieces: made.pieces, metainfo};
	}) as [TestTorrent, TestTorrent];
	const dir = space.folder('downloads');
	const clock = new HurriedClock();
	const engine = await openTestSession(space, 'engine', {clock});
	const firstId = await engine.add(first, {dir});
	await engine.sees(firstId, 'waits for peers', ({state}) => state === 'downloading');
	clock.push(5000);
	const secondId = await engine.add(second, {dir});
	await engine.says(secondId, 'failed', /^«same\.bin» has this file already: /);
	await engine.send({type: 'torrent.queue', id: secondId, position: 1});
	await engine.session.stop();
	const again = await openTestSession(space, 'engine');
	await again.sees(firstId, 'waits for peers', ({state}) => state === 'downloading');
	await again.says(secondId, 'failed', /^«same\.bin» has this file already: /);
});

test('a skipped file that is somebody else’s is not said to be in the way where it is not: renamed, or gone', async t => {
	for (const what of ['renamed', 'gone'] as const) {
		const all = await swarm(t);
		put(all.at(1), 'mine');
		const id = await all.add({select: '1,3'});
		await all.leecher.sees(id, 'what is wanted is here', ({state}) => state === 'seeding');
		if (what === 'gone') rmSync(all.at(1));
		else await all.leecher.send({type: 'torrent.rename', id, fileIndex: 1, name: 'other.bin'});
		await all.leecher.send({type: 'files.priority', id, files: [1], priority: 2});
		await complete(all, id);
		const path = what === 'gone' ? all.at(1) : join(dirname(all.at(1)), 'other.bin');
		assert.ok(readFileSync(path).equals(all.right(1)));
		if (what === 'renamed') assert.equal(readFileSync(all.at(1), 'utf8'), 'mine');
	}
});

describe('a file that was begun, and has no piece yet', {concurrency: 4}, () => {
	const begun = async (t: TestContext): Promise<readonly [space: Workspace, path: string, id: string]> => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'begun', [['a.bin', 300_000]], pieceLength);
		const engine = await openTestSession(space, 'engine', {allocation: 'full'});
		const id = await engine.add(torrent);
		await engine.sees(id, 'it waits for peers', ({state}) => state === 'downloading');
		await engine.session.stop();
		const path = space.path('engine-data', 'begun', 'a.bin');
		assert.equal(readFileSync(path).length, 300_000);
		return [space, path, id];
	};

	for (const [what, replace] of [
		['written over', (path: string) => writeFileSync(path, 'my own words')],
		['written over by as many bytes', (path: string) => writeFileSync(path, Buffer.alloc(300_000, 'mine'))],
		[
			'replaced',
			(path: string) => {
				writeFileSync(`${path}.new`, 'my own words');
				renameSync(`${path}.new`, path);
			},
		],
	] as const) {
		test(`and was ${what} while no engine ran is that person's, at the start and when the torrent is removed`, async t => {
			const [space, path, id] = await begun(t);
			replace(path);
			utimesSync(path, new Date(), new Date(Date.now() + 60_000));
			const mine = readFileSync(path);
			const again = await openTestSession(space, 'engine', {allocation: 'full', clock: new HurriedClock()});
			await again.says(id, 'failed', /^already there and not this torrent's: /);
			assert.ok(readFileSync(path).equals(mine));
			const {removed} = await again.send({type: 'torrent.remove', id, withData: true});
			assert.equal(removed?.deleted, 0);
			assert.ok(readFileSync(path).equals(mine));
		});
	}

	test('and was left alone goes on, and goes with the torrent', async t => {
		const [space, path, id] = await begun(t);
		const again = await openTestSession(space, 'engine', {allocation: 'full'});
		await again.sees(id, 'it waits for peers', ({state}) => state === 'downloading');
		const {removed} = await again.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(removed, {deleted: 1, kept: 0, keptFiles: []});
		assert.ok(!existsSync(path));
	});
});

describe('a file that is right and has another name as well', {concurrency: 4}, () => {
	for (const allocation of ['sparse', 'full'] as const) {
		test(`is no hindrance to what shares a piece with it (allocation ${allocation})`, async t => {
			const all = await swarm(t);
			put(all.at(0), all.right(0));
			linkSync(all.at(0), all.space.path('another name'));
			const engine = await openTestSession(all.space, 'other', {allocation, clock: new HurriedClock()});
			const id = await engine.add(all.torrent, {dir: all.dir});
			await complete(all, id, engine);
			assertRight(all);
			assert.ok(readFileSync(all.space.path('another name')).equals(all.right(0)));
		});
	}

	test('and ends otherwise stops it, and stays', async t => {
		const all = await swarm(t);
		const mine = Buffer.concat([all.right(0).subarray(0, -6), Buffer.from('EDITED')]);
		put(all.at(0), mine);
		linkSync(all.at(0), all.space.path('another name'));
		const id = await all.add();
		await all.leecher.says(id, 'failed', /^has another name that would change too/);
		assert.ok(readFileSync(all.space.path('another name')).equals(mine));
	});
});
