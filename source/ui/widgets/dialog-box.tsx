import type {ReactNode} from 'react';
import type {DialogRows} from '../dialogs/dialog-kind.js';
import {keyNamed} from '../keys/key-names.js';
import {asciiFrames, type FrameName} from '../look/glyphs.js';
import type {Painter} from '../look/paint.js';
import type {Look} from '../present/context.js';
import {fittedFoot, footRoom} from '../present/dialog-foot.js';
import type {Zone} from '../present/hit.js';
import {type Row, zonesOf} from '../present/row.js';
import {cellWidth} from '../text/text.js';
import {framed, plainRows} from './frame.js';
import {Lines} from './lines.js';

/** Where the keys that the bottom edge names may be clicked. */
function footZones(foot: string, y: number): readonly Zone[] {
	const zones: Zone[] = [];
	// A corner, an edge and a space.
	let x = 3;
	for (const part of foot.split(/( {3})/)) {
		const columns = cellWidth(part);
		const key = keyNamed(part.split(' ')[0] ?? '');
		if (key !== undefined) zones.push({x, y, columns, rows: 1, hit: {kind: 'key', key}});
		x += columns;
	}
	return zones;
}

/** A dialog in the middle of the screen; what is too long scrolls from `top`. */
export function DialogBox({
	content,
	columns,
	rows,
	painter,
	frames,
	look,
}: {
	readonly content: DialogRows;
	readonly columns: number;
	readonly rows: number;
	readonly painter: Painter;
	readonly frames: FrameName;
	readonly look: Look;
}): ReactNode {
	const width = Math.min(columns - 2, content.columns + 4);
	// Air above and below, where there is room for it.
	const air = content.rows.length + 6 <= rows ? 1 : 0;
	const height = Math.min(rows - 1, content.rows.length + 2 + air * 2);
	const inner = height - 2 - air * 2;
	const last = Math.max(0, content.rows.length - inner);
	const from =
		content.selected !== undefined && content.selected >= inner
			? content.selected - inner + 1
			: Math.min(content.top ?? 0, last);
	const foot = fittedFoot(content.foot, footRoom(width - 4));
	const shown = content.rows
		.slice(from, from + inner)
		.map((row, at) => ({row: [[' '], ...row] as Row, hit: content.hits?.[from + at]}));
	const lines = framed(
		plainRows([...(air ? [[]] : []), ...shown.map(({row}) => row)]),
		{
			columns: width,
			rows: height,
			title: content.title,
			note:
				last > 0
					? `${from + 1}-${Math.min(content.rows.length, from + inner)} of ${content.rows.length}`
					: '',
			foot,
			focused: true,
			frames: asciiFrames(frames, look.glyphs),
		},
		painter,
	);
	return (
		<Lines
			area={{
				x: Math.floor((columns - width) / 2),
				y: Math.max(0, Math.floor((rows - height) / 2)),
				columns: width,
				rows: height,
			}}
			lines={lines}
			zones={[...zonesOf(shown, 1, 1 + air, width - 2), ...footZones(foot, height - 1)]}
			over
		/>
	);
}
