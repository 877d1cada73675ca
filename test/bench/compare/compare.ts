import {accessSync, constants, globSync, mkdtempSync, rmSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {mebibyte} from '../../helpers/torrents.ts';
import {build} from '../../helpers/tortui.ts';
import {type ComparedClient, clients} from './clients.ts';
import {Comparison, counterpartFor} from './comparison.ts';
import {endAll} from './measured-process.ts';
import {type CompareOptions, compareHelp, readCompareOptions} from './options.ts';
import {machineLine, markdownTable, type Outcome, rowLines, wrapped} from './report.ts';
import {type Row, rows} from './rows.ts';
import {webServer} from './web-server.ts';

/** A download of so many MiB is done once first, without counting: memory that was not touched lately costs more. */
const warmedFrom = 256;

/** Memory where there is some, for a disk has other days; else where temporary files go. */
const places = ['/dev/shm', tmpdir()];
const prefix = 'tortui-compare-';

/** Removes what runs left that were killed: it may be memory. */
function sweep(): void {
	for (const place of places)
		for (const path of globSync(`${prefix}*`, {cwd: place})) {
			const id = Number(path.slice(prefix.length).split('-')[0]);
			if (isAlive(id)) continue;
			try {
				rmSync(join(place, path), {recursive: true, force: true});
			} catch {
				// It is somebody else's.
			}
		}
}

function isAlive(id: number): boolean {
	try {
		process.kill(id, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== 'ESRCH';
	}
}

/** @param bytes that must fit */
function whereTo(bytes: number): string {
	for (const folder of places) {
		try {
			accessSync(folder, constants.W_OK);
			const {bavail, bsize} = statfsSync(folder);
			if (bavail * bsize > bytes) return folder;
		} catch {
			// There is none on this system.
		}
	}
	const space = `${Math.ceil(bytes / mebibyte)} MiB of free space in ${places.join(' or ')}`;
	throw new Error(`it takes ${space}: --size makes it less, TMPDIR names another folder`);
}

function chosenRows({rows: names, size}: CompareOptions): readonly Row[] {
	const chosen = rows.filter(({name, isExtra}) => names?.includes(name) ?? isExtra !== true);
	if (size === undefined) return chosen;
	const title = (row: Row) => `${row.title.replace(/[\d,]+ [MG]iB/, `${size} MiB`)}`;
	return chosen.map(row => (row.kind === 'open' ? row : {...row, size, title: title(row)}));
}

/** Those that are there; each that is not is told in a line with the package that brings it. */
function chosenClients(names: readonly string[] | undefined): readonly ComparedClient[] {
	return clients.filter(client => {
		if (client.name !== 'tortui' && !(names?.includes(client.name) ?? client.isExtra !== true)) return false;
		const why = client.absent();
		if (why !== undefined) console.log(`${client.name}: ${why}; it comes with the package ${client.package}`);
		return why === undefined;
	});
}

/**
 * Measures tortui beside others and prints what came of it. Answers the exit status: 1 when what came somewhere is not
 * what was sent.
 */
export async function compare(args: readonly string[]): Promise<number> {
	const names = {clients: clients.map(({name}) => name), rows: rows.map(({name}) => name)};
	let options: CompareOptions;
	try {
		options = readCompareOptions(args, names);
	} catch (error) {
		const {message} = error as Error;
		for (const line of wrapped(`${message} (npm run bench -- --help)`)) console.error(line);
		return 2;
	}
	if (options.help) {
		console.log(compareHelp(clients, rows));
		return 0;
	}
	build();
	const chosen = chosenClients(options.clients);
	const table = chosenRows(options);
	let folder: string;
	let disk: string;
	try {
		sweep();
		folder = mkdtempSync(join(whereTo(space(table)), `${prefix}${process.pid}-`));
		// What is to be read from a disk cannot be where memory is.
		disk = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
	} catch (error) {
		console.error((error as Error).message);
		return 1;
	}
	const tidy = () => {
		endAll();
		for (const each of [folder, disk]) rmSync(each, {recursive: true, force: true, maxRetries: 5});
	};
	const stop = () => {
		tidy();
		process.exit(130);
	};
	process.once('SIGINT', stop).once('SIGTERM', stop).once('SIGHUP', stop).once('exit', tidy);
	try {
		return (await measureTable({folder, disk}, table, chosen, options.runs)) ? 0 : 1;
	} catch (error) {
		progress('');
		console.error(`it ends here: ${(error as Error).message}`);
		return 1;
	} finally {
		tidy();
	}
}

/** Whole content, once more for each who downloads it, and some for what clients keep. */
function space(table: readonly Row[]): number {
	const sizes = table.map(({size, files, leechers = 1, isRandom}) =>
		files === undefined ? size * (isRandom ? 1 : 1 + leechers) : 0,
	);
	return (Math.max(0, ...sizes) + 128) * mebibyte;
}

async function measureTable(
	places: {readonly folder: string; readonly disk: string},
	table: readonly Row[],
	chosen: readonly ComparedClient[],
	runs: number,
): Promise<boolean> {
	const versions = chosen.map(client => [client.name, client.version()] as const);
	const machine = machineLine(versions, new Date());
	const method = `Medians of ${runs} ${runs === 1 ? 'run' : 'runs, least and most beside'}.`;
	for (const line of [...wrapped(machine), method, '']) console.log(line);
	const comparison = await Comparison.open(places);
	const measured: Array<{row: Row; outcomes: Outcome[]}> = [];
	for (const row of table) {
		progress(`${row.title} …`);
		await comparison.prepare(row);
		const outcomes: Outcome[] = [];
		if (row.size * (row.leechers ?? 1) >= warmedFrom && row.kind !== 'open')
			await comparison.run(row, chosen[0]!);
		// By turns, so that whatever else the machine does is in all of them.
		for (let run = 0; run < runs; run++)
			for (const client of chosen) {
				const isGivenUp = outcomes.some(
					({client: name, trouble}) => name === client.name && trouble !== undefined,
				);
				if (isGivenUp) continue;
				progress(`${row.title}: ${client.name}, ${run + 1} of ${runs} …`);
				outcomes.push(await comparison.run(row, client));
			}
		progress('');
		measured.push({row, outcomes});
		const shown = chosen.map(({name}) => name);
		console.log(`${row.title}${otherSide(row)}`);
		for (const line of rowLines(row, shown, outcomes)) console.log(line);
		for (const {client, trouble} of outcomes)
			if (trouble !== undefined) console.log(`  ${client}: ${trouble}`);
		console.log();
	}
	comparison.close();
	for (const line of markdownTable(
		chosen.map(({name}) => name),
		measured,
	))
		console.log(line);
	console.log();
	for (const line of wrapped(`Rate or time, CPU seconds, private memory. ${machine}.`)) console.log(line);
	return measured.every(({outcomes}) => outcomes.every(({right}) => right !== false));
}

/** With whom it is measured. */
function otherSide(row: Row): string {
	if (row.kind === 'open' || row.kind === 'recheck') return '';
	if (row.isRandom) return ', to peers that keep nothing';
	if (row.isFromWeb) return `, from ${webServer}`;
	return `, ${row.kind === 'seed' ? 'to' : 'from'} ${counterpartFor(row).name}`;
}

/** What is done now, on a line that the next takes the place of; only where somebody looks. */
function progress(text: string): void {
	if (process.stderr.isTTY) process.stderr.write(`\r\x1B[K${text.slice(0, 79)}`);
}
