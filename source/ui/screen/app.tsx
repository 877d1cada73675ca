import {Box, useInput} from 'ink';
import {type ReactNode, useSyncExternalStore} from 'react';
import {drawDialog} from '../dialogs/dialog-drawing.js';
import {oneLine} from '../headers/one-line.js';
import {sessionHeader} from '../headers/session-header.js';
import {torrentHeader} from '../headers/torrent-header.js';
import {keyNames} from '../keys/key-names.js';
import type {Rect} from '../look/layout.js';
import type {Painter} from '../look/paint.js';
import type {Tone} from '../look/themes.js';
import type {ScreenState, Store} from '../model/store.js';
import {FilesPane, LogPane, PeersPane, TorrentsPane, TrackersPane} from '../panes/list-panes.js';
import type {PaneProps} from '../panes/pane-props.js';
import {PiecesPane} from '../panes/pieces-pane.js';
import {SpeedPane} from '../panes/speed-pane.js';
import {footerRow, lastKeys} from '../present/footer.js';
import {logRow} from '../present/log.js';
import {stripRow} from '../present/pieces.js';
import {fitRow, type Row, rowWidth, spread} from '../present/row.js';
import {sparkRow} from '../present/speed.js';
import type {Canvas} from '../terminal/canvas.js';
import {quantity} from '../text/format.js';
import {safeText} from '../text/text.js';
import {Details} from '../widgets/details.js';
import {DialogBox} from '../widgets/dialog-box.js';
import {CanvasContext, Lines} from '../widgets/lines.js';
import {pressKey} from './press-key.js';
import type {ScreenContext} from './screen-context.js';

const noticeTones: Readonly<Record<string, Tone>> = {info: 'text', good: 'good', warn: 'warn', error: 'bad'};

function footer(screen: ScreenContext, state: ScreenState, columns: number): Row {
	const {view} = state;
	const drawing = drawDialog(screen);
	if (drawing?.kind === 'line') return fitRow(drawing.row, columns);
	if (view.notice) {
		const notice: Row = [[` ${safeText(view.notice.text)} `, noticeTones[view.notice.level] ?? 'text']];
		const keys = lastKeys(screen.keys(), screen, screen.look);
		// What it says goes before the keys; these stay where they are looked for.
		return columns >= rowWidth(notice) + rowWidth(keys)
			? spread(notice, keys, columns)
			: fitRow(notice, columns);
	}
	// A dialog names its keys itself.
	if (drawing) return fitRow([], columns);
	return footerRow(screen.keys(), screen, columns, screen.look);
}

/** What drawing costs, in words that stay the same for a while. */
function costWords(screen: ScreenContext): string {
	const {frames, bytes} = screen.cost();
	if (frames < 8) return '';
	return `${quantity(Math.round(bytes / frames / 64) * 64, 2)}B a frame`;
}

function line(painter: Painter, area: Rect | undefined, rows: readonly Row[]): ReactNode {
	if (!area) return null;
	return (
		<Lines area={area} lines={rows.slice(0, area.rows).map(row => painter.row(fitRow(row, area.columns)))} />
	);
}

function Over({
	screen,
	state,
	painter,
}: {
	readonly screen: ScreenContext;
	readonly state: ScreenState;
	readonly painter: Painter;
}): ReactNode {
	const {model, columns, rows, preferences} = state;
	const drawing = drawDialog(screen);
	if (!drawing || drawing.kind === 'line') return null;
	const look = {painter, frames: preferences.frames, look: screen.look, columns};
	return drawing.kind === 'details' ? (
		<Details {...look} torrent={drawing.torrent} session={model.session} rows={rows - 1} />
	) : (
		<DialogBox {...look} content={drawing.content} rows={rows} />
	);
}

