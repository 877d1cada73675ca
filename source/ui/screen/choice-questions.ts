import type {TorrentView} from '../../api/snapshot.js';
import {cameUnasked} from '../actions/unasked.js';
import {openChoose} from '../adding/choose-dialog.js';
import {choosingNow, choosingTorrent} from '../model/targets.js';
import type {ScreenContext} from './screen-context.js';

/** Asks which files to take of torrents whose files came to be known: one after the other, each once. */
export class ChoiceQuestions {
	readonly #screen: ScreenContext;
	/** Torrents that somebody was asked about. */
	readonly #asked = new Set<string>();

	constructor(screen: ScreenContext) {
		this.#screen = screen;
	}

	/** Asks about what has come to wait for a choice; what was chosen elsewhere is asked no more. */
	look(): void {
		const {view} = this.#screen.state();
		for (const id of this.#asked) if (this.#isSettled(id)) this.#asked.delete(id);
		const putOff = new Set([...view.putOff].filter(id => !this.#isSettled(id)));
		if (putOff.size < view.putOff.size) this.#screen.setView({putOff});
		const {dialog} = view;
		if (dialog?.kind === 'choose' && this.#isSettled(dialog.id)) {
			this.#screen.setDialog(undefined);
			this.#screen.say('Its files were chosen elsewhere, or it has gone.', 'warn');
		}
		this.#askNext();
	}

	/** A dialog was closed: there may be room for the next question. */
	closed(): void {
		if (this.#waiting().length > 0) this.#screen.clock.after(0, () => this.#askNext());
	}

	/** Known to wait no more; what is not in sight now may wait still. */
	#isSettled(id: string): boolean {
		const state = this.#screen.state();
		const {view, model} = state;
		// An engine of an earlier version does not tell of those that are not open.
		const isTold = view.screen !== 'torrent' || model.session?.choosing !== undefined;
		return (isTold || model.torrent?.id === id) && choosingTorrent(state, id) === undefined;
	}

	#waiting(): readonly TorrentView[] {
		const {putOff} = this.#screen.state().view;
		return choosingNow(this.#screen.state()).filter(({id}) => !this.#asked.has(id) && !putOff.has(id));
	}

	#askNext(): void {
		const [torrent] = this.#waiting();
		if (this.#screen.state().view.dialog !== undefined || torrent === undefined) return;
		this.#asked.add(torrent.id);
		openChoose(this.#screen, torrent, {
			notNow: () => this.#asked.delete(torrent.id),
			opened: () => cameUnasked(this.#screen),
		});
	}
}
