import type {TorrentView} from '../../api/snapshot.js';
import {nameText, terminalText} from '../../ui/text/text.js';
import type {Context} from '../arguments/command.js';
import {closingLine, type FiguresBefore} from './closing-line.js';
import {progressLines} from './progress-line.js';
import type {TransferReport} from './transfer-report.js';

const every = 250;

/** On a terminal: one line a torrent, redrawn in place; the last state stays. */
export function terminalReport(
	{stdout, warn}: Pick<Context, 'stdout' | 'warn'>,
	ascii: boolean,
	before: FiguresBefore = new Map(),
): TransferReport {
	const start = performance.now();
	let last = Number.NEGATIVE_INFINITY;
	let shown: readonly string[] = [];
	let views: readonly TorrentView[] = [];
	const draw = () => {
		const rows = Math.max(1, (stdout.rows || 24) - 1);
		const lines = progressLines(views.slice(0, rows), stdout.columns || 80, ascii);
		if (views.length > rows) lines[rows - 1] = `… and ${views.length - rows + 1} more`;
		if (lines.length === shown.length && lines.every((line, index) => line === shown[index])) return;
		stdout.write(`${back()}${lines.map(line => `${line}\u001B[K`).join('\n')}\u001B[J`);
		shown = lines;
	};
	const back = () => (shown.length > 1 ? `\r\u001B[${shown.length - 1}A` : '\r');
	const aside = (text: string) => {
		if (shown.length > 0) stdout.write(`${back()}\u001B[J`);
		shown = [];
		warn(text);
		draw();
	};
	return {
		added() {},
		metadata() {},
		progress(now) {
			views = now;
			if (performance.now() - last < every) return;
			last = performance.now();
			draw();
		},
		complete: draw,
		seeding: draw,
		failed: (view, reason) => aside(`${nameText(view.name)}: ${reason}`),
		warning: (view, text) => aside(`${nameText(view.name)}: ${text}`),
		trouble: text => aside(terminalText(text)),
		ended() {},
		end(final, outcome) {
			views = final;
			draw();
			if (shown.length > 0) stdout.write('\n');
			shown = [];
			const line = closingLine(views, before, (performance.now() - start) / 1000, outcome);
			if (line !== undefined) stdout.write(`${line}\n`);
		},
	};
}
