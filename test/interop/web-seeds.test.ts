import assert from 'node:assert/strict';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.js';
import {assertSame, becomesSame} from '../helpers/compare.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {startNginx} from '../helpers/nginx.ts';
import {missing} from '../helpers/processes.ts';
import {mebibyte, writeFolder} from '../helpers/torrents.ts';
import {get, seed, startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';
import {writeManyFiles} from './contents.ts';

const skip = missing('nginx');

/** `tortui create`, of what is in a folder. */
async function create(space: Workspace, path: string, ...options: string[]): Promise<string> {
	const torrent = space.path('made.torrent');
	const made = startTortui(space, ['create', path, '-o', torrent, ...options]);
	const exit = await made.end(60_000);
	assert.equal(exit.code, 0, made.tail());
	return torrent;
}

for (const version of ['v1', 'v2', 'hybrid']) {
	test(`what create -w says nginx has is had by get with no peer at all: 40 files, ${version}`, {
		skip,
	}, async t => {
		const space = new Workspace(t);
		const content = writeManyFiles(space.folder('www'), 'many');
		const {url} = await startNginx(space, content.dir);
		const torrent = await create(space, content.root, '-w', url, '--include-hidden', `--${version}`);
		const download = await get(space, [torrent, '--dir', space.folder('down')]);
		await download.done();
		assertSame(space.path('down', content.name), content.root);
		assert.equal((await download.event('complete')).peers, 0);
	});
}

test('libtorrent finds what create -w says nginx has where we do: 40 files', {
	skip: skip || noLibtorrent(),
}, async t => {
	const space = new Workspace(t);
	const content = writeManyFiles(space.folder('www'), 'many', {empty: false});
	const {url} = await startNginx(space, content.dir);
	const torrent = await create(space, content.root, '-w', url, '--include-hidden');
	const peer = await libtorrentPeer(space, torrent, space.folder('theirs'));
	await peer.complete();
	await becomesSame(space.path('theirs', content.name), content.root);
});

test('one file is had at its own URL, and by a link that names the web seed', {skip}, async t => {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('www'), 'one', [['a b.bin', 9 * mebibyte + 5]]);
	const {url} = await startNginx(space, content.dir);
	const torrent = await create(space, `${content.root}/a b.bin`, '-w', `${url}one/a%20b.bin`);
	await (await get(space, [torrent, '--dir', space.folder('down')])).done();
	assert.ok(readFileSync(space.path('down', 'a b.bin')).equals(readFileSync(`${content.root}/a b.bin`)));
	const {infoHash} = parseMetainfo(readFileSync(torrent), hashFunctions);
	// Somebody has to say what the link holds, and may give next to nothing of it.
	const teller = await seed(space, [torrent, '--dir', content.root, '--max-upload', '20K']);
	const link = `magnet:?xt=urn:btih:${infoHash}&ws=${encodeURIComponent(`${url}one/`)}`;
	const linked = await get(space, [link, '--dir', space.folder('linked'), '--peer', teller.address], {
		env: {TORTUI_HOME: space.path('other')},
	});
	await linked.done();
	assert.ok(readFileSync(space.path('linked', 'a b.bin')).equals(readFileSync(`${content.root}/a b.bin`)));
});

test('--web-seed names one for a torrent that has none, and peers give beside it', {skip}, async t => {
	const space = new Workspace(t);
	const content = writeFolder(space.folder('www'), 'mixed', [['x.bin', 24 * mebibyte]]);
	const nginx = await startNginx(space, content.dir, 'limit_rate 4m;');
	const torrent = await create(space, content.root, '--piece-length', '256K');
	const other = await seed(space, [torrent, '--dir', content.dir, '--max-upload', '4M']);
	const download = await get(
		space,
		[torrent, '--dir', space.folder('down'), '--peer', other.address, '--web-seed', nginx.url],
		{env: {TORTUI_HOME: space.path('other')}},
	);
	const {downloaded} = await download.event('complete');
	await download.done();
	assertSame(space.path('down', content.name), content.root);
	const given = nginx.answered().reduce((sum, {bytes}) => sum + bytes, 0);
	assert.ok(given > mebibyte && given < content.length, `the web server gave ${given}`);
	assert.ok(downloaded < content.length * 1.3, `${downloaded} bytes for ${content.length}`);
});

test('a server that lacks a file and has another wrong gives the rest, and a peer gives these', {
	skip,
}, async t => {
	const space = new Workspace(t);
	const files = [1, 2, 3, 4, 5].map(n => [`${n}.bin`, mebibyte + n] as const);
	const content = writeFolder(space.folder('content'), 'partly', files);
	const mirror = writeFolder(space.folder('www'), 'partly', files);
	rmSync(`${mirror.root}/2.bin`);
	const wrong = readFileSync(`${mirror.root}/4.bin`);
	wrong.fill(7, 100_000, 900_000);
	writeFileSync(`${mirror.root}/4.bin`, wrong);
	const nginx = await startNginx(space, mirror.dir);
	const torrent = await create(space, content.root, '-w', nginx.url, '--piece-length', '64K');
	const other = await seed(space, [torrent, '--dir', content.dir, '--max-upload', '1M']);
	const download = await get(space, [torrent, '--dir', space.folder('down'), '--peer', other.address], {
		env: {TORTUI_HOME: space.path('other')},
	});
	await download.done();
	assertSame(space.path('down', content.name), content.root);
	const answers = nginx.answered();
	const bytesOf = (file: number) =>
		answers.filter(({path}) => path === `/partly/${file}.bin`).reduce((sum, {bytes}) => sum + bytes, 0);
	const good = [1, 3, 5].reduce((sum, file) => sum + bytesOf(file), 0);
	assert.ok(good > mebibyte, `${good} bytes of what is right there`);
	const statuses = new Set(answers.filter(({path}) => path === '/partly/2.bin').map(({status}) => status));
	assert.deepEqual([...statuses], [404]);
	assert.ok(answers.length < content.length / 65_536, `${answers.length} requests are as many as pieces`);
});
