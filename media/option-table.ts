import type {Options} from '../source/commands/arguments/command.ts';
import {optionLabel} from '../source/commands/arguments/option-names.ts';

/** An option as people read it. */
export interface DescribedOption {
	/** Each with its dashes; the short one first. */
	readonly names: readonly string[];
	readonly value?: string;
	readonly help: string;
	readonly standard?: string;
}

/** The options of a table that do something, as people read them. */
export function describedOptions(options: Options): DescribedOption[] {
	return Object.entries(options)
		.filter(([, option]) => !('hidden' in option))
		.map(([key, option]) => ({
			names: [...(option.short ? [`-${option.short}`] : []), optionLabel(key, options)],
			...('value' in option && {value: option.value}),
			help: option.help,
			...('standard' in option && option.standard !== undefined && {standard: option.standard}),
		}));
}

/** The options as a table in Markdown. */
export function optionTableMarkdown(options: Options): string {
	const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
	const rows = describedOptions(options).map(({names, value, help, standard}) => {
		const label = `\`${names.join(', ')}${value === undefined ? '' : ` ${value}`}\``;
		return `| ${label} | ${cell(help)} | ${cell(standard ?? '')} |`;
	});
	return ['| option | what it does | default |', '| --- | --- | --- |', ...rows].join('\n');
}
