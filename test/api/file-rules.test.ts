import assert from 'node:assert/strict';
import test from 'node:test';
import {checkSelection, selectFiles} from '../../source/api/file-rules.ts';
import {compileGlob} from '../../source/api/glob.ts';
import {UserError} from '../../source/base/errors.ts';
import {seeded} from '../policy/seeded.ts';

const M = 1024 * 1024;
const files = [
	['Show/Season 1/Show.S01E01.mkv', 700 * M],
	['Show/Season 1/Show.S01E02.MKV', 690 * M],
	['Show/Season 1/subs/en/e01.srt', 40_000],
	['Show/Season 2/Show.S02E01.mp4', 1536 * M],
	['Show/readme, please.txt', 0],
	['Show/Größe [x].nfo', 100 * M],
].map(([path, length]) => ({path: (path as string).split('/'), length: length as number}));

/** The numbers of the selected files. */
function select(...rules: string[]): string {
	return selectFiles(rules, files)
		.flatMap((selected, index) => (selected ? [index + 1] : []))
		.join(' ');
}

for (const [rule, expected] of [
	['1', '1'],
	['1,3-5', '1 3 4 5'],
	[' 5 , 2 - 3 ,, ', '2 3 5'],
	['4-', '4 5 6'],
	['*.mkv', '1 2'],
	['*.{mkv,srt}', '1 2 3'],
	['show.s0[12]e01.*', '1 4'],
	['show.s0[!1]e01.*', '4'],
	['????????.S??E??.mkv,e??.srt', '3'],
	['Season 1/*', '1 2'],
	['Season 1/', '1 2 3'],
	['Season 1/**', '1 2 3'],
	['show/season ?/*.m*', '1 2 4'],
	['**/subs/**', '3'],
	['**/e01.srt', '3'],
	['readme\\, please.txt', '5'],
	['größe \\[x\\].nfo', '6'],
	['GRO\u0308ẞE*', '6'],
	['GRO\u0308ßE*', '6'],
	['>100M', '1 2 4'],
	['>=100M', '1 2 4 6'],
	['<1K', '5'],
	['<=39.0625 KiB', '3 5'],
	['=0', '5'],
	['>1.4g', '4'],
	['/s\\d{2,3}e01/i', '1 4'],
	['/S01E0[12]\\.mkv$/', '1'],
	['/Season 1/,5', '1 2 3 5'],
	['!*.mkv', '3 4 5 6'],
	['*.mkv,!2', '1'],
	['!2,1-3', '1 3'],
	['!<100M,!/season 2/i', '1 2 6'],
	['**', '1 2 3 4 5 6'],
] as const) {
	test(`${rule} selects ${expected}`, () => assert.equal(select(rule), expected));
}

test('rules that come one by one are as good as joined ones', () => {
	assert.equal(select('1', '*.srt', '!1'), '3');
});

for (const [rule, message] of [
	['', /empty/],
	[' , ', /empty/],
	['0', /begin at 1/],
	['5-3', /lower number first/],
	['7', /only 6 files/],
	['2-9', /only 6 files/],
	['>big', /size/],
	['>', /size/],
	['!', /nothing behind/],
	['/abc', /regular expression as in/],
	['/abc/g', /regular expression as in/],
	['/(/', /not a valid/],
	['*.avi', /matches none/],
	['1,!1', /matches none/],
	['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}', /too many/],
	['99999999999999999999', /only 6 files/],
	['abc\\', /matches none/],
] as const) {
	test(`${JSON.stringify(rule)} is refused in one line`, () => {
		assert.throws(
			() => select(rule),
			(error: unknown) =>
				error instanceof UserError &&
				error.exitStatus === 2 &&
				message.test(error.message) &&
				!error.message.includes('\n'),
		);
	});
}

test('rules can be checked before the files are known', () => {
	checkSelection('*.avi,7,>1G');
	assert.throws(() => checkSelection('>x'), UserError);
});

test('many stars in a pattern take no time, whatever the name', () => {
	const glob = compileGlob(`${'*a'.repeat(60)}b`)!;
	assert.equal(glob(['a'.repeat(5000)]), false);
	const deep = compileGlob(`${'**/a/'.repeat(40)}b`)!;
	assert.equal(deep(Array(400).fill('a')), false);
	assert.equal(deep([...Array(400).fill('a'), 'b']), true);
});

test('any text is a selection or a clear refusal', () => {
	const random = seeded(11);
	const letters = [
		'*',
		'?',
		'[',
		']',
		'{',
		'}',
		',',
		'/',
		'\\',
		'!',
		'-',
		'>',
		'<',
		'1',
		'9',
		'a',
		'M',
		' ',
		'é',
		'.',
		'😀',
	];
	for (let round = 0; round < 20_000; round++) {
		const length = Math.floor(random() * 12);
		const rule = Array.from({length}, () => letters[Math.floor(random() * letters.length)]).join('');
		try {
			assert.ok(select(rule).length > 0);
		} catch (error) {
			assert.ok(error instanceof UserError && error.exitStatus === 2, `${rule}: ${error}`);
		}
	}
});
