import {cpus} from 'node:os';
import {tableLines} from '../table.ts';
import type {Row} from './rows.ts';

/** One run of a client. Seconds, bytes. */
export interface Outcome {
	readonly client: string;
	/** Undefined when it did not come to an end. */
	readonly wall?: number | undefined;
	/** MiB a second from when data began to flow; from the launch on where nobody tells when that was. */
	readonly rate?: number | undefined;
	readonly cpu?: number | undefined;
	readonly memory?: number | undefined;
	/** From its launch to its first announce. */
	readonly announce?: number | undefined;
	/** Whether what came is what was sent; undefined where nothing was to come. */
	readonly right?: boolean | undefined;
	/** Why there is no figure. */
	readonly trouble?: string | undefined;
}

type Figure = 'wall' | 'rate' | 'cpu' | 'memory' | 'announce';

/** The middle one, of an even number the mean of both. */
export function median(values: readonly number[]): number | undefined {
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	if (sorted.length === 0) return undefined;
	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1]! + sorted[half]!) / 2;
}

function valuesOf(outcomes: readonly Outcome[], figure: Figure): number[] {
	return outcomes.flatMap(outcome => outcome[figure] ?? []);
}

/** Three digits, as far as there are some after the point. */
function seconds(value: number): string {
	return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

const written: Readonly<Record<Figure, (value: number) => string>> = {
	wall: seconds,
	rate: value => value.toFixed(0),
	cpu: seconds,
	memory: value => (value / 2 ** 20).toFixed(0),
	announce: value => value.toFixed(2),
};

/** `1.44 (1.42–1.47)`: the median, and the least and the most where they are others. */
function spread(outcomes: readonly Outcome[], figure: Figure): string {
	const values = valuesOf(outcomes, figure);
	const middle = median(values);
	if (middle === undefined) return '–';
	const write = written[figure];
	const [least, most] = [write(Math.min(...values)), write(Math.max(...values))];
	return least === most ? write(middle) : `${write(middle)} (${least}–${most})`;
}

/** The middle one alone, of what is told for the sake of others. */
function middleOf(outcomes: readonly Outcome[], figure: Figure): string {
	const middle = median(valuesOf(outcomes, figure));
	return middle === undefined ? '–' : written[figure](middle);
}

/** The table of one row for a terminal of 80 columns: a line each client. How far apart runs are is told of what is compared. */
export function rowLines(
	row: Row,
	names: readonly string[],
	outcomes: readonly Outcome[],
): readonly string[] {
	const figures: ReadonlyArray<readonly [Figure, string]> = [
		['wall', 'seconds'],
		['rate', 'MiB/s'],
		['cpu', 'CPU s'],
		['memory', 'MiB'],
		['announce', 'announce'],
	];
	const known = figures.filter(([figure]) => valuesOf(outcomes, figure).length > 0);
	const lines = names.map(name => {
		const own = outcomes.filter(({client}) => client === name);
		const judged = own.filter(({right}) => right !== undefined);
		const right =
			judged.length === 0 ? '' : `${judged.filter(outcome => outcome.right).length}/${judged.length}`;
		const main = row.figure === 'rate' ? 'rate' : 'wall';
		const tell = (figure: Figure) => (figure === main || figure === 'cpu' ? spread : middleOf)(own, figure);
		return [name, ...known.map(([figure]) => tell(figure)), right];
	});
	const header = ['', ...known.map(([, title]) => title), 'right'];
	return tableLines(header, lines);
}

/** What a cell of the last table tells: `649 MiB/s, 1.89 s`, or `0.27 s, 0.33 s`; of memory where a row is about that. */
function cell(row: Row, outcomes: readonly Outcome[]): string {
	const middle = (figure: Figure) => median(valuesOf(outcomes, figure));
	const [rate, wall, cpu, memory] = [middle('rate'), middle('wall'), middle('cpu'), middle('memory')];
	const first = row.figure === 'rate' ? rate : wall;
	if (first === undefined || outcomes.some(({right}) => right === false)) return '–';
	const main = row.figure === 'rate' ? `${written.rate(first)} MiB/s` : `${written.wall(first)} s`;
	const parts = [main];
	if (cpu !== undefined) parts.push(`${written.cpu(cpu)} s`);
	if (memory !== undefined) parts.push(`${written.memory(memory)} MiB`);
	return parts.join(', ');
}

/** Who is the best by what a row tells first, of those who got what was sent. */
function best(row: Row, names: readonly string[], outcomes: readonly Outcome[]): string | undefined {
	const sign = row.figure === 'rate' ? -1 : 1;
	const ranked = names.flatMap(name => {
		const own = outcomes.filter(({client}) => client === name);
		const value = median(valuesOf(own, row.figure === 'rate' ? 'rate' : 'wall'));
		return value === undefined || own.some(({right}) => right === false) ? [] : [{name, value: sign * value}];
	});
	return ranked.sort((one, other) => one.value - other.value)[0]?.name;
}

/** All of it as a table of Markdown: a row each line, a column each client, the best of each row bold. */
export function markdownTable(
	names: readonly string[],
	measured: ReadonlyArray<{readonly row: Row; readonly outcomes: readonly Outcome[]}>,
): readonly string[] {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	return [
		line(['', ...names]),
		line(['---', ...names.map(() => '---')]),
		...measured.map(({row, outcomes}) => {
			const first = best(row, names, outcomes);
			const cells = names.map(name => {
				const text = cell(
					row,
					outcomes.filter(({client}) => client === name),
				);
				return name === first && names.length > 1 && text !== '–' ? `**${text}**` : text;
			});
			return line([row.title, ...cells]);
		}),
	];
}

/** A text in lines of at most 79 cells, as its words allow. */
export function wrapped(text: string): readonly string[] {
	const lines = [''];
	for (const word of text.split(' ')) {
		const line = lines.at(-1)!;
		if (line === '') lines[lines.length - 1] = word;
		else if (line.length + 1 + word.length <= 79) lines[lines.length - 1] = `${line} ${word}`;
		else lines.push(word);
	}
	return lines;
}

/** On what and when it was measured, in a line. */
export function machineLine(
	versions: ReadonlyArray<readonly [name: string, version: string]>,
	at: Date,
): string {
	const all = cpus();
	const model = all[0]?.model.trim().replace(/\s+/g, ' ') ?? 'unknown CPU';
	const cores = all.length === 1 ? '1 core' : `${all.length} cores`;
	const others = versions.map(([name, version]) => `${name} ${version}`.trim()).join(', ');
	return `${cores} of ${model}, Node ${process.version}, ${at.toISOString().slice(0, 10)}; ${others}`;
}
