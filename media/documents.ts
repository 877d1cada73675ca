// Writes the tables of the README and the manual page anew: npm run docs
import {readFileSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {manPage} from './man-page.ts';
import {withTables} from './readme.ts';

const root = resolve(import.meta.dirname, '..');
const readme = resolve(root, 'README.md');
const {version} = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
writeFileSync(readme, withTables(readFileSync(readme, 'utf8')));
writeFileSync(resolve(root, 'media/tortui.1'), await manPage(version));
