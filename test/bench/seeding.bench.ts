import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {aria2c} from '../helpers/clients.ts';
import {until} from '../helpers/deadline.ts';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import {missing} from '../helpers/processes.ts';
import {seededRandom} from '../helpers/seeded-random.ts';
import {gibibyte, makeTorrent, mebibyte, type Torrent, writeFile} from '../helpers/torrents.ts';
import {seed} from '../helpers/tortui.ts';
import type {Workspace} from '../helpers/workspace.ts';
import {inWorkspace} from './bench-workspace.ts';
import {tell} from './measure.ts';
import {type Order, ThirstyPeers} from './thirsty-peers.ts';

const length = 1024 * mebibyte;
const measured = 2000;
/** Clock ticks of `/proc/PID/stat`, a second. */
const ticks = 100;

interface Row {
	readonly leechers: number;
	readonly order: Order;
	/** What is to be read is not in the page cache. */
	readonly cold?: boolean;
}

const rows: readonly Row[] = [
	{leechers: 1, order: 'in order'},
	{leechers: 8, order: 'in order'},
	{leechers: 50, order: 'in order'},
	{leechers: 8, order: 'pieces by lot'},
	{leechers: 8, order: 'blocks by lot'},
	{leechers: 8, order: 'pieces by lot', cold: true},
];

/** CPU seconds that a process has used. */
function cpuOf(pid: number): number {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
	return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** What seeding costs, and how evenly it is shared, to peers that throw away what they get: their own cost is small. */
export async function benchSeeding(): Promise<void> {
	if (!existsSync('/proc/self/stat')) return;
	await inWorkspace(measure);
}

async function measure(space: Workspace): Promise<void> {
	const content = writeFile(space.folder('whole'), 'seeding.bin', length);
	const torrent = makeTorrent(content, mebibyte / 4);
	const file = torrent.write(space.path('seeding.torrent'));
	const ours = await seed(space, [`${file}=${content.root}`]);
	for (const row of rows)
		await tellRow(row, ours.port, ours.program.pid, torrent, row.cold ? '' : '< 0.6 CPU s/GiB');
	await ours.program.stop();
	if (noLibtorrent() === false) {
		const theirs = await libtorrentPeer(space, file, content.dir);
		await theirs.complete();
		const port = Number(theirs.address.split(':')[1]);
		for (const row of rows) await tellRow(row, port, theirs.program.pid, torrent, 'libtorrent');
		await theirs.program.stop();
	}
	if (missing('aria2c') === false) {
		const theirs = await aria2c(space, {torrent: file, dir: content.dir, seed: true, trustData: true});
		await delay(1000);
		for (const row of rows) await tellRow(row, theirs.port, theirs.program.pid, torrent, 'aria2');
	}
}

async function tellRow(
	{leechers, order, cold}: Row,
	port: number,
	pid: number,
	torrent: Torrent,
	bar: string,
): Promise<void> {
	const peers = new ThirstyPeers(port, torrent, leechers, order, seededRandom(leechers));
	const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
	await until('somebody to get something', 60_000, () => peers.taken.some(bytes => bytes > 0));
	await delay(1000);
	if (cold)
		spawnSync('dd', [`of=${torrent.content.root}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
	const before = peers.taken;
	const cpu = cpuOf(pid);
	const from = performance.now();
	await delay(measured);
	const seconds = (performance.now() - from) / 1000;
	const used = cpuOf(pid) - cpu;
	const each = peers.taken.map((bytes, n) => bytes - before[n]!);
	peers.close();
	const bytes = sum(each);
	const name = `${leechers} leecher${leechers > 1 ? 's' : ''}, ${order}${cold ? ', not in the cache' : ''}`;
	// Who has no slot waits for its turn.
	const served = each.filter(taken => taken > 0);
	const least = ((Math.min(...served) * served.length) / bytes).toFixed(2);
	tell(
		`seeding to ${name}; ${served.length} served, the least ${least} of the mean`,
		`${Math.round(bytes / mebibyte / seconds)} MiB/s ${((used * gibibyte) / bytes).toFixed(2)}`,
		bar,
	);
	await delay(200);
}
