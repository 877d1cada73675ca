import {type ReactNode, useRef} from 'react';
import type {Column, ListFacts} from '../columns/column.js';
import {tableRows, windowTop} from '../columns/table.js';
import {inside} from '../look/layout.js';
import {chosenColumns} from '../model/chosen-columns.js';
import {cursorRow, entries, orders} from '../model/lists.js';
import type {ListName} from '../model/view.js';
import {Pane} from './pane.js';
import type {PaneProps} from './pane-props.js';

/** A pane with a list in columns: its window follows the cursor. */
export function ListPane<Item, Facts extends ListFacts>({
	props,
	list,
	digit,
	title,
	note,
	items,
	columns,
	facts,
	empty,
	headerFrom = 4,
}: {
	readonly props: PaneProps;
	readonly list: ListName;
	readonly digit?: number;
	readonly title: string;
	readonly note: string;
	readonly items: readonly Item[];
	readonly columns: ReadonlyArray<Column<Item, Facts>>;
	/** What the columns are drawn by. */
	readonly facts: Facts;
	readonly empty: string;
	/** Rows inside the frame from which on the columns' titles are shown. */
	readonly headerFrom?: number;
}): ReactNode {
	const {area, state, focused, look} = props;
	const top = useRef(0);
	const room = inside(area);
	const listState = state.view.lists[list];
	const shown = entries(state, list);
	const cursor = cursorRow(shown, listState, list);
	const header = room.rows >= headerFrom;
	const height = room.rows - (header ? 1 : 0);
	top.current = windowTop(items.length, height, cursor, top.current);
	const order = orders[list].find(({id}) => id === listState.sort);
	const parts = [note];
	if (listState.filter !== '') parts.push(`filter “${listState.filter}” ${items.length}`);
	if (listState.marks.size > 0 && list !== 'files') parts.push(`${listState.marks.size} marked`);
	if (area.columns >= 60 && order)
		parts.push(`sort ${order.label}${listState.reverse === (order.descending ?? false) ? '' : ' reversed'}`);
	return (
		<Pane
			props={props}
			{...(digit !== undefined && {digit})}
			title={title}
			note={parts.filter(part => part !== '').join(' · ')}
			hit={{kind: 'list', list}}
			scroll={{total: items.length, top: top.current, height, above: header ? 1 : 0, cursor}}
			rows={tableRows(columns, items, {
				...room,
				facts,
				header,
				gap: area.columns >= 100 ? 2 : 1,
				cursor: focused || list === 'torrents' || list === 'feeds' ? cursor : -1,
				active: focused,
				top: top.current,
				chosen: chosenColumns(state, list),
				sort: listState.sort,
				reverse: listState.reverse,
				empty: listState.filter === '' ? empty : 'nothing holds the filter: Esc clears it',
				hit: index => {
					const entry = shown[index];
					return entry && {kind: 'row', list, key: entry.key};
				},
				sortHit: column => ({kind: 'sort', list, column}),
				mark: index => (listState.marks.has(shown[index]?.key ?? '') ? look.glyphs.mark : undefined),
			})}
		/>
	);
}
