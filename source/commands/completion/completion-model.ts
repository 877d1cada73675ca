import type {Command, Options} from '../arguments/command.js';
import {optionLabel} from '../arguments/option-names.js';
import {wordsOf} from '../arguments/quantities.js';

/** What can stand in a place of the command line: files, folders, torrents of the running engine, words, or anything. */
export type Kind = 'torrent' | 'path' | 'folder' | 'id' | 'anything' | readonly string[];

/** An option as a shell completes it. */
export interface CompletedOption {
	/** With its dashes. */
	readonly long: string;
	readonly short?: string;
	/** Absent for an option without a value. */
	readonly value?: {readonly name: string; readonly kind: Kind};
	readonly repeats: boolean;
	readonly help: string;
}

/** A verb as a shell completes it; `session` is what follows `tortui` itself. */
export interface CompletedCommand {
	readonly name: string;
	readonly summary: string;
	readonly options: readonly CompletedOption[];
	/** What its words are, one by one; the last one stands for all that follow. */
	readonly words: readonly Kind[];
	readonly repeats: boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
	TORRENT: 'torrent',
	PATH: 'path',
	DIR: 'folder',
	FILE: 'path',
	ID: 'id',
};

/** What follows the verb in a usage line: `verify TORRENT DIR [--json]` takes a torrent and a folder. */
function wordKinds(usage: string): Kind[] {
	return [...usage.matchAll(/(?<![-\w=])(?:[A-Z]+|[a-z]+(?:\|[a-z]+)+)(?![\w=])/g)].map(
		([word]) => kinds[word] ?? (word.includes('|') ? word.split('|') : 'anything'),
	);
}

function completeOptions(options: Options): CompletedOption[] {
	const shown = Object.entries(options).filter(([, option]) => !('hidden' in option));
	const found = shown.map(([key, option]): CompletedOption => {
		const hasValue = option.kind === 'value' || option.kind === 'list';
		const kind = (): Kind => {
			if (!hasValue) return 'anything';
			return wordsOf(option.read) ?? kinds[option.value] ?? 'anything';
		};
		return {
			long: optionLabel(key, options),
			...(option.short !== undefined && {short: `-${option.short}`}),
			...(hasValue && {value: {name: option.value, kind: kind()}}),
			repeats: option.kind === 'list',
			help: option.help,
		};
	});
	return [...found, {long: '--help', short: '-h', repeats: false, help: 'what the command takes'}];
}

/** A command as a shell completes it, by its own tables. */
export function completedCommand(command: Command): CompletedCommand {
	return {
		name: command.name,
		summary: command.summary,
		options: completeOptions(command.options),
		words: wordKinds(command.usage[0] ?? ''),
		repeats: command.words[1] > command.words[0] && command.words[1] > 1,
	};
}
