import meow from 'meow';
import type {Arguments, Command, Options} from './command.js';
import {optionLabel, optionName} from './option-names.js';
import {tieValues, usageError} from './tie-values.js';

/** Values from the config file, by option name in camelCase, as they would be typed. */
export type Defaults = ReadonlyMap<
	string,
	{readonly value: string | boolean | readonly string[]; readonly where: string}
>;

/** What was typed of each option, by its name in camelCase: whether it is on, or its values as texts. */
type Typed = Readonly<Record<string, unknown>>;

/** Takes the words apart; values are texts still. */
function split(
	argv: readonly string[],
	{options}: Command,
): {readonly input: string[]; readonly typed: Typed} {
	// Only of those that were typed: what becomes of each option in meow takes a sixth of a millisecond.
	const names = new Set(argv.map(word => /^--(?:no-)?([^=]+)/.exec(word)?.[1]));
	const kinds = Object.entries(options)
		.filter(([key]) => names.has(optionName(key)))
		.map(([key, {kind}]) => [
			key,
			kind === 'value' || kind === 'list'
				? ({type: 'string', isMultiple: true} as const)
				: ({type: 'boolean'} as const),
		]);
	const {input, flags} = meow('', {
		importMeta: import.meta,
		pkg: {name: 'tortui'},
		description: false,
		argv,
		autoHelp: false,
		autoVersion: false,
		flags: {help: {type: 'boolean'}, ...Object.fromEntries(kinds)},
		booleanDefault: undefined,
	});
	return {input: input.map(String), typed: flags};
}

/** What an option comes to; `value` is what was typed or stands in the config file, undefined where nothing does. */
function readOption(
	option: Options[string],
	value: string | boolean | readonly string[] | undefined,
	where: string,
): unknown {
	if (option.kind === 'on' || option.kind === 'off') return value ?? option.kind === 'off';
	const texts = [value ?? []].flat().map(String);
	const read = (text: string) => option.read(text, where);
	option.readAll?.(texts, where);
	return option.kind === 'list' ? texts.map(read) : texts.slice(-1).map(read)[0];
}

/**
 * The words after a command's name, read by its table of options; `help` when help was asked for. Every mistake is a
 * `UserError` with exit status 2.
 */
export function parseArguments(argv: readonly string[], command: Command): Arguments<Options> | 'help' {
	const {input, typed} = split(tieValues(argv, command), command);
	if (typed['help'] === true) return 'help';
	const given = new Set<string>();
	const flags: Record<string, unknown> = {};
	for (const [key, option] of Object.entries(command.options)) {
		const value = typed[key] as boolean | readonly string[] | undefined;
		if (value !== undefined && !(Array.isArray(value) && value.length === 0)) given.add(key);
		flags[key] = readOption(option, value, optionLabel(key, command.options));
	}
	const [least, most] = command.words;
	if (input.length < least) throw usageError(command, `missing: ${command.usage[0] ?? command.name}`);
	if (input.length > most) throw usageError(command, `one argument too many: ${JSON.stringify(input[most])}`);
	return {input, flags: flags as Arguments<Options>['flags'], given};
}

/** The same with options that were not typed as if nothing was said of them: what a config file set before is out. */
export function withoutDefaults(
	args: Arguments<Options>,
	command: Pick<Command, 'options'>,
): Arguments<Options> {
	const unset = Object.entries(command.options).flatMap(([key, option]) =>
		args.given.has(key) ? [] : [[key, readOption(option, undefined, '')]],
	);
	return {...args, flags: {...args.flags, ...Object.fromEntries(unset)}};
}

/** The same with what the config file sets for options that were not typed. A value that is none is a `UserError`. */
export function withDefaults(
	args: Arguments<Options>,
	command: Pick<Command, 'options'>,
	defaults: Defaults,
): Arguments<Options> {
	const set = Object.entries(command.options).flatMap(([key, option]) => {
		const found = args.given.has(key) ? undefined : defaults.get(key);
		return found === undefined ? [] : [[key, readOption(option, found.value, found.where)]];
	});
	return {...args, flags: {...args.flags, ...Object.fromEntries(set)}};
}
