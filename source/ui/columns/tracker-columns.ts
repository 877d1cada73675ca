import type {TrackerView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import type {Glyphs} from '../look/glyphs.js';
import type {Tone} from '../look/themes.js';
import {nextText, trackerName, trackerSite} from '../present/trackers.js';
import {cellWidth, fit, terminalText} from '../text/text.js';
import type {Column, ListFacts} from './column.js';

/** What the columns of trackers are drawn by. */
export interface TrackerFacts extends ListFacts {
	/** Now, in ms since 1970. */
	readonly wall: Millis;
}

function stateGlyph({state}: TrackerView, glyphs: Glyphs): string {
	return state === 'working' ? glyphs.on : state === 'announcing' ? glyphs.busy : glyphs.off;
}

function stateTone({state}: TrackerView): Tone {
	switch (state) {
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

/** A number that a tracker may not have said. The DHT says about how many. */
function number(value: number | undefined, {look}: ListFacts, kind?: TrackerView['kind']): string {
	return value === undefined ? look.glyphs.dash : `${kind === 'dht' ? '~' : ''}${value}`;
}

/** Words that say the same where there is little room. */
const shorter: Readonly<Record<string, string>> = {
	'switched off': 'off',
	'no answer yet': 'no answer',
};

/** The columns of the trackers pane. */
export const trackerColumns: ReadonlyArray<Column<TrackerView, TrackerFacts>> = [
	{
		id: 'state',
		title: '',
		width: 1,
		rank: 0,
		cell: (tracker, {look}) => stateGlyph(tracker, look.glyphs),
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
		width: columns => (columns >= 60 ? 24 : 14),
		flexible: true,
		rank: 0,
		cell(tracker, {look}, width) {
			const name = trackerName(tracker);
			const url = look.links ? trackerSite(tracker) : undefined;
			if (url === undefined) return name;
			const tone = tracker.state === 'off' ? 'faint' : 'text';
			return [[fit(name, width, 'left', look.glyphs.ellipsis), tone, false, {kind: 'link', url}]];
		},
		tone: tracker => (tracker.state === 'off' ? 'faint' : 'text'),
	},
	{
		id: 'status',
		title: 'says',
		width: columns => (columns >= 90 ? 24 : columns >= 60 ? 14 : 11),
		rank: 2,
		cell({warning, status}, _, width) {
			const said = terminalText(warning ?? status);
			return cellWidth(said) > width ? (shorter[said] ?? said) : said;
		},
		tone: ({warning, state}) => (warning !== undefined || state === 'retrying' ? 'warn' : 'dim'),
	},
	{
		id: 'seeds',
		title: 'seed',
		width: 5,
		align: 'right',
		rank: 4,
		cell: (tracker, facts) => number(tracker.seeders, facts, tracker.kind),
		tone: 'dim',
	},
	{
		id: 'leechers',
		title: 'leech',
		width: 5,
		align: 'right',
		rank: 5,
		cell: (tracker, facts) => number(tracker.leechers, facts, tracker.kind),
		tone: 'dim',
	},
	{
		id: 'peers',
		title: 'peers',
		width: 5,
		align: 'right',
		rank: 3,
		cell: (tracker, facts) => number(tracker.peers, facts),
		tone: 'dim',
	},
	{
		id: 'next',
		title: 'next',
		width: 6,
		align: 'right',
		rank: 1,
		cell: (tracker, {wall}) => nextText(tracker, wall),
		tone: 'dim',
	},
];
