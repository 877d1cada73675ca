import type {TorrentView} from '../../api/snapshot.js';
import {isInTrouble} from '../../api/torrent-standing.js';
import {reasonText} from '../../base/reason.js';
import {nameText, terminalText} from '../../base/safe-text.js';
import {duration, percent, rateWithUnit, size} from '../../ui/text/format.js';

/** Why it is as it is. */
function said({reason}: TorrentView): string | undefined {
	return reason && terminalText(reasonText(reason, Date.now()));
}

/** What is under way, in one word or two where there is no rate to show. */
export function activity(view: TorrentView): string | undefined {
	switch (view.state) {
		case 'metadata':
			return said(view) ?? 'asking peers for the file list';
		case 'checking':
			return 'checking what is on disk';
		case 'queued':
			return 'queued';
		case 'failed':
			return said(view) ?? 'failed';
		case 'pausing':
		case 'paused':
			return said(view) ?? 'paused';
		default:
			return undefined;
	}
}

/** Why nothing comes; undefined while something does. */
export function stallOf(view: TorrentView): string | undefined {
	return view.downloadRate > 0 ? undefined : said(view);
}

/** How many are connected, in words. */
export function peers(view: TorrentView): string {
	return view.connected === 1 ? '1 peer' : `${view.connected} peers`;
}

/** Whether every wanted byte is verified and on disk. */
export function isComplete(view: TorrentView): boolean {
	return (view.state === 'seeding' || view.state === 'finished') && view.completed >= view.wanted;
}

/** One torrent in one line for a log file or a pipe, as wide as it needs. */
export function plainLine(view: TorrentView): string {
	const name = nameText(view.name);
	const busy = activity(view);
	if (busy !== undefined) {
		const share = view.checked === undefined ? '' : ` (${percent(view.checked, 1)})`;
		return `${name}: ${busy}${view.state === 'checking' ? share : ''}`;
	}
	const rates = `${rateWithUnit(view.downloadRate)} down, ${rateWithUnit(view.uploadRate)} up, ${peers(view)}`;
	if (view.state === 'finished')
		return `${name}: ${said(view) ?? 'finished'}, ratio ${view.ratio.toFixed(2)}`;
	if (isComplete(view)) {
		const trouble = isInTrouble(view) ? `: ${(said(view) ?? '').replace(/^complete: /, '')}` : '';
		return `${name}: seeding, ${rates}, ratio ${view.ratio.toFixed(2)}${trouble}`;
	}
	const stall = stallOf(view);
	return [
		`${name}: ${percent(view.completed, view.wanted)} of ${size(view.wanted)}`,
		rates,
		`ETA ${duration(view.eta)}${stall === undefined ? '' : `: ${stall}`}`,
	].join(', ');
}
