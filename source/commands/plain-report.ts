import {duration, size} from '../ui/format.js';
import type {Context} from './command.js';
import {plainLine} from './progress-line.js';
import type {TransferReport} from './transfer-report.js';

const every = 10_000;

/** Without a terminal: a plain line a torrent every 10 s, and one when it is complete. */
export function plainReport({stdout, warn}: Pick<Context, 'stdout' | 'warn'>): TransferReport {
	const start = performance.now();
	let last = start;
	return {
		added() {},
		metadata() {},
		progress(views) {
			const now = performance.now();
			if (now - last < every) return;
			last = now - ((now - last) % every);
			for (const view of views) stdout.write(`${plainLine(view)}\n`);
		},
		complete(view) {
			stdout.write(
				`${view.name}: complete, ${size(view.wanted)} in ${duration((performance.now() - start) / 1000)}\n`,
			);
		},
		seeding(view) {
			stdout.write(`${view.name}: seeding\n`);
		},
		failed(view, reason) {
			warn(`${view.name}: ${reason}`);
		},
		warning: (view, text) => warn(`${view.name}: ${text}`),
		end() {},
	};
}
