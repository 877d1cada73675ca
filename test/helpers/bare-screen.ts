import type {Command} from '../../source/api/command.ts';
import type {TorrentView} from '../../source/api/snapshot.ts';
import {keyTable} from '../../source/ui/keys/key-table.ts';
import {runCommand} from '../../source/ui/keys/run-command.ts';
import {typedCommands} from '../../source/ui/keys/typed-commands.ts';
import {glyphsFor} from '../../source/ui/look/glyphs.ts';
import {planLayout} from '../../source/ui/look/layout.ts';
import {type Model, merge} from '../../source/ui/model/model.ts';
import {defaultPreferences} from '../../source/ui/model/preferences.ts';
import type {ScreenState} from '../../source/ui/model/store.ts';
import {openingView, type View} from '../../source/ui/model/view.ts';
import type {Leaving, ScreenContext} from '../../source/ui/screen/screen-context.ts';
import {FakeEngine, type FakeOptions} from './fake-engine.ts';
import {HandClock} from './open-test-screen.ts';

/** A screen without a terminal: what keys do to its state, thousands of times a second. */
export interface BareScreen {
	readonly screen: ScreenContext;
	readonly engine: FakeEngine;
	readonly sent: Command[];
	readonly clock: HandClock;
	readonly left: Leaving[];
	readonly copied: string[];
	state(): ScreenState;
	set(change: Partial<ScreenState>): void;
	setView(change: Partial<View>): void;
	/** Changes the list of torrents, and the one that is shown. */
	mapTorrents(change: (torrent: TorrentView, index: number) => TorrentView): void;
}

/** What an engine says when all of it is watched. */
async function everything(engine: FakeEngine): Promise<Model> {
	let model: Model = {};
	const watching = engine.watch(
		{
			interval: 1000,
			session: true,
			torrents: true,
			network: true,
			speed: {range: 60, samples: 40},
			log: 100,
			torrent: {
				id: engine.id,
				overview: true,
				pieces: 400,
				peers: true,
				trackers: true,
				files: true,
				speed: {range: 60, samples: 40},
			},
		},
		update => {
			model = merge(model, update, engine.id, 0);
		},
	);
	await new Promise(resolve => setImmediate(resolve));
	watching.stop();
	return model;
}

/** Opens a screen of `columns` by `rows` cells on the list of torrents. */
export async function openBareScreen(
	columns: number,
	rows: number,
	options: FakeOptions = {},
): Promise<BareScreen> {
	const engine = new FakeEngine(options);
	const clock = new HandClock();
	let state: ScreenState = {
		model: await everything(engine),
		view: openingView(undefined),
		preferences: defaultPreferences,
		columns,
		rows,
	};
	const sent: Command[] = [];
	const left: Leaving[] = [];
	const copied: string[] = [];
	const set = (change: Partial<ScreenState>) => {
		state = {...state, ...change};
	};
	const setView = (change: Partial<View>) => set({view: {...state.view, ...change}});
	const screen: ScreenContext = {
		client: {
			send: command => {
				sent.push(command);
				return new Promise(() => undefined);
			},
			watch: () => ({change: () => undefined, stop: () => undefined}),
			closed: new Promise(() => undefined),
			close: () => undefined,
		},
		clock,
		look: {glyphs: glyphsFor(false), timezone: 0},
		version: '1.0.0',
		detachable: true,
		stays: false,
		visiting: false,
		config: undefined,
		state: () => state,
		layout: () => {
			const {screen: name, pane, grow, density, network} = state.view;
			const part = network.pane === 'search' ? 'found' : network.pane;
			const {columns: width, rows: height} = state;
			return planLayout({columns: width, rows: height, screen: name, pane, grow, density, part});
		},
		keys: () => [...keyTable, ...typedCommands],
		setView,
		setDialog: dialog => setView({dialog}),
		setPreferences: change => set({preferences: {...state.preferences, ...change}}),
		say: (text, level = 'info') => setView({notice: {text, level}}),
		send: command => {
			sent.push(command);
		},
		run: (name, argument, key) => runCommand(screen, name, argument, key),
		copy: text => {
			copied.push(text);
		},
		redraw: () => undefined,
		urgent: () => undefined,
		suspend: () => undefined,
		leave: leaving => {
			left.push(leaving);
		},
		fullPath: path => path,
		openFile: () => undefined,
		folderLook: () => undefined,
		cost: () => ({frames: 0, bytes: 0, lastFrame: 0, pause: 0}),
	};
	return {
		screen,
		engine,
		sent,
		clock,
		left,
		copied,
		state: () => state,
		set,
		setView,
		mapTorrents(change) {
			const torrents = state.model.torrents?.map(change);
			const shown = state.model.torrent;
			const overview = torrents?.find(({id}) => id === shown?.id) ?? shown?.overview;
			set({model: {...state.model, torrents, torrent: shown && {...shown, overview}}});
		},
	};
}
