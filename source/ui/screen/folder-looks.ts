import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {FolderLook} from '../model/folder-look.js';

/** What was seen is looked at again after this time. */
const keptTime: Millis = 10_000;
const mostKept = 64;

interface Kept {
	readonly at: Millis;
	look: FolderLook | undefined;
}

/** What folders look like that somebody types: asked when one is shown first, and drawn when the answer comes. */
export class FolderLooks {
	readonly #ask: ((path: string) => Promise<FolderLook>) | undefined;
	readonly #clock: Clock;
	readonly #changed: () => void;
	readonly #kept = new Map<string, Kept>();

	/** `ask`: by absolute path; absent where nobody can look. `changed`: something else is known now. */
	constructor(ask: ((path: string) => Promise<FolderLook>) | undefined, clock: Clock, changed: () => void) {
		this.#ask = ask;
		this.#clock = clock;
		this.#changed = changed;
	}

	/** What is known of a folder by its absolute path; undefined while nothing is. */
	look(path: string): FolderLook | undefined {
		const now = this.#clock.now();
		const kept = this.#kept.get(path);
		if (this.#ask && (!kept || now - kept.at > keptTime)) {
			const asked: Kept = {at: now, look: kept?.look};
			if (this.#kept.size >= mostKept) this.#kept.clear();
			this.#kept.set(path, asked);
			this.#ask(path).then(
				look => {
					asked.look = look;
					this.#changed();
				},
				// What cannot be looked at is not told of.
				() => undefined,
			);
		}
		return kept?.look;
	}
}
