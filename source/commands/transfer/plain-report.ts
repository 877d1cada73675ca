import {nameText, terminalText} from '../../base/safe-text.js';
import {size} from '../../ui/text/format.js';
import type {Context} from '../arguments/command.js';
import {closingLine, type FiguresBefore, timeSpent} from './closing-line.js';
import {plainLine} from './plain-line.js';
import type {TransferReport} from './transfer-report.js';

const every = 10_000;
/** Who waits wants to know soon whether anything moves, and why not. */
const firstAfter = 4000;

/** Without a terminal: a plain line a torrent soon and every 10 s, one when it is complete, and one at the end. */
export function plainReport(
	{stdout, warn}: Pick<Context, 'stdout' | 'warn'>,
	before: FiguresBefore = new Map(),
): TransferReport {
	const start = performance.now();
	let next = start + firstAfter;
	return {
		added() {},
		metadata() {},
		progress(views) {
			const now = performance.now();
			if (now < next) return;
			next = start + every * (1 + Math.floor((now - start) / every));
			for (const view of views) stdout.write(`${plainLine(view)}\n`);
		},
		complete(view, stays) {
			// What earlier runs had fetched was there.
			const hasFetched = view.downloaded > (before.get(view.id)?.downloaded ?? 0);
			// That it seeds says as much.
			if (stays && !hasFetched) return;
			stdout.write(
				hasFetched
					? `${nameText(view.name)}: complete, ${size(view.wanted)} in ${timeSpent((performance.now() - start) / 1000)}\n`
					: `${nameText(view.name)}: complete, everything was there\n`,
			);
		},
		seeding(view) {
			stdout.write(`${nameText(view.name)}: seeding\n`);
		},
		failed(view, reason) {
			warn(`${nameText(view.name)}: ${reason}`);
		},
		warning: (view, text) => warn(`${nameText(view.name)}: ${text}`),
		trouble: text => warn(terminalText(text)),
		ended() {},
		end(views, outcome) {
			const line = closingLine(views, before, (performance.now() - start) / 1000, outcome);
			if (line !== undefined) stdout.write(`${line}\n`);
		},
	};
}
