import stringWidth from 'string-width';

// What has no width of its own to measure is made safe without loading how to measure.
export {nameText, terminalText} from '../../base/safe-text.js';

// Latin, punctuation, arrows, frames, blocks, shapes, braille: one UTF-16 unit, one cell, whatever stands beside it.
const singleCells =
	/^[ -~\u00A0-\u00AC\u00AE-\u02FF\u2010-\u2027\u2030-\u203B\u203D-\u2048\u2190-\u2193\u221E\u2500-\u25FC\u2713\u2717\u2800-\u28FF]*$/;

/** Whether every UTF-16 unit of `text` is a character of one cell on any terminal. */
export function isSingleCells(text: string): boolean {
	return singleCells.test(text);
}

const cacheLimit = 4000;
const widths = new Map<string, number>();

/** Cells that `text` (without escape sequences) takes on a terminal. */
export function cellWidth(text: string): number {
	if (singleCells.test(text)) return text.length;
	let width = widths.get(text);
	if (width === undefined) {
		width = stringWidth(text);
		if (widths.size >= cacheLimit) widths.clear();
		widths.set(text, width);
	}
	return width;
}

let segmenter: Intl.Segmenter | undefined;

/** The graphemes of `text`, in order. */
export function graphemes(text: string): string[] {
	if (singleCells.test(text)) return text.split('');
	segmenter ??= new Intl.Segmenter();
	return Array.from(segmenter.segment(text), part => part.segment);
}

/** The longest beginning of `text` that takes no more than `cells`. */
function head(text: string, cells: number): string {
	if (singleCells.test(text)) return text.slice(0, Math.max(0, cells));
	let used = 0;
	let result = '';
	for (const grapheme of graphemes(text)) {
		used += cellWidth(grapheme);
		if (used > cells) break;
		result += grapheme;
	}
	return result;
}

const fitted = new Map<string, string>();

/** `text` in exactly `cells` cells: padded, or cut with `ellipsis` at its end. */
export function fit(
	text: string,
	cells: number,
	align: 'left' | 'right' = 'left',
	ellipsis: '…' | '~' = '…',
): string {
	if (cells <= 0) return '';
	const key = `${cells}${align === 'left' ? 'l' : 'r'}${ellipsis}${text}`;
	let result = fitted.get(key);
	if (result === undefined) {
		const width = cellWidth(text);
		let kept = text;
		if (width > cells) {
			kept = head(text, cells - 1) + ellipsis;
		}
		const padding = ' '.repeat(Math.max(0, cells - cellWidth(kept)));
		result = align === 'left' ? kept + padding : padding + kept;
		if (fitted.size >= cacheLimit) fitted.clear();
		fitted.set(key, result);
	}
	return result;
}

/** As `fit`, cut in the middle: for paths and addresses whose end matters. */
export function fitMiddle(text: string, cells: number, ellipsis: '…' | '~' = '…'): string {
	if (cellWidth(text) <= cells || cells < 8) return fit(text, cells, 'left', ellipsis);
	const parts = graphemes(text);
	const tail: string[] = [];
	let used = 0;
	const tailCells = Math.floor((cells - 1) / 2);
	for (let index = parts.length - 1; index >= 0; index--) {
		const part = parts[index] ?? '';
		used += cellWidth(part);
		if (used > tailCells) break;
		tail.unshift(part);
	}
	const end = tail.join('');
	return fit(head(text, cells - 1 - cellWidth(end)) + ellipsis + end, cells, 'left', ellipsis);
}
