import {Box, type Key, useInput} from 'ink';
import {type ReactNode, useSyncExternalStore} from 'react';
import {drawDialog} from '../dialogs/dialog-drawing.js';
import {dialogKey} from '../dialogs/dialog-keys.js';
import {lookup} from '../keys/keymap.js';
import type {Rect} from '../look/layout.js';
import type {Painter} from '../look/paint.js';
import type {Tone} from '../look/themes.js';
import type {ScreenState, Store} from '../model/store.js';
import {FilesPane, LogPane, PeersPane, TorrentsPane, TrackersPane} from '../panes/list-panes.js';
import type {PaneProps} from '../panes/pane-props.js';
import {PiecesPane} from '../panes/pieces-pane.js';
import {SpeedPane} from '../panes/speed-pane.js';
import {footerRow, lastKeys} from '../present/footer.js';
import {oneLine, sessionHeader, torrentHeader} from '../present/header.js';
import {logRow} from '../present/log.js';
import {stripRow} from '../present/pieces.js';
import {fitRow, type Row, rowWidth, spread} from '../present/row.js';
import {sparkRow} from '../present/speed.js';
import type {Canvas} from '../terminal/canvas.js';
import {quantity} from '../text/format.js';
import {graphemes, safeText} from '../text/text.js';
import {Details} from '../widgets/details.js';
import {DialogBox} from '../widgets/dialog-box.js';
import {CanvasContext, Lines} from '../widgets/lines.js';
import type {ScreenContext} from './screen-context.js';

/** The name of a key as the key table writes it; undefined for what is none. */
export function keyNames(input: string, key: Key): readonly string[] {
	if (key.upArrow) return ['up'];
	if (key.downArrow) return ['down'];
	if (key.leftArrow) return ['left'];
	if (key.rightArrow) return ['right'];
	if (key.pageUp) return ['pageup'];
	if (key.pageDown) return ['pagedown'];
	if (key.home) return ['home'];
	if (key.end) return ['end'];
	if (key.return) return ['enter'];
	if (key.escape) return ['esc'];
	if (key.backspace) return ['backspace'];
	if (key.delete) return ['delete'];
	if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
	if (key.ctrl && input.length === 1) return [`ctrl-${input}`];
	if (key.meta) return [];
	// Several keys pressed quickly, or over a slow line, come in one piece.
	return graphemes(input).flatMap(part => {
		const code = part.charCodeAt(0);
		if (part === ' ') return ['space'];
		if (part === '\r' || part === '\n') return ['enter'];
		if (part === '\t') return ['tab'];
		if (code === 127 || code === 8) return ['backspace'];
		if (code < 32) return [`ctrl-${String.fromCharCode(code + 96)}`];
		return [part];
	});
}

/** Does what a key means here and now. */
export function pressKey(screen: ScreenContext, key: string): void {
	screen.urgent();
	const {view} = screen.state();
	if (view.dialog && !drawDialog(screen)) screen.setDialog(undefined);
	else if (view.dialog) {
		// Pressed twice, Ctrl-C leaves; what downloads goes on.
		if (key === 'ctrl-c' && view.dialog.kind === 'quit') screen.run('detach', '', key);
		else if (key === 'ctrl-c') screen.setDialog(undefined);
		else if (key === 'ctrl-l') screen.redraw();
		else if (key === 'ctrl-z') screen.suspend();
		else dialogKey(screen, view.dialog, key);
		return;
	}
	if (view.notice) screen.setView({notice: undefined});
	const context = screen.keyContext();
	const record = lookup(screen.keys(), key, context);
	if (!record) return;
	const problem = record.disabled?.(context);
	if (problem !== undefined) screen.say(problem, 'warn');
	else screen.run(record.command, '', key);
}

const noticeTones: Readonly<Record<string, Tone>> = {info: 'text', good: 'good', warn: 'warn', error: 'bad'};

function footer(screen: ScreenContext, state: ScreenState, columns: number): Row {
	const {view} = state;
	const drawing = drawDialog(screen);
	if (drawing?.kind === 'line') return fitRow(drawing.row, columns);
	if (view.notice) {
		const notice: Row = [[` ${safeText(view.notice.text)} `, noticeTones[view.notice.level] ?? 'text']];
		const keys = lastKeys(screen.keys(), screen.keyContext(), screen.look);
		// What it says goes before the keys; these stay where they are looked for.
		return columns >= rowWidth(notice) + rowWidth(keys)
			? spread(notice, keys, columns)
			: fitRow(notice, columns);
	}
	// A dialog names its keys itself.
	if (drawing) return fitRow([], columns);
	return footerRow(screen.keys(), screen.keyContext(), columns, screen.look);
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
		<DialogBox {...look} content={drawing.content} rows={rows} top={drawing.top} />
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
				<TrackersPane key="trackers" {...props(panes.trackers, focus('trackers'))} now={screen.clock.now()} />
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
