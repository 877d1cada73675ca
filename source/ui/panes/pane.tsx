import type {ReactNode} from 'react';
import {asciiFrames} from '../look/glyphs.js';
import {inside} from '../look/layout.js';
import type {Hit, Zone} from '../present/hit.js';
import {type ListRow, zonesOf} from '../present/row.js';
import {framed, type Scroll} from '../widgets/frame.js';
import {Lines} from '../widgets/lines.js';
import type {PaneProps} from './pane-props.js';

/** Where a pane may be clicked: its rows, else all of it. */
function paneZones(
	{area}: PaneProps,
	rows: readonly ListRow[],
	hit: Hit | undefined,
	body: Hit | undefined,
): readonly Zone[] {
	const room = inside(area);
	return [
		...(hit === undefined ? [] : [{x: 0, y: 0, columns: area.columns, rows: area.rows, hit}]),
		...(body === undefined ? [] : [{x: 1, y: 1, ...room, hit: body}]),
		...zonesOf(rows.slice(0, room.rows), 1, 1, room.columns),
	];
}

/** A frame with a title and rows in it. */
export function Pane({
	props,
	digit,
	title,
	note,
	foot,
	rows,
	hit,
	body,
	scroll,
}: {
	readonly props: PaneProps;
	readonly digit?: number;
	readonly title: string;
	readonly note?: string;
	readonly foot?: string;
	readonly rows: readonly ListRow[];
	/** What a click on it does, where its rows say nothing else. */
	readonly hit?: Hit | undefined;
	/** The same inside its frame. */
	readonly body?: Hit | undefined;
	/** Where somebody is in the list that its rows are a part of. */
	readonly scroll?: Scroll;
}): ReactNode {
	const {area, state, focused, painter, look} = props;
	const lines = framed(
		rows,
		{
			columns: area.columns,
			rows: area.rows,
			digit,
			title,
			...(note !== undefined && {note}),
			...(foot !== undefined && {foot}),
			focused,
			...(scroll !== undefined && {scroll}),
			thumb: look.glyphs.thumb,
			frames: asciiFrames(state.preferences.frames, look.glyphs),
		},
		painter,
	);
	return <Lines area={area} lines={lines} zones={paneZones(props, rows, hit, body)} />;
}
