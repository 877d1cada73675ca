import type {NetworkView} from '../../api/network-view.js';
import {fieldRow} from '../forms/field-rows.js';
import type {ScreenState} from '../model/store.js';
import type {Area, Look} from '../present/context.js';
import {networkTrouble} from '../present/network.js';
import {fitRow, type Row, rowWidth, type Span, spread} from '../present/row.js';
import {count, size} from '../text/format.js';
import {cellWidth, fit, nameText} from '../text/text.js';
import {fieldText} from '../text/text-field.js';

const hint = ' type to search   Tab: the panes, n nickname, S share a folder';

/** Whose network it is: the tracker's by its name, or how many there are. */
function trackersText({catalogues}: NetworkView): string {
	const open = catalogues.filter(({state}) => state === 'open');
	const [first] = open.length > 0 ? open : catalogues;
	if (!first) return '';
	return open.length > 1 ? ` of ${open.length} trackers` : ` of ${nameText(first.name)}`;
}

/** The first row: which network, how much there is, and who I am. */
function titleRow(network: NetworkView | undefined, columns: number, look: Look): Row {
	const {dot} = look.glyphs;
	if (!network)
		return fitRow(
			[
				[' tortui ', 'title'],
				[`${dot} Network`, 'title'],
			],
			columns,
		);
	const {people, torrents, size: bytes} = network.totals;
	const totals: Span = [
		`${count(people, 'person', 'people')} ${dot} ${count(torrents, 'torrent')} ${dot} ${size(bytes)}`,
		'dim',
	];
	const me: Row = [
		[columns >= 60 ? '   you are: ' : ' ', 'faint'],
		[`${fit(nameText(network.nick), Math.min(20, cellWidth(nameText(network.nick))))} `, 'accent'],
	];
	const left: Row = [
		[' tortui ', 'title'],
		[`${dot} Network`, 'title'],
		[trackersText(network), 'dim'],
		['  '],
	];
	const right: Row = [totals, ...me];
	const room = columns - rowWidth(right);
	if (rowWidth(left) <= room) return spread(left, right, columns);
	// A name of which there is room for a few letters only says nothing.
	const plain: Row = [...left.slice(0, 2), ['  ']];
	if (room - rowWidth(plain) >= 12) return spread([...fitRow(left, room - 2), ['  ']], right, columns);
	if (rowWidth(plain) <= room) return spread(plain, right, columns);
	const short: Row = [[' Network  ', 'title']];
	return rowWidth(short) <= room ? spread(short, right, columns) : fitRow([...short, totals], columns);
}

/** The second row: what is looked for, or whose torrents are shown; and in a few words what is wrong. */
export function searchRow(state: ScreenState, columns: number, look: Look): Row {
	const {query, person, pane} = state.view.network;
	const isActive = pane === 'search' && state.view.dialog === undefined;
	const lead: Row =
		person === undefined
			? [[' search ', isActive ? 'accent' : 'faint']]
			: [[' shared by ', 'faint'], [nameText(person), 'accent'], ['  ']];
	const trouble = networkTrouble(state);
	// What is typed keeps its place, and some more; the rest is for what is wrong.
	const least = Math.min(Math.floor(columns / 3), Math.max(8, cellWidth(fieldText(query)) + 6));
	const room = Math.max(0, columns - rowWidth(lead) - least - 2);
	const right: Row =
		trouble === undefined || room < 8
			? []
			: [
					[
						` ${fit(trouble.text, Math.min(room, cellWidth(trouble.text)), 'left', look.glyphs.ellipsis)} `,
						trouble.tone,
					],
				];
	const width = columns - rowWidth(lead) - rowWidth(right);
	const typed = person === undefined ? fieldRow(query, width, isActive) : [];
	const isEmpty = isActive && query.parts.length === 0 && width >= 20;
	const field: Row = isEmpty
		? [
				[' ', 'text', true],
				[fit(hint, width - 2), 'faint'],
			]
		: typed;
	return spread([...lead, ...field], right, columns);
}

/** The header of the Network view: which one it is, and what is looked for in it. */
export function networkHeader(state: ScreenState, {columns, rows}: Area, look: Look): readonly Row[] {
	return [titleRow(state.model.network, columns, look), searchRow(state, columns, look)].slice(0, rows);
}
