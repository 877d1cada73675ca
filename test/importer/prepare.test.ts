import assert from 'node:assert/strict';
import {mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {findState} from '../../source/importer/foreign-clients.ts';
import {prepareTorrent} from '../../source/importer/prepare-torrent.ts';
import type {Bencodable} from '../../source/protocol/bencode/bencode.ts';
import {encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {bencode} from '../helpers/bencode.ts';
import {v2Torrent} from '../helpers/v2-torrents.ts';
import {Workspace} from '../helpers/workspace.ts';
import {
	bring,
	delugeState,
	hadTorrent,
	qbittorrentState,
	rtorrentState,
	type StateWriter,
	stateWriters,
	transmissionState,
} from './foreign-states.ts';

type Fields = Record<string, Bencodable | undefined>;

/** One torrent in the state of a client, with other fields where they are given. */
async function one({client, write}: StateWriter, space: Workspace, more: Fields = {}, isWhole = true) {
	const had = hadTorrent(space, 'Boats', isWhole);
	write(space.path('state'), [had], more);
	const {torrents, problems} = await bring(client, space.path('state'));
	return {had, torrent: torrents[0], problems, options: torrents[0]?.command.options};
}

for (const {client, write} of stateWriters) {
	test(`${client}: a file written to since, or of another length, is named, and it alone is not believed`, async t => {
		const space = new Workspace(t);
		const had = hadTorrent(space, 'Boats');
		write(space.path('state'), [had]);
		const path = join(had.dir, 'Boats/b');
		for (const spoil of [
			() => utimesSync(path, new Date(), new Date(Date.now() + 60_000)),
			() => writeFileSync(path, Buffer.alloc(20_000)),
			() => writeFileSync(path, Buffer.alloc(40_000)),
		]) {
			spoil();
			const {torrents} = await bring(client, space.path('state'));
			assert.match(torrents[0]!.notes.join('\n'), /not as it was left, so hashed: Boats\/b$/);
			assert.equal(torrents[0]!.have, 4);
			const {stamps} = torrents[0]!.command.options!.known!;
			assert.deepEqual(
				stamps?.map(stamp => stamp !== null),
				[true, false, true],
			);
		}
		rmSync(path);
		const {torrents} = await bring(client, space.path('state'));
		assert.match(torrents[0]!.notes.join('\n'), /not there: Boats\/b$/);
	});

	test(`${client}: a folder that is not here is told, with what to say, and is found where that says`, async t => {
		const space = new Workspace(t);
		const had = hadTorrent(space, 'Boats');
		const there = {...had, dir: '/container/downloads'};
		write(space.path('state'), [there]);
		const nowhere = await bring(client, space.path('state'));
		assert.deepEqual(nowhere.torrents, []);
		assert.match(nowhere.problems[0]!.problem, /\/container\/downloads is not here: --map/);
		const changes = [
			{from: '/container', to: '/elsewhere'},
			{from: '/container/downloads/', to: had.dir},
		];
		const {torrents} = await bring(client, space.path('state'), undefined, changes);
		assert.equal(torrents[0]?.dir, had.dir);
		if (client !== 'rtorrent') assert.equal(torrents[0]?.have, 6);
	});

	test(`${client}: a folder without a beginning is told`, async t => {
		const space = new Workspace(t);
		const had = {...hadTorrent(space, 'Boats'), dir: 'downloads'};
		write(space.path('state'), [had]);
		const {torrents, problems} = await bring(client, space.path('state'));
		assert.equal(torrents.length, 0);
		assert.match(problems[0]!.problem, /not absolute|nobody knows which folder/);
	});
}

for (const writer of [qbittorrentState, delugeState]) {
	test(`${writer.client}: a file whose path leads elsewhere is refused, and nothing of that torrent is brought`, async t => {
		for (const path of ['../../etc/passwd', '/etc/passwd', 'a/../../b', 'a//b', '.', 'a\0b']) {
			const {torrent, problems} = await one(writer, new Workspace(t), {mapped_files: [path, '', '']});
			assert.equal(torrent, undefined, path);
			assert.match(problems[0]!.problem, /path leads elsewhere/);
		}
	});

	test(`${writer.client}: names, a folder that was left out, and endings of files that are not whole are kept`, async t => {
		const space = new Workspace(t);
		const had = hadTorrent(space, 'Boats');
		renameSync(join(had.dir, 'Boats/a'), join(had.dir, 'first.!qB'));
		renameSync(join(had.dir, 'Boats/b'), join(had.dir, 'b'));
		writer.write(space.path('state'), [had], {mapped_files: ['first.!qB', 'b', '']});
		const {torrents} = await bring(writer.client, space.path('state'));
		const {known} = torrents[0]!.command.options!;
		assert.equal(torrents[0]!.have, 6);
		assert.deepEqual(known?.renamed, [
			[0, ['first.!qB']],
			[1, ['b']],
		]);
		const ending = writer.client === 'qbittorrent' ? {names: [[0, 'first']]} : undefined;
		assert.deepEqual(known?.whenComplete, ending);
	});
}

test('qbittorrent: limits of its own, none and those of all; categories and tags; paused, queued, elsewhere when complete', async t => {
	const goals: ReadonlyArray<readonly [Fields, object | undefined]> = [
		[{'qBt-ratioLimit': -2000, 'qBt-seedingTimeLimit': -2}, undefined],
		[
			{'qBt-ratioLimit': -1000, 'qBt-seedingTimeLimit': -1},
			{ratio: 'none', time: 'none'},
		],
		[
			{'qBt-ratioLimit': 0, 'qBt-seedingTimeLimit': 90},
			{ratio: 0, time: 5400},
		],
		[
			{'qBt-ratioLimit': 2500, 'qBt-inactiveSeedingTimeLimit': 10, 'qBt-shareLimitAction': 'Remove'},
			{ratio: 2.5, idle: 600, atGoal: 'remove'},
		],
	];
	for (const [fields, goal] of goals) {
		const {options} = await one(qbittorrentState, new Workspace(t), fields);
		assert.deepEqual(options?.goal, goal);
	}
	const tagged = await one(qbittorrentState, new Workspace(t), {'qBt-category': '', 'qBt-tags': ['x', 'y']});
	assert.equal(tagged.options?.label, 'x');
	assert.deepEqual(tagged.torrent?.notes, ['not brought: its tags: y']);
	const paused = await one(qbittorrentState, new Workspace(t), {paused: 1, auto_managed: 0});
	assert.equal(paused.options?.paused, true);
	const queued = await one(qbittorrentState, new Workspace(t), {paused: 1, auto_managed: 1});
	assert.equal(queued.options?.paused, undefined);
	const moving = await one(qbittorrentState, new Workspace(t), {'qBt-savePath': '/srv/done'});
	assert.deepEqual(moving.options?.known?.whenComplete, {dir: '/srv/done'});
});

test('qbittorrent: without a folder of its own it is in that of its category', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	const more = {'qBt-savePath': '', save_path: ''};
	qbittorrentState.write(space.path('qBittorrent/data'), [had], more);
	const config = space.folder('qBittorrent', 'config');
	writeFileSync(join(config, 'qBittorrent.conf'), `[BitTorrent]\nSession\\DefaultSavePath=/srv/all\n`);
	writeFileSync(join(config, 'categories.json'), JSON.stringify({boats: {save_path: had.dir}}));
	for (const at of ['qBittorrent', 'qBittorrent/data', 'qBittorrent/data/BT_backup', '.']) {
		const {torrents, problems} = await bring('qbittorrent', space.path(at));
		assert.deepEqual(problems, []);
		assert.equal(torrents[0]?.dir, had.dir);
	}
});

test('qbittorrent: without a .torrent it is a link with its trackers, and with an info dictionary inside a torrent', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	qbittorrentState.write(space.path('state'), [had]);
	rmSync(space.path('state/BT_backup', `${had.id}.torrent`));
	const {torrents} = await bring('qbittorrent', space.path('state'));
	const {command} = torrents[0]!;
	assert.equal(command.type === 'torrent.addLink' && command.link.includes(had.id), true);
	assert.deepEqual(command.options?.known?.trackers, [['http://tracker.example/announce']]);
	const path = space.path('state/BT_backup', `${had.id}.fastresume`);
	const fields = {'info-hash': had.torrent.infoHash, save_path: had.dir, pieces: Buffer.alloc(6, 1)};
	writeFileSync(path, Buffer.concat([Buffer.from('d4:info'), had.torrent.info, bencode(fields).subarray(1)]));
	const [whole] = (await bring('qbittorrent', space.path('state'))).torrents;
	assert.deepEqual([whole?.have, whole?.ids], [6, [had.id]]);
});

