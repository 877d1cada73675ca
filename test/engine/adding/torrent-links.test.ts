import assert from 'node:assert/strict';
import {rmSync, writeFileSync} from 'node:fs';
import test from 'node:test';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('what a torrent holds is told before it is added, and nothing is added by looking', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'preview', [
		['a.bin', 70_000],
		['b/empty', 0],
	]);
	const engine = await openTestSession(space, 'engine', {trackers: false});
	const path = space.path('preview.torrent');
	writeFileSync(path, Buffer.from(torrent.metainfo, 'base64'));
	const {preview} = await engine.send({type: 'torrent.preview', link: path});
	assert.equal(preview?.name, 'preview');
	assert.equal(preview?.length, 70_000);
	assert.equal(preview?.fileCount, 2);
	assert.equal(preview?.already, false);
	assert.deepEqual(
		preview?.files.map(file => file.path.join('/')),
		['preview/a.bin', 'preview/b/empty'],
	);
	assert.deepEqual((await engine.send({type: 'session.list'})).torrents, []);

	// What was looked at is what is added, also when the file has gone since.
	rmSync(path);
	const {id} = await engine.send({type: 'torrent.addLink', link: path, options: {paused: true}});
	assert.equal(id, preview?.id);
	writeFileSync(path, Buffer.from(torrent.metainfo, 'base64'));
	assert.equal((await engine.send({type: 'torrent.preview', link: path})).preview?.already, true);
	await engine.session.stop();
});

test('what cannot be looked into is refused in one line', async t => {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'engine', {trackers: false});
	writeFileSync(space.path('bad.torrent'), 'd4:infoe');
	for (const [link, said] of [
		[space.path('none.torrent'), /no such file/],
		[space.path('bad.torrent'), /not a valid torrent/],
		['magnet:?dn=no+hash', /info-hash|xt/],
		['relative.torrent', /no absolute path, URL or magnet link/],
	] as const) {
		await assert.rejects(engine.send({type: 'torrent.preview', link}), said);
	}
	await engine.session.stop();
});
