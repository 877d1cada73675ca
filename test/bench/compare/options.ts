import {parseArgs} from 'node:util';

/** What is to be compared. */
export interface CompareOptions {
	/** Names of clients beside this one; undefined for all that are installed. */
	readonly clients: readonly string[] | undefined;
	/** Names of rows; undefined for those of the table. */
	readonly rows: readonly string[] | undefined;
	readonly runs: number;
	/** MiB of every row, where it is to be another size than usual. */
	readonly size: number | undefined;
	readonly help: boolean;
}

const most = 100;

/**
 * Reads what follows `npm run bench --`.
 *
 * @param known the names there are
 * @throws {Error} whose message is for the person who typed it
 */
export function readCompareOptions(
	args: readonly string[],
	known: {readonly clients: readonly string[]; readonly rows: readonly string[]},
): CompareOptions {
	// An option whose value may be left out is none of `parseArgs`.
	const words: string[] = [];
	for (const word of args) {
		if (words.at(-1) === '--compare=' && !word.startsWith('-')) words[words.length - 1] += word;
		else words.push(word === '--compare' ? '--compare=' : word);
	}
	const {values} = parseArgs({
		args: words,
		options: {
			compare: {type: 'string'},
			rows: {type: 'string'},
			runs: {type: 'string'},
			size: {type: 'string'},
			help: {type: 'boolean', short: 'h'},
		},
	});
	return {
		clients: names(values.compare, known.clients, 'client'),
		rows: names(values.rows, known.rows, 'row'),
		runs: count(values.runs, '--runs') ?? 3,
		size: count(values.size, '--size', 65_536),
		help: values.help === true,
	};
}

function names(
	value: string | undefined,
	known: readonly string[],
	what: string,
): readonly string[] | undefined {
	const all = (value ?? '').split(',').filter(name => name !== '');
	if (all.length === 0) return undefined;
	if (all.includes('all')) return known;
	for (const name of all)
		if (!known.includes(name)) throw new Error(`no ${what} is called ${name}: there are ${known.join(', ')}`);
	return [...new Set(all)];
}

function count(value: string | undefined, option: string, largest = most): number | undefined {
	if (value === undefined) return undefined;
	const number = Number(value);
	if (!/^\d+$/.test(value) || number < 1 || number > largest)
		throw new Error(`${option} takes a whole number from 1 to ${largest}`);
	return number;
}

/** What `--help` says. */
export function compareHelp(
	clients: ReadonlyArray<{readonly name: string; readonly package: string; readonly isExtra?: boolean}>,
	rows: ReadonlyArray<{readonly name: string; readonly title: string; readonly isExtra?: boolean}>,
): string {
	const told = (names: ReadonlyArray<{readonly name: string; readonly isExtra?: boolean}>, of: string[]) =>
		names.map(({name}, index) => `  ${name.padEnd(14)} ${of[index]}`);
	const titles = (isExtra: boolean) => {
		const some = rows.filter(row => (row.isExtra === true) === isExtra);
		return told(
			some,
			some.map(({title}) => title),
		);
	};
	const lines = [
		'npm run bench -- --compare[=CLIENT,...] [--rows ROW,...] [--runs N] [--size MIB]',
		'',
		'Measures tortui beside other BitTorrent clients: on loopback only, in a',
		'temporary folder, as any user. Hashes of what came are compared.',
		'',
		'--compare: the clients; without names all that are installed',
		...told(
			clients,
			clients.map(({package: from, isExtra}) => (isExtra ? `${from}; only when named` : from)),
		),
		'',
		'--rows: what is measured; without names these',
		...titles(false),
		'and when they are named, or all is asked for with --rows all',
		...titles(true),
		'',
		'--runs: how often each, by turns; the median is told: 3 when left out',
		'--size: MiB of every download, where it is to be another than the usual',
		'',
		'Clients come with the packages of Debian and its kin that stand beside them.',
	];
	return lines.join('\n');
}
