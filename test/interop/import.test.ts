import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join, relative} from 'node:path';
import {before, describe, test} from 'node:test';
import {BackgroundEngine} from '../helpers/background-engine.ts';
import {until} from '../helpers/deadline.ts';
import {missing, type Running} from '../helpers/processes.ts';
import {openTestSession, type TestSession} from '../helpers/sessions.ts';
import {makeTorrent, type Torrent, writeFolder} from '../helpers/torrents.ts';
import {build, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {
	foreignLabel,
	type Left,
	leaveDeluge,
	leaveQbittorrent,
	leaveRtorrent,
	leaveTransmission,
	noDeluge,
	type Wish,
} from './foreign-clients.ts';

const pieceLength = 32_768;
/** Five clients at once on a busy machine: in ms. */
const patience = 60_000;
/** The third is not wanted; pieces 3, 12 and 18 lie in two of them. */
const entries = [
	['a.bin', 100_000],
	['sub/b.bin', 300_000],
	['c.bin', 200_001],
	['d.bin', 70_000],
] as const;
/** Pieces 0 to 2 and 18 to 20: of a.bin and d.bin, and the end of c.bin. */
const piecesHad = 6;
const bytesHad = 3 * pieceLength + 2 * pieceLength + (670_001 - 20 * pieceLength);

interface Stage {
	readonly wish: Wish;
	readonly torrent: Torrent;
	readonly metainfo: string;
	readonly seeder: TestSession;
	readonly content: string;
}

/** A torrent, and somebody who has all of it but b.bin. */
async function stage(space: Workspace): Promise<Stage> {
	const content = writeFolder(space.folder('content'), 'Harbour', entries);
	const torrent = makeTorrent(content, pieceLength, true);
	const path = torrent.write(space.path('harbour.torrent'), ['http://127.0.0.1:9/announce']);
	const part = space.folder('part');
	mkdirSync(join(part, 'Harbour'));
	for (const file of ['a.bin', 'c.bin', 'd.bin'])
		cpSync(join(content.root, file), join(part, 'Harbour', file));
	const seeder = await openTestSession(space, 'seeder', {trackers: false});
	const metainfo = readFileSync(path).toString('base64');
	const {id} = await seeder.send({type: 'torrent.add', metainfo, options: {dir: part}});
	await seeder.sees(id!, 'a part', ({state, completed}) => state === 'downloading' && completed > 300_000);
	const dial = (port: number) => seeder.send({type: 'peer.add', id: id!, address: `127.0.0.1:${port}`});
	const wish = {torrent, path, seederPort: seeder.port, dial, bytes: bytesHad, pieces: piecesHad};
	return {wish, torrent, metainfo, seeder, content: content.dir};
}

/** Every file below a folder, its content, and its time to the nanosecond; folders with theirs. */
function picture(dir: string): Map<string, string> {
	const all = new Map<string, string>();
	const walk = (at: string): void => {
		for (const entry of readdirSync(at, {withFileTypes: true})) {
			const path = join(at, entry.name);
			const {mtimeNs, size, mode} = statSync(path, {bigint: true});
			const what = entry.isFile() ? createHash('sha1').update(readFileSync(path)).digest('hex') : '';
			all.set(relative(dir, path), `${mtimeNs} ${size} ${mode} ${what}`);
			if (entry.isDirectory()) walk(path);
		}
	};
	const {mtimeNs} = statSync(dir, {bigint: true});
	all.set('', `${mtimeNs}`);
	walk(dir);
	return all;
}

/** The same of the files alone. */
function filesOf(dir: string): ReadonlyMap<string, string> {
	return new Map([...picture(dir)].filter(([, what]) => / [0-9a-f]{40}$/.test(what)));
}

async function importing(space: Workspace, args: readonly string[]): Promise<Running> {
	const program = startTortui(space, ['import', ...args, '--state-dir', space.path('engine')], {
		env: {HOME: space.folder('home')},
	});
	await program.end(patience);
	return program;
}

const lines = ({stdout}: Running) =>
	stdout
		.split('\n')
		.filter(line => line !== '')
		.map(line => JSON.parse(line) as Record<string, unknown>);

interface Expected {
	readonly priorities: readonly number[];
	readonly label: string;
	readonly hasLink: boolean;
	readonly ratio?: number;
	readonly limit?: number;
	/** Whether the last file has another name. */
	readonly dee?: boolean;
}

/** Imports what a client has left, and sees that nothing was lost and nothing touched. */
async function takesOver(space: Workspace, client: string, left: Left, stage: Stage, expected: Expected) {
	const {torrent, seeder, content} = stage;
	const id = torrent.infoHash.toString('hex');
	const [state, data] = [picture(left.state), filesOf(left.dir)];
	const log = space.path('engine.log');
	const engine = await BackgroundEngine.start(space, 'engine', ['--log', log, '--log-level', 'debug']);

	const dry = await importing(space, [client, left.state, '--dry-run', '--json']);
	assert.equal(dry.ended?.code, 0, dry.tail());
	assert.deepEqual(await engine.view(id), undefined);
	const first = await importing(space, [client, left.state, '--json']);
	assert.equal(first.ended?.code, 0, first.tail());
	const brought = lines(first);
	assert.equal(brought.length, expected.hasLink ? 2 : 1);
	assert.deepEqual(
		lines(dry).map(line => line['result']),
		brought.map(() => 'would-be-added'),
	);
	const told = brought.find(({name}) => name === 'Harbour')!;
	assert.equal(told['result'], 'added');
	assert.equal(told['have'], piecesHad, first.tail());
	assert.equal(told['dir'], left.dir);

	const view = await engine.sees(id, 'going on', ({state}) => state === 'downloading', patience);
	assert.equal(view.piecesHave, piecesHad);
	assert.equal(view.dir, left.dir);
	assert.equal(view.label, expected.label);
	assert.ok(Date.now() - view.addedAt! < 60_000 && view.addedAt! <= Date.now(), String(view.addedAt));
	assert.equal(view.goal?.own.ratio, expected.ratio);
	assert.equal(view.maxDownload, expected.limit);
	const {preview} = await engine.send({type: 'torrent.preview', link: id});
	assert.deepEqual(preview?.priorities, expected.priorities);
	assert.doesNotMatch(readFileSync(log, 'utf8'), /pieces are hashed/);
	assert.deepEqual(picture(left.state), state);
	const now = filesOf(left.dir);
	for (const [path, before] of data) assert.equal(now.get(path), before, path);

	const again = await importing(space, [client, left.state, '--json']);
	assert.deepEqual(
		lines(again).map(line => line['result']),
		brought.map(() => 'already'),
	);

	const whole = await openTestSession(space, 'whole', {trackers: false});
	const {id: wholeId} = await whole.send({
		type: 'torrent.add',
		metainfo: stage.metainfo,
		options: {dir: content},
	});
	await whole.sees(wholeId!, 'seeded', ({state}) => state === 'seeding');
	await engine.send({type: 'torrent.limits', id, maxDownload: null});
	await engine.send({type: 'peer.add', id, address: `127.0.0.1:${whole.port}`});
	await engine.sees(id, 'complete', ({state}) => state === 'seeding' || state === 'finished', patience);
	const done = await engine.sees(id, 'in its place', ({dir}) => dir === left.doneDir, patience);
	assert.equal(done.piecesHave, 16);
	for (const file of ['a.bin', 'sub/b.bin', 'd.bin']) {
		const name = file === 'd.bin' && expected.dee ? 'dee.bin' : file;
		const got = readFileSync(join(left.doneDir, 'Harbour', name));
		assert.ok(got.equals(readFileSync(join(content, 'Harbour', file))), file);
	}
	assert.deepEqual(picture(left.state), state);
	await engine.send({type: 'files.priority', id, files: [2], priority: 2});
	await engine.sees(id, 'all of it', ({piecesHave}) => piecesHave === 21, patience);
	const c = join(left.doneDir, 'Harbour/c.bin');
	await until('its last file to have its name', patience, () => existsSync(c));
	assert.ok(readFileSync(c).equals(readFileSync(join(content, 'Harbour/c.bin'))));
	await seeder.session.stop();
}

// Most of their time is waiting.
describe('what a real client has left is taken over: nothing hashed, nothing of its own touched, the rest fetched', {
	concurrency: true,
}, () => {
	// While it is built nobody else is served, and clients would lose patience.
	before(build);

	test('transmission-daemon', {skip: missing('transmission-daemon')}, async t => {
		const space = new Workspace(t);
		const play = await stage(space);
		const left = await leaveTransmission(space, play.wish);
		await takesOver(space, 'transmission', left, play, {
			priorities: [2, 3, 0, 1],
			label: foreignLabel,
			hasLink: true,
			ratio: 1.5,
			limit: 500_000,
		});
	});

	for (const database of [false, true]) {
		test(`qbittorrent-nox${database ? ', in its database' : ''}`, {
			skip: missing('qbittorrent-nox'),
		}, async t => {
			const space = new Workspace(t);
			const play = await stage(space);
			const left = await leaveQbittorrent(space, play.wish, database);
			await takesOver(space, 'qbittorrent', left, play, {
				priorities: [2, 3, 0, 2],
				label: foreignLabel,
				hasLink: true,
				ratio: 1.5,
				limit: 500_000,
				dee: true,
			});
		});
	}

	test('rtorrent', {skip: missing('rtorrent')}, async t => {
		const space = new Workspace(t);
		const play = await stage(space);
		const left = await leaveRtorrent(space, play.wish);
		await takesOver(space, 'rtorrent', left, play, {
			priorities: [2, 3, 0, 2],
			label: foreignLabel,
			hasLink: false,
		});
	});

	test('deluged', {skip: missing('deluged') || noDeluge()}, async t => {
		const space = new Workspace(t);
		const play = await stage(space);
		const left = await leaveDeluge(space, play.wish);
		await takesOver(space, 'deluge', left, play, {
			priorities: [2, 3, 0, 1],
			label: foreignLabel,
			hasLink: true,
			ratio: 1.5,
			limit: 512_000,
			dee: true,
		});
	});
});
