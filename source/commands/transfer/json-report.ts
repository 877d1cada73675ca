import type {TorrentView} from '../../api/snapshot.js';
import {terminalText} from '../../base/safe-text.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {Context} from '../arguments/command.js';
import type {TransferReport} from './transfer-report.js';

const every = 1000;

/** `--json`: one object a line, `progress` once a second. */
export function jsonReport({stdout, warn}: Pick<Context, 'stdout' | 'warn'>): TransferReport {
	let last = performance.now();
	/** What was told of each last, but for the time. */
	const told = new Map<string, string>();
	const figures = ({completed, downloaded, uploaded, connected}: TorrentView) =>
		[completed, downloaded, uploaded, connected].join();
	const tell = (event: string, view: TorrentView, more: Readonly<Record<string, unknown>> = {}) => {
		told.set(view.id, figures(view));
		stdout.write(
			`${terminalJson({
				event,
				infoHash: view.id,
				name: view.name,
				length: view.length,
				completed: view.completed,
				downloaded: view.downloaded,
				uploaded: view.uploaded,
				downloadRate: Math.round(view.downloadRate),
				uploadRate: Math.round(view.uploadRate),
				peers: view.connected,
				state: view.state,
				...(view.reason && {reason: terminalText(view.reason.text)}),
				// The clock's zero is when the process began.
				seconds: Number((performance.now() / 1000).toFixed(3)),
				...more,
			})}\n`,
		);
	};
	return {
		added: view => tell('added', view),
		metadata: view => tell('metadata', view),
		progress(views) {
			const now = performance.now();
			if (now - last < every) return;
			// By whole periods, so that lateness does not add up.
			last = now - ((now - last) % every);
			for (const view of views) tell('progress', view);
		},
		complete: view => tell('complete', view),
		seeding: view => tell('seeding', view),
		failed(view, message) {
			tell('error', view, {message});
			warn(`${terminalText(view.name)}: ${message}`);
		},
		warning: (view, text) => warn(`${terminalText(view.name)}: ${text}`),
		trouble: text => warn(terminalText(text)),
		ended(view) {
			if (told.get(view.id) !== figures(view)) tell('progress', view);
		},
		end(views) {
			for (const view of views) this.ended(view);
		},
	};
}
