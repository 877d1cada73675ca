import {mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {tell} from './measure.ts';
import {openBenchSession} from './open-session.ts';

const count = 1000;
const pieces = 1000;
const pieceLength = 262_144;

/** What a thousand torrents cost that nobody asks for. */
export async function benchIdle(): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
	try {
		mkdirSync(join(folder, 'data'));
		const session = await openBenchSession(folder, {
			dir: join(folder, 'data'),
			queue: {downloads: undefined, seeds: undefined, total: 2 * count},
		});
		globalThis.gc?.();
		const before = process.memoryUsage().rss;
		for (let n = 0; n < count; n++) {
			const name = `torrent ${n}`;
			writeFileSync(join(folder, 'data', name), '');
			truncateSync(join(folder, 'data', name), pieces * pieceLength);
			const info = {
				length: pieces * pieceLength,
				name,
				'piece length': pieceLength,
				pieces: new Uint8Array(20 * pieces),
			};
			const metainfo = Buffer.from(encodeBencode({info})).toString('base64');
			await session.send({type: 'torrent.add', metainfo, options: {check: 'none'}});
		}
		for (let waited = 0; waited < 100; waited++) {
			const {torrents} = await session.send({type: 'session.list'});
			if (torrents?.every(({state}) => state === 'seeding')) break;
			await new Promise(resolve => setTimeout(resolve, 100));
		}
		const {torrents} = await session.send({type: 'session.list'});
		const seeding = torrents?.filter(({state}) => state === 'seeding').length ?? 0;
		globalThis.gc?.();
		await new Promise(resolve => setTimeout(resolve, 2000));
		const cpu = process.cpuUsage();
		const start = performance.now();
		await new Promise(resolve => setTimeout(resolve, 10_000));
		const {user, system} = process.cpuUsage(cpu);
		const {rss} = process.memoryUsage();
		tell(`${seeding} idle seeded torrents: resident memory`, `${Math.round(rss / 2 ** 20)} MiB`, '< 300 MiB');
		tell('  of which each torrent', `${Math.round((rss - before) / count / 1024)} KiB`);
		tell(
			'  share of a core',
			`${((user + system) / 10 / (performance.now() - start)).toFixed(2)} %`,
			'< 3 %',
		);
		await session.stop();
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
