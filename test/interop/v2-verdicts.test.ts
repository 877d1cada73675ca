import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {libtorrentJudges, noLibtorrent} from '../helpers/libtorrent.ts';
import {v2Cases} from '../helpers/v2-torrents.ts';
import {Workspace} from '../helpers/workspace.ts';

test('libtorrent reads and refuses the same v2 torrents as we do', {skip: noLibtorrent()}, async t => {
	const space = new Workspace(t);
	const paths = v2Cases.map(({bytes}, n) => {
		const path = space.path(`${n}.torrent`);
		writeFileSync(path, bytes);
		return path;
	});
	const judged = await libtorrentJudges(space, paths);
	for (const [n, {what, verdict, untilLibtorrent}] of v2Cases.entries()) {
		// Versions differ about some of them.
		if (untilLibtorrent !== undefined) continue;
		assert.equal(judged[n], !(verdict instanceof RegExp), `a torrent with ${what}`);
	}
});
