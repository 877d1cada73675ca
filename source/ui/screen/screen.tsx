import {type Instance, render} from 'ink';
import {Component, type ReactNode} from 'react';
import type {Command, Reply} from '../../api/command.js';
import type {EngineClient, Watching} from '../../api/engine-client.js';
import type {TorrentView, Update, Watch} from '../../api/snapshot.js';
import type {Clock, Timer} from '../../base/ports.js';
import {askToOverwrite, newlyInTheWay} from '../actions/in-the-way.js';
import {actions} from '../actions/screen-actions.js';
import {pasted} from '../dialogs/dialog-keys.js';
import {keyContext} from '../keys/key-context.js';
import {keyTable} from '../keys/key-table.js';
import {keyProblem, rebind} from '../keys/keymap.js';
import {glyphsFor} from '../look/glyphs.js';
import {type Layout, planLayout, sizeClass} from '../look/layout.js';
import {colourDepth, Painter, type TerminalEnvironment} from '../look/paint.js';
import {themes} from '../look/themes.js';
import {emptyTorrent, litTime, type Model, merge, unlit} from '../model/model.js';
import {configured, type PreferenceStore, type Preferences, readPreferences} from '../model/preferences.js';
import {Store} from '../model/store.js';
import {type Dialog, type ListName, openingView, type View} from '../model/view.js';
import {progressOf} from '../present/header.js';
import {filteredInput, type TerminalInput} from '../terminal/filtered-input.js';
import {FrameStream, type TerminalOutput} from '../terminal/frame-stream.js';
import type {InputEvent, TerminalColour} from '../terminal/input-parts.js';
import {
	askBackground,
	bell,
	clipboard,
	enterScreen,
	keepTitle,
	leaveScreen,
	notification,
	windowTitle,
} from '../terminal/modes.js';
import {percent} from '../text/format.js';
import {safeText} from '../text/text.js';
import {App, pressKey} from './app.js';
import {systemClock} from './clock.js';
import type {Leaving, ScreenContext} from './screen-context.js';
import {SpokenApp} from './spoken-app.js';
import {watchFor} from './watching.js';

/** The part of a process that the screen needs: to put the terminal back when it is told to end or to stop. */
export interface ScreenProcess {
	readonly pid: number;
	on(event: string, listener: () => void): unknown;
	off(event: string, listener: () => void): unknown;
	kill(pid: number, signal: string): unknown;
}

/** How the screen is to look and where it is shown. The environment comes in as values. */
export interface ScreenOptions {
	/** The torrent to open on; without one, the list of all. */
	readonly torrent?: string | undefined;
	/** Torrents that the person has just added: what is in their way is asked about. */
	readonly added?: readonly string[] | undefined;
	readonly stdout: TerminalOutput;
	readonly stdin: TerminalInput;
	readonly ascii: boolean;
	readonly color: 'auto' | 'always' | 'never';
	readonly theme?: string | undefined;
	/** Whether `theme` may be fitted to the terminal's background; one that was typed for this once stays as it is. */
	readonly themeFits?: boolean | undefined;
	/** Updates a second at most. */
	readonly fps?: number | undefined;
	readonly version: string;
	readonly prefs?: PreferenceStore | undefined;
	readonly env: TerminalEnvironment & {
		/** Whether the terminal is at the other end of an SSH line. */
		readonly ssh: boolean;
		readonly screenReader?: boolean | undefined;
		/** Minutes to take from UTC to get the local time; the system's by default. */
		readonly timezone?: number | undefined;
	};
	/** Whether downloads go on when the screen is left; yes when left out. */
	readonly detachable?: boolean | undefined;
	/** Whether the engine goes on when the screen is left, also with nothing at work; no when left out. */
	readonly stays?: boolean | undefined;
	/** A path that somebody typed, in full: `~/x` and `x` become absolute. As it is when left out. */
	readonly fullPath?: ((path: string) => string) | undefined;
	/** Opens a finished file with its program. */
	readonly openFile?: ((path: string) => void) | undefined;
	/** Starts the engine again after it has gone, and reaches it. When left out, the screen ends with its engine. */
	readonly revive?: (() => Promise<EngineClient>) | undefined;
	readonly clock?: Clock | undefined;
	readonly process?: ScreenProcess | undefined;
}

