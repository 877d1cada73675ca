import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Workspace} from '../helpers/workspace.ts';
import {bring, hadTorrent, stateWriters} from './foreign-states.ts';

for (const {client, write} of stateWriters) {
	test(`${client}: what it says of a torrent is what is added`, async t => {
		const space = new Workspace(t);
		const [whole, part] = [hadTorrent(space, 'Whole'), hadTorrent(space, 'Part', false)];
		write(space.path('state'), [whole, part]);
		const {torrents, problems} = await bring(client, space.path('state'));
		assert.deepEqual(problems, []);
		const found = new Map(torrents.map(torrent => [torrent.name, torrent]));
		assert.deepEqual([...found.keys()].sort(), ['Part', 'Whole']);
		for (const [had, count] of [
			[whole, 6],
			[part, 4],
		] as const) {
			const torrent = found.get(had.torrent.content.name)!;
			assert.deepEqual(torrent.ids, [had.id]);
			assert.deepEqual([torrent.have, torrent.pieces, torrent.dir], [count, 6, had.dir]);
			assert.deepEqual(torrent.notes, []);
			const {options} = torrent.command;
			assert.equal(options?.label, 'boats');
			assert.equal(options?.dir, had.dir);
			assert.equal(options?.paused, undefined);
			const {known} = options!;
			assert.equal(known?.addedAt, 1_700_000_000_000);
			assert.deepEqual([known?.downloaded, known?.uploaded], [100_000, 50_000]);
			assert.deepEqual(
				known?.stamps?.map(stamp => stamp?.[0] ?? null),
				had === whole ? [32_768, 32_768, 32_768] : [32_768, null, 32_768],
			);
			assert.equal(Buffer.from(known?.have ?? '', 'base64')[0], had === whole ? 0b11111100 : 0b11001100);
			// Nobody noted when it was complete: when its last file was written.
			const latest = Math.max(...known!.stamps!.map(stamp => stamp?.[1] ?? 0));
			assert.equal(known?.completedAt, had === whole ? latest : undefined);
			if (client !== 'rtorrent') assert.deepEqual(options?.goal, {ratio: 1.5});
		}
	});
}
