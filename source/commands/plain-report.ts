import {duration, size} from '../ui/format.js';
import {safeText} from '../ui/safe-text.js';
import type {Context} from './command.js';
import {plainLine} from './plain-line.js';
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
		complete(view, stays) {
			// That it seeds says as much.
			if (stays && view.downloaded === 0) return;
			const time = duration((performance.now() - start) / 1000);
			stdout.write(
				view.downloaded > 0
					? `${safeText(view.name)}: complete, ${size(view.wanted)} in ${time}\n`
					: `${safeText(view.name)}: complete, everything was there\n`,
			);
		},
		seeding(view) {
			stdout.write(`${safeText(view.name)}: seeding\n`);
		},
		failed(view, reason) {
			warn(`${safeText(view.name)}: ${reason}`);
		},
		warning: (view, text) => warn(`${safeText(view.name)}: ${text}`),
		end() {},
	};
}
