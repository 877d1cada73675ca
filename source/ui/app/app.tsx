import {Box, useInput} from 'ink';
import {type ReactNode, useSyncExternalStore} from 'react';
import {type DialogDrawing, drawDialog} from '../dialogs/dialog-drawing.js';
import {feedsHeader} from '../headers/feeds-header.js';
import {networkHeader} from '../headers/network-header.js';
import {sessionHeader} from '../headers/session-header.js';
import {standingRow} from '../headers/standing-row.js';
import {swarmsHeader} from '../headers/swarms-header.js';
import {torrentHeader} from '../headers/torrent-header.js';
import {keyNames} from '../keys/key-names.js';
import {paneNames, type Rect} from '../look/layout.js';
import type {Painter} from '../look/paint.js';
import type {ScreenState, Store} from '../model/store.js';
import {FeedsPane, ItemsPane, RulesPane} from '../panes/feed-panes.js';
import {TorrentsPane} from '../panes/list-panes.js';
import {FoundPane, PeoplePane, SharedPane} from '../panes/network-panes.js';
import type {PaneProps} from '../panes/pane-props.js';
import {panes} from '../panes/panes.js';
import {EveryPeerPane, EveryTrackerPane} from '../panes/swarm-panes.js';
import type {Hit} from '../present/hit.js';
import {logRow} from '../present/log.js';
import {stripRow} from '../present/pieces.js';
import {fitRow, type Row, zonesOf} from '../present/row.js';
import {sparkRow} from '../present/speed.js';
import type {ScreenContext} from '../screen/screen-context.js';
import type {Canvas} from '../terminal/canvas.js';
import {quantity} from '../text/format.js';
import {Details} from '../widgets/details.js';
import {DialogBox} from '../widgets/dialog-box.js';
import {LineBox} from '../widgets/line-box.js';
import {CanvasContext, Lines} from '../widgets/lines.js';
import {lastRow, noticeRows, smallRows} from './last-row.js';
import {pressKey} from './press-key.js';

/** What drawing costs, in words that stay the same for a while. */
function costWords(screen: ScreenContext): string {
	const {frames, bytes} = screen.cost();
	if (frames < 8) return '';
	return `${quantity(Math.round(bytes / frames / 64) * 64, 2)}B a frame`;
}

function headerRows(state: ScreenState, area: Rect, {look, clock}: ScreenContext): readonly Row[] {
	const {model, view} = state;
	if (view.screen === 'network') return networkHeader(state, area, look);
	if (view.screen === 'feeds') return feedsHeader(state, area, look, clock.wall());
	if (view.screen === 'swarms') return swarmsHeader(state, area, look);
	if (view.screen === 'session')
		return sessionHeader(
			model.session,
			model.torrents,
			area,
			look,
			model.folders,
			view.lists.torrents.filter,
		);
	const {torrent} = model;
	if (torrent?.overview) return torrentHeader(torrent.overview, model.session, area, look, clock.wall());
	return [[[torrent?.gone ? ' This torrent is gone: Esc goes to the list.' : ' …', 'dim']]];
}

/** Rows of the screen itself, at a place that may have no room. */
function Rows({
	area,
	rows,
	painter,
	hit,
}: {
	readonly area: Rect | undefined;
	readonly rows: readonly Row[];
	readonly painter: Painter;
	/** What a click on a row does, where its spans say nothing else. */
	readonly hit?: Hit;
}): ReactNode {
	if (!area) return null;
	const fitted = rows.slice(0, area.rows).map(row => ({row: fitRow(row, area.columns), hit}));
	return (
		<Lines
			area={area}
			lines={fitted.map(({row}) => painter.row(row))}
			zones={zonesOf(fitted, 0, 0, area.columns)}
		/>
	);
}

/** What every part of the screen is drawn from. */
interface PartProps {
	readonly screen: ScreenContext;
	readonly state: ScreenState;
	readonly painter: Painter;
	readonly drawing: DialogDrawing | undefined;
}

/** The dialog that lies over the panes, where one does. */
function Over({screen, state, painter, drawing}: PartProps): ReactNode {
	const {model, columns, rows, preferences} = state;
	if (!drawing) return null;
	const look = {painter, frames: preferences.frames, look: screen.look, columns};
	if (drawing.kind === 'line')
		return drawing.above && drawing.above.rows.length > 0 ? (
			<LineBox {...look} {...drawing.above} bottom={rows - 2} />
		) : null;
	return drawing.kind === 'details' ? (
		<Details {...look} torrent={drawing.torrent} session={model.session} top={drawing.top} rows={rows - 1} />
	) : (
		<DialogBox {...look} content={drawing.content} rows={rows} />
	);
}