test('qbittorrent: what is known of another torrent says nothing of this one', async t => {
	const {problems} = await one(qbittorrentState, new Workspace(t), {'info-hash': Buffer.alloc(20, 7)});
	assert.match(problems[0]!.problem, /of another torrent/);
});

test('libtorrent before 1.2 noted what files were, and began bits of blocks at the other end', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats', true, 32_768);
	const times = ['a', 'b', 'c'].map(file =>
		Math.floor(statSync(join(had.dir, 'Boats', file)).mtimeMs / 1000),
	);
	const more = {
		'libtorrent-version': '1.1.14.0',
		'file sizes': times.map((time, at) => [65_536, at === 1 ? time - 100 : time]),
		pieces: Buffer.from([1, 0, 1, 1, 1, 1]),
		unfinished: [{piece: 1, bitmask: Buffer.from([1])}],
	};
	qbittorrentState.write(space.path('state'), [had], more);
	const [torrent] = (await bring('qbittorrent', space.path('state'))).torrents;
	const {known} = torrent!.command.options!;
	assert.deepEqual(
		known?.stamps?.map(stamp => stamp !== null),
		[true, false, true],
	);
	assert.deepEqual(known?.partials, [[1, Buffer.from([0x80]).toString('base64')]]);
});

test('transmission: whole, empty and half pieces, in blocks of version 4 and of those before', async t => {
	const bits = (drawn: string) => Buffer.from(drawn.match(/.{8}/g)!.map(byte => Number.parseInt(byte, 2)));
	const had = async (pieceLength: number, blocks: string | Buffer, more: Fields = {}) => {
		const space = new Workspace(t);
		const torrent = hadTorrent(space, 'Boats', true, pieceLength);
		transmissionState.write(space.path('state'), [torrent], {progress: {blocks, ...more}});
		const [prepared] = (await bring('transmission', space.path('state'))).torrents;
		const {have, partials} = prepared!.command.options!.known!;
		return [Buffer.from(have!, 'base64')[0]!.toString(2).padStart(8, '0'), partials];
	};
	assert.deepEqual(await had(32_768, 'all'), ['11111100', []]);
	assert.deepEqual(await had(32_768, 'none'), ['00000000', []]);
	const half = bits('1110000000010000');
	assert.deepEqual(await had(32_768, half), [
		'10000000',
		[
			[1, Buffer.from([0x80]).toString('base64')],
			[5, Buffer.from([0x40]).toString('base64')],
		],
	]);
	// Pieces of 24 KiB: version 3 halved them, version 4 counts 16 KiB through.
	const old = {'time-checked': [0, 0, 0]};
	assert.deepEqual(await had(24_576, bits('1100001100000000'), old), ['10010000', []]);
	assert.deepEqual((await had(24_576, bits('1110000110000000')))[0], '11000100');
});

