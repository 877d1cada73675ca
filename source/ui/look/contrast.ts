import type {TerminalColour} from '../terminal/input-parts.js';
import type {BaseTone, Colour, MixedTone, Theme, Tone} from './themes.js';

/**
 * Contrast that text needs, by the usual rule for reading (WCAG 2, AA), what is enough where less than that is at stake,
 * and what lines and cells need to be seen.
 */
const textContrast = 4.5;
const faintContrast = 3;
const shapeContrast = 1.8;
const haveContrast = 3.2;

/** Tones that draw lines and cells; all others draw words. */
export const shapes: ReadonlySet<Tone> = new Set<Tone>([
	...(['frame', 'missing', 'part', 'have', 'lit'] as const),
	...(['some', 'unwanted', 'edge', 'gap', 'held'] as const),
]);

/** What a tone needs on the row with the cursor, and elsewhere. What is not wanted is to be nearly not there. */
export function neededContrast(tone: Tone, selected: boolean): number {
	if (tone === 'faint') return faintContrast;
	if (selected || !shapes.has(tone)) return textContrast;
	// What is had has to be told from what is partly had, which is nearer to the background.
	if (tone === 'have') return haveContrast;
	return tone === 'unwanted' ? 1.15 : shapeContrast;
}

/** Backgrounds where a terminal does not say: as light as dark ones usually get, as dark as light ones. */
export const usualGrounds = {dark: [0x1e, 0x1e, 0x1e], light: [0xf5, 0xf5, 0xf5]} as const;

/** The colour of six hexadecimal digits. */
export function colourOf(hex: string): TerminalColour {
	const value = Number.parseInt(hex, 16);
	return [value >> 16, (value >> 8) & 255, value & 255];
}

function hexOf(colour: TerminalColour): string {
	return colour.map(value => Math.round(value).toString(16).padStart(2, '0')).join('');
}

