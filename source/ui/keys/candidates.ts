import {fuzzyScore, fuzzyWords, nearWords, wholeWords} from '../../base/fuzzy.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {keyName} from './key-names.js';
import type {CommandArgument, KeyRecord} from './key-record.js';

/** What the `:` line could become. */
export interface Candidate {
	/** The whole line. */
	readonly line: string;
	/** What is shown: a command or what may stand behind it. Not made safe for a terminal. */
	readonly name: string;
	readonly about: string;
	/** The keys that do the same, as they are written for people. */
	readonly keys: string;
	/** Whether something must still be typed behind it. */
	readonly isBegun: boolean;
}

type Table = Pick<ScreenContext, 'keys' | 'state' | 'look' | 'detachable'>;

/** What is typed on the `:` line: the name of a command, and what stands behind it; undefined before the space. */
export function splitLine(line: string): {readonly name: string; readonly argument: string | undefined} {
	const [, name = '', gap = '', rest = ''] = /^\s*(\S*)(\s*)(.*)$/s.exec(line) ?? [];
	return {name, argument: gap === '' ? undefined : rest.trimEnd()};
}

/** The command that a name means: its own, or the only one that begins so. */
export function commandNamed(table: Table, name: string): KeyRecord<ScreenContext> | undefined {
	const records = table.keys();
	const near = records.filter(record => record.name.startsWith(name));
	return records.find(record => record.name === name) ?? (near.length === 1 ? near[0] : undefined);
}

/** How what stands behind a command is written in a hint: needed, or not. */
export function argumentHint(takes: CommandArgument | undefined): string {
	if (!takes) return '';
	return takes.needed ? takes.hint.toUpperCase() : `[${takes.hint.toUpperCase()}]`;
}

/** Commands that begin like what is typed, then those that are meant by it. */
function commands(table: Table, typed: string): readonly Candidate[] {
	const words = fuzzyWords(typed);
	return table
		.keys()
		.flatMap((record, at) => {
			const {name, help} = record;
			const begins = name.startsWith(typed);
			const own = fuzzyScore(words, name.toLowerCase());
			const all = fuzzyScore(words, `${name} ${help}`.toLowerCase());
			const isMeant = typed === '' || (own !== undefined && own >= nearWords);
			const isDescribed = all !== undefined && all >= wholeWords;
			if (!begins && !isMeant && !isDescribed) return [];
			const score = begins || isMeant ? (own ?? 0) + (begins ? 1000 : 0) : (all ?? 0) - 200;
			return [{record, at, score}];
		})
		.sort((a, b) => b.score - a.score || a.at - b.at)
		.map(({record: {name, help, keys, takes}}): Candidate => {
			const hint = argumentHint(takes);
			return {
				line: takes ? `${name} ` : name,
				name: hint === '' ? name : `${name} ${hint}`,
				about: help,
				keys: keys.map(key => keyName(key, table.look.glyphs.ascii)).join(' '),
				isBegun: takes?.needed === true,
			};
		});
}

/** What may stand behind a command: what begins like it, then what is meant by it. `paths`: what is there, for a path. */
function args(
	table: Table,
	{name, takes}: KeyRecord<ScreenContext>,
	typed: string,
	paths: readonly string[],
): readonly Candidate[] {
	const ways = takes?.ways?.(table) ?? [];
	const words = fuzzyWords(typed);
	const fitting = ways
		.map((way, at) => ({way, at, score: fuzzyScore(words, way.toLowerCase())}))
		.filter(({score}) => score !== undefined)
		.sort((a, b) => (b.score ?? 0) - (a.score ?? 0) || a.at - b.at)
		.map(({way}) => way);
	return [...new Set([...paths, ...fitting])].map(
		(way): Candidate => ({
			line: `${name} ${way}`,
			name: way,
			about: '',
			keys: '',
			isBegun: way.endsWith('/') && paths.includes(way),
		}),
	);
}

/** What a line could become, the most likely first. */
export function candidates(table: Table, line: string, paths: readonly string[] = []): readonly Candidate[] {
	const {name, argument} = splitLine(line);
	if (argument === undefined) return commands(table, name);
	const record = commandNamed(table, name);
	return record ? args(table, record, argument, paths) : [];
}
