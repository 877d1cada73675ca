import type {TorrentView} from '../../api/snapshot.js';
import {askToOverwrite, newlyInTheWay} from '../actions/in-the-way.js';
import {cameUnasked} from '../actions/unasked.js';
import type {Model} from '../model/model.js';
import type {ScreenContext} from './screen-context.js';

/** Asks about files that are in the way of torrents: when they turn up in the list, or where somebody looks at them. */
export class OverwriteQuestions {
	readonly #screen: ScreenContext;
	readonly #added: ReadonlySet<string>;
	/** Torrents that nobody was asked about yet. */
	readonly #waiting = new Map<string, TorrentView>();

	/** `added`: ids of torrents that the person has just added. */
	constructor(screen: ScreenContext, added: readonly string[]) {
		this.#screen = screen;
		this.#added = new Set(added);
	}

	/** Asks about what has come into the way since `before`. */
	compare(before: Model, now: Model): void {
		const shown = now.torrent?.overview;
		// What stands in a list that is opened was asked about before, but for what has just been added.
		const listed = before.torrents
			? newlyInTheWay(before.torrents, now.torrents ?? [])
			: newlyInTheWay(undefined, now.torrents ?? []).filter(({id}) => this.#added.has(id));
		const looked = shown ? newlyInTheWay(before.torrent?.overview && [before.torrent.overview], [shown]) : [];
		for (const torrent of [...listed, ...looked]) this.#waiting.set(torrent.id, torrent);
		this.#askNext();
	}

	/** Asks the next question, if there is one, after the answer to the one before it was carried out. */
	answered(): void {
		// The answer may open another dialog.
		if (this.#waiting.size > 0) this.#screen.clock.after(0, () => this.#askNext());
	}

	/** Asks nothing more. */
	stop(): void {
		this.#waiting.clear();
	}

	#askNext(): void {
		const {view, model} = this.#screen.state();
		if (view.dialog !== undefined) return;
		for (const [id, then] of this.#waiting) {
			this.#waiting.delete(id);
			const all = model.torrents ?? [];
			const now = model.torrent?.id === id ? model.torrent.overview : all.find(other => other.id === id);
			if ((now ?? then).inTheWay === undefined) continue;
			askToOverwrite(this.#screen, now ?? then);
			cameUnasked(this.#screen);
			return;
		}
	}
}
