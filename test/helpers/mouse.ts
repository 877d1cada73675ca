import assert from 'node:assert/strict';
import type {TestTerminal} from './screen-terminal.ts';

/** What terminals send for a mouse at a cell counted from the top left one. Buttons: 0 left, 1 middle, 2 right. */
export const mouse = {
	down: (x: number, y: number, button = 0) => `\u001B[<${button};${x + 1};${y + 1}M`,
	up: (x: number, y: number, button = 0) => `\u001B[<${button};${x + 1};${y + 1}m`,
	drag: (x: number, y: number) => `\u001B[<32;${x + 1};${y + 1}M`,
	wheel: (x: number, y: number, step: 1 | -1) => `\u001B[<${step > 0 ? 65 : 64};${x + 1};${y + 1}M`,
} as const;

/** Where a text stands on the screen: the cell of its first character. */
export function placeOf(terminal: {text(): string}, text: string | RegExp, nth = 0): [x: number, y: number] {
	const pattern = typeof text === 'string' ? text : undefined;
	let left = nth;
	for (const [y, line] of terminal.text().split('\n').entries()) {
		const x = pattern === undefined ? line.search(text as RegExp) : line.indexOf(pattern);
		if (x >= 0 && left-- === 0) return [x, y];
	}
	return assert.fail(`${text} is not on the screen:\n${terminal.text()}`);
}

/** Clicks on a text that stands on the screen, so many times. */
export async function click(
	terminal: TestTerminal,
	text: string | RegExp,
	{times = 1, button = 0, nth = 0}: {times?: number; button?: number; nth?: number} = {},
): Promise<void> {
	const [x, y] = placeOf(terminal, text, nth);
	for (let time = 0; time < times; time++)
		await terminal.send(mouse.down(x, y, button) + mouse.up(x, y, button));
}
