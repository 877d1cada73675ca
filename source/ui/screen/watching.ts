import type {Watch} from '../../api/snapshot.js';
import {inside, type Layout} from '../look/layout.js';
import {drawsHalves} from '../look/themes.js';
import {mapCells, peerInSight} from '../model/peer-in-sight.js';
import type {ScreenState} from '../model/store.js';
import type {Look} from '../present/context.js';
import {cellsFor} from '../present/piece-layout.js';
import {fittingRange, samplesFor} from '../present/speed.js';

/** What to ask of the engine so that everything in sight can be drawn, and nothing else is sent. */
export function watchFor(state: ScreenState, layout: Layout, interval: number, look: Look): Watch {
	const {view, columns} = state;
	const log = (lines: number): Pick<Watch, 'log' | 'logFrom'> => ({
		log: lines,
		logFrom: view.details ? 'debug' : 'info',
	});
	const speedArea = layout.panes.speed ?? layout.spark;
	const samples = samplesFor(
		layout.panes.speed ? inside(layout.panes.speed) : {columns: Math.ceil(columns / 2), rows: 1},
		look.glyphs.ascii,
	);
	const shown = view.screen === 'session' ? state.model.speed : state.model.torrent?.speed;
	const speed = speedArea && {range: view.range || fittingRange(shown, samples), samples};
	if (view.screen === 'network')
		return {interval, session: true, torrents: true, creations: true, folders: true, network: true};
	if (view.screen === 'feeds') return {interval, session: true, torrents: true, creations: true, feeds: true};
	if (view.screen === 'swarms')
		return {
			// All of it is walked through for each update.
			interval: Math.max(interval, 1000),
			session: true,
			torrents: true,
			creations: true,
			everyPeer: true,
			everyTracker: true,
		};
	if (view.screen === 'session' || view.torrent === undefined) {
		return {
			interval,
			session: true,
			torrents: true,
			creations: true,
			folders: true,
			...(speed && {speed}),
			// Of one torrent's lines there may be few among many.
			...(layout.panes.log && log(view.logOf ? 1000 : 200)),
		};
	}
	const pieces = layout.panes.pieces
		? cellsFor(inside(layout.panes.pieces), drawsHalves(look, state.preferences))
		: layout.strip
			? columns - 2
			: undefined;
	const peer = peerInSight(state);
	const hasCell = view.pane === 'pieces' && view.cell >= 0 && layout.panes.pieces !== undefined;
	return {
		interval,
		session: true,
		creations: true,
		torrent: {
			id: view.torrent,
			overview: true,
			...(pieces !== undefined && {pieces}),
			...(hasCell && {cell: view.cell}),
			...(layout.panes.peers && {peers: true}),
			...(mapCells(layout.panes.peers?.columns ?? 0) > 0 && {peerMaps: true}),
			...(peer && {peer: peer.id}),
			...(layout.panes.trackers && {trackers: true}),
			// The pieces pane names the file under its cursor.
			...((layout.panes.files || layout.panes.pieces) && {files: true}),
			...(speed && {speed}),
		},
		...((layout.panes.log || layout.lastLine) && log(layout.panes.log ? 200 : 1)),
	};
}
