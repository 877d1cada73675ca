import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {PeerView} from '../../../source/api/snapshot.ts';
import {assertSame} from '../../helpers/compare.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const modes = ['off', 'prefer', 'require'] as const;
type Outcome = 'clear' | 'handshake' | 'rc4' | undefined;

/** When the row dials the column. */
const outcomes: Readonly<Record<(typeof modes)[number], readonly Outcome[]>> = {
	off: ['clear', 'clear', undefined],
	prefer: ['clear', 'handshake', 'rc4'],
	require: [undefined, 'rc4', 'rc4'],
};

async function peersOf({session}: TestSession, id: string): Promise<readonly PeerView[]> {
	return new Promise(resolve => {
		const watching = session.watch({interval: 100, torrent: {id, peers: true}}, ({torrent}) => {
			if (torrent?.peers === undefined) return;
			watching.stop();
			resolve(torrent.peers);
		});
	});
}

describe('two engines of ours', {concurrency: 9}, () => {
	for (const mode of modes) {
		for (const [n, other] of modes.entries()) {
			const outcome = outcomes[mode][n];
			test(`${mode} dials ${other}: ${outcome ?? 'no connection'}`, async t => {
				const space = new Workspace(t);
				const torrent = testTorrent(space, 'folder', [['a.bin', 900_000]]);
				const options = {trackers: false, pex: false} as const;
				const seeder = await openTestSession(space, 'theirs', {encryption: other, ...options});
				const seeded = await seedTorrent(seeder, torrent);
				const slowly = {maxDownload: 300_000};
				const leecher = await openTestSession(space, 'ours', {encryption: mode, ...options, ...slowly});
				const peers = [`127.0.0.1:${seeder.port}`];
				const id = await leecher.add(torrent, {dir: space.folder('got'), peers});
				if (outcome === undefined) {
					const how = mode === 'require' ? ' with encryption' : ',';
					await leecher.says(id, 'downloading', new RegExp(`no peer can be reached${how}`));
					return;
				}
				for (const [engine, which] of [
					[leecher, id],
					[seeder, seeded],
				] as const) {
					const peer = await until(
						() => `a peer of ${engine === leecher ? 'ours' : 'theirs'}`,
						20_000,
						async () => (await peersOf(engine, which))[0],
					);
					assert.equal(peer.encrypted, outcome === 'rc4');
					assert.equal(peer.encryption, outcome === 'clear' ? undefined : outcome);
					assert.equal(peer.flags.includes('E'), outcome === 'rc4');
					assert.equal(peer.flags.includes('e'), outcome === 'handshake');
				}
				await leecher.sees(id, 'complete', ({state}) => state === 'seeding');
				assertSame(space.path('got', 'folder'), torrent.content.root);
			});
		}
	}
});
