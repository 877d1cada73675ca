import {resolve} from 'node:path';
import type {Arguments, Flags, Options} from '../arguments/command.js';
import type {ConfigOptions} from '../arguments/config-file.js';
import {ownOptions} from '../arguments/engine-arguments.js';
import {withDefaults} from '../arguments/parse-arguments.js';

/** What an engine goes by, or would. */
export type DoctorSettings = Flags<typeof ownOptions>;

function readOne(key: string, option: Options[string], values: ConfigOptions['values']): unknown {
	const nothing: Arguments<Options> = {input: [], flags: {}, given: new Set()};
	const read = (from: ConfigOptions['values']) =>
		withDefaults(nothing, {options: {[key]: option}}, from).flags[key];
	try {
		return read(values);
	} catch {
		return undefined;
	}
}

/**
 * The settings by what the config file says, and by what the engine that runs was started with, which goes before that. What
 * is wrong in the file counts as not said: another check tells it.
 *
 * @param about what the engine tells of itself
 */
export function doctorSettings(
	values: ConfigOptions['values'],
	about: Readonly<Record<string, unknown>> = {},
): DoctorSettings {
	const options: Options = ownOptions;
	const settings = Object.entries(options).map(([key, option]) => {
		const told = about[key];
		if (told !== undefined) return [key, told ?? undefined];
		const read = readOne(key, option, values);
		if (read !== undefined) return [key, read];
		return [
			key,
			option.kind === 'off' ? true : option.kind === 'on' ? false : option.kind === 'list' ? [] : undefined,
		];
	});
	return Object.fromEntries(settings) as DoctorSettings;
}

/** Where downloads go when nobody says otherwise. Absolute. */
export function downloadFolder({dir}: DoctorSettings, engineDir: string | undefined): string {
	return engineDir ?? resolve(dir ?? '.');
}
