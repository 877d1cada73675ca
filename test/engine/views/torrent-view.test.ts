import assert from 'node:assert/strict';
import {test} from 'node:test';
import {viewTorrent} from '../../../source/engine/views/torrent-view.ts';
import type {Storage} from '../../../source/io/disk/storage.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

test('a torrent that is moved is seen with the place it goes to, then with the one it leaves, until nothing is left there', async () => {
	const lone = new LoneTorrent({pieces: 2});
	await lone.start();
	const {torrent} = lone;
	const before = torrent.dir;
	const places = (): Array<string | undefined> => {
		const {dir, otherDir} = viewTorrent(torrent, 0, undefined);
		return [dir, otherDir];
	};
	const seen: unknown[] = [places()];
	const move: Storage['move'] = async (_dir, _told, steps) => {
		await steps?.leaving([0]);
		seen.push(places());
		await steps?.arrived();
		seen.push(places());
		return undefined;
	};
	Object.assign(lone.storage, {move});
	const moved = await new Promise(done => torrent.post({type: 'move', dir: '/other/disk', done}));
	seen.push(places());
	assert.equal(moved, undefined);
	assert.deepEqual(seen, [
		[before, undefined],
		[before, '/other/disk'],
		['/other/disk', before],
		['/other/disk', undefined],
	]);
	await torrent.close();
});

test('a torrent of which one file gets another name is at one place', async () => {
	const lone = new LoneTorrent({pieces: 2});
	await lone.start();
	const seen: unknown[] = [];
	const rename: Storage['rename'] = async (_file, _path, steps) => {
		await steps?.leaving([0]);
		seen.push(viewTorrent(lone.torrent, 0, undefined).otherDir);
		await steps?.arrived();
		return undefined;
	};
	Object.assign(lone.storage, {rename});
	await new Promise(done => lone.torrent.post({type: 'rename', file: 0, name: 'new', done}));
	assert.deepEqual(seen, [undefined]);
	await lone.torrent.close();
});
