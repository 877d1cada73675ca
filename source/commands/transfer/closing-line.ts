import type {TorrentView} from '../../api/snapshot.js';
import {nameText, terminalText} from '../../base/safe-text.js';
import type {Bytes, Seconds} from '../../base/units.js';
import {duration, rateWithUnit, size} from '../../ui/text/format.js';
import {isComplete} from './plain-line.js';
import type {TransferOutcome} from './transfer-report.js';

/** What each torrent had moved before this run, by id. */
export type FiguresBefore = ReadonlyMap<string, Pick<TorrentView, 'downloaded' | 'uploaded'>>;

const words: Readonly<Record<TransferOutcome, string>> = {done: 'done', failed: 'failed', stopped: 'stopped'};

/** How long it took: `0.4 s`, `4:12`. */
export function timeSpent(seconds: Seconds): string {
	return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

/** The one line a transfer ends with: how, what, where, how long, and how fast in the mean. Undefined without torrents. */
export function closingLine(
	views: readonly TorrentView[],
	before: FiguresBefore,
	seconds: Seconds,
	outcome: TransferOutcome,
): string | undefined {
	const [first] = views;
	if (first === undefined) return undefined;
	const sum = (count: (view: TorrentView) => Bytes) => views.reduce((total, view) => total + count(view), 0);
	const downloaded = sum(view => view.downloaded - (before.get(view.id)?.downloaded ?? 0));
	const uploaded = sum(view => view.uploaded - (before.get(view.id)?.uploaded ?? 0));
	const completed = sum(view => view.completed);
	const wanted = sum(view => view.wanted);
	const dirs = new Set(views.map(({dir}) => dir));
	const mean = (bytes: Bytes) => `mean ${rateWithUnit(bytes / Math.max(seconds, 0.001))}`;
	const amount = completed >= wanted ? size(wanted) : `${size(completed)} of ${size(wanted)}`;
	// What was there before is only given.
	const gives = downloaded === 0 && uploaded > 0 && views.every(isComplete);
	return [
		`${words[outcome]}: ${views.length === 1 ? nameText(first.name) : `${views.length} torrents`}`,
		`${amount} in ${dirs.size === 1 ? terminalText(first.dir) : `${dirs.size} folders`}`,
		timeSpent(seconds),
		...(gives ? [] : [mean(downloaded)]),
		...(uploaded > 0 ? [`${size(uploaded)} sent${gives ? `, ${mean(uploaded)}` : ''}`] : []),
	].join(', ');
}
