import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
	colourOf,
	contrast,
	fitTheme,
	fitToBoth,
	isLight,
	neededContrast,
	shapes,
} from '../../../source/ui/look/contrast.ts';
import {groundOf, Painter, shown256} from '../../../source/ui/look/paint.ts';
import {type Theme, type Tone, themes} from '../../../source/ui/look/themes.ts';
import type {TerminalColour} from '../../../source/ui/terminal/input-parts.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

/** What reading takes, by the usual rule. */
const textContrast = 4.5;

const grounds: readonly string[] = [
	...['000000', '1e1e1e', '002b36', '282a36', '2e3440', '303446', '3c3836'],
	...['ffffff', 'fdf6e3', 'f5f5f5', 'eee8d5', 'fafafa', 'e1e2e7', 'd5d5d5'],
	...['0000aa', '808080', '7f7f7f', 'ffffdd'],
];
const colours = {
	env: {ssh: false, term: 'xterm-256color', colorTerm: 'truecolor', timezone: 0},
	color: 'auto',
} as const;

test('every theme can be read on every background, also on the row with the cursor', () => {
	for (const [name, theme] of Object.entries(themes)) {
		for (const hex of grounds) {
			for (const shown of [(colour: TerminalColour) => colour, shown256]) {
				const ground = colourOf(hex);
				const fitted = fitTheme(theme, ground, shown);
				const selection = shown(colourOf(fitted.selection[0]));
				for (const tone of Object.keys(fitted.tones) as Tone[]) {
					const about = `${name} ${tone} on ${hex}`;
					const [text] = fitted.tones[tone];
					if (text !== '')
						assert.ok(contrast(shown(colourOf(text)), ground) >= neededContrast(tone, false), about);
					const [selected] = fitted.selected[tone];
					const needed = tone === 'faint' ? 3 : textContrast;
					assert.ok(contrast(shown(colourOf(selected)), selection) >= needed, `${about}, selected`);
				}
			}
		}
	}
});

test('cells of the grid of pieces are told apart by their colours, where the theme goes by these', () => {
	const apart = [
		...([
			['have', 'part'],
			['have', 'missing'],
			['part', 'missing'],
			['missing', 'rare'],
		] as const),
		...([
			['missing', 'unwanted'],
			['flight', 'have'],
			['lit', 'have'],
			['up', 'have'],
		] as const),
		...([
			['accent', 'part'],
			['have', 'edge'],
			['flight', 'rare'],
			['some', 'have'],
			['held', 'part'],
			['held', 'missing'],
			['held', 'accent'],
		] as const),
	];
	for (const [name, theme] of Object.entries(themes)) {
		if (theme.shapes) continue;
		for (const hex of ['000000', '1e1e1e', 'ffffff', 'fdf6e3']) {
			for (const shown of [(colour: TerminalColour) => colour, shown256]) {
				const {tones} = fitTheme(theme, colourOf(hex), shown);
				const seen = (tone: Tone) => shown(colourOf(tones[tone][0]));
				for (const [one, other] of apart) {
					const [a, b] = [seen(one), seen(other)];
					const distance = Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
					assert.ok(distance >= 25, `${name} on ${hex}: ${one} and ${other}, ${distance}`);
				}
			}
		}
	}
});

test('what words are painted in needs what reading takes, and what is faint no less than three to one', () => {
	const words = [
		'text',
		'dim',
		'accent',
		'title',
		'flight',
		'rare',
		'down',
		'up',
		'good',
		'warn',
		'bad',
		'key',
	] as const;
	for (const tone of words) assert.equal(neededContrast(tone, false), textContrast);
	assert.deepEqual([neededContrast('faint', false), neededContrast('faint', true)], [3, 3]);
});

test('a background that is not known is taken for the kind the theme is made for', () => {
	for (const theme of Object.values(themes)) {
		const ground = colourOf(theme.ground === 'light' ? 'ffffff' : '000000');
		const fitted = fitTheme(theme, undefined);
		for (const [tone, [text]] of Object.entries(fitted.tones))
			if (text !== '')
				assert.ok(
					contrast(colourOf(text), ground) >= neededContrast(tone as Tone, false),
					`${theme.about}: ${tone}`,
				);
	}
});