class CrashGuard extends Component<{readonly crashed: (error: Error) => void; readonly children: ReactNode}> {
	static getDerivedStateFromError(): {crashed: true} {
		return {crashed: true};
	}

	override state = {crashed: false};

	override componentDidCatch(error: Error): void {
		this.props.crashed(error);
	}

	override render(): ReactNode {
		return this.state.crashed ? null : this.props.children;
	}
}

const noticeTimes = {info: 4000, good: 4000, warn: 8000, error: 10_000} as const;
/** The first picture waits so long for something to show. */
const firstWait = 150;
/** An engine that was started again and goes away within this time is not started again by itself. */
const revivalTime = 60_000;
/** The engine has so long to carry out what was asked for last. */
const lastWait = 3000;

/**
 * Opens the full screen on an engine and resolves when somebody has left it. The terminal is then as it was, however
 * it ended: by a key, a signal, a crash in a component (`message` holds the report) or the engine going away for good.
 */
export async function openScreen(client: EngineClient, options: ScreenOptions): Promise<Leaving> {
	const {stdout, stdin, env} = options;
	const clock = options.clock ?? systemClock;
	const host = options.process ?? (process as unknown as ScreenProcess);
	const loaded = readPreferences(loadPreferences(options.prefs));
	const theme = options.theme !== undefined && themes[options.theme] ? options.theme : loaded.theme;
	const depth = colourDepth(options.color, env);
	const look = {glyphs: glyphsFor(options.ascii), timezone: env.timezone ?? new Date().getTimezoneOffset()};
	/** The terminal's background, once it has said it. */
	let ground: TerminalColour | undefined;
	const painters = new Map<string, Painter>();
	const painter = (name: string): Painter => {
		let found = painters.get(name);
		if (!found) {
			const isFixed = name === options.theme && !options.themeFits;
			found = new Painter(name, depth, options.ascii, isFixed ? undefined : ground);
			painters.set(name, found);
		}
		return found;
	};

	const size = () => ({columns: stdout.columns ?? 80, rows: stdout.rows ?? 24});
	const opening = openingView(options.torrent);
	const remembered = loaded.sizes[sizeClass(size().columns, size().rows)];
	const lists = {...opening.lists};
	for (const [name, {column, reverse}] of Object.entries(loaded.sort)) {
		const list = lists[name as ListName];
		if (list) lists[name as ListName] = {...list, sort: column, reverse};
	}
	const store = new Store({
		model: {},
		view: {...opening, lists, range: loaded.graphRange, ...remembered},
		preferences: {...loaded, theme},
		...size(),
	});
	const spoken = env.screenReader ?? false;
	/** What this screen changes about the terminal; a screen reader's is left as it is. */
	const modes = spoken ? {enter: '', leave: ''} : {enter: enterScreen, leave: leaveScreen};
	const begin = spoken ? '' : keepTitle + enterScreen;
	// The console would show the question.
	const asks = !spoken && depth !== 0 && !/^(?:linux|vt\d+|ansi|cons\d+|dumb|)$/.test(env.term ?? '');
	const frames = new FrameStream(stdout, clock);
	const table = rebind(keyTable, loaded.keys);

	let current = client;
	let app: Instance | undefined;
	let watching: Watching | undefined;
	let watched = '';
	let saveTimer: Timer | undefined;
	/** Settings that somebody has changed and that are not written yet. */
	const chosen = new Map<string, unknown>();
	let litTimer: Timer | undefined;
	let noticeTimer: Timer | undefined;
	let left = false;
	let resolveLeaving: (leaving: Leaving) => void = () => undefined;
	const leaving = new Promise<Leaving>(resolve => {
		resolveLeaving = resolve;
	});
	let layoutCache: {readonly key: string; readonly layout: Layout} | undefined;

	const screen: ScreenContext = {
		get client() {
			return current;
		},
		clock,
		look,
		version: options.version,
		detachable: options.detachable ?? true,
		stays: options.stays ?? false,
		...(options.openFile && {openFile: options.openFile}),
		state: store.get,
		layout() {
			const {columns, rows, view} = store.get();
			const key = `${columns}x${rows} ${view.screen} ${view.pane} ${view.grow} ${view.density}`;
			if (layoutCache?.key !== key) {
				const {screen: name, pane, grow, density} = view;
				layoutCache = {key, layout: planLayout({columns, rows, screen: name, pane, grow, density})};
			}
			return layoutCache.layout;
		},
		keys: () => table,
		keyContext: () => keyContext(store.get(), options.detachable ?? true),
		setView(change: Partial<View>) {
			const {model} = store.get();
			const opened = change.torrent;
			// What keys act on is the torrent that is opened, never the one that was shown before it.
			if (opened !== undefined && model.torrent?.id !== opened) {
				const overview = model.torrents?.find(({id}) => id === opened);
				store.set({model: {...model, torrent: {...emptyTorrent(opened), overview}}});
			}
			store.setView(change);
			watchAgain();
		},
		setDialog(dialog) {
			store.setView({dialog});
			// After whatever the answer does, which may open another one.
			if (dialog === undefined && toAsk.size > 0) clock.after(0, askNext);
		},
		setPreferences(change) {
			const {preferences} = store.get();
			store.set({preferences: {...preferences, ...change}});
			if (change.graphRange !== undefined) screen.setView({range: change.graphRange});
			for (const [name, value] of Object.entries(change)) if (configured.has(name)) chosen.set(name, value);
			saveTimer?.clear();
			saveTimer = clock.after(500, savePreferences);
		},
		say(text, level = 'info') {
			const notice = {text, level};
			store.setView({notice});
			noticeTimer?.clear();
			noticeTimer = clock.after(noticeTimes[level], () => {
				if (store.get().view.notice === notice) store.setView({notice: undefined});
			});
		},
		send(command: Command, done?: string | ((reply: Reply) => void)) {
			current.send(command).then(
				reply => {
					if (left) return;
					if (typeof done === 'function') done(reply);
					else if (done !== undefined) screen.say(done, 'good');
				},
				(error: unknown) => {
					if (left) return;
					if (isReviving) screen.say('The engine is still being started: try it again then.', 'warn');
					else if (isGone && options.revive) askToRevive();
					else screen.say(error instanceof Error ? error.message : String(error), 'error');
				},
			);
		},
		run(name, argument, key) {
			try {
				actions[name]?.(screen, argument, key);
			} catch (error) {
				crashed(error);
			}
		},
		copy: text => frames.send(clipboard(text)),
		redraw: () => frames.repaint(),
		urgent: () => frames.urgent(),
		config: options.prefs?.config,
		fullPath: path => options.fullPath?.(path) ?? path,
		suspend,
		leave,
		cost: () => frames.cost,
	};

	function savePreferences(): void {
		saveTimer = undefined;
		const {theme: shown, ...rest} = store.get().preferences;
		// A theme given on the command line is for this once, unless another one was then chosen.
		const keep = shown === options.theme ? loaded.theme : shown;
		const preferences: Preferences = {...rest, theme: keep};
		try {
			if (chosen.size > 0) options.prefs?.config?.write(Object.fromEntries(chosen));
			chosen.clear();
			options.prefs?.save(preferences);
		} catch (error) {
			screen.say(
				`Settings could not be saved: ${error instanceof Error ? error.message : String(error)}`,
				'warn',
			);
		}
	}

	/** Milliseconds between updates: fewer over SSH, when nobody looks, and when the terminal is slow to take them. */
	function interval(): number {
		const base = 1000 / Math.max(0.1, Math.min(options.fps ?? (env.ssh ? 2 : 4), 15));
		const unhurried = store.get().view.focused ? base : Math.max(base * 4, 1000);
		return Math.round(Math.max(50, unhurried, frames.cost.pause) / 50) * 50;
	}

	function watchAgain(): void {
		if (left || !watching) return;
		const watch = watchFor(store.get(), screen.layout(), interval(), options.ascii);
		const key = JSON.stringify(watch);
		if (key === watched) return;
		watched = key;
		watching.change(watch);
	}

	/** Something in the screen itself is wrong: it ends, with a report, and the engine goes on. */
	function crashed(error: unknown): void {
		leave({how: 'lost', message: `the screen failed: ${report(error)}`});
	}

	function took(update: Update): void {
		if (left) return;
		try {
			take(update);
		} catch (error) {
			crashed(error);
		}
	}

	/** Lets lit cells go out, also when nothing more comes. */
	function dim(): void {
		if (litTimer || (store.get().model.torrent?.lit.size ?? 0) === 0) return;
		litTimer = clock.after(litTime, () => {
			litTimer = undefined;
			store.set({model: unlit(store.get().model, clock.now())});
			dim();
		});
	}

	function take(update: Update): void {
		const before = store.get();
		const now = clock.now();
		const model = unlit(merge(before.model, update, before.view.torrent, now), now);
		store.set({model});
		announce(before.model.torrents, model.torrents ?? []);
		const shown = model.torrent?.overview;
		if (shown && before.model.torrent?.overview) announce([before.model.torrent.overview], [shown]);
		askAbout(before.model, model);
		dim();
		title();
		watchAgain();
	}

	/** Torrents that something is in the way of, and nobody was asked about yet. */
	const toAsk = new Map<string, TorrentView>();

	/** What is in the way of a torrent is asked about when it turns up: in the list, or where somebody looks at it. */
	function askAbout(before: Model, now: Model): void {
		const shown = now.torrent?.overview;
		// What stands in a list that is opened was asked about before, but for what has just been added.
		const listed = before.torrents
			? newlyInTheWay(before.torrents, now.torrents ?? [])
			: newlyInTheWay(undefined, now.torrents ?? []).filter(({id}) => options.added?.includes(id));
		const looked = shown ? newlyInTheWay(before.torrent?.overview && [before.torrent.overview], [shown]) : [];
		for (const torrent of [...listed, ...looked]) toAsk.set(torrent.id, torrent);
		askNext();
	}

	/** One question at a time: the next comes when the one before it is answered. */
	function askNext(): void {
		const {view, model} = store.get();
		if (left || view.dialog !== undefined) return;
		for (const [id, then] of toAsk) {
			toAsk.delete(id);
			const all = model.torrents ?? [];
			const now = model.torrent?.id === id ? model.torrent.overview : all.find(other => other.id === id);
			if ((now ?? then).inTheWay === undefined) continue;
			askToOverwrite(screen, now ?? then);
			return;
		}
	}

	let shownTitle = '';
	function title(): void {
		const {model, view, preferences} = store.get();
		if (!preferences.title || !entered || spoken) return;
		const torrent = view.screen === 'torrent' ? model.torrent?.overview : undefined;
		const text = torrent ? `${percent(progressOf(torrent), 1, 0)} ${safeText(torrent.name)}` : 'tortui';
		if (text === shownTitle) return;
		shownTitle = text;
		frames.send(windowTitle(text));
	}

	function announce(
		before: readonly {readonly id: string; readonly state: string}[] | undefined,
		after: readonly {readonly id: string; readonly state: string; readonly name: string}[],
	): void {
		if (!before) return;
		const {preferences} = store.get();
		for (const torrent of after) {
			const earlier = before.find(({id}) => id === torrent.id)?.state;
			if (earlier === undefined || earlier === torrent.state) continue;
			const done = earlier === 'downloading' && (torrent.state === 'seeding' || torrent.state === 'finished');
			if (!done && torrent.state !== 'failed') continue;
			const text = `${safeText(torrent.name)}: ${done ? 'download complete' : 'stopped by an error'}`;
			screen.say(text, done ? 'good' : 'error');
			if (preferences.bell) frames.send(bell);
			if (preferences.notify) frames.send(notification(text));
		}
	}

	function leave(how: Leaving): void {
		if (left) return;
		left = true;
		resolveLeaving(how);
	}

	let suspended = false;
	function suspend(): void {
		if (suspended || left) return;
		suspended = true;
		frames.mute(true);
		stdout.write(modes.leave);
		stdin.setRawMode?.(false);
		host.off('SIGTSTP', suspend);
		// The whole group stops, as Ctrl-Z does it for programs that leave the terminal alone.
		host.kill(0, 'SIGTSTP');
	}
	function resume(): void {
		if (left) return;
		if (suspended) host.on('SIGTSTP', suspend);
		// Stopped by a signal that cannot be caught, it left its modes behind, and the shell has set its own since;
		// Node sets none that it believes to be set.
		else stdin.setRawMode?.(false);
		stdin.setRawMode?.(true);
		stdout.write(suspended ? begin : modes.enter);
		suspended = false;
		if (!spoken) frames.mute(false);
	}

	/** Why the engine cannot be reached, while it cannot. */
	let isGone = false;
	let whyGone = '';
	let revivedAt = Number.NEGATIVE_INFINITY;

	function follow(engine: EngineClient): void {
		const gone = (why: unknown) => {
			if (left || engine !== current) return;
			const message = String(why);
			if (!options.revive) {
				leave({how: 'lost', message});
				return;
			}
			isGone = true;
			whyGone = message;
			// Who has stopped it may not want it back, and one that cannot live is not to be started for ever.
			if (engine.saidGoodbye || clock.now() - revivedAt < revivalTime) askToRevive();
			else revive();
		};
		engine.closed.then(gone, gone);
	}

	/** The question whether the engine shall be started, while it is open. */
	let reviveDialog: Dialog | undefined;
	function askToRevive(): void {
		reviveDialog = {
			kind: 'ask',
			title: 'The engine is not running',
			lines: [whyGone, 'What was downloaded is kept.'],
			choices: [
				{key: 'r', label: 'start it again', run: revive},
				{key: 'q', label: 'leave', run: () => leave({how: 'lost', message: whyGone})},
			],
		};
		store.setView({notice: undefined, dialog: reviveDialog});
	}

	let isReviving = false;
	function revive(): void {
		if (isReviving || !options.revive) return;
		isReviving = true;
		noticeTimer?.clear();
		store.setView({notice: {text: `The engine has died (${whyGone}): starting it again …`, level: 'warn'}});
		options.revive().then(
			engine => {
				isReviving = false;
				if (left) {
					engine.close();
					return;
				}
				isGone = false;
				if (store.get().view.dialog === reviveDialog) screen.setDialog(undefined);
				current = engine;
				revivedAt = clock.now();
				watching = engine.watch(JSON.parse(watched) as Watch, took);
				follow(engine);
				screen.say('The engine runs again, and goes on where it was.', 'good');
			},
			(error: unknown) => {
				isReviving = false;
				whyGone = error instanceof Error ? error.message : String(error);
				if (!left) askToRevive();
			},
		);
	}

	const onResize = () => {
		const {columns, rows, preferences, view} = store.get();
		const next = size();
		const kind = sizeClass(next.columns, next.rows);
		// Another class of sizes may be remembered with another pane in front.
		const own = kind === sizeClass(columns, rows) ? undefined : preferences.sizes[kind];
		store.set({...next, view: {...view, ...own}});
		watchAgain();
	};
	const onTerminate = () => leave({how: 'detach', message: 'ended by a signal; downloads go on'});
	const onHangup = () => leave({how: 'lost', message: 'the terminal went away; downloads go on'});
	const onGone = (error?: unknown) => {
		const code = error instanceof Error ? error.message : '';
		leave({how: 'lost', message: `the terminal went away${code ? ` (${code})` : ''}; downloads go on`});
	};
	const restoreNow = () => {
		if (entered) stdout.write(modes.leave);
	};
	let entered = false;

	// Written while the terminal is not ready, a frame would hold up keys and commands.
	blocking(stdout, false);
	host.on('exit', restoreNow);
	host.on('SIGTERM', onTerminate);
	host.on('SIGINT', onTerminate);
	host.on('SIGHUP', onHangup);
	host.on('SIGTSTP', suspend);
	host.on('SIGCONT', resume);
	stdout.on('resize', onResize);
	stdout.on('error', onGone);
	stdin.on('error', onGone);
	stdin.on('end', onGone);
	follow(client);

	const told = (event: InputEvent): void => {
		if (left) return;
		try {
			if (event.kind === 'key') pressKey(screen, event.key);
			else if (event.kind === 'paste') pasted(screen, event.text);
			else if (event.kind === 'background') {
				ground = event.colour;
				painters.clear();
				store.set({});
			} else if (event.kind === 'focus') {
				store.setView({focused: event.focused});
				watchAgain();
			}
		} catch (error) {
			crashed(error);
		}
	};
	const input = filteredInput(stdin, clock, () => env.ssh || frames.cost.pause > 0, told);

	try {
		const watch: Watch = watchFor(store.get(), screen.layout(), interval(), options.ascii);
		watched = JSON.stringify(watch);
		const first = new Promise<void>(resolve => {
			const late = clock.after(firstWait, resolve);
			watching = client.watch(watch, update => {
				late.clear();
				took(update);
				resolve();
			});
		});
		watchAgain();
		await Promise.race([first, leaving]);
		if (left) return await leaving;
		// What the terminal answers must not be shown by it; keys that come now wait to be read.
		stdin.setRawMode?.(true);
		stdout.write(begin + (asks ? askBackground : ''));
		entered = true;
		const problem = keyProblem(keyTable, loaded.keys);
		if (problem !== undefined) screen.say(problem, 'warn');
		app = render(
			<CrashGuard crashed={crashed}>
				{spoken ? (
					<SpokenApp screen={screen} store={store} />
				) : (
					<App screen={screen} store={store} painter={painter} canvas={frames.canvas} />
				)}
			</CrashGuard>,
			{
				stdout: (spoken ? stdout : frames) as unknown as NodeJS.WriteStream,
				stdin: input as unknown as NodeJS.ReadStream,
				stderr: (spoken ? stdout : frames) as unknown as NodeJS.WriteStream,
				interactive: true,
				// The stream finds out itself what changed, cell by cell.
				incrementalRendering: false,
				exitOnCtrlC: false,
				patchConsole: false,
				maxFps: 30,
				isScreenReaderEnabled: spoken,
			},
		);
		title();
		return await leaving;
	} catch (error) {
		return {how: 'lost', message: `the screen failed: ${report(error)}`};
	} finally {
		left = true;
		watching?.stop();
		litTimer?.clear();
		noticeTimer?.clear();
		if (saveTimer) {
			saveTimer.clear();
			savePreferences();
		}
		// Nobody is here any more to take a removal back.
		const removed = store
			.get()
			.view.removals.flatMap(({ids, withData}) =>
				ids.map(id => current.send({type: 'torrent.remove', id, withData}).catch(() => undefined)),
			);
		frames.mute(true);
		app?.unmount();
		stdin.setRawMode?.(false);
		for (const [event, listener] of [
			['exit', restoreNow],
			['SIGTERM', onTerminate],
			['SIGINT', onTerminate],
			['SIGHUP', onHangup],
			['SIGTSTP', suspend],
			['SIGCONT', resume],
		] as const) {
			host.off(event, listener);
		}
		stdout.off('resize', onResize);
		stdin.off('error', onGone);
		stdin.off('end', onGone);
		if (entered) {
			await new Promise<void>(resolve => {
				const late = clock.after(1000, resolve);
				stdout.write(modes.leave, () => {
					late.clear();
					resolve();
				});
				entered = false;
			});
		}
		stdout.off('error', onGone);
		blocking(stdout, true);
		// The caller may let go of the engine next, which must have heard of it.
		if (removed.length > 0) await Promise.race([Promise.all(removed), passed(clock, lastWait)]);
	}
}

function passed(clock: Clock, time: number): Promise<void> {
	return new Promise(resolve => {
		clock.after(time, resolve);
	});
}

/** An error with where it happened. */
function report(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whether writing waits until the terminal has taken everything, where a stream lets one choose. */
function blocking(stdout: TerminalOutput, wait: boolean): void {
	const {_handle: handle} = stdout as {_handle?: {setBlocking?: (wait: boolean) => void}};
	handle?.setBlocking?.(wait);
}

function loadPreferences(prefs: PreferenceStore | undefined): unknown {
	try {
		return prefs?.load();
	} catch {
		// A config that cannot be read is the caller's to report; the screen opens with its defaults.
		return undefined;
	}
}
