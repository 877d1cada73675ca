/** The size of a cell, and from there of everything: units of the picture. Dots of braille are 4.5 apart both ways. */
export const cellWidth = 9;
export const cellHeight = 18;

/** A filled part of a cell: left, top, width, height, each from 0 to 1. */
export type Block = readonly [x: number, y: number, width: number, height: number];

const quadrant: Readonly<Record<string, Block>> = {
	a: [0, 0, 0.5, 0.5],
	b: [0.5, 0, 0.5, 0.5],
	c: [0, 0.5, 0.5, 0.5],
	d: [0.5, 0.5, 0.5, 0.5],
};

const quadrants: Readonly<Record<string, string>> = {
	'▖': 'c',
	'▗': 'd',
	'▘': 'a',
	'▝': 'b',
	'▙': 'acd',
	'▚': 'ad',
	'▛': 'abc',
	'▜': 'abd',
	'▞': 'bc',
	'▟': 'bcd',
};

const shades: Readonly<Record<string, number>> = {'░': 0.28, '▒': 0.5, '▓': 0.72};

/** The rectangles of a block element, and how dense they are; undefined for every other character. */
export function blocksOf(
	character: string,
): {readonly blocks: readonly Block[]; readonly density: number} | undefined {
	const shade = shades[character];
	if (shade !== undefined) return {blocks: [[0, 0, 1, 1]], density: shade};
	const parts = quadrants[character];
	if (parts !== undefined) return {blocks: [...parts].map(part => quadrant[part]!), density: 1};
	const code = character.codePointAt(0) ?? 0;
	const solid = (block: Block) => ({blocks: [block], density: 1});
	if (code >= 0x2581 && code <= 0x2588) {
		const height = (code - 0x2580) / 8;
		return solid([0, 1 - height, 1, height]);
	}
	if (code > 0x2588 && code <= 0x258f) return solid([0, 0, (0x2590 - code) / 8, 1]);
	if (character === '▀') return solid([0, 0, 1, 0.5]);
	if (character === '▐') return solid([0.5, 0, 0.5, 1]);
	return undefined;
}

/** Lines from the middle of a cell to its sides: 0 none, 1 light, 2 heavy. */
export interface Strokes {
	readonly left: number;
	readonly right: number;
	readonly up: number;
	readonly down: number;
	/** Whether light lines meet in an arc. */
	readonly round?: boolean;
	/** Whether the line is broken. */
	readonly dashed?: boolean;
}

/** left, right, up, down. */
const strokes: Readonly<Record<string, string>> = {
	'─': '1100',
	'│': '0011',
	'┌': '0101',
	'┐': '1001',
	'└': '0110',
	'┘': '1010',
	'├': '0111',
	'┤': '1011',
	'┬': '1101',
	'┴': '1110',
	'┼': '1111',
	'━': '2200',
	'┃': '0022',
	'┏': '0202',
	'┓': '2002',
	'┗': '0220',
	'┛': '2020',
	'╸': '2000',
	'╺': '0200',
	'╴': '1000',
	'╶': '0100',
	'╭': '0101r',
	'╮': '1001r',
	'╰': '0110r',
	'╯': '1010r',
	'┊': '0011d',
};

/** The lines of a box-drawing character; undefined for every other character. */
export function strokesOf(character: string): Strokes | undefined {
	const drawing = strokes[character];
	if (drawing === undefined) return undefined;
	const [left, right, up, down] = [...drawing].map(Number) as [number, number, number, number];
	return {left, right, up, down, round: drawing.endsWith('r'), dashed: drawing.endsWith('d')};
}

/** The dots of a braille character as rows of left and right; undefined for every other character. */
export function dotsOf(
	character: string,
): ReadonlyArray<readonly [left: boolean, right: boolean]> | undefined {
	const bits = (character.codePointAt(0) ?? 0) - 0x2800;
	if (bits < 0 || bits > 255) return undefined;
	const has = (bit: number) => ((bits >> bit) & 1) === 1;
	return [
		[has(0), has(3)],
		[has(1), has(4)],
		[has(2), has(5)],
		[has(6), has(7)],
	];
}

/** Signs that fonts draw in different sizes, as filled outlines in a cell of 9 by 18; undefined for the rest. */
export const outlines: Readonly<Record<string, string>> = {
	'▼': 'M1 5.5h7l-3.5 7z',
	'▲': 'M1 12.5h7l-3.5-7z',
	'▾': 'M1.5 7h6l-3 5z',
	'▴': 'M1.5 11.5h6l-3-5z',
	'▸': 'M2 6v6l5-3z',
	'◂': 'M7 6v6l-5-3z',
	'›': 'M2.5 5.2l1.2-1.2 4 5-4 5-1.2-1.2 3-3.8z',
	'●': 'M1.5 9a3 3 0 1 1 6 0a3 3 0 1 1-6 0z',
	'○': 'M1.5 9a3 3 0 1 1 6 0a3 3 0 1 1-6 0zM2.6 9a1.9 1.9 0 1 0 3.8 0a1.9 1.9 0 1 0-3.8 0z',
	'◐': 'M1.5 9a3 3 0 1 1 6 0a3 3 0 1 1-6 0zM4.5 7.1v3.8a1.9 1.9 0 1 0 0-3.8z',
	'✓': 'M1 9.6l1.1-1.2 1.7 2 4-5.4 1.2.9-5.1 7z',
	'·': 'M3.6 9a.9.9 0 1 1 1.8 0a.9.9 0 1 1-1.8 0z',
};
