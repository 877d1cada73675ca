import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import type {Command} from './command.js';
import {optionLabel, optionName} from './option-names.js';

/** A mistake in how a command was typed, with where to read what it takes. */
export function usageError(command: Command, message: string): UserError {
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
export function tieValues(argv: readonly string[], command: Command): string[] {
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
