import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Update} from '../../source/api/snapshot.ts';
import {encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {tell} from './measure.ts';
import {openBenchSession} from './open-session.ts';

const pieces = 100_000;
const files = 10_000;

/** What looking at a large torrent costs. */
export async function benchViews(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
	try {
		const session = await openBenchSession(folder);
		const info = {
			files: Array.from({length: files}, (_, n) => ({
				length: (pieces * 16_384) / files,
				path: [`folder ${Math.floor(n / 100)}`, `file ${n}`],
			})),
			name: 'large',
			'piece length': 16_384,
			pieces: new Uint8Array(20 * pieces),
		};
		const metainfo = Buffer.from(encodeBencode({info})).toString('base64');
		const start = performance.now();
		const {id = ''} = await session.send({type: 'torrent.add', metainfo});
		tell(`adding ${files} files, ${pieces} pieces`, `${Math.round(performance.now() - start)} ms`);
		let updates: Update[] = [];
		const watch = {
			interval: 50,
			session: true,
			torrents: true,
			torrent: {
				id,
				overview: true,
				pieces: 2000,
				peers: true,
				trackers: true,
				files: true,
				speed: {range: 300, samples: 100},
			},
			log: 50,
		};
		const watching = session.watch(watch, update => updates.push(update));
		await new Promise(resolve => setTimeout(resolve, 500));
		const cpu = process.cpuUsage();
		updates = [];
		const rounds = 20;
		for (let n = 0; n < rounds; n++) {
			watching.change({...watch, log: 50 + n});
			await new Promise(resolve => setTimeout(resolve, 100));
		}
		const {user, system} = process.cpuUsage(cpu);
		tell('a whole update of it, every section', `${((user + system) / 1000 / rounds).toFixed(1)} ms`);
		watching.stop();
		await session.stop();
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