test('transmission 4: times of files, pieces it has looked at, links, the order of the queue, settings with underscores', async t => {
	const space = new Workspace(t);
	const [one, two] = [hadTorrent(space, 'One'), hadTorrent(space, 'Two')];
	const dir = space.path('state');
	const time = (name: string) => Math.floor(statSync(join(one.dir, name)).mtimeMs / 1000);
	const mtimes = [time('One/a'), time('One/b') - 50, time('One/c')];
	transmissionState.write(dir, [one, two], {
		destination: undefined,
		progress: {blocks: 'all', mtimes, pieces: 'all'},
	});
	const hash = '22'.repeat(20);
	writeFileSync(join(dir, `torrents/${hash}.magnet`), `magnet:?xt=urn:btih:${hash}&dn=Later\n`);
	writeFileSync(join(dir, 'settings.json'), JSON.stringify({download_dir: one.dir}));
	writeFileSync(
		join(dir, 'queue.json'),
		JSON.stringify([`${two.id}.torrent`, `${hash}.magnet`, `${one.id}.torrent`]),
	);
	const {torrents, problems} = await bring('transmission', dir);
	assert.deepEqual(problems, []);
	assert.deepEqual(
		torrents.map(({name}) => name),
		['Two', 'Later', 'One'],
	);
	assert.match(torrents[2]!.notes.join('\n'), /so hashed: One\/b$/);
	transmissionState.write(dir, [one], {progress: {blocks: 'all', pieces: Buffer.from([0b11111000])}});
	const again = (await bring('transmission', dir)).torrents.find(({name}) => name === 'One');
	assert.match(again!.notes.join('\n'), /so hashed: One\/c$/);
});

