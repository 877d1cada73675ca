import {sharedOptions} from '../source/commands/arguments/flags.ts';
import {keyTable} from '../source/ui/keys/key-table.ts';
import {keyTableMarkdown} from './key-table.ts';
import {optionTableMarkdown} from './option-table.ts';

/** The pages that hold a table which the program writes, and its name. */
export const pages = {'media/command-line.md': 'options', 'media/keys.md': 'keys'} as const;

const tables = {
	options: () => optionTableMarkdown(sharedOptions),
	keys: () => keyTableMarkdown(keyTable).trim(),
};

/** A page with its table as the program has it now; it stands between two comments that name it. */
export function withTable(page: string, name: keyof typeof tables): string {
	const place = new RegExp(`(<!-- ${name}: .*? -->\n)[\\s\\S]*?(\n<!-- end of ${name} -->)`);
	if (!place.test(page)) throw new Error(`the page has no place for its table of ${name}`);
	return page.replace(place, (_, before, after) => `${before}\n${tables[name]()}\n${after}`);
}
