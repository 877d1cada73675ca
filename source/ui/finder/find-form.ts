import type {Findings} from '../../api/command.js';
import type {TextField} from '../text/text-field.js';

/** The finder: everything there is, found by letters of its name. */
export interface FindDialog {
	readonly kind: 'find';
	readonly query: TextField;
	/** The key of what has the cursor; the best one when it is not there. */
	readonly chosen: string | undefined;
	/** What the engine has found last, and by which words. */
	readonly answer?: {readonly words: string; readonly found: Findings} | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		find: FindDialog;
	}
}
