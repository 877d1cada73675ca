import {qrCode} from '../../base/qr-code.js';
import type {Rights} from '../../bridge/web/visitor-message.js';

/** Light modules around a code, without which no camera finds it. */
const quiet = 2;

/** A code as lines of half blocks, dark on light whatever the terminal's colours are. */
export function qrLines(modules: ReadonlyArray<readonly boolean[]>): string[] {
	const size = modules.length;
	const isDark = (x: number, y: number) => modules[y]?.[x] ?? false;
	const lines: string[] = [];
	for (let y = -quiet; y < size + quiet; y += 2) {
		let line = '';
		for (let x = -quiet; x < size + quiet; x++)
			line += isDark(x, y) ? (isDark(x, y + 1) ? '█' : '▀') : isDark(x, y + 1) ? '▄' : ' ';
		lines.push(`\u001B[38;2;0;0;0;48;2;255;255;255m${line}\u001B[m`);
	}
	return lines;
}

/** What tells a person how to come in; with a code for the camera of a phone on a terminal that has room for one. */
export function linkLines(
	url: string,
	link: string,
	rights: Rights,
	{
		isTTY,
		columns = 80,
		rows = 24,
	}: {readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number},
): string[] {
	const lines = [
		`the screen is at ${url}`,
		rights === 'all'
			? 'come in with this link, once, within 15 minutes:'
			: 'who has this link may look, once, within 15 minutes:',
		`  ${link}`,
	];
	if (!isTTY || url.startsWith('unix:')) return lines;
	const code = qrCode(new TextEncoder().encode(link));
	if (code === undefined || code.length + 2 * quiet > columns || code.length / 2 + quiet + 4 > rows)
		return lines;
	return [...lines, '', ...qrLines(code)];
}
