import assert from 'node:assert/strict';
import test, {describe} from 'node:test';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const files = [
	['a.bin', 131_072],
	['b.bin', 131_072],
] as const;

/** A leecher that has the first file, and has let go of the seed it is from. */
async function halfDone(space: Workspace): Promise<{seeder: TestSession; leecher: TestSession; id: string}> {
	const torrent = testTorrent(space, 'more', files);
	const seeder = await openTestSession(space, 'seeder');
	await seedTorrent(seeder, torrent);
	const leecher = await openTestSession(space, 'leecher');
	const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`], select: '1'});
	await leecher.sees(id, 'alone', ({state, connected}) => state === 'seeding' && connected === 0);
	return {seeder, leecher, id};
}

describe('more is wanted than before', {concurrency: 2}, () => {
	test('the seed that was let go is known, and gives the rest at once', async t => {
		const {leecher, id} = await halfDone(new Workspace(t));
		assert.equal((await leecher.view(id)).known, 1);
		await leecher.send({type: 'files.priority', id, files: [1], priority: 2});
		await leecher.sees(id, 'both files are here', view => view.completed === 262_144);
	});

	test('the same for a piece that is due, and for one that is chosen', async t => {
		const {leecher, id} = await halfDone(new Workspace(t));
		await leecher.send({type: 'piece.deadline', id, pieces: [5], within: 1000});
		await leecher.sees(id, 'the piece is here', view => view.piecesHave === 5);
		await leecher.sees(id, 'alone', ({state, connected}) => state === 'seeding' && connected === 0);
		await leecher.send({type: 'piece.priority', id, pieces: [6], priority: 3});
		await leecher.sees(id, 'the other piece is here', view => view.piecesHave === 6);
	});

	test('the same after a pause in which more was chosen, and after a restart', async t => {
		const space = new Workspace(t);
		const {leecher, id} = await halfDone(space);
		await leecher.send({type: 'torrent.pause', id});
		await leecher.sees(id, 'paused', ({state}) => state === 'paused');
		await leecher.session.stop();
		const again = await openTestSession(space, 'leecher');
		await again.send({type: 'files.priority', id, files: [1], priority: 2});
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'both files are here', view => view.completed === 262_144);
	});
});
