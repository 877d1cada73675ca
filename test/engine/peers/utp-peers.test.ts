import assert from 'node:assert/strict';
import {test} from 'node:test';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('a peer met over uTP is shown so at both ends; who speaks both meets over TCP', async t => {
	const space = new Workspace(t);
	const torrent = testTorrent(space, 'music', [['one.bin', 3_000_000]]);
	const seeder = await openTestSession(space, 'seeder', {utp: true, maxUpload: 300_000});
	await seedTorrent(seeder, torrent);
	for (const [tcp, transport] of [
		[false, 'utp'],
		[true, 'tcp'],
	] as const) {
		const leecher = await openTestSession(space, `leecher-${transport}`, {utp: true, tcp});
		const id = await leecher.add(torrent, {peers: [`127.0.0.1:${seeder.port}`]});
		for (const engine of [leecher, seeder]) {
			const [peer] = await until(`a peer over ${transport}`, 30_000, async () => {
				const {details} = await engine.send({type: 'session.list', ids: [id], details: ['peers']});
				const peers = details?.[0]?.peers ?? [];
				return peers.length > 0 ? peers : undefined;
			});
			assert.deepEqual([peer?.transport, peer?.flags.includes('P')], [transport, transport === 'utp']);
		}
		await leecher.session.stop();
		await until('the leecher to be gone', 30_000, async () => {
			const {details} = await seeder.send({type: 'session.list', ids: [id], details: ['peers']});
			return details?.[0]?.peers?.length === 0;
		});
	}
});
