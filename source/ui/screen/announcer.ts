import type {CreationView} from '../../api/creation.js';
import type {TorrentView} from '../../api/snapshot.js';
import {progressOf} from '../../api/torrent-standing.js';
import {lastName} from '../creating/creation-dialog.js';
import {isOver} from '../model/creations.js';
import type {Model} from '../model/model.js';
import type {ScreenState} from '../model/store.js';
import type {Notice} from '../model/view.js';
import {
	bell,
	type NotificationWay,
	notification,
	progressBar,
	type ShownProgress,
	windowTitle,
} from '../terminal/modes.js';
import {percent} from '../text/format.js';
import {nameText, terminalText} from '../text/text.js';

type Announced = Pick<TorrentView, 'id' | 'state' | 'name'>;

/** Tells a person who looks elsewhere: by the bell, on the desktop, in the window's title. */
export class Announcer {
	readonly #send: (sequence: string) => void;
	readonly #say: (text: string, level: Notice['level']) => void;
	readonly #way: NotificationWay;
	#title = '';
	#progress = '';

	/** `send` writes to the terminal beside what is drawn; `way`: how it is told to notify. */
	constructor(
		send: (sequence: string) => void,
		say: (text: string, level: Notice['level']) => void,
		way: NotificationWay = 9,
	) {
		this.#send = send;
		this.#say = say;
		this.#way = way;
	}

	/** Announces the torrents that are done, or have failed, since `before`, and those that were made. */
	compare(before: Model, {model, view, preferences}: ScreenState): void {
		const earlier = before.torrent?.overview;
		const now = model.torrent?.overview;
		if (before.torrents) this.#announce(before.torrents, model.torrents ?? [], preferences);
		if (earlier && now) this.#announce([earlier], [now], preferences);
		const {dialog} = view;
		for (const creation of model.creations ?? []) {
			const was = before.creations?.find(({id}) => id === creation.id);
			if (was === undefined || isOver(was) || !isOver(creation)) continue;
			// Who looks at it sees it.
			if (dialog?.kind !== 'creation' || dialog.id !== creation.id) this.#tellMade(creation, preferences);
		}
	}

	#tellMade({state, output, seeding, why}: CreationView, preferences: ScreenState['preferences']): void {
		const isDone = state === 'done';
		const text = isDone
			? `${lastName(output)} is written${seeding === undefined ? '' : ', and seeded'}.`
			: `${lastName(output)}: ${terminalText(why ?? '')}`;
		this.#tell(text, isDone ? 'good' : 'error', preferences);
	}

	#announce(
		before: readonly Announced[],
		after: readonly Announced[],
		preferences: ScreenState['preferences'],
	): void {
		if (before === after) return;
		/** Of use only where torrents came, went or have other places. */
		let byId: Map<string, Announced> | undefined;
		for (const [place, {id, state, name}] of after.entries()) {
			let known = before[place];
			if (known?.id !== id) {
				byId ??= new Map(before.map(torrent => [torrent.id, torrent]));
				known = byId.get(id);
			}
			const earlier = known?.state;
			if (earlier === undefined || earlier === state) continue;
			const done = earlier === 'downloading' && (state === 'seeding' || state === 'finished');
			if (!done && state !== 'failed') continue;
			const text = `${nameText(name)}: ${done ? 'download complete' : 'stopped by an error'}`;
			this.#tell(text, done ? 'good' : 'error', preferences);
		}
	}

	#tell(
		text: string,
		level: Notice['level'],
		{bell: rings, notify}: Pick<ScreenState['preferences'], 'bell' | 'notify'>,
	): void {
		this.#say(text, level);
		if (rings) this.#send(bell);
		if (notify) this.#send(notification(text, this.#way));
	}

	/** Has the window's title say how far the shown torrent is. */
	showTitle({model, view, preferences}: ScreenState): void {
		if (!preferences.title) return;
		const torrent = view.screen === 'torrent' ? model.torrent?.overview : undefined;
		const text = torrent ? `${percent(progressOf(torrent), 1, 0)} ${nameText(torrent.name)}` : 'tortui';
		if (text === this.#title) return;
		this.#title = text;
		this.#send(windowTitle(text));
	}

	/** Has the terminal show how far all is that is in sight, in whole percent; nothing where nothing is under way. */
	showProgress(state: ScreenState): void {
		const shown = state.preferences.title ? progressInSight(state) : undefined;
		const sequence = shown || this.#progress !== '' ? progressBar(shown) : '';
		if (sequence === this.#progress) return;
		this.#progress = sequence;
		this.#send(sequence);
	}
}

/** How far the torrent that is shown is, or all that are under way. */
function progressInSight({model, view}: ScreenState): ShownProgress | undefined {
	const shown = view.screen === 'torrent' ? model.torrent?.overview : undefined;
	const all = shown ? [shown] : (model.torrents ?? []);
	const busy = all.filter(({state}) => state === 'downloading' || state === 'checking');
	const wanted = busy.reduce((sum, torrent) => sum + torrent.wanted, 0);
	if (wanted > 0) {
		const done = busy.reduce((sum, torrent) => sum + torrent.wanted * progressOf(torrent), 0);
		return {state: 'busy', percent: (done / wanted) * 100};
	}
	if (!shown || progressOf(shown) >= 1) return undefined;
	if (shown.state === 'failed') return {state: 'failed', percent: progressOf(shown) * 100};
	return shown.state === 'paused' ? {state: 'paused', percent: progressOf(shown) * 100} : undefined;
}
