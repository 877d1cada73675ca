import type {TrackerView} from '../../api/snapshot.js';
import type {Tone} from '../look/themes.js';
import {countdown} from '../text/format.js';
import {safeText} from '../text/text.js';
import type {Look} from './context.js';
import type {Column} from './table.js';

const kinds = {dht: 'DHT', pex: 'PEX', lsd: 'local network'} as const;

/** What a source of peers is called. */
export function trackerName(tracker: TrackerView): string {
	return tracker.kind === 'tracker'
		? safeText(
				tracker.url
					.replace(/\/announce(?:\.php)?$/, '')
					.replace(/^https?:\/\//, '')
					.replace(/^udp:\/\//, 'udp '),
			)
		: kinds[tracker.kind];
}

function stateTone(tracker: TrackerView): Tone {
	switch (tracker.state) {
		case 'working':
			return 'good';
		case 'announcing':
			return 'flight';
		case 'retrying':
			return 'bad';
		default:
			return 'faint';
	}
}

/** The columns of the trackers pane. `elapsed`: seconds since the views came, by which countdowns have run on. */
export function trackerColumns(
	columns: number,
	elapsed: number,
	look: Look,
): ReadonlyArray<Column<TrackerView>> {
	const {glyphs} = look;
	const number = (value: number | undefined) => (value === undefined ? glyphs.dash : String(value));
	return [
		{
			id: 'state',
			title: '',
			width: 1,
			rank: 0,
			cell: tracker =>
				tracker.state === 'working' ? glyphs.on : tracker.state === 'announcing' ? glyphs.busy : glyphs.off,
			tone: stateTone,
		},
		{
			id: 'tier',
			title: '#',
			width: 1,
			rank: 6,
			cell: tracker => (tracker.tier > 0 ? String(tracker.tier) : ' '),
			tone: 'faint',
		},
		{
			id: 'url',
			title: 'tracker',
			width: columns >= 60 ? 24 : 14,
			flexible: true,
			rank: 0,
			cell: tracker => trackerName(tracker),
			tone: tracker => (tracker.state === 'off' ? 'faint' : 'text'),
		},
		{
			id: 'status',
			title: 'says',
			width: columns >= 90 ? 24 : columns >= 60 ? 14 : 11,
			rank: 2,
			cell: tracker => safeText(tracker.warning ?? tracker.status),
			tone: tracker =>
				tracker.warning !== undefined ? 'warn' : tracker.state === 'retrying' ? 'warn' : 'dim',
		},
		{
			id: 'seeds',
			title: 'seed',
			width: 5,
			align: 'right',
			rank: 4,
			cell: tracker => number(tracker.seeders),
			tone: 'dim',
		},
		{
			id: 'leechers',
			title: 'leech',
			width: 5,
			align: 'right',
			rank: 5,
			cell: tracker => number(tracker.leechers),
			tone: 'dim',
		},
		{
			id: 'peers',
			title: 'peers',
			width: 5,
			align: 'right',
			rank: 3,
			cell: tracker => number(tracker.peers),
			tone: 'dim',
		},
		{
			id: 'next',
			title: 'next',
			width: 6,
			align: 'right',
			rank: 1,
			cell: tracker =>
				tracker.state === 'announcing'
					? 'now'
					: tracker.nextIn === undefined
						? ''
						: countdown(tracker.nextIn - elapsed),
			tone: 'dim',
		},
	];
}

/** What the pane's title says at its right end. */
export function trackersTitle(trackers: readonly TrackerView[] | undefined): string {
	const real = trackers?.filter(tracker => tracker.kind === 'tracker') ?? [];
	if (real.length === 0) return '';
	return `${real.filter(tracker => tracker.state === 'working').length} of ${real.length} work`;
}
