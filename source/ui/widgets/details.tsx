import {Box, Text} from 'ink';
import {createContext, memo, type ReactNode, useContext, useLayoutEffect} from 'react';
import type {SessionView, TorrentView} from '../../api/snapshot.js';
import {asciiFrames, type FrameName} from '../look/glyphs.js';
import {asciiText, type Painter} from '../look/paint.js';
import type {Tone} from '../look/themes.js';
import type {Look} from '../present/context.js';
import {detailPairs, detailRoom} from '../present/details.js';
import {cellWidth, fit} from '../text/text.js';
import {framed} from './frame.js';
import {Table} from './ink-table.js';
import {CanvasContext, Lines} from './lines.js';

const PainterContext = createContext<Painter | undefined>(undefined);

function Painted({tone, children}: {readonly tone: Tone; readonly children?: ReactNode}): ReactNode {
	const text = String(children ?? '');
	return <Text>{useContext(PainterContext)?.row([[text, tone]]) ?? text}</Text>;
}

function Header({children}: {readonly children?: ReactNode}): ReactNode {
	return <Painted tone="faint">{children}</Painted>;
}

function Cell({column, children}: {readonly column: number; readonly children?: ReactNode}): ReactNode {
	return <Painted tone={column === 0 ? 'dim' : 'text'}>{children}</Painted>;
}

// ink-table puts a line between any two rows; without them a table is half as high.
function Skeleton({children}: {readonly children?: ReactNode}): ReactNode {
	return /^[ │]*$/.test(String(children ?? '')) ? <Text> </Text> : null;
}

/** All that is known of a torrent, as a table over the panes: as it was when it was opened or its state last changed. */
export const Details = memo(
	function Details({
		torrent,
		session,
		top,
		columns,
		rows,
		painter,
		frames,
		look,
	}: {
		readonly torrent: TorrentView;
		readonly session: SessionView | undefined;
		/** The first row to show, of what is too long. */
		readonly top: number;
		readonly columns: number;
		readonly rows: number;
		readonly painter: Painter;
		readonly frames: FrameName;
		readonly look: Look;
	}): ReactNode {
		const pairs = detailPairs(torrent, session, look, columns);
		const names = Math.max('torrent'.length, ...pairs.map(([name]) => name.length));
		const values = Math.min(
			Math.max(8, Math.min(76, columns - names - 11)),
			Math.max(...pairs.map(([, value]) => cellWidth(value))),
		);
		const room = detailRoom(rows);
		const from = Math.max(0, Math.min(top, pairs.length - room));
		const data = pairs.slice(from, from + room).map(([name, value]) => {
			const shown = fit(value, values, 'left', look.glyphs.ellipsis);
			return {torrent: name, ' ': look.glyphs.ascii ? asciiText(shown) : shown};
		});
		const width = Math.min(columns, names + values + 9);
		const height = Math.min(rows, data.length + 3);
		const area = {
			x: Math.floor((columns - width) / 2),
			y: Math.floor((rows - height) / 2),
			columns: width,
			rows: height,
		};
		const frame = framed(
			[],
			{
				columns: width,
				rows: height,
				title: 'Details',
				note: pairs.length > room ? `${from + 1}-${from + data.length} of ${pairs.length}` : '',
				foot: pairs.length > room ? '↑↓ more   Esc leaves' : 'Esc leaves',
				focused: true,
				frames: asciiFrames(frames, look.glyphs),
			},
			painter,
		);
		const canvas = useContext(CanvasContext);
		const {x, y} = area;
		useLayoutEffect(() => {
			canvas?.show({x: x + 1, y: y + 1, columns: width - 2, rows: height - 2});
			return () => canvas?.show(undefined);
		}, [canvas, x, y, width, height]);
		return (
			<>
				<Lines area={area} lines={frame} over />
				<Box
					position="absolute"
					left={area.x + 1}
					top={area.y + 1}
					width={width - 2}
					height={height - 2}
					overflow="hidden"
				>
					<PainterContext value={painter}>
						<Table
							key={`${columns}x${rows}+${from}`}
							data={data}
							columns={['torrent', ' ']}
							header={Header as never}
							skeleton={Skeleton as never}
							cell={Cell as never}
						/>
					</PainterContext>
				</Box>
			</>
		);
	},
	(before, after) =>
		before.torrent.id === after.torrent.id &&
		before.torrent.state === after.torrent.state &&
		before.torrent.reason?.text === after.torrent.reason?.text &&
		before.top === after.top &&
		before.painter === after.painter &&
		before.columns === after.columns &&
		before.rows === after.rows,
);
