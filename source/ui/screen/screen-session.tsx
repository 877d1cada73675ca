import type {Instance} from 'ink';
import type {EngineClient} from '../../api/engine-client.js';
import type {Update} from '../../api/snapshot.js';
import {isUnknown} from '../../api/torrent-standing.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {pressKey} from '../app/press-key.js';
import {renderScreen} from '../app/render-screen.js';
import {pasted} from '../dialogs/dialog-keys.js';
import type {ScreenKey} from '../keys/define-key.js';
import {keyTable} from '../keys/key-table.js';
import {keyProblem, rebind} from '../keys/keymap.js';
import {runCommand} from '../keys/run-command.js';
import {typedCommands} from '../keys/typed-commands.js';
import {moveBoundaries} from '../look/boundaries.js';
import {glyphsFor} from '../look/glyphs.js';
import {type Layout, planLayout, sizeClass} from '../look/layout.js';
import {colourDepth, groundOf} from '../look/paint.js';
import {Painters} from '../look/painters.js';
import {themes} from '../look/themes.js';
import type {Dialog} from '../model/dialog.js';
import type {FolderLook} from '../model/folder-look.js';
import {emptyTorrent, merge, unlit} from '../model/model.js';
import {type ConfigFile, type FullPreferences, loadPreferences} from '../model/preferences.js';
import {trackersAndSources} from '../model/source-rows.js';
import {type ScreenState, Store} from '../model/store.js';
import {rowUnder} from '../model/targets.js';
import {isGroup} from '../model/torrent-groups.js';
import type {Notice, View} from '../model/view.js';
import {Pointer} from '../mouse/pointer.js';
import type {Look} from '../present/context.js';
import {nextTick} from '../present/trackers.js';
import {filteredInput} from '../terminal/filtered-input.js';
import {type DrawingCost, FrameStream} from '../terminal/frame-stream.js';
import type {InputEvent, TerminalColour} from '../terminal/input-parts.js';
import {askBackground, clipboard, mouseOff, mouseOn, progressBar} from '../terminal/modes.js';
import {type ScreenProcess, TerminalGuard} from '../terminal/terminal-guard.js';
import {reasonTick} from '../text/reason-words.js';
import {Announcer} from './announcer.js';
import {ChoiceQuestions} from './choice-questions.js';
import {systemClock} from './clock.js';
import {Countdowns} from './countdowns.js';
import {EngineLink} from './engine-link.js';
import {FolderLooks} from './folder-looks.js';
import {LitCells} from './lit-cells.js';
import {NetworkSearch} from './network-search.js';
import {Notices} from './notices.js';
import {openingState} from './opening-state.js';
import {OverwriteQuestions} from './overwrite-questions.js';
import {PreferencesSaver} from './preferences-saver.js';
import type {Leaving, ScreenContext} from './screen-context.js';
import type {ScreenOptions} from './screen-options.js';
import {watchFor} from './watching.js';

/** The first picture waits so long for something to show. */
const firstWait: Millis = 150;
/** A terminal that says its background has said it by then, also at the other end of a slow line. */
const answerTime: Millis = 1500;
/** The engine has so long to carry out what was asked for last. */
const lastWait: Millis = 3000;

