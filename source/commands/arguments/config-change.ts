import {resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import type {Options} from './command.js';
import {configOptions, optionOfSetting, settingNames} from './config-file.js';
import {typedProgram} from './hook-options.js';
import {optionName} from './option-names.js';

const words = new Map([
	['true', true],
	['on', true],
	['yes', true],
	['false', false],
	['off', false],
	['no', false],
]);

/** What stands for a setting in the file, from the words that were typed for it; paths become absolute. */
function writtenValue(name: string, option: Options[string] | undefined, typed: readonly string[]): unknown {
	const only = (): string => {
		const [value, second] = typed;
		if (value === undefined)
			throw new UserError('usage', `what shall ${name} be? config set ${name} VALUE`, 2);
		if (second !== undefined)
			throw new UserError('usage', `${name} has one value, ${JSON.stringify(second)} is one too many`, 2);
		return value;
	};
	if (option === undefined) {
		const value = only();
		try {
			return JSON.parse(value);
		} catch {
			return words.get(value) ?? value;
		}
	}
	if (option.kind === 'on' || option.kind === 'off') {
		const value = typed.length === 0 ? true : words.get(only());
		if (value === undefined) throw new UserError('bad-value', `${name} must be true or false`, 2);
		return value;
	}
	const isPath = /^(?:DIR|FILE|PATH)$/.test(option.value);
	const written = (text: string) => (isPath && !/^~(?:\/|$)/.test(text) ? resolve(text) : text);
	if (option.kind === 'list') {
		if (typed.length === 0) only();
		const list = asListInJson(typed) ?? typed;
		return option.value === 'PROGRAM' ? typedProgram(list, name) : list.map(written);
	}
	const value = written(only());
	return /^(?:0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** A list as it stands in the file, for those who copy it from there. */
function asListInJson([first = '', ...more]: readonly string[]): readonly string[] | undefined {
	if (more.length > 0 || !first.trimStart().startsWith('[')) return undefined;
	try {
		const value: unknown = JSON.parse(first);
		return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : undefined;
	} catch {
		return undefined;
	}
}

function requireName(name: string): void {
	if (settingNames().includes(name) || optionOfSetting(name) !== undefined) return;
	const guess = nearest(name, settingNames());
	const advice = guess ? `did you mean ${guess}?` : 'tortui config lists those there are';
	throw new UserError('unknown-setting', `unknown setting ${JSON.stringify(name)}; ${advice}`, 2);
}

/** The other spelling of a switch, which says the opposite: `dht` and `no-dht`. */
function opposite(name: string): string | undefined {
	const found = optionOfSetting(name);
	const options: Options = configOptions;
	if (found === undefined || !/^(?:on|off)$/.test(options[found.key]!.kind)) return undefined;
	return found.isNegated ? optionName(found.key) : `no-${optionName(found.key)}`;
}

/** What `config set NAME VALUE…` changes in the file. An unknown name, or what cannot be a value, is a `UserError`. */
export function settingChange(name: string, typed: readonly string[]): Record<string, unknown> {
	requireName(name);
	const options: Options = configOptions;
	const found = optionOfSetting(name);
	const other = opposite(name);
	return {
		...(other !== undefined && {[other]: undefined}),
		[name]: writtenValue(name, found && options[found.key], typed),
	};
}

/**
 * What `config unset NAME…` changes: a setting goes in both its spellings. A name that is unknown, and not in the file
 * either, is a `UserError`.
 *
 * @param there what is in the file
 */
export function settingRemoval(names: readonly string[], there: object): Record<string, undefined> {
	const changes: Record<string, undefined> = {};
	for (const name of names) {
		if (!Object.hasOwn(there, name)) requireName(name);
		const other = opposite(name);
		if (other !== undefined) changes[other] = undefined;
		changes[name] = undefined;
	}
	return changes;
}
