import type {Millis} from '../../base/units.js';
import {HeldFolder} from './held-folder.js';

/** How long a folder is entered again without walking there: what is mounted over it meanwhile is seen after that. */
const heldFor: Millis = 1000;

/**
 * Holds the folder that was entered last for the next file in it: to walk there, past every folder on the way, costs
 * nearly as much as to make the file. One a thread.
 */
export class LastFolder {
	#held: {readonly folder: HeldFolder; readonly path: string; readonly until: Millis} | undefined;

	/**
	 * A folder as `HeldFolder` enters it; good until the next call.
	 *
	 * @param create whether it may be made, and those above it
	 */
	enter(root: string, elements: readonly string[], create: boolean): HeldFolder {
		const path = [root, ...elements].join('/');
		const held = this.#held;
		if (held?.path === path && performance.now() < held.until && held.folder.isAtItsPlace) return held.folder;
		this.leave();
		const folder = new HeldFolder(root, elements, create);
		this.#held = {folder, path, until: performance.now() + heldFor};
		return folder;
	}

	leave(): void {
		this.#held?.folder.close();
		this.#held = undefined;
	}
}