/** A screen from its opening to its end. Owns the state, and is what actions act on. */
export class ScreenSession implements ScreenContext {
	readonly clock: Clock;
	readonly version: string;
	readonly detachable: boolean;
	readonly stays: boolean;
	readonly visiting: boolean;
	readonly config: ConfigFile | undefined;
	readonly openFile: ((path: string) => void) | undefined;
	readonly player: ScreenOptions['player'];
	readonly forwardAdvice: ScreenOptions['forwardAdvice'];
	readonly saveFile: ScreenOptions['saveFile'];
	readonly completePath: ScreenOptions['completePath'];
	readonly folderLook = (path: string): FolderLook | undefined =>
		path === '' ? undefined : this.#folders.look(this.fullPath(path));
	readonly state: () => ScreenState;
	readonly send: ScreenContext['send'];
	readonly #options: ScreenOptions;
	readonly #spoken: boolean;
	readonly #table: readonly ScreenKey[];
	readonly #keyProblem: string | undefined;
	readonly #store: Store;
	readonly #painters: Painters;
	readonly #frames: FrameStream;
	readonly #guard: TerminalGuard;
	readonly #notices: Notices;
	readonly #announcer: Announcer;
	readonly #questions: OverwriteQuestions;
	readonly #choices: ChoiceQuestions;
	readonly #search: NetworkSearch;
	readonly #lit: LitCells;
	readonly #saver: PreferencesSaver;
	readonly #link: EngineLink;
	readonly #countdowns: Countdowns;
	readonly #pointer: Pointer;
	readonly #folders: FolderLooks;
	readonly #leaving = Promise.withResolvers<Leaving>();
	#look: Look;
	/** Whether the terminal can be asked for its background. */
	#asks = false;
	#left = false;
	#layout: {readonly key: string; readonly layout: Layout} | undefined;
	#firstUpdate: () => void = () => undefined;