test('transmission: what is not complete is found in its other folder, under its other name', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats', false);
	const incomplete = space.folder('incomplete');
	renameSync(join(had.dir, 'Boats'), join(incomplete, 'Boats'));
	renameSync(join(incomplete, 'Boats/a'), join(incomplete, 'Boats/a.part'));
	const limits = {
		'incomplete-dir': incomplete,
		'ratio-limit': {'ratio-mode': 2},
		'idle-limit': {'idle-limit': 30, 'idle-mode': 1},
		'speed-limit-down': {'speed-Bps': 500_000, 'use-speed-limit': 1},
		'speed-limit-up': {'speed-Bps': 500_000, 'use-speed-limit': 0},
		labels: ['boats', 'sea'],
		'bandwidth-priority': 1,
		dnd: [0, 1, 0],
		paused: 1,
	};
	transmissionState.write(space.path('state'), [had], limits);
	const [torrent] = (await bring('transmission', space.path('state'))).torrents;
	const {command, dir, have, notes} = torrent!;
	assert.deepEqual([dir, have], [incomplete, 4]);
	assert.deepEqual(command.options?.known?.whenComplete, {dir: had.dir, names: [[0, 'a']]});
	assert.deepEqual(command.options?.goal, {ratio: 'none', idle: 1800});
	assert.deepEqual([command.options?.maxDownload, command.options?.maxUpload], [500_000, undefined]);
	assert.equal(command.options?.paused, true);
	assert.deepEqual(command.options?.priorities, [
		[1, 0],
		[2, 1],
	]);
	assert.deepEqual(notes, [
		'not brought: more than one label: sea',
		'not brought: its priority among torrents',
	]);
});

test('transmission: without its .resume it is looked for in the usual folder, and hashed', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	transmissionState.write(space.path('state'), [had]);
	rmSync(space.path(`state/resume/${had.id}.resume`));
	const {torrents, problems} = await bring('transmission', space.path('state'));
	assert.deepEqual(problems, []);
	assert.equal(torrents[0]?.command.options?.known?.have, undefined);
	assert.match(torrents[0]!.notes[0]!, /its \.resume is gone: what is in its folder is hashed/);
});

test('rtorrent: a folder of another name, a stopped torrent, a link, trackers that were added and turned off', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	const dir = space.path('state');
	rtorrentState.write(dir, [had], {
		trackers: {
			'dht://': {enabled: 1},
			'http://tracker.example/announce': {enabled: 0},
			'http://other.example/announce': {enabled: 1, extra_tracker: 1, group: 5},
		},
	});
	renameSync(join(had.dir, 'Boats'), join(had.dir, 'Ships'));
	const state = {
		directory: join(had.dir, 'Ships'),
		state: 0,
		custom1: 'a%20b',
		priority: 1,
		throttle_name: 'slow',
	};
	const path = join(dir, `${had.id.toUpperCase()}.torrent`);
	writeFileSync(`${path}.rtorrent`, encodeBencode(state));
	const hash = '33'.repeat(20).toUpperCase();
	const meta = {info: {name: `${hash}.meta`, meta_download: 1}, 'magnet-uri': `magnet:?xt=urn:btih:${hash}`};
	writeFileSync(join(dir, `${hash}.torrent`), encodeBencode(meta));
	writeFileSync(join(dir, `${hash}.torrent.rtorrent`), encodeBencode({directory: had.dir, state: 1}));
	const {torrents, problems} = await bring('rtorrent', dir);
	assert.deepEqual(problems, []);
	const [boats, link] = [
		torrents.find(({name}) => name === 'Boats'),
		torrents.find(each => each.pieces === 0),
	];
	assert.equal(link?.ids[0], hash.toLowerCase());
	const {options} = boats!.command;
	assert.deepEqual([options?.paused, options?.label, boats?.have], [true, 'a b', 6]);
	assert.deepEqual(options?.known?.renamed?.[0], [0, ['Ships', 'a']]);
	assert.deepEqual(options?.known?.trackers, [['http://other.example/announce']]);
	assert.deepEqual(boats?.notes, [
		'not brought: its priority among torrents',
		'not brought: its throttle slow',
	]);
});

test('rtorrent: a number instead of bits, and state inside the .torrent', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	const dir = space.folder('state');
	const files = ['a', 'b', 'c'].map(file => ({
		mtime: Math.floor(statSync(join(had.dir, 'Boats', file)).mtimeMs / 1000),
		priority: 1,
	}));
	const inside = Buffer.concat([
		Buffer.from('d4:info'),
		had.torrent.info,
		Buffer.from('17:libtorrent_resume'),
		bencode({bitfield: 6, files}),
		Buffer.from('8:rtorrent'),
		bencode({directory: join(had.dir, 'Boats'), state: 1}),
		Buffer.from('e'),
	]);
	writeFileSync(join(dir, `${had.id.toUpperCase()}.torrent`), inside);
	const {torrents, problems} = await bring('rtorrent', dir);
	assert.deepEqual(problems, []);
	assert.equal(torrents[0]?.have, 6);
	assert.ok(!Buffer.from((torrents[0]!.command as {metainfo: Uint8Array}).metainfo).includes('rtorrent'));
});