/** What somebody sees of a terminal that is too small for panes: what takes the keys or was just said, and a torrent. */
function smallRows(screen: ScreenContext, state: ScreenState): readonly Row[] {
	const {columns, rows, view, model} = state;
	const torrent = view.screen === 'torrent' ? model.torrent?.overview : undefined;
	const drawing = drawDialog(screen);
	const said: Row | undefined =
		drawing?.kind === 'line'
			? drawing.row
			: view.notice && [[safeText(view.notice.text), noticeTones[view.notice.level] ?? 'text']];
	const line = oneLine(torrent, model.session, columns, screen.look);
	if (!said) return [line];
	return rows > 1 ? [line, said] : [said];
}

/** The whole screen, made from one version of the state. */
export function App({
	screen,
	store,
	painter: painterFor,
	canvas,
}: {
	readonly screen: ScreenContext;
	readonly store: Store;
	/** The painter of a theme; the same one for the same name. */
	readonly painter: (theme: string) => Painter;
	readonly canvas: Canvas;
}): ReactNode {
	const state = useSyncExternalStore(store.subscribe, store.get);
	useInput((input, key) => {
		for (const name of keyNames(input, key)) pressKey(screen, name);
	});
	const {columns, rows, view, model} = state;
	const painter = painterFor(state.preferences.theme);
	const {look} = screen;
	const torrent = view.screen === 'torrent' ? model.torrent?.overview : undefined;
	const layout = screen.layout();
	const body: ReactNode[] = [];
	if (layout.kind === 'line') {
		body.push(line(painter, layout.header, smallRows(screen, state)));
	} else {
		const props = (area: Rect, focused: boolean): PaneProps => ({area, state, focused, painter, look});
		const header =
			view.screen === 'session'
				? sessionHeader(model.session, model.torrents ?? [], layout.header, look)
				: torrent
					? torrentHeader(torrent, model.session, layout.header, look)
					: [[[model.torrent?.gone ? ' This torrent is gone: Esc goes to the list.' : ' …', 'dim']] as Row];
		const noDialog = (drawDialog(screen)?.kind ?? 'line') === 'line';
		const focus = (pane: string) => noDialog && view.screen === 'torrent' && view.pane === pane;
		const {panes} = layout;
		const speed = view.screen === 'session' ? model.speed : model.torrent?.speed;
		body.push(
			<Lines
				key="header"
				area={layout.header}
				lines={header.map(row => painter.row(fitRow(row, columns)))}
			/>,
			line(painter, layout.strip, [
				stripRow(model.torrent?.pieces, model.torrent?.lit ?? new Map(), columns, look),
			]),
			line(painter, layout.spark, [sparkRow(model.torrent?.speed, columns, look)]),
			panes.pieces && <PiecesPane key="pieces" {...props(panes.pieces, focus('pieces'))} />,
			panes.speed && <SpeedPane key="speed" {...props(panes.speed, focus('speed'))} speed={speed} />,
			panes.peers && <PeersPane key="peers" {...props(panes.peers, focus('peers'))} />,
			panes.trackers && (
				<TrackersPane
					key="trackers"
					{...props(panes.trackers, focus('trackers'))}
					wall={screen.clock.wall()}
				/>
			),
			panes.files && <FilesPane key="files" {...props(panes.files, focus('files'))} />,
			panes.log && <LogPane key="log" {...props(panes.log, focus('log'))} cost={costWords(screen)} />,
			layout.torrents && <TorrentsPane key="torrents" {...props(layout.torrents, noDialog)} />,
			layout.lastLine && model.log?.at(-1)
				? line(painter, layout.lastLine, [
						logRow(
							model.log.at(-1) as NonNullable<typeof model.log>[number],
							columns,
							look,
							view.screen === 'session',
						),
					])
				: null,
			line(painter, layout.footer, [footer(screen, state, columns)]),
		);
	}
	return (
		<CanvasContext value={canvas}>
			<Box width={columns} height={rows}>
				{...body}
				{layout.kind === 'line' ? null : <Over screen={screen} state={state} painter={painter} />}
			</Box>
		</CanvasContext>
	);
}
