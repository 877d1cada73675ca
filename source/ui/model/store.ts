import type {Model} from './model.js';
import type {FullPreferences} from './preferences.js';
import type {View} from './view.js';

/** One version of all that the screen shows. */
export interface ScreenState {
	readonly model: Model;
	readonly view: View;
	readonly preferences: FullPreferences;
	readonly columns: number;
	readonly rows: number;
}

/** Holds the newest state and tells who listens, once for any number of changes made in one go. */
export class Store {
	#state: ScreenState;
	readonly #listeners = new Set<() => void>();
	#told = true;

	constructor(state: ScreenState) {
		this.#state = state;
	}

	readonly get = (): ScreenState => this.#state;

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	set(change: Partial<ScreenState>): void {
		this.#state = {...this.#state, ...change};
		if (!this.#told) return;
		this.#told = false;
		queueMicrotask(() => {
			this.#told = true;
			for (const listener of this.#listeners) listener();
		});
	}

	setView(change: Partial<View>): void {
		this.set({view: {...this.#state.view, ...change}});
	}
}
