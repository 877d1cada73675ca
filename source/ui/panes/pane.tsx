import type {ReactNode} from 'react';
import {asciiFrames} from '../look/glyphs.js';
import type {ListRow} from '../present/row.js';
import {framed} from '../widgets/frame.js';
import {Lines} from '../widgets/lines.js';
import type {PaneProps} from './pane-props.js';

/** A frame with a title and rows in it. */
export function Pane({
	props: {area, state, focused, painter, look},
	digit,
	title,
	note,
	foot,
	rows,
}: {
	readonly props: PaneProps;
	readonly digit?: number;
	readonly title: string;
	readonly note?: string;
	readonly foot?: string;
	readonly rows: readonly ListRow[];
}): ReactNode {
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
			frames: asciiFrames(state.preferences.frames, look.glyphs),
		},
		painter,
	);
	return <Lines area={area} lines={lines} />;
}
