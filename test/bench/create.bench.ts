import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {bytesFrom} from '../helpers/torrents.ts';
import {build, cli, node} from '../helpers/tortui.ts';
import {tell} from './measure.ts';

const files = 16;
const fileLength = 64 * 2 ** 20;
const pieceLength = 2 ** 20;
const kinds = ['v1', 'v2', 'hybrid'] as const;

/** Seconds that a program takes by the clock: the best of three times. @param output what it writes over nothing */
function seconds(command: string, args: readonly string[], output?: string): number {
	let best = Number.POSITIVE_INFINITY;
	for (let times = 0; times < 3; times++) {
		if (output !== undefined) rmSync(output, {force: true});
		const start = performance.now();
		const {status, stderr} = spawnSync(command, args, {encoding: 'utf8', timeout: 300_000});
		if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
		best = Math.min(best, (performance.now() - start) / 1000);
	}
	return best;
}

function row(what: string, taken: number): void {
	const rate = (files * fileLength) / 2 ** 20 / taken;
	tell(`create: 1 GiB, ${what}`, `${taken.toFixed(2)} s`, `${Math.round(rate)} MiB/s`);
}

/** How long it takes to make a torrent of 1 GiB in 16 files, which the system has in memory, beside other programs. */
export function benchCreate(): void {
	build();
	const dir = mkdtempSync(join(tmpdir(), 'tortui-bench-'));
	try {
		const content = join(dir, 'content');
		mkdirSync(content);
		for (let n = 0; n < files; n++) writeFileSync(join(content, `${n}`), bytesFrom(`${n}`, fileLength));
		const output = join(dir, 'x.torrent');
		for (const kind of kinds)
			row(
				`${kind}, tortui`,
				seconds(node, [cli, 'create', content, `--${kind}`, '-l', '1M', '-o', output, '--force']),
			);
		if (!missing('mktorrent')) {
			const argv = ['-a', 'http://t/', '-l', '20', '-t', `${availableParallelism()}`, '-o', output, content];
			row('v1, mktorrent', seconds('mktorrent', argv, output));
		}
		if (!noLibtorrent()) {
			const script = resolve(import.meta.dirname, '../helpers/libtorrent-peer.py');
			for (const kind of kinds)
				row(
					`${kind}, libtorrent`,
					seconds('/usr/bin/python3', [script, 'make', content, output, kind, `${pieceLength}`]),
				);
		}
	} finally {
		rmSync(dir, {recursive: true, force: true});
	}
}
