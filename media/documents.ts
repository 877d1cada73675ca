// Writes the tables of the pages and the manual page anew: npm run docs
import {readFileSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {manPage} from './man-page.ts';
import {pages, withTable} from './pages.ts';

const root = resolve(import.meta.dirname, '..');
const {version} = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
for (const [page, table] of Object.entries(pages)) {
	const path = resolve(root, page);
	writeFileSync(path, withTable(readFileSync(path, 'utf8'), table));
}
writeFileSync(resolve(root, 'media/tortui.1'), await manPage(version));