/** The panes that the layout has room for. */
function Panes({screen, state, painter, drawing}: PartProps): ReactNode {
	const {view} = state;
	const layout = screen.layout();
	const noDialog = (drawing?.kind ?? 'line') === 'line';
	const props = (area: Rect, focused: boolean): PaneProps => ({
		area,
		state,
		focused,
		painter,
		look: screen.look,
		wall: screen.clock.wall(),
		cost: costWords(screen),
	});
	const part = view.network.pane === 'search' ? 'found' : view.network.pane;
	const isFocused = (name: string) =>
		noDialog && (view.screen === 'torrent' ? view.pane === name : view.sessionPart === name);
	return (
		<>
			{paneNames.map(name => {
				const area = layout.panes[name];
				const Pane = panes[name];
				return area && <Pane key={name} {...props(area, isFocused(name))} />;
			})}
			{layout.network?.found && <FoundPane {...props(layout.network.found, noDialog && part === 'found')} />}
			{layout.network?.people && (
				<PeoplePane {...props(layout.network.people, noDialog && part === 'people')} />
			)}
			{layout.network?.shared && (
				<SharedPane {...props(layout.network.shared, noDialog && part === 'shared')} />
			)}
			{layout.feeds?.feeds && (
				<FeedsPane {...props(layout.feeds.feeds, noDialog && view.feedPart === 'feeds')} />
			)}
			{layout.feeds?.items && (
				<ItemsPane {...props(layout.feeds.items, noDialog && view.feedPart === 'items')} />
			)}
			{layout.feeds?.rules && (
				<RulesPane {...props(layout.feeds.rules, noDialog && view.feedPart === 'rules')} />
			)}
			{layout.swarms?.everyPeer && (
				<EveryPeerPane {...props(layout.swarms.everyPeer, noDialog && view.swarmPart === 'everyPeer')} />
			)}
			{layout.swarms?.everyTracker && (
				<EveryTrackerPane
					{...props(layout.swarms.everyTracker, noDialog && view.swarmPart === 'everyTracker')}
				/>
			)}
			{layout.torrents && <TorrentsPane {...props(layout.torrents, isFocused('torrents'))} />}
		</>
	);
}

/** What was just said, over what lies there: where the last row alone has no room for it. */
function Said({
	rows,
	state,
	painter,
}: Pick<PartProps, 'state' | 'painter'> & {readonly rows: readonly Row[]}): ReactNode {
	if (rows.length === 0) return null;
	const {columns} = state;
	return (
		<Lines
			area={{x: 0, y: state.rows - rows.length, columns, rows: rows.length}}
			lines={rows.map(row => painter.row(fitRow(row, columns)))}
			over
		/>
	);
}

/** Everything, where there is room for panes. */
function Full(part: PartProps): ReactNode {
	const {screen, state, painter, drawing} = part;
	const {columns, view, model} = state;
	const {look} = screen;
	const layout = screen.layout();
	const {torrent} = model;
	const newest = model.log?.at(-1);
	const last = newest && logRow(newest, columns, look, view.screen === 'session');
	return (
		<>
			<Rows area={layout.header} rows={headerRows(state, layout.header, screen)} painter={painter} />
			<Rows
				area={layout.strip}
				rows={[
					stripRow(
						torrent?.pieces,
						{
							lit: torrent?.lit ?? new Map(),
							peers: torrent?.overview?.connected ?? 0,
							sent: new Set(torrent?.sent),
						},
						columns,
						look,
					),
				]}
				painter={painter}
				hit={{kind: 'pane', pane: 'pieces'}}
			/>
			<Rows
				area={layout.spark}
				rows={[sparkRow(torrent?.speed, columns, look)]}
				painter={painter}
				hit={{kind: 'pane', pane: 'speed'}}
			/>
			<Panes {...part} />
			{layout.standing && (
				<Rows
					area={layout.standing}
					rows={[standingRow(state, columns, look, screen.clock.wall())]}
					painter={painter}
				/>
			)}
			{last && (
				<Rows area={layout.lastLine} rows={[last]} painter={painter} hit={{kind: 'pane', pane: 'log'}} />
			)}
			<Rows area={layout.footer} rows={[lastRow(screen, drawing)]} painter={painter} />
			<Over {...part} />
			<Said rows={noticeRows(screen, drawing)} state={state} painter={painter} />
		</>
	);
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
	const {columns, rows} = state;
	const painter = painterFor(state.preferences.theme);
	const drawing = drawDialog(screen);
	const layout = screen.layout();
	return (
		<CanvasContext value={canvas}>
			<Box width={columns} height={rows}>
				{layout.kind === 'line' ? (
					<Rows area={layout.header} rows={smallRows(screen, drawing)} painter={painter} />
				) : (
					<Full screen={screen} state={state} painter={painter} drawing={drawing} />
				)}
			</Box>
		</CanvasContext>
	);
}
