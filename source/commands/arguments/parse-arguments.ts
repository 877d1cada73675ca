import meow from 'meow';
import {UserError} from '../../base/errors.js';
import type {Arguments, Command, Flags, Options} from './command.js';
import {nearest} from './nearest.js';

/** Values from the config file, by option name in camelCase, as they would be typed. */
export type Defaults = ReadonlyMap<
	string,
	{readonly value: string | boolean | readonly string[]; readonly where: string}
>;

/** `maxDownload` -> `max-download` */
export function optionName(key: string): string {
	return key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** What `--help` shows for an option: `--max-download`, `--no-dht`. */
export function optionLabel(key: string, options: Options): string {
	return `--${options[key]?.kind === 'off' ? 'no-' : ''}${optionName(key)}`;
}

function usageError(command: Command, message: string): UserError {
	const help = command.name === 'session' ? 'tortui --help' : `tortui ${command.name} --help`;
	return new UserError('usage', `${message} (see: ${help})`, 2);
}

function unknownOption(command: Command, word: string): UserError {
	const labels = [...Object.keys(command.options).map(key => optionLabel(key, command.options)), '--help'];
	const guess = word.startsWith('--')
		? nearest(
				word.slice(2),
				labels.map(label => label.slice(2)),
			)
		: undefined;
	return usageError(command, `unknown option ${word}${guess ? `; did you mean --${guess}?` : ''}`);
}

/**
 * Ties every value to its option (`--dir x` and `-dx` become `--dir=x`), so that values may begin with a dash,
 * and refuses options the command does not have, naming the nearest.
 */
function normalise(argv: readonly string[], command: Command): string[] {
	const byName = new Map(Object.entries(command.options).map(([key, option]) => [optionName(key), option]));
	const byShort = new Map(
		Object.entries(command.options).flatMap(([key, option]) =>
			option.short ? [[option.short, key] as const] : [],
		),
	);
	const result: string[] = [];
	const rest = [...argv];
	const takeValue = (name: string, label: string, attached: string | undefined): void => {
		const value = attached ?? rest.shift();
		if (value === undefined || value === '') throw usageError(command, `${label} needs a value`);
		result.push(`--${name}=${value}`);
	};
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		if (word === '--') return [...result, '--', ...rest];
		const long = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
		if (long) {
			const [, written = '', attached] = long;
			const plain = byName.has(written) ? written : written.replace(/^no-/, '');
			const option = byName.get(plain);
			if (written === 'help') result.push('--help');
			else if (!option) throw unknownOption(command, `--${written}`);
			else if (option.kind === 'value' || option.kind === 'list') {
				if (plain !== written) throw unknownOption(command, `--${written}`);
				takeValue(plain, `--${plain}`, attached);
			} else if (attached !== undefined) throw usageError(command, `--${written} takes no value`);
			else result.push(`--${written}`);
		} else if (/^-[^-]/.test(word)) {
			let letters = word.slice(1);
			while (letters !== '') {
				const letter = letters[0] ?? '';
				letters = letters.slice(1);
				const key = byShort.get(letter);
				const option = key === undefined ? undefined : command.options[key];
				if (letter === 'h' && !option) result.push('--help');
				else if (key === undefined || !option) throw unknownOption(command, `-${letter}`);
				else if (option.kind === 'value' || option.kind === 'list') {
					takeValue(optionName(key), `-${letter}`, letters === '' ? undefined : letters.replace(/^=/, ''));
					letters = '';
				} else result.push(`${option.kind === 'off' ? '--no-' : '--'}${optionName(key)}`);
			}
		} else result.push(word);
	}
	return result;
}

/**
 * The words after a command's name, read by its table of options; `help` when help was asked for.
 * Command line before `defaults`. Every mistake is a `UserError` with exit status 2.
 */
export function parseArguments(
	argv: readonly string[],
	command: Command,
	defaults: Defaults = new Map(),
): Arguments<Options> | 'help' {
	const words = normalise(argv, command);
	// Only of those that were typed: what becomes of each option in meow takes a sixth of a millisecond.
	const typed = new Set(words.map(word => /^--(?:no-)?([^=]+)/.exec(word)?.[1]));
	const parsed = meow('', {
		importMeta: import.meta,
		pkg: {name: 'tortui'},
		description: false,
		argv: words,
		autoHelp: false,
		autoVersion: false,
		flags: {
			help: {type: 'boolean'},
			...Object.fromEntries(
				Object.entries(command.options)
					.filter(([key]) => typed.has(optionName(key)))
					.map(([key, option]) => [
						key,
						option.kind === 'value' || option.kind === 'list'
							? ({type: 'string', isMultiple: true} as const)
							: ({type: 'boolean'} as const),
					]),
			),
		},
		booleanDefault: undefined,
	});
	const {help, ...raw}: {help?: unknown; [key: string]: unknown} = parsed.flags;
	if (help === true) return 'help';

	const given = new Set<string>();
	const flags: Record<string, unknown> = {};
	for (const [key, option] of Object.entries(command.options)) {
		const fallback = defaults.get(key);
		const label = optionLabel(key, command.options);
		if (option.kind === 'on' || option.kind === 'off') {
			if (raw[key] !== undefined) given.add(key);
			flags[key] = raw[key] ?? fallback?.value ?? option.kind === 'off';
			if (option.kind === 'off' && option.refusal !== undefined && flags[key] === false) {
				const where = raw[key] === undefined ? (fallback?.where ?? label) : label;
				throw new UserError('bad-value', `${where}: ${option.refusal}`, 2);
			}
			continue;
		}
		const typed = (raw[key] ?? []) as readonly string[];
		const values = typed.length > 0 ? typed : [fallback?.value ?? []].flat().map(String);
		const where = typed.length > 0 ? label : (fallback?.where ?? label);
		if (typed.length > 0) given.add(key);
		const read = (value: string) => option.read(value, where);
		flags[key] = option.kind === 'list' ? values.map(read) : values.slice(-1).map(read)[0];
	}

	const input = parsed.input.map(String);
	const [least, most] = command.words;
	if (input.length < least) throw usageError(command, `missing: ${command.usage[0] ?? command.name}`);
	if (input.length > most) throw usageError(command, `one argument too many: ${JSON.stringify(input[most])}`);
	return {input, flags: flags as Flags<Options>, given};
}
