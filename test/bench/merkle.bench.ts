import {spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {Session} from '../../source/engine/session/session.ts';
import {BlockPool} from '../../source/io/disk/block-pool.ts';
import {DiskService} from '../../source/io/disk/disk-service.ts';
import {hashFunctions} from '../../source/io/machine/hash-functions.ts';
import {geometryOf} from '../../source/policy/pieces/piece-geometry.ts';
import {parseMetainfo} from '../../source/protocol/metainfo/metainfo-reader.ts';
import {bytesFrom} from '../helpers/torrents.ts';
import {build, cli, node} from '../helpers/tortui.ts';
import {tell} from './measure.ts';
import {openBenchSession} from './open-session.ts';

const mebibyte = 2 ** 20;
const length = 512 * mebibyte;
const kinds = ['v1', 'v2', 'hybrid'] as const;
const bar = 'v2 >= 0.8 of v1';

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
	const child = spawn(node, [cli, ...args], {env, stdio: ['ignore', 'pipe', 'inherit']});
	let text = '';
	child.stdout.setEncoding('utf8').on('data', chunk => {
		text += chunk;
	});
	const status = await new Promise(resolve => child.once('exit', resolve));
	if (status !== 0) throw new Error(`${args.join(' ')}: ${status}: ${text}`);
	return text;
}

/** MiB for each second of CPU, of all threads, that are hashed of what the system has in memory: the best of three times. */
async function recheck(torrent: string, dir: string, state: string): Promise<number> {
	const metainfo = parseMetainfo(readFileSync(torrent), hashFunctions);
	let best = Number.POSITIVE_INFINITY;
	for (let times = 0; times < 3; times++) {
		const disk = new DiskService(new BlockPool(16), {stateDir: state});
		const storage = disk.open(
			{metainfo, map: geometryOf(metainfo), dir, wanted: Uint8Array.of(1), id: 'bench'},
			{stored() {}, wrong() {}, failed() {}},
		);
		let right = 0;
		// The threads take their time to come up.
		await storage.check([0], () => {}).done;
		const before = process.cpuUsage();
		await storage.check([...Array(metainfo.pieceCount).keys()], (_, isRight) => (right += isRight ? 1 : 0))
			.done;
		const {user, system} = process.cpuUsage(before);
		best = Math.min(best, (user + system) / 1e6);
		if (right !== metainfo.pieceCount) throw new Error(`${right} of ${metainfo.pieceCount} pieces are right`);
		await disk.close();
	}
	return length / mebibyte / best;
}

/** MiB for each second of CPU from one engine to another, from disk to disk, both and all threads counted: the best of three. */
async function transfer(torrent: string, dir: string, root: string): Promise<number> {
	const metainfo = readFileSync(torrent).toString('base64');
	let best = Number.POSITIVE_INFINITY;
	for (let times = 0; times < 3; times++) {
		const target = join(root, 'get');
		mkdirSync(target);
		const seeder = await openBenchSession(dir, {stateDir: join(root, 'seeds')});
		const leecher = await openBenchSession(target, {stateDir: join(root, 'gets')});
		const {id} = await seeder.send({type: 'torrent.add', metainfo, options: {check: 'none'}});
		await leecher.send({type: 'torrent.add', metainfo});
		const is = async (session: Session, state: string): Promise<void> => {
			while ((await session.send({type: 'session.list'})).torrents![0]!.state !== state) await delay(10);
		};
		await is(seeder, 'seeding');
		const before = process.cpuUsage();
		await leecher.send({type: 'peer.add', id: id!, address: `127.0.0.1:${seeder.port}`});
		await is(leecher, 'seeding');
		const {user, system} = process.cpuUsage(before);
		best = Math.min(best, (user + system) / 1e6);
		await Promise.all([seeder.stop(), leecher.stop()]);
		for (const folder of ['get', 'seeds', 'gets']) rmSync(join(root, folder), {recursive: true, force: true});
	}
	return length / mebibyte / best;
}

/** What SHA-256 trees cost where SHA-1 would do: looking at what is on the disk, and giving it to others. */
export async function benchMerkle(): Promise<void> {
	build();
	const root = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
	const dir = join(root, 'data');
	mkdirSync(dir);
	try {
		writeFileSync(join(dir, 'x'), bytesFrom('x', length));
		for (const [name, measure] of [
			['recheck', recheck],
			['seeding and downloading', transfer],
		] as const) {
			for (const size of name === 'recheck' ? ['16K', '256K', '4M'] : ['1M']) {
				let v1 = 0;
				for (const kind of kinds) {
					const torrent = join(root, 'x.torrent');
					await run(
						['create', join(dir, 'x'), `--${kind}`, '-l', size, '-o', torrent, '--force'],
						process.env,
					);
					const rate = await measure(torrent, dir, root);
					if (kind === 'v1') v1 = rate;
					const share = kind === 'v1' ? '' : `${(rate / v1).toFixed(2)} of v1   ${kind === 'v2' ? bar : ''}`;
					tell(`${name}: 512 MiB in pieces of ${size}, ${kind}`, `${Math.round(rate)} MiB/CPU s`, share);
				}
			}
		}
	} finally {
		rmSync(root, {recursive: true, force: true});
	}
}
