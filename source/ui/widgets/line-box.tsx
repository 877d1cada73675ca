import type {ReactNode} from 'react';
import {asciiFrames, type FrameName} from '../look/glyphs.js';
import type {Painter} from '../look/paint.js';
import type {Look} from '../present/context.js';
import type {Hit} from '../present/hit.js';
import {type Row, zonesOf} from '../present/row.js';
import {framed, plainRows} from './frame.js';
import {Lines} from './lines.js';

/** What goes with a line, in a frame that ends above it, at the row `bottom`. */
export function LineBox({
	title,
	rows,
	hits,
	columns,
	bottom,
	painter,
	frames,
	look,
}: {
	readonly title: string;
	readonly rows: readonly Row[];
	readonly hits: ReadonlyArray<Hit | undefined>;
	readonly columns: number;
	readonly bottom: number;
	readonly painter: Painter;
	readonly frames: FrameName;
	readonly look: Look;
}): ReactNode {
	const width = Math.min(96, columns);
	const height = rows.length + 2;
	return (
		<Lines
			area={{x: 0, y: bottom - height + 1, columns: width, rows: height}}
			lines={framed(
				plainRows(rows),
				{
					columns: width,
					rows: height,
					title,
					focused: false,
					frames: asciiFrames(frames, look.glyphs),
				},
				painter,
			)}
			zones={zonesOf(
				rows.map((row, at) => ({row, hit: hits[at]})),
				1,
				1,
				width - 2,
			)}
			over
		/>
	);
}
