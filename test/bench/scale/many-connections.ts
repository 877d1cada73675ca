// So many peers with one engine that seeds. The arguments say how many, and over how many torrents they are spread.
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {hashFunctions} from '../../../source/io/machine/hash-functions.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {parseMetainfo} from '../../../source/protocol/metainfo/metainfo-reader.ts';
import {weightlessDisk} from '../../helpers/weightless-disk.ts';
import {openBenchSession} from '../open-session.ts';
import {Figured, memoryNow, soon} from './figures.ts';

const count = Number(process.argv[2]);
const torrents = Number(process.argv[3]);
const pieces = 1000;
const pieceLength = 262_144;
const figured = new Figured();
const folder = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
let crowd: ChildProcess | undefined;
try {
	const session = await openBenchSession(folder, {
		maxPeers: count,
		maxConnections: count,
		openDisk: pool => weightlessDisk(pool, true),
	});
	const hashes: string[] = [];
	for (let n = 0; n < torrents; n++) {
		const info = {
			length: pieces * pieceLength,
			name: `torrent ${n}`,
			'piece length': pieceLength,
			pieces: new Uint8Array(20 * pieces),
		};
		const metainfo = encodeBencode({info});
		hashes.push(parseMetainfo(metainfo, hashFunctions).infoHash!);
		await session.send({type: 'torrent.add', metainfo, options: {check: 'none', maxPeers: count}});
	}
	const list = async () => (await session.send({type: 'session.list', reasons: false})).torrents!;
	await soon('all to seed', async () => (await list()).every(({state}) => state === 'seeding'));
	const before = memoryNow();
	crowd = fork(join(import.meta.dirname, 'crowd.ts'), [String(session.port), String(count), String(pieces)], {
		execArgv: ['--import=tsx'],
	});
	crowd.send({hashes});
	const connected = async () => {
		let sum = 0;
		for (const torrent of await list()) sum += torrent.connected;
		return sum >= count;
	};
	await figured.timed('all connected', () => soon('all to be connected', connected));
	await delay(2000);
	figured.put('each', `${Math.round((memoryNow() - before) / count / 1024)} KiB`);
	figured.memory('memory');
	await figured.share('idle', 4000);
	crowd.send('move');
	await delay(1500);
	const sum = async () => (await list()).reduce((all, {uploaded}) => all + uploaded, 0);
	const had = await sum();
	const began = performance.now();
	await figured.share('a have each a second', 5000);
	const rate = ((await sum()) - had) / (performance.now() - began);
	figured.put('sent meanwhile', `${(rate / 1024).toFixed(1)} MiB/s`);
	const gone = once(crowd, 'exit');
	crowd.kill();
	await gone;
	const none = async () => (await list()).every(torrent => torrent.connected === 0);
	await figured.timed('all gone', () => soon('all to be gone', none));
	await session.stop();
} finally {
	crowd?.kill();
	rmSync(folder, {recursive: true, force: true});
}
figured.say();
process.exit();