	constructor(client: EngineClient, options: ScreenOptions) {
		const {stdout, stdin, env, ascii, prefs} = options;
		const loaded = loadPreferences(prefs);
		const theme = options.theme !== undefined && themes[options.theme] ? options.theme : loaded.theme;
		this.#options = options;
		this.#spoken = env.screenReader ?? false;
		this.clock = options.clock ?? systemClock;
		const depth = colourDepth(options.color, env);
		this.#look = {
			glyphs: glyphsFor(ascii),
			halves: !ascii && depth >= 256,
			colourless: depth === 0,
			timezone: env.timezone ?? new Date().getTimezoneOffset(),
			// In a browser the machine of the folders is another one.
			links: !this.#spoken && !options.visiting && !isConsole(env.term),
			host: env.host,
		};
		this.version = options.version;
		this.detachable = options.detachable ?? true;
		this.stays = options.stays ?? false;
		this.visiting = options.visiting ?? false;
		this.config = prefs?.config;
		this.openFile = options.openFile;
		this.player = options.player;
		this.forwardAdvice = options.forwardAdvice;
		this.saveFile = options.saveFile;
		this.completePath = options.completePath;
		this.#table = [...rebind(keyTable, loaded.keys), ...typedCommands];
		this.#keyProblem = keyProblem(keyTable, loaded.keys);
		const {columns, rows} = this.#size();
		const mouse = options.mouse ?? loaded.mouse;
		this.#store = new Store(openingState(options.torrent, {...loaded, theme, mouse}, columns, rows));
		this.state = this.#store.get;
		this.#painters = new Painters(depth, ascii, groundOf(env.colorFgBg));
		this.#frames = new FrameStream(stdout, this.clock);
		const host = options.process ?? (process as unknown as ScreenProcess);
		this.#guard = new TerminalGuard(stdout, stdin, host, this.#frames, this.#spoken, {
			terminated: () => this.leave({how: 'detach', message: 'ended by a signal; downloads go on'}),
			gone: why =>
				this.leave({
					how: 'lost',
					message: `the terminal went away${why ? ` (${why})` : ''}; downloads go on`,
				}),
			resized: () => this.#resize(),
			mouse: () => this.#hasMouse,
			farewell: env.showsProgress ? progressBar(undefined) : '',
		});
		this.#notices = new Notices(this.#store, this.clock);
		this.#lit = new LitCells(this.#store, this.clock);
		this.#announcer = new Announcer(
			sequence => this.#frames.send(sequence),
			(text, level) => this.say(text, level),
			env.notifies,
		);
		this.#questions = new OverwriteQuestions(this, options.added ?? []);
		this.#choices = new ChoiceQuestions(this);
		this.#search = new NetworkSearch(this, found => this.#store.set({model: {...this.state().model, found}}));
		this.#saver = new PreferencesSaver(
			prefs,
			this.clock,
			() => {
				const {preferences} = this.state();
				// What is given on the command line is for this once, unless something else was then chosen.
				return {
					...preferences,
					...(preferences.theme === options.theme && {theme: loaded.theme}),
					...(preferences.mouse === options.mouse && {mouse: loaded.mouse}),
				};
			},
			error => this.say(`Settings could not be saved: ${wordsOf(error)}`, 'warn'),
		);
		this.#link = new EngineLink(client, options.revive, this, this.#notices, {
			take: this.#take,
			isLeft: () => this.#left,
		});
		this.send = this.#link.send;
		this.#countdowns = new Countdowns(
			this.clock,
			wall => this.#nextTick(wall),
			() => this.#store.set({}),
		);
		this.#folders = new FolderLooks(options.lookFolder, this.clock, () => this.#store.set({}));
		this.#pointer = new Pointer(this, (x, y) => this.#frames.canvas.under(x, y));
	}

	/** Shows the screen; resolves when it was left and the terminal is as it was. */
	async open(): Promise<Leaving> {
		this.#guard.watch();
		this.#link.follow();
		let app: Instance | undefined;
		try {
			await this.#firstPicture();
			if (!this.#left) app = this.#show();
			return await this.#leaving.promise;
		} catch (error) {
			return failure(error);
		} finally {
			await this.#end(app);
		}
	}

	get look(): Look {
		return this.#look;
	}

	get client(): EngineClient {
		return this.#link.client;
	}

	layout(): Layout {
		const {columns, rows, view, model} = this.state();
		const {screen, pane, grow, density, feedPart, swarmPart} = view;
		const part = view.network.pane === 'search' ? 'found' : view.network.pane;
		const {overview} = model.torrent ?? {};
		const unknown = overview !== undefined && isUnknown(overview);
		const key = `${JSON.stringify(view.moved)} ${columns}x${rows} ${screen} ${pane} ${grow} ${density} ${unknown} ${part} ${feedPart} ${swarmPart}`;
		if (this.#layout?.key !== key)
			this.#layout = {
				key,
				layout: moveBoundaries(
					planLayout({columns, rows, screen, pane, grow, density, unknown, part, feedPart, swarmPart}),
					view.moved,
				),
			};
		return this.#layout.layout;
	}

	keys(): readonly ScreenKey[] {
		return this.#table;
	}

	setView(change: Partial<View>): void {
		const {model} = this.state();
		const opened = change.torrent;
		// What keys act on is the torrent that is opened, never the one that was shown before it.
		if (opened !== undefined && model.torrent?.id !== opened) {
			const overview = model.torrents?.find(({id}) => id === opened);
			this.#store.set({model: {...model, torrent: {...emptyTorrent(opened), overview}}});
		}
		this.#store.setView(change);
		this.#watch();
		this.#search.look();
		this.#countdowns.look();
	}

	setDialog(dialog: Dialog | undefined): void {
		this.#store.setView({dialog});
		// What a dialog tells about has to be asked for, and then no more.
		this.#watch();
		if (dialog !== undefined) return;
		this.#questions.answered();
		this.#choices.closed();
		this.#link.closed();
	}

	setPreferences(change: Partial<FullPreferences>): void {
		this.#store.set({preferences: {...this.state().preferences, ...change}});
		if (change.graphRange !== undefined) this.setView({range: change.graphRange});
		if (change.mouse !== undefined && this.#guard.isEntered)
			this.#frames.send(this.#hasMouse ? mouseOn : mouseOff);
		if (change.theme !== undefined) this.#watch();
		this.#saver.changed(change);
	}

	say(text: string, level: Notice['level'] = 'info'): void {
		this.#notices.say(text, level);
	}

	run(name: string, argument: string, key: string): void {
		this.#guarded(() => runCommand(this, name, argument, key));
	}

	copy(text: string): void {
		this.#frames.send(clipboard(text));
	}

	redraw(): void {
		this.#frames.repaint();
	}

	urgent(): void {
		this.#frames.urgent();
	}

	suspend(): void {
		if (this.visiting) return this.say('There is no shell here to go back to.', 'warn');
		this.#guard.suspend();
	}

	leave(how: Leaving): void {
		if (this.#left) return;
		this.#left = true;
		this.#guard.stop();
		this.#questions.stop();
		this.#leaving.resolve(how);
	}

	fullPath(path: string): string {
		return this.#options.fullPath?.(path) ?? path;
	}

	cost(): DrawingCost {
		return this.#frames.cost;
	}

	/** Whether the terminal is to tell of the mouse. */
	get #hasMouse(): boolean {
		return !this.#spoken && this.state().preferences.mouse;
	}

	#size(): {readonly columns: number; readonly rows: number} {
		const {columns = 80, rows = 24} = this.#options.stdout;
		return {columns, rows};
	}

	/** Starts watching; resolves when there is something to show, when that takes too long, or when it was left. */
	async #firstPicture(): Promise<void> {
		const first = new Promise<void>(resolve => {
			const late = this.clock.after(firstWait, resolve);
			this.#firstUpdate = () => {
				late.clear();
				resolve();
			};
		});
		this.#watch();
		await Promise.race([first, this.#leaving.promise]);
	}

	#show(): Instance {
		const {stdin, stdout, env} = this.#options;
		const spoken = this.#spoken;
		// The console would show the question.
		this.#asks = !spoken && colourDepth(this.#options.color, env) !== 0 && !isConsole(env.term);
		this.#guard.enter(this.#asks);
		// Nothing waits for the answer; without one, colours are taken that can be read on any background.
		this.clock.after(answerTime, () => {
			if (!this.#left && !spoken && this.#painters.setUnknown()) this.#store.set({});
		});
		const {greeting} = this.#options;
		if (this.#keyProblem !== undefined) this.say(this.#keyProblem, 'warn');
		else if (greeting !== undefined) this.say(greeting);
		const isFar = () => env.ssh || this.#frames.cost.pause > 0;
		const input = filteredInput(stdin, this.clock, isFar, event => this.#told(event));
		const app = renderScreen(this, this.#store, {
			input,
			stdout,
			frames: this.#frames,
			painter: this.#painters.of,
			spoken,
			crashed: error => this.leave(failure(error)),
		});
		this.#title();
		return app;
	}

	/** Ends everything: what was chosen is kept, what was removed is removed, the terminal is put back. */
	async #end(app: Instance | undefined): Promise<void> {
		this.#left = true;
		this.#guard.stop();
		this.#link.stop();
		this.#lit.stop();
		this.#search.stop();
		this.#countdowns.stop();
		this.#notices.stop();
		this.#saver.flush();
		// Nobody is here any more to take a removal back.
		const removed = this.state().view.removals.flatMap(({ids, withData}) =>
			ids.map(id => this.client.send({type: 'torrent.remove', id, withData}).catch(() => undefined)),
		);
		this.#frames.mute(true);
		app?.unmount();
		await this.#guard.release(this.clock);
		// The caller may let go of the engine next, which must have heard of it.
		if (removed.length > 0) await Promise.race([Promise.all(removed), passed(this.clock, lastWait)]);
	}

	/** Does what may fail by a fault of the screen itself: it ends then, with a report, and the engine goes on. */
	#guarded(act: () => void): void {
		try {
			act();
		} catch (error) {
			this.leave(failure(error));
		}
	}

	#told(event: InputEvent): void {
		if (this.#left) return;
		this.#guarded(() => {
			if (event.kind === 'key') pressKey(this, event.key);
			else if (event.kind === 'paste') pasted(this, event.text);
			// What a terminal still sends after it was told to stop is nobody's.
			else if (event.kind === 'mouse') {
				if (this.#hasMouse) this.#pointer.take(event);
			} else if (event.kind === 'background') {
				this.#seen(event.colour);
			} else if (event.kind === 'scheme') {
				this.#askGround();
			} else if (event.kind === 'focus') {
				this.#store.setView({focused: event.focused});
				// Who looks on again may have turned the lights off, or sit at another terminal.
				if (event.focused) this.#askGround();
				this.#watch();
			}
		});
	}

	#askGround(): void {
		if (this.#asks) this.#frames.send(askBackground);
	}

	/** The terminal said what lies behind its text. */
	#seen(ground: TerminalColour): void {
		const isNews = this.#painters.setGround(ground);
		const {color, env, ascii} = this.#options;
		// Whoever answers that knows 256 colours, though its name says no more than 16.
		const knowsMore = env.term === 'xterm' && colourDepth(color, env) === 16 && this.#look.halves !== true;
		if (knowsMore) {
			this.#painters.setDepth(256);
			this.#look = {...this.#look, halves: !ascii};
			this.#watch();
		}
		if (isNews || knowsMore) this.#store.set({});
	}

	readonly #take = (update: Update): void => {
		if (!this.#left) this.#guarded(() => this.#merge(update));
		this.#firstUpdate();
	};

	#merge(update: Update): void {
		const before = this.state();
		const now = this.clock.now();
		const model = unlit(merge(before.model, update, before.view.torrent, now), now);
		this.#store.set({model});
		this.#announcer.compare(before.model, this.state());
		this.#questions.compare(before.model, model);
		this.#choices.look();
		this.#search.look();
		this.#lit.wait();
		this.#title();
		this.#watch();
		this.#countdowns.look();
	}

	/** In how long a countdown in sight says something else. */
	#nextTick(wall: Millis): Millis | undefined {
		const state = this.state();
		const {view, model} = state;
		const ticks: Array<Millis | undefined> = [];
		if (view.screen === 'session') {
			const row = rowUnder(state);
			if (row !== undefined && !isGroup(row)) ticks.push(reasonTick(row.reason ?? {}, wall, 'rough'));
		}
		if (view.screen === 'torrent') {
			ticks.push(reasonTick(model.torrent?.overview?.reason ?? {}, wall, 'exact'));
			if (this.layout().panes.trackers !== undefined) ticks.push(nextTick(trackersAndSources(state), wall));
		}
		const known = ticks.filter(tick => tick !== undefined);
		return known.length > 0 ? Math.min(...known) : undefined;
	}

	#title(): void {
		if (!this.#guard.isEntered || this.#spoken) return;
		this.#announcer.showTitle(this.state());
		if (this.#options.env.showsProgress) this.#announcer.showProgress(this.state());
	}

	/** Asks the engine for what is in sight now. */
	#watch(): void {
		if (this.#left) return;
		this.#link.watch(watchFor(this.state(), this.layout(), this.#interval(), this.look));
	}

	/** Milliseconds between updates: fewer over SSH, when nobody looks, and when the terminal is slow to take them. */
	#interval(): Millis {
		const {fps, env} = this.#options;
		const base = 1000 / Math.max(0.1, Math.min(fps ?? (env.ssh ? 2 : 4), 15));
		const unhurried = this.state().view.focused ? base : Math.max(base * 4, 1000);
		return Math.round(Math.max(50, unhurried, this.#frames.cost.pause) / 50) * 50;
	}

	#resize(): void {
		const {columns, rows, preferences, view} = this.state();
		const next = this.#size();
		const kind = sizeClass(next.columns, next.rows);
		// Another class of sizes may be remembered with another pane in front.
		const own = kind === sizeClass(columns, rows) ? undefined : preferences.sizes[kind];
		const moved = kind === sizeClass(columns, rows) ? view.moved : {};
		// The log below the list may have no room any more.
		this.#store.set({...next, view: {...view, moved, ...own, sessionPart: 'torrents'}});
		this.#watch();
	}
}

/** Whether a terminal, by its name, would show a question or a link as text. */
function isConsole(term = ''): boolean {
	return /^(?:linux|vt\d+|ansi|cons\d+|dumb|)$/.test(term);
}

function passed(clock: Clock, time: Millis): Promise<void> {
	return new Promise(resolve => {
		clock.after(time, resolve);
	});
}

function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** Leaving because of an error in the screen itself, with where it happened. */
function failure(error: unknown): Leaving {
	const report = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return {how: 'lost', message: `the screen failed: ${report}`};
}