test('deluge: the copies from before stand in for what is damaged', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	const dir = space.path('state');
	delugeState.write(dir, [had]);
	for (const name of ['torrents.state', 'torrents.fastresume']) {
		renameSync(join(dir, 'state', name), join(dir, 'state', `${name}.bak`));
		writeFileSync(join(dir, 'state', name), 'damaged');
	}
	const {torrents, problems} = await bring('deluge', dir);
	assert.equal(torrents[0]?.have, 6);
	assert.equal(problems.length, 2);
	for (const {problem} of problems) assert.match(problem, /the copy from before is taken$/);
});

test('what is had of files that nobody wants and that are not there is read from the part file of libtorrent, or not had', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats', true, 32_768);
	// Files of 64 KiB in pieces of 32: the middle one is not wanted, and of its two pieces the first is had.
	rmSync(join(had.dir, 'Boats/b'));
	const more = {file_priority: [1, 0, 1], pieces: Buffer.from([1, 1, 1, 0, 1, 1])};
	qbittorrentState.write(space.path('state'), [had], more);
	const without = (await bring('qbittorrent', space.path('state'))).torrents[0]!;
	assert.match(without.notes.join('\n'), /a piece that lies in unwanted files/);
	assert.equal(without.have, 4);
	const index = Buffer.alloc(1024, 0xff);
	index.writeUInt32BE(6, 0);
	index.writeUInt32BE(32_768, 4);
	index.writeUInt32BE(0, 8 + 4 * 2);
	const piece = Buffer.alloc(32_768, 5);
	writeFileSync(join(had.dir, `.${had.id}.parts`), Buffer.concat([index, piece]));
	const {have, notes, command} = (await bring('qbittorrent', space.path('state'))).torrents[0]!;
	assert.deepEqual([have, notes], [5, []]);
	assert.deepEqual(command.options?.known?.parts, [[65_536, piece.toString('base64')]]);
	for (const damaged of [
		index.subarray(0, 20),
		Buffer.concat([index, piece.subarray(1)]),
		Buffer.alloc(2000),
	]) {
		writeFileSync(join(had.dir, `.${had.id}.parts`), damaged);
		assert.equal((await bring('qbittorrent', space.path('state'))).torrents[0]?.have, 4);
	}
	rmSync(join(had.dir, `.${had.id}.parts`));
	mkdirSync(join(had.dir, `.${had.id}.parts`));
	assert.equal((await bring('qbittorrent', space.path('state'))).torrents[0]?.have, 4);
});

test('of a torrent of v2 libtorrent counts pads behind its files, as we do', async t => {
	const space = new Workspace(t);
	const files = [
		['a', 50_000],
		['b', 40_000],
		['c', 65_536],
	] as const;
	const metainfo = v2Torrent(
		files.map(([name, length]) => ({path: [name], data: Buffer.alloc(length, name)})),
	);
	const dir = space.folder('data');
	mkdirSync(join(dir, 'set'));
	for (const [name, length] of files) writeFileSync(join(dir, 'set', name), Buffer.alloc(length, name));
	const backup = space.folder('state', 'BT_backup');
	writeFileSync(join(backup, 'x.torrent'), metainfo);
	const fields = {file_priority: [0, 0, 1, 0, 7], pieces: Buffer.alloc(6, 1), save_path: dir};
	writeFileSync(join(backup, 'x.fastresume'), encodeBencode(fields));
	const {torrents, problems} = await bring('qbittorrent', space.path('state'));
	assert.deepEqual(problems, []);
	const [{have, pieces, command}] = torrents as [(typeof torrents)[0]];
	assert.deepEqual([have, pieces], [6, 6]);
	assert.deepEqual(command.options?.priorities, [
		[0, 0],
		[4, 4],
	]);
});

test('of a torrent that is here nothing is looked at: its folder may be gone since', async t => {
	const space = new Workspace(t);
	const had = hadTorrent(space, 'Boats');
	transmissionState.write(space.path('state'), [had]);
	rmSync(had.dir, {recursive: true});
	const {state} = await findState('transmission', space.path('state'), {home: '/nowhere', env: {}});
	const asked: unknown[] = [];
	for await (const entry of state.entries()) {
		assert.ok(!('problem' in entry));
		const isHere = (ids: readonly string[]) => asked.push(ids) > 0;
		assert.deepEqual(await prepareTorrent(entry, {changes: [], paused: false, isHere}), {
			ids: [had.id],
			name: 'Boats',
			isHere: true,
		});
	}
	assert.deepEqual(asked, [[had.id]]);
});
