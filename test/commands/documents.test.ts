import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {globSync, readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {test} from 'node:test';
import {manPage} from '../../media/man-page.ts';
import {pages, withTable} from '../../media/pages.ts';
import type {Options} from '../../source/commands/arguments/command.ts';
import {configOptions} from '../../source/commands/arguments/config-file.ts';
import {choose, loadCommand} from '../../source/commands/arguments/dispatch.ts';
import {examples} from '../../source/commands/arguments/examples.ts';
import {sharedOptions} from '../../source/commands/arguments/flags.ts';
import {optionLabel, optionName} from '../../source/commands/arguments/option-names.ts';
import {parseArguments} from '../../source/commands/arguments/parse-arguments.ts';
import {verbNames} from '../../source/commands/arguments/verb-names.ts';
import {missing} from '../helpers/processes.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const readme = read('README.md');

/** The fenced blocks of a page in one language; of the README unless told. */
function blocks(language: string, page = readme): string[] {
	return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
		([, text]) => text!,
	);
}

/** A line of a shell in words; knows quotes and comments. */
function shellWords(line: string): string[] {
	const words = line.replace(/\s#.*$/, '').match(/(?:'[^']*'|[^\s'])+/g) ?? [];
	return words.map(word => word.replaceAll("'", ''));
}

/** The first command of a line, up to where its output goes. */
function firstCommand(line: string): string {
	return /^(?:'[^']*'|"[^"]*"|[^'"|>])*/.exec(line)?.[0].trim() ?? '';
}

for (const [page, table] of Object.entries(pages)) {
	test(`the table of ${table} in ${page} is that of the program; npm run docs makes it so`, () => {
		assert.equal(read(page), withTable(read(page), table));
	});
}

test('the README is short, leads to every page, and says early what it speaks', () => {
	const lines = readme.split('\n');
	assert.ok(lines.length < 200, `${lines.length} lines`);
	for (const page of Object.keys(pages)) assert.ok(readme.includes(`](${page}`), page);
	const early = lines.slice(0, 25).join('\n');
	assert.match(early, /magnet link[\s\S]*uTP, encrypted[\s\S]*v2 and hybrids[\s\S]*media\/proxy\.md/);
	assert.deepEqual(blocks('sh')[0]?.match(/^npm (?:install|start|test)/gm), [
		'npm install',
		'npm start',
		'npm start',
		'npm test',
	]);
});

test('the manual page is that of the program; npm run docs makes it so', async () => {
	const {version} = JSON.parse(read('package.json'));
	assert.equal(read('media/tortui.1'), await manPage(version));
});

test('the manual page is sound', {skip: missing('mandoc')}, () => {
	execFileSync('mandoc', ['-T', 'lint', '-W', 'warning', resolve(root, 'media/tortui.1')]);
});

test('every command line in the README, on the page about scripts and among the examples is one that the program understands', async () => {
	const typed = Object.values(examples)
		.flat()
		.map(([line]) => line);
	const written = [readme, read('media/scripting.md')].flatMap(page => blocks('sh', page));
	const lines = [...written.flatMap(block => block.split('\n')), ...typed]
		.map(line => firstCommand(line.replace(/^npm start --|^\w+=\$\(tortui/, 'tortui')))
		.filter(line => line.startsWith('tortui '));
	assert.ok(lines.length > 15);
	for (const line of lines) {
		const choice = choose(shellWords(line).slice(1), () => true);
		assert.ok(choice.verb !== 'help' && choice.verb !== 'version', line);
		parseArguments(choice.rest, await loadCommand(choice.verb));
	}
});

test('every command has its place in the README, or on a page of its own', async () => {
	const written = globSync('media/*.md', {cwd: root}).map(read);
	const headings = [readme, ...written]
		.flatMap(text => [...text.matchAll(/^##+ (.*)$/gm)])
		.map(([, text]) => text)
		.join('\n');
	const told = new Set(['session', 'demo']);
	for (const verb of verbNames) {
		const where = told.has(verb) ? readme : headings;
		assert.match(where, new RegExp(verb === 'session' ? '`tortui \\[options\\]' : `\\b${verb}\\b`));
	}
});

test('the config file in the README sets what can be set', () => {
	const names = new Set([
		...Object.keys(configOptions).map(optionName),
		'keys',
		'bell',
		'notify',
		'title',
		'frames',
		'magnet-start',
	]);
	const [config] = blocks('json').filter(block => block.includes('max-upload'));
	for (const name of Object.keys(JSON.parse(config!))) assert.ok(names.has(name), name);
});

test('every picture and file that the README names is there', () => {
	const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
	assert.ok(links.length > 2);
	for (const path of links) read(path.replace(/#.*/, ''));
});

test('every option that is read is told of', () => {
	for (const [key, option] of Object.entries<Options[string]>(sharedOptions)) {
		const name = optionLabel(key, sharedOptions);
		assert.ok(!('hidden' in option), name);
		assert.match(read('media/command-line.md'), new RegExp(`\`(?:-\\w, )?${name}[ \`]`), name);
	}
});
