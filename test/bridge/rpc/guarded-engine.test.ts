import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import type {EngineClient} from '../../../source/api/engine-client.ts';
import {GuardedEngine} from '../../../source/bridge/rpc/guarded-engine.ts';

test('what a remote says reaches the engine as a command, or not at all', async () => {
	const sent: Command[] = [];
	const engine = {
		closed: new Promise<string>(() => {}),
		async send(command: Command) {
			sent.push(command);
			return {};
		},
	} as unknown as EngineClient;
	const guarded = new GuardedEngine(engine);
	const right: Command[] = [
		{type: 'torrent.add', metainfo: Uint8Array.of(100, 101)},
		{type: 'torrent.add', metainfo: 'ZGU='},
		{type: 'torrent.queue', id: 'a', position: Number.MAX_SAFE_INTEGER},
		{type: 'torrent.limits', id: 'a', maxDownload: null},
	];
	for (const command of right) await guarded.send(command);
	assert.deepEqual(sent, right);
	const wrong = [
		{type: 'torrent.queue', id: 'a', position: Number.NaN},
		{type: 'torrent.queue', id: 7, position: 1},
		{type: 'torrent.limits', id: 'a', maxDownload: -5},
		{type: 'torrent.add', metainfo: Uint8Array.of(100), options: {dir: 5}},
		{type: 'torrent.nothing', id: 'a'},
	];
	for (const command of wrong)
		await assert.rejects(guarded.send(command as unknown as Command), /Invalid params/);
	assert.equal(sent.length, right.length);
});