/** How bright a colour is to the eye: 0 black to 1 white. */
function luminance(colour: TerminalColour): number {
	const [red = 0, green = 0, blue = 0] = colour.map(value => {
		const part = value / 255;
		return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How well one colour is told from another: 1 not at all, 21 black on white. */
export function contrast(a: TerminalColour, b: TerminalColour): number {
	const [bright, dim] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (bright + 0.05) / (dim + 0.05);
}

/** Whether a background takes dark text better than light text. */
export function isLight(ground: TerminalColour): boolean {
	return luminance(ground) > 0.179;
}

function mix(from: TerminalColour, to: TerminalColour, share: number): TerminalColour {
	const part = (at: 0 | 1 | 2) => Math.round(from[at] + (to[at] - from[at]) * share);
	return [part(0), part(1), part(2)];
}

/** The same hue as bright as it was dark: its lightness (HSL) turned round. */
function mirrored(colour: TerminalColour): TerminalColour {
	const sum = Math.max(...colour) + Math.min(...colour);
	const [red, green, blue] = colour.map(value => value + 255 - sum) as [number, number, number];
	return [red, green, blue];
}

/**
 * The colour, or the nearest to it towards white or black that has enough contrast with `ground` as a terminal shows it.
 */
function readable(
	colour: TerminalColour,
	ground: TerminalColour,
	enough: number,
	shown: (colour: TerminalColour) => TerminalColour,
): TerminalColour {
	const end: TerminalColour = isLight(ground) ? [0, 0, 0] : [255, 255, 255];
	for (let share = 0; share < 1; share += 0.02) {
		const candidate = mix(colour, end, share);
		if (contrast(shown(candidate), ground) >= enough) return candidate;
	}
	return end;
}

/** Of 16 colours those that are read on white in nearly every palette: black, red, blue, magenta, and grey for lines. */
const codesOnLight: Readonly<Record<number, number>> = {
	...{37: 30, 97: 30, 91: 31, 32: 34, 92: 34, 94: 34, 36: 34, 96: 34, 33: 35, 93: 35, 95: 35},
};
/** … and on black: the bright ones, since dark blue and red are not. */
const codesOnDark: Readonly<Record<number, number>> = {30: 97, 31: 91, 34: 96, 35: 95};

/** A code of 16 colours as it can be read on a kind of background. */
function readableAnsi(ansi: number, light: boolean): number {
	return (light ? codesOnLight : codesOnDark)[ansi] ?? ansi;
}

/** A theme as it is on one background. */
export interface FittedTheme extends Omit<Theme, 'tones'> {
	readonly tones: Readonly<Record<Tone, Colour>>;
	/** The tones on the row that has the cursor, whose background is the selection. */
	readonly selected: Readonly<Record<Tone, Colour>>;
	/** Whether that row has the terminal's own two colours, swapped. */
	readonly swaps?: boolean;
}

/** How far apart two colours are as a terminal shows them. */
function distance(
	one: TerminalColour,
	other: TerminalColour,
	shown: (colour: TerminalColour) => TerminalColour,
): number {
	const [seen, beside] = [shown(one), shown(other)];
	return Math.hypot(...seen.map((value, at) => value - (beside[at] ?? 0)));
}

/** What stands between what is missing and what is had, as a terminal shows it: neither the one nor the other. */
function halfway(
	{missing, have}: Readonly<Record<'missing' | 'have', Colour>>,
	behind: TerminalColour,
	shown: (colour: TerminalColour) => TerminalColour,
): TerminalColour {
	const [from, to] = [colourOf(missing[0]), colourOf(have[0])];
	const apart = (colour: TerminalColour) =>
		Math.min(distance(colour, from, shown), distance(colour, to, shown));
	const [fitting] = [0.5, 0.45, 0.55, 0.4, 0.35, 0.3, 0.6, 0.65, 0.7, 0.75]
		.map(share => mix(from, to, share))
		.filter(colour => contrast(shown(colour), behind) >= shapeContrast)
		.sort((one, other) => apart(other) - apart(one));
	return fitting ?? to;
}

/** What is had, nearer to the background: as a terminal shows it neither what is missing nor what is partly had. */
function steppedBack(
	{missing, part, have}: Readonly<Record<'missing' | 'part' | 'have', Colour>>,
	behind: TerminalColour,
	shown: (colour: TerminalColour) => TerminalColour,
): TerminalColour {
	const own = colourOf(have[0]);
	const others = [missing, part].map(([hex]) => colourOf(hex));
	const apart = (colour: TerminalColour) => Math.min(...others.map(other => distance(colour, other, shown)));
	const [fitting] = [0.45, 0.4, 0.5, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1]
		.map(share => mix(own, behind, share))
		.filter(colour => contrast(shown(colour), behind) >= shapeContrast && apart(colour) >= apartEnough);
	return fitting ?? own;
}

/** How far apart two colours are that nobody takes for each other. */
const apartEnough = 40;

/** What stands for a terminal's own text colour on a background. */
function ownText(behind: TerminalColour): string {
	return isLight(behind) ? '1c1c1c' : 'e4e4e4';
}

/** The tones that are mixed of others, on a background. */
function mixedTones(
	tones: Readonly<Record<BaseTone, Colour>>,
	behind: TerminalColour,
	shown: (colour: TerminalColour) => TerminalColour,
): Readonly<Record<MixedTone, Colour>> {
	const end: TerminalColour = isLight(behind) ? [0, 0, 0] : [255, 255, 255];
	const between = (from: Colour, to: TerminalColour, share: number): Colour =>
		from[0] === '' ? from : [hexOf(mix(colourOf(from[0]), to, share)), from[1]];
	return {
		some: between(tones.missing, colourOf(tones.have[0]), 0.24),
		unwanted: between(tones.missing, behind, 0.68),
		edge: between(tones.have, end, 0.5),
		gap: between(tones.missing, end, 0.5),
		held: [hexOf(steppedBack(tones, behind, shown)), tones.have[1]],
	};
}

/**
 * A theme fitted to a background: made for a dark one it is turned round on a light one and the other way round, and
 * every tone keeps enough contrast to be read.
 *
 * @param ground the terminal's background; when it is not known, what the theme was made for
 * @param shown what a terminal makes of a colour: itself, or the nearest it has
 */
export function fitTheme(
	theme: Theme,
	ground: TerminalColour | undefined,
	shown: (colour: TerminalColour) => TerminalColour = colour => colour,
): FittedTheme {
	const own = theme.ground ?? 'dark';
	const behind = ground ?? usualGrounds[own];
	const light = isLight(behind);
	const turns = light !== (own === 'light');
	const turned = ([hex, ansi, bold]: Colour): Colour => {
		const code = readableAnsi(ansi, light);
		const colour = hex !== '' && turns ? hexOf(mirrored(colourOf(hex))) : hex;
		return bold ? [colour, code, bold] : [colour, code];
	};
	const fit = ([hex, ansi, bold]: Colour, on: TerminalColour, enough: number): Colour => {
		const fitted = hex === '' ? '' : hexOf(readable(colourOf(hex), on, enough, shown));
		return bold ? [fitted, ansi, bold] : [fitted, ansi];
	};
	const each = <Name extends Tone>(
		tones: Readonly<Record<Name, Colour>>,
		make: (colour: Colour, tone: Tone) => Colour,
	) =>
		Object.fromEntries(
			Object.entries<Colour>(tones).map(([tone, colour]) => [tone, make(colour, tone as Tone)]),
		) as Record<Name, Colour>;
	const on = (colour: Colour, tone: Tone) => fit(colour, behind, neededContrast(tone, false));
	const plain = each(each(theme.tones, turned), on);
	// Turned round or as it was: what is had is the one that is told better from what is missing.
	const kept = on([theme.tones.have[0], plain.have[1]], 'have');
	const fromMissing = ([hex]: Colour) => distance(colourOf(hex), colourOf(plain.missing[0]), shown);
	const fitted = {...plain, have: fromMissing(kept) > fromMissing(plain.have) ? kept : plain.have};
	// Even steps from what is missing to what is had, whatever was done to these.
	const base = {...fitted, part: [hexOf(halfway(fitted, behind, shown)), fitted.part[1]] as const};
	const tones = {...base, ...each(mixedTones(base, behind, shown), on)};
	const [selectionHex, selectionAnsi] = theme.selection;
	const selection: Colour = turns
		? [hexOf(mix(behind, mirrored(colourOf(selectionHex)), 0.5)), selectionAnsi]
		: theme.selection;
	const selected = shown(colourOf(selection[0]));
	return {
		...theme,
		tones,
		selection,
		// What the terminal's own text colour is nobody knows: behind it is ours here.
		selected: each(tones, (colour, tone) =>
			fit(colour[0] === '' ? [ownText(selected), colour[1]] : colour, selected, neededContrast(tone, true)),
		),
	};
}

/** What can be had on the usual dark and the usual light background at once: no colour has more than 3.9 on both. */
const bothContrast = 3;

/** The colour, or the nearest to it towards white or black that is seen on both kinds of background. */
function readableOnBoth(colour: TerminalColour, enough: number): TerminalColour {
	const isSeen = (tried: TerminalColour) =>
		contrast(tried, usualGrounds.dark) >= enough && contrast(tried, usualGrounds.light) >= enough;
	for (let share = 0; share < 1; share += 0.02) {
		for (const end of [0, 255]) {
			const tried = mix(colour, [end, end, end], share);
			if (isSeen(tried)) return tried;
		}
	}
	return [0x7a, 0x7a, 0x7a];
}

/**
 * A theme where nobody knows the background: every tone can be read on a dark one and on a light one. What stands out
 * most is the terminal's own text colour, and the row with the cursor has the terminal's own two colours swapped.
 */
export function fitToBoth(theme: Theme): FittedTheme {
	const own = new Set<Tone>(['text', 'title', 'key']);
	const fitted = Object.fromEntries(
		Object.entries(theme.tones).map(([name, [hex, ansi, bold]]) => {
			const tone = name as BaseTone;
			if (own.has(tone) || hex === '') return [tone, ['', 39, tone === 'text' ? undefined : 'bold']];
			const enough = shapes.has(tone) ? shapeContrast : bothContrast;
			const colour = hexOf(readableOnBoth(colourOf(hex), enough));
			return [tone, bold ? [colour, ansi, bold] : [colour, ansi]];
		}),
	) as Record<BaseTone, Colour>;
	const {some, unwanted, edge, gap, held} = mixedTones(fitted, [0x80, 0x80, 0x80], colour => colour);
	const seen = ([hex, ansi]: Colour): Colour => [hexOf(readableOnBoth(colourOf(hex), shapeContrast)), ansi];
	const tones = {...fitted, some: seen(some), unwanted, edge: seen(edge), gap: seen(gap), held: seen(held)};
	return {...theme, tones, selected: tones, swaps: true};
}
