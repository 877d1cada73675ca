import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('what is only seeded is not written to, also after a restart, whoever resumes it or adds it again', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'shared', [['a.bin', 200_000]]);
	const other = await openTestSession(space, 'other');
	await seedTorrent(other, torrent);
	// The same data in another place, which is somebody's own.
	const dir = space.folder('mine');
	const path = join(space.folder('mine', 'shared'), 'a.bin');
	writeFileSync(path, readFileSync(join(torrent.content.root, 'a.bin')));
	const options = {dir, seedOnly: true, check: 'none', peers: [`127.0.0.1:${other.port}`]} as const;
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add(torrent, options);
	await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
	await engine.session.stop();
	const own = Buffer.alloc(210_000, 'my own');
	writeFileSync(path, own);
	const again = await openTestSession(space, 'engine');
	await again.sees(id, 'it to be refused', ({state}) => state === 'failed');
	await again.send({type: 'torrent.resume', id});
	await again.says(id, 'failed', /not written over/);
	await again.add(torrent, {peers: [`127.0.0.1:${other.port}`]});
	await again.send({type: 'torrent.resume', id});
	await again.says(id, 'failed', /not written over/);
	assert.deepEqual(readFileSync(path), own);
	// But who asks for just that has it.
	await again.send({type: 'torrent.resume', id, repair: true});
	await again.send({type: 'peer.add', id, address: `127.0.0.1:${other.port}`});
	await again.sees(id, 'repaired', ({state}) => state === 'seeding');
	assert.deepEqual(readFileSync(path), readFileSync(join(torrent.content.root, 'a.bin')));
});
