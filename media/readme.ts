import {sharedOptions} from '../source/commands/flags.ts';
import {keyTable} from '../source/ui/key-table.ts';
import {keyTableMarkdown} from '../source/ui/keymap.ts';
import {optionTableMarkdown} from './option-table.ts';

/** The README with its tables as the program has them now; each stands between two comments that name it. */
export function withTables(readme: string): string {
	const tables = {options: optionTableMarkdown(sharedOptions), keys: keyTableMarkdown(keyTable).trim()};
	let text = readme;
	for (const [name, table] of Object.entries(tables)) {
		const place = new RegExp(`(<!-- ${name}: .*? -->\n)[\\s\\S]*?(\n<!-- end of ${name} -->)`);
		if (!place.test(text)) throw new Error(`the README has no place for its table of ${name}`);
		text = text.replace(place, (_, before, after) => `${before}\n${table}\n${after}`);
	}
	return text;
}