test('in 16 colours a theme for dark backgrounds has no bright colour and no white on a light one', () => {
	const painter = new Painter('tortui', 16, false, [255, 255, 255]);
	for (const tone of ['title', 'accent', 'warn', 'dim', 'key'] as const)
		assert.match(painter.row([['x', tone]]), /\[3[0-6]m/);
	assert.match(new Painter('tortui', 16, false).row([['x', 'title']]), /\[97m/);
});

/** The colour of the torrent's name. */
function titleColour(terminal: {colour(column: number, row: number): number}): TerminalColour {
	return colourOf(terminal.colour(4, 0).toString(16).padStart(6, '0'));
}

test('asks the terminal for its background, draws without waiting, and turns its colours round for a light one', async () => {
	const {terminal, close} = await openTestScreen(80, 24, colours);
	assert.ok(terminal.written.includes('\u001B]11;?'));
	assert.match(terminal.line(0), /field-recordings/);
	assert.ok(isLight(titleColour(terminal)));
	for (const piece of ['\u001B]1', '1;rgb:ffff/ff', 'ff/ffff', '\u0007']) await terminal.send(piece);
	assert.ok(contrast(titleColour(terminal), [255, 255, 255]) > 7);
	assert.equal(terminal.line(23).includes('rgb'), false);
	await close();
});

test('keys that come before, within and after the answer are all taken', async () => {
	const {terminal, close} = await openTestScreen(120, 40, colours);
	await terminal.send('5/ra\u001B]11;rgb:ffff/ffff/ffff\u001B\\in\r');
	assert.match(terminal.text(), /›.*rain\.flac/);
	await close();
});

test('every theme is fitted, whoever chose it', async () => {
	const {terminal, close} = await openTestScreen(80, 24, {...colours, theme: 'nord'});
	await terminal.send('\u001B]11;rgb:ffff/ffff/ffff\u0007');
	assert.ok(contrast(titleColour(terminal), [255, 255, 255]) >= textContrast);
	await close();
});

test('goes by COLORFGBG until the terminal answers, and by its answer from then on', async () => {
	const {terminal, close} = await openTestScreen(80, 24, {
		...colours,
		env: {...colours.env, colorFgBg: '0;15'},
	});
	assert.ok(contrast(titleColour(terminal), [255, 255, 255]) >= textContrast);
	await terminal.send('\u001B]11;rgb:0000/0000/0000\u0007');
	assert.ok(contrast(titleColour(terminal), [0, 0, 0]) >= textContrast);
	await close();
	assert.ok(isLight(groundOf('0;default;15') ?? [0, 0, 0]));
	assert.ok(isLight(groundOf('0;7') ?? [0, 0, 0]));
	for (const dark of ['15;0', '7;8', '12;default;0']) assert.ok(!isLight(groundOf(dark) ?? [255, 255, 255]));
	for (const none of [undefined, '', '15', '15;default', '1;99', 'a;b'])
		assert.equal(groundOf(none), undefined);
});

test('where nobody says the background the usual theme is what can be read on both kinds, a named one as it was made', async () => {
	const {tones, selected, swaps} = fitToBoth(themes['tortui'] as Theme);
	for (const [tone, [hex]] of Object.entries(tones)) {
		if (hex === '' || tone === 'unwanted') continue;
		for (const ground of ['1e1e1e', 'f5f5f5']) {
			const least = shapes.has(tone as Tone) ? 1.5 : 3;
			assert.ok(contrast(colourOf(hex), colourOf(ground)) >= least, `${tone} on ${ground}`);
		}
	}
	assert.deepEqual([tones.text[0], tones.title[0], tones.key[0]], ['', '', '']);
	assert.equal(selected, tones);
	assert.equal(swaps, true);
	const {terminal, clock, close} = await openTestScreen(80, 24, colours);
	const before = titleColour(terminal);
	clock.turn(2000);
	await terminal.settled();
	assert.notDeepEqual(titleColour(terminal), before);
	await terminal.send('\u001B]11;rgb:0000/0000/0000\u0007');
	assert.ok(contrast(titleColour(terminal), [0, 0, 0]) >= textContrast);
	await close();
	const named = new Painter('nord', 16_777_216, false, 'unknown');
	assert.deepEqual(named.theme.tones, new Painter('nord', 16_777_216, false).theme.tones);
});

test('asks again when the terminal tells that its colours have turned, or is looked at again', async () => {
	const {terminal, close} = await openTestScreen(80, 24, colours);
	const asked = () => terminal.written.split('\u001B]11;?').length - 1;
	assert.ok(terminal.written.includes('\u001B[?2031h'));
	await terminal.send('\u001B]11;rgb:0000/0000/0000\u0007');
	for (const [round, told] of ['\u001B[?997;2n', '\u001B[O\u001B[I'].entries()) {
		await terminal.send(told);
		assert.equal(asked(), round + 2);
	}
	await terminal.send('\u001B]11;rgb:ffff/ffff/ffff\u0007');
	assert.ok(contrast(titleColour(terminal), [255, 255, 255]) >= textContrast);
	// None of it was a key.
	assert.match(terminal.line(0), /field-recordings/);
	await close();
});

test('an answer that says nothing new draws nothing', async () => {
	const {terminal, close} = await openTestScreen(80, 24, colours);
	await terminal.send('\u001B]11;rgb:1e1e/1e1e/1e1e\u0007');
	const before = terminal.written.length;
	await terminal.send('\u001B]11;rgb:1e1e/1e1e/1e1e\u0007');
	assert.equal(terminal.written.length, before);
	await close();
});

test('what calls itself xterm and says its background has more than 16 colours', async () => {
	const env = {ssh: false, term: 'xterm', timezone: 0};
	const {terminal, close} = await openTestScreen(120, 40, {color: 'auto', env});
	assert.doesNotMatch(terminal.written, /\[38;5;/);
	await terminal.send('\u001B]11;rgb:ffff/ffff/ffff\u0007');
	assert.match(terminal.written, /\[38;5;/);
	assert.match(terminal.text(), /▀/);
	await close();
});

test('in 16 colours text is read on black and on white in the usual palette, also on the row with the cursor', () => {
	const palette = [
		...['000000', 'cd0000', '00cd00', 'cdcd00', '0000ee', 'cd00cd', '00cdcd', 'e5e5e5'],
		...['7f7f7f', 'ff0000', '00ff00', 'ffff00', '5c5cff', 'ff00ff', '00ffff', 'ffffff'],
	];
	for (const name of Object.keys(themes)) {
		for (const ground of ['000000', 'ffffff']) {
			const painter = new Painter(name, 16, false, colourOf(ground));
			for (const tone of Object.keys(painter.theme.tones) as Tone[]) {
				const code = painter.theme.tones[tone][1];
				if (code === 39) continue;
				const colour = colourOf(palette[code >= 90 ? code - 82 : code - 30] ?? '');
				const least = Math.min(neededContrast(tone, false), code === 90 ? 3 : 4.5);
				assert.ok(contrast(colour, colourOf(ground)) >= least, `${name} ${tone} on ${ground}`);
			}
			assert.equal(painter.row([['x', 'warn']], true).includes('\u001B[7m'), true);
		}
	}
});

test('does not ask where nothing is coloured, or where the question would be shown', async () => {
	for (const env of [{term: 'linux'}, {term: 'vt220'}, {term: 'xterm-256color', noColor: true}]) {
		const {terminal, close} = await openTestScreen(80, 24, {
			color: 'auto',
			env: {ssh: false, timezone: 0, ...env},
		});
		assert.ok(!terminal.written.includes('\u001B]11;?'), env.term);
		await close();
	}
});
