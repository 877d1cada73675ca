import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {configured, type FullPreferences, type PreferenceStore} from '../model/preferences.js';

/** What is chosen is written when nothing else was chosen for so long. */
const saveDelay: Millis = 500;

/** Keeps what somebody chooses: settings in the config file, all else where the screen remembers it. */
export class PreferencesSaver {
	readonly #prefs: PreferenceStore | undefined;
	readonly #clock: Clock;
	readonly #current: () => FullPreferences;
	readonly #failed: (error: unknown) => void;
	/** Settings that somebody has changed and that are not written yet. */
	readonly #chosen = new Map<string, unknown>();
	#timer: Timer | undefined;

	/** `current`: the preferences to keep; `failed` hears why they could not be written. */
	constructor(
		prefs: PreferenceStore | undefined,
		clock: Clock,
		current: () => FullPreferences,
		failed: (error: unknown) => void,
	) {
		this.#prefs = prefs;
		this.#clock = clock;
		this.#current = current;
		this.#failed = failed;
	}

	/** Writes the preferences soon, as this was chosen. */
	changed(change: Partial<FullPreferences>): void {
		for (const [name, value] of Object.entries(change))
			if (configured.has(name)) this.#chosen.set(name, value);
		this.#timer?.clear();
		this.#timer = this.#clock.after(saveDelay, () => this.#save());
	}

	/** Writes at once what is not written yet. */
	flush(): void {
		if (!this.#timer) return;
		this.#timer.clear();
		this.#save();
	}

	#save(): void {
		this.#timer = undefined;
		try {
			if (this.#chosen.size > 0) this.#prefs?.config?.write(Object.fromEntries(this.#chosen));
			this.#chosen.clear();
			this.#prefs?.save(this.#current());
		} catch (error) {
			this.#failed(error);
		}
	}
}
