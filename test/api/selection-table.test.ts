import assert from 'node:assert/strict';
import {test} from 'node:test';
import {selectFiles} from '../../source/api/file-rules.ts';
import {UserError} from '../../source/base/errors.ts';
import {matchRule} from '../../source/ui/model/file-tree.ts';

const list = (...paths: Array<string | readonly [path: string, length: number]>) =>
	paths.map((entry, index) => {
		const [path, length] = typeof entry === 'string' ? [entry, 1000] : entry;
		return {index, path: path.split('/'), length};
	});

const lists = {
	show: list(
		['Show/Season 1/e01.mkv', 700 << 20],
		['Show/Season 1/e02.MKV', 690 << 20],
		['Show/Season 1/subs/en/e01.srt', 40_000],
		['Show/Season 2/e01.mp4', 900 << 20],
		['Show/sample.mkv', 9 << 20],
		['Show/readme.txt', 0],
	),
	odd: list(
		'Odd/a, b.txt',
		'Odd/a',
		'Odd/b.txt',
		'Odd/[x] {1,2}.nfo',
		'Odd/!mine.txt',
		'Odd/mine.txt',
		"Odd/it's.txt",
		'Odd/"q".txt',
		'Odd/2024-2025/photo.jpg',
		'Odd/>big.txt',
		'Odd/back\\slash.txt',
		'Odd/Ünïcode.txt',
	),
	single: list(['film.mkv', 5 << 20]),
};

/** A rule, or several as `--select` given again and again, and the numbers of the files they pick; or what is said. */
const table: ReadonlyArray<
	readonly [files: keyof typeof lists, rules: string | string[], expected: string | RegExp]
> = [
	['show', '1,3-4', '1 3 4'],
	['show', '5-', '5 6'],
	['show', '*.mkv', '1 2 5'],
	['show', '*.MKV', '1 2 5'],
	['show', 'e0?.*', '1 2 3 4'],
	['show', '*.{mkv,mp4}', '1 2 4 5'],
	['show', '>100M', '1 2 4'],
	['show', '<1K', '6'],
	['show', '<=39.0625 KiB,=0', '3 6'],
	['show', '/E01/i', '1 3 4'],
	['show', '/season [12]\\/e/i', '1 2 4'],
	['show', 'Season 1', '1 2 3'],
	['show', 'Season 1/', '1 2 3'],
	['show', 'season 1/', '1 2 3'],
	['show', 'Show/Season 1', '1 2 3'],
	['show', 'Show/Season 1/', '1 2 3'],
	['show', 'Season 1/*', '1 2'],
	['show', 'Season 1/**', '1 2 3'],
	['show', 'Season */', '1 2 3 4'],
	['show', 'subs', '3'],
	['show', 'subs/', '3'],
	['show', 'Season 1/subs', '3'],
	['show', '**/subs/**', '3'],
	['show', 'Show', '1 2 3 4 5 6'],
	['show', 'e01.srt', '3'],
	['show', 'Season 1/e01.mkv', '1'],
	['show', 'Show/Season 1/e01.mkv', '1'],
	['show', 'sample.mkv/', /matches none/],
	['show', 'son 2', '4'],
	['show', '!sample', '1 2 3 4 6'],
	['show', '*.mkv,!sample', '1 2'],
	['show', '!Season 1,!*.txt', '4 5'],
	['show', ['*.srt', '6'], '3 6'],
	['show', ['*.mkv', '!5', '4'], '1 2 4'],
	['show', '"Season 1"', '1 2 3'],
	['show', "'sample.mkv'", '5'],
	['show', '"son 2"', /matches none/],
	['show', '"*.mkv"', /matches none/],
	['show', '!"Season 1",!\'Season 2/\'', '5 6'],
	['show', '7', /only 6 files/],
	['show', '*.avi', /matches none/],
	['show', '>lots', /not a size/],
	['show', '/(/', /regular expression/],
	['show', '""', /no name/],
	['show', ' ', /empty/],
	['odd', 'a, b.txt', '1'],
	['odd', 'a,b.txt', '2 3'],
	['odd', '"a, b.txt"', '1'],
	['odd', 'b.txt,a, b.txt', '1 3'],
	['odd', '!a, b.txt,a*,b*', '2 3 11'],
	['odd', '[x] {1,2}.nfo', '4'],
	['odd', 'Odd/[x] {1,2}.nfo', '4'],
	['odd', '"[x] {1,2}.nfo",a', '2 4'],
	['odd', '[x] {1,2}', '4'],
	['odd', '[a-b].txt', '3'],
	['odd', '!mine.txt', '1 2 3 4 5 7 8 9 10 11 12'],
	['odd', '"!mine.txt"', '5'],
	['odd', "it's.txt", '7'],
	['odd', '"it\'s.txt"', '7'],
	['odd', '"q".txt', '8'],
	['odd', '"\\"q\\".txt"', '8'],
	['odd', '2024-2025', '9'],
	['odd', '2024-2025/', '9'],
	['odd', '>big.txt', '10'],
	['odd', 'back\\slash.txt', '11'],
	['odd', 'U\u0308NI\u0308code.txt', '12'],
	['single', 'film.mkv', '1'],
	['single', '1', '1'],
	['single', '*', '1'],
	['single', 'film', '1'],
	['single', '>4M', '1'],
	['single', 'film.mkv/', /matches none/],
];

for (const [name, rules, expected] of table) {
	const files = lists[name];
	test(`${JSON.stringify(rules)} of ${name}: ${expected}`, () => {
		const numbers = (positions: readonly number[]) => positions.map(position => position + 1).join(' ');
		const onCommandLine = (): string =>
			numbers(selectFiles(rules, files).flatMap((selected, at) => (selected ? [at] : [])));
		// The screen has one field for all rules.
		const onScreen = matchRule([rules].flat().join(','), files);
		if (typeof expected === 'string') {
			assert.equal(onCommandLine(), expected);
			assert.equal('positions' in onScreen ? numbers(onScreen.positions) : onScreen.problem, expected);
		} else {
			assert.throws(
				onCommandLine,
				(error: unknown) => error instanceof UserError && expected.test(error.message),
			);
			assert.match('problem' in onScreen ? onScreen.problem : 'none', expected);
		}
	});
}
