import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {createTorrent} from '../../../source/creator/create-torrent.ts';
import {renameTorrent} from '../../../source/protocol/metainfo/rename-info.ts';
import {bencode} from '../../helpers/bencode.ts';
import {Workspace} from '../../helpers/workspace.ts';

for (const version of ['1', '2', 'hybrid'] as const) {
	for (const kind of ['file', 'folder', 'folder of one file of its own name'] as const) {
		// In v2 nothing tells such a folder from the file. BEP 52.
		if (version !== '1' && kind === 'folder of one file of its own name') continue;
		test(`a v${version} torrent of a ${kind} under another name is the one that would be made of it`, async t => {
			const space = new Workspace(t);
			const inside = {
				file: [],
				folder: ['a.bin', 'b/c.bin'],
				'folder of one file of its own name': ['before'],
			}[kind];
			for (const root of ['before', 'after']) {
				if (inside.length === 0) writeFileSync(space.path(root), Buffer.alloc(100_000, 'x'));
				for (const path of inside) {
					space.folder(root, ...path.split('/').slice(0, -1));
					writeFileSync(space.path(root, path), Buffer.alloc(100_000, path));
				}
			}
			const options = {version, trackers: [['http://t.example/announce']], createdBy: 'somebody'};
			const before = await createTorrent({...options, path: space.path('before')});
			const after = await createTorrent({...options, path: space.path('after')});
			assert.deepEqual(renameTorrent(before.bytes, 'after'), after.bytes);
			assert.deepEqual(renameTorrent(after.bytes, 'before'), before.bytes);
			// A name that is no UTF-8.
			assert.ok(renameTorrent(before.bytes, 'a\udcffb'));
		});
	}
}

test('what has no name cannot be given another, and what is none is an error', () => {
	assert.equal(renameTorrent(bencode({info: {length: 1}}), 'x'), undefined);
	assert.equal(renameTorrent(bencode({}), 'x'), undefined);
	assert.throws(() => renameTorrent(new Uint8Array([1, 2]), 'x'), /dictionary/);
});
