import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import {ReadOnlyClient} from '../../../source/bridge/web/read-only-client.ts';
import {FakeEngine} from '../../helpers/fake-engine.ts';

const id = '5d0f3b6c9a1e4f70b2c8d6e1a3f59b7c0e2d4f68';

const changing: readonly Command[] = [
	{type: 'torrent.pause', id},
	{type: 'torrent.remove', id, withData: true},
	{type: 'torrent.add', metainfo: ''},
	{type: 'torrent.addLink', link: '/etc/passwd'},
	{type: 'torrent.create', path: '/etc'},
	{type: 'torrent.move', id, dir: '/'},
	{type: 'session.stop'},
	{type: 'session.reload'},
	{type: 'session.slowMode', on: true},
	{type: 'session.log', level: 'info', text: 'x'},
	{type: 'folders.share', dir: '/'},
	{type: 'feeds.add', url: 'http://192.168.0.1/'},
	{type: 'feeds.check'},
	{type: 'feeds.get', feed: 'x', item: 'y'},
	{type: 'peer.ban', id, peer: 1},
	{type: 'network.use', tracker: 'http://tracker.example'},
];

for (const command of changing) {
	test(`who may only look is refused ${command.type}, and the engine hears nothing of it`, async () => {
		const engine = new FakeEngine();
		await assert.rejects(new ReadOnlyClient(engine).send(command), {
			name: 'UserError',
			message: 'You may only look here: nothing was changed.',
		});
		assert.deepEqual(engine.sent, []);
	});
}

test('a command that nobody has thought of yet is refused', async () => {
	const engine = new FakeEngine();
	const command = {type: 'torrent.melt', id} as unknown as Command;
	await assert.rejects(new ReadOnlyClient(engine).send(command));
	assert.deepEqual(engine.sent, []);
});

test('no path, link or tracker of theirs is looked at', async () => {
	const engine = new FakeEngine();
	const client = new ReadOnlyClient(engine);
	await assert.rejects(client.send({type: 'torrent.preview', link: 'http://192.168.0.1/'}));
	await assert.rejects(client.send({type: 'network.search', words: '', tracker: 'http://192.168.0.1/'}));
	assert.deepEqual(engine.sent, []);
});

test('who may only look sees what there is', async () => {
	const engine = new FakeEngine();
	const client = new ReadOnlyClient(engine);
	assert.ok((await client.send({type: 'session.list'})).torrents);
	const update = await new Promise(resolve => client.watch({interval: 50, session: true}, resolve));
	assert.ok((update as {session?: unknown}).session);
});
