import {execFile} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {Figures} from './scale/figures.ts';
import {tableLines} from './table.ts';

const run = promisify(execFile);
/** For one size of one thing: half a minute on a machine with nothing else to do. */
const mostTime = 240_000;

/** Something there may be much of. */
interface Thing {
	/** What the sizes count. */
	readonly title: string;
	readonly program: string;
	readonly sizes: ReadonlyArray<readonly number[]>;
}

const things: readonly Thing[] = [
	{title: 'idle torrents', program: 'many-torrents', sizes: [[50], [500], [5000]]},
	{
		title: 'connections, to 1 torrent',
		program: 'many-connections',
		sizes: [
			[20, 1],
			[200, 1],
			[2000, 1],
		],
	},
	{
		title: 'connections, over 200 torrents',
		program: 'many-connections',
		sizes: [
			[20, 200],
			[200, 200],
			[2000, 200],
		],
	},
	{
		title: 'pieces of v1',
		program: 'many-pieces',
		sizes: [
			[4900, 1],
			[49_000, 1],
			[490_000, 1],
		],
	},
	{
		title: 'pieces of v2',
		program: 'many-pieces',
		sizes: [
			[20_000, 2],
			[200_000, 2],
			[2_000_000, 2],
		],
	},
	{title: 'files', program: 'many-files', sizes: [[1000], [10_000], [100_000]]},
];

// In memory where that can be: what thousands of files wait for a disk is another question.
const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Measures one size in a process of its own, in which nothing else has left its traces. */
async function measure(program: string, size: readonly number[]): Promise<Figures> {
	const folder = mkdtempSync(join(root, 'tortui-scale-'));
	try {
		const args = ['--expose-gc', '--import=tsx', join(import.meta.dirname, 'scale', `${program}.ts`)];
		const {stdout} = await run(process.execPath, [...args, ...size.map(String), folder], {
			timeout: mostTime,
			env: {...process.env, TMPDIR: folder},
		});
		return JSON.parse(stdout.trim().split('\n').at(-1)!) as Figures;
	} catch (error) {
		const why = String((error as {readonly stderr?: string}).stderr ?? error).trim();
		return {fails: why.split('\n').find(line => /^\w*Error: /.test(line)) ?? why.slice(-80)};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

/** How what it costs grows with how much there is: what is more than linear shows in a row. Time is `wall (CPU)`. */
export async function benchScale(): Promise<void> {
	for (const {title, program, sizes} of things) {
		const columns: Figures[] = [];
		for (const size of sizes) columns.push(await measure(program, size));
		const names = [...new Set(columns.flatMap(column => Object.keys(column)))];
		const header = [title, ...sizes.map(([first]) => first!.toLocaleString('en'))];
		const rows = names.map(name => [name, ...columns.map(column => column[name] ?? '')]);
		for (const line of tableLines(header, rows)) console.log(line);
		console.log();
	}
}
