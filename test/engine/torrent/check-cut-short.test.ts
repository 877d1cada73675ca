import assert from 'node:assert/strict';
import test, {describe} from 'node:test';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

describe('a check that is cut short', {concurrency: true}, () => {
	test('paused in the middle, it begins anew and finds everything that is there', async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'whole', [['x.bin', 120_000_000]], 65_536);
		const engine = await openTestSession(space, 'engine');
		const id = await engine.add(torrent, {dir: torrent.content.dir});
		await engine.sees(id, 'it is checking', view => view.state === 'checking' && view.piecesHave > 0);
		await engine.send({type: 'torrent.pause', id});
		const paused = await engine.sees(id, 'it is paused', ({state}) => state === 'paused');
		assert.ok(paused.piecesHave < torrent.pieces, 'the check was done already');
		await engine.send({type: 'torrent.resume', id});
		await engine.sees(id, 'it seeds', ({state}) => state === 'seeding');
	});
});
