import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {serve} from './rpc-stage.ts';

for (const [transport, tcp] of [
	['utp', false],
	['tcp', true],
] as const)
	test(`remotes are told of a peer over ${transport} what it is met over, at both ends and under both names`, async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'music', [['one.bin', 3_000_000]]);
		const seeder = await openTestSession(space, 'seeder', {utp: true, maxUpload: 300_000});
		await seedTorrent(seeder, torrent);
		const leecher = await openTestSession(space, 'leecher', {utp: true, tcp});
		await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		for (const engine of [seeder, leecher]) {
			const stage = await serve(space, engine);
			const peer = await until('a remote to be told of a peer', 30_000, async () => {
				const {torrents} = await stage.older('torrent-get', {fields: ['peers']});
				return (torrents as Array<{peers: Array<Record<string, unknown>>}>)[0]?.peers[0];
			});
			const isUtp = transport === 'utp';
			assert.deepEqual([peer['isUTP'], String(peer['flagStr']).includes('T')], [isUtp, isUtp]);
			assert.equal(peer['isIncoming'], engine === seeder);
			const {torrents} = await stage.today('torrent_get', {fields: ['peers']});
			const [today] = (torrents as Array<{peers: Array<Record<string, unknown>>}>)[0]!.peers;
			assert.equal(today?.['is_utp'], isUtp);
			await stage.close();
		}
	});
