import type {TorrentView} from '../../api/snapshot.js';
import {type FilteredTorrent, torrentFields} from '../../api/torrent-fields.js';
import {filterNotes, readFilter} from '../../api/torrent-filter.js';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import {terminalJson} from '../../base/terminal-text.js';
import {machineClock} from '../../io/machine/clock.js';
import {duration, percent, rateWithUnit, size} from '../../ui/text/format.js';
import {fit, nameText} from '../../ui/text/text.js';
import {defineCommand} from '../arguments/command.js';
import type {ValueReader} from '../arguments/quantities.js';
import {printTable} from '../output/print-table.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {withEngine} from '../torrents/with-engine.js';

const heads = ['ID', 'State', 'Done', 'Size', 'Down', 'Up', 'ETA', 'Peers', 'Name'];
const numeric = new Set(['Done', 'Size', 'Down', 'Up', 'ETA', 'Peers']);
const leastName = 16;
const firstToGo = ['Up', 'Peers', 'ETA', 'Size', 'Down'];

/** What waits in the queue for room on the disk, and not for others, is called so. */
function stateWord({state, reason}: TorrentView): string {
	return state === 'queued' && reason?.level === 'warn' ? 'no room' : state;
}

function cells(view: TorrentView): string[] {
	return [
		view.id.slice(0, 8),
		stateWord(view),
		percent(view.completed, view.wanted),
		size(view.wanted),
		rateWithUnit(view.downloadRate),
		rateWithUnit(view.uploadRate),
		duration(view.eta),
		String(view.connected),
		nameText(view.name),
	];
}

/** The torrents as a table for a terminal, no wider than `width` cells: names are cut, on narrow ones columns go. */
export async function torrentTable(views: readonly TorrentView[], width: number): Promise<string[]> {
	const rows = views.map(cells);
	const widths = new Map(
		heads.map((head, column) => [head, Math.max(head.length, ...rows.map(row => row[column]?.length ?? 0))]),
	);
	let shown = heads;
	// A frame takes three cells a column and one more.
	const room = () =>
		width - shown.reduce((sum, head) => sum + 3 + (head === 'Name' ? 0 : (widths.get(head) ?? 0)), 1);
	for (const head of firstToGo) if (room() < leastName) shown = shown.filter(other => other !== head);
	const nameCells = Math.max(leastName, room());
	return printTable(
		rows.map(row =>
			Object.fromEntries(
				shown.map(head => {
					const text = row[heads.indexOf(head)] ?? '';
					if (head === 'Name') return [head, fit(text, nameCells).trimEnd()];
					return [head, numeric.has(head) ? text.padStart(widths.get(head) ?? 0) : text];
				}),
			),
		),
		shown,
	);
}

/** A torrent as a line for a script: bytes, bytes per second, seconds. */
function tabbed(view: TorrentView): string {
	return [
		view.id,
		view.state,
		view.completed,
		view.wanted,
		Math.round(view.downloadRate),
		Math.round(view.uploadRate),
		view.eta === undefined || !Number.isFinite(view.eta) ? '' : Math.round(view.eta),
		view.connected,
		nameText(view.name),
	].join('\t');
}

/** The torrents in the order of a field; those of which it is not known come last. */
function sorted(
	views: readonly TorrentView[],
	name: string,
	{
		reverse,
		now,
		as,
	}: {readonly reverse: boolean; readonly now: number; readonly as: (view: TorrentView) => FilteredTorrent},
): TorrentView[] {
	const field = torrentFields[name]!;
	const key = (view: FilteredTorrent): string | number | undefined => {
		switch (field.kind) {
			case 'text':
			case 'state':
				return field.of(view)[0]?.toLowerCase();
			case 'flag':
				return Number(!field.of(view));
			default:
				return field.of(view, now);
		}
	};
	const sign = reverse ? -1 : 1;
	const keyed = views.map(view => [key(as(view)), view] as const);
	const order = ([one]: (typeof keyed)[number], [other]: (typeof keyed)[number]): number => {
		if (one === undefined || other === undefined)
			return Number(one === undefined) - Number(other === undefined);
		return one < other ? -sign : one > other ? sign : 0;
	};
	return keyed.toSorted(order).map(([, view]) => view);
}

const sortField: ValueReader<string> = (value, where) => {
	const name = value.trim().toLowerCase();
	if (Object.hasOwn(torrentFields, name)) return name;
	const guess = nearest(name, Object.keys(torrentFields));
	const advice = guess ? `; did you mean ${guess}?` : ' (see: tortui list --help)';
	throw new UserError('bad-value', `${where}: no field ${JSON.stringify(value)}${advice}`, 2);
};

/** The torrents of the running engine. */
export const command = defineCommand({
	name: 'list',
	usage: ['list [options]'],
	summary: 'Shows the torrents of the running engine.',
	words: [0, 0],
	options: {
		filter: {
			kind: 'list',
			value: 'FILTER',
			read: readFilter,
			help: 'only those that fit (repeatable: all must)',
		},
		sort: {
			kind: 'value',
			value: 'FIELD',
			read: sortField,
			help: 'in the order of a field',
			standard: 'queue',
		},
		reverse: {kind: 'on', help: 'the other way round'},
		...remoteOptions,
	},
	notes: [
		'A table on a terminal. In a pipe a line each, with tabs between: info-hash, state,',
		'bytes that are had and wanted, bytes per second down and up, seconds left, peers,',
		'name. --json: one array of all that is known about each.',
		'',
		...filterNotes,
	],
	run({flags, given}, context) {
		return withEngine(flags, context, async engine => {
			const {stdout, stderr} = context;
			const asksTrackers = flags.sort === 'tracker' || flags.filter.some(filter => filter.asksTrackers);
			const {torrents: all = [], details = []} = await engine.send({
				type: 'session.list',
				...(asksTrackers && {details: ['trackers']}),
			});
			const trackers = new Map(
				details.map(({id, trackers: views = []}) => [
					id,
					views.flatMap(({url}) => (url === '' ? [] : [url])),
				]),
			);
			const withTrackers = (view: TorrentView): FilteredTorrent => ({
				...view,
				trackers: trackers.get(view.id) ?? [],
			});
			const now = machineClock.wall();
			const chosen = all.filter(view => flags.filter.every(fits => fits(withTrackers(view), now)));
			const isSorted = given.has('sort') || flags.reverse;
			const torrents = isSorted
				? sorted(chosen, flags.sort ?? 'queue', {reverse: flags.reverse, now, as: withTrackers})
				: chosen;
			if (flags.json) stdout.write(`${terminalJson(torrents, 2)}\n`);
			else if (all.length === 0) stderr.write('no torrents yet; add one with: tortui add TORRENT\n');
			else if (torrents.length === 0) stderr.write('no torrent fits\n');
			else {
				const lines = stdout.isTTY
					? await torrentTable(torrents, stdout.columns || 80)
					: torrents.map(tabbed);
				stdout.write(`${lines.join('\n')}\n`);
			}
			return 0 as const;
		});
	},
});
