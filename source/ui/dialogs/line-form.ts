import type {TextField} from '../text/text-field.js';

/** A line that is typed: what to search for, what to filter by, or a command. */
export interface LineDialog {
	readonly kind: 'line';
	readonly prompt: '/' | ':' | 'filter';
	readonly value: TextField;
	/** What was searched for, or filtered by, before. */
	readonly before: string;
	/** The folders that were folded when a search began: only those of what is found are opened. */
	readonly folded?: ReadonlySet<string>;
	/** Of a command: which of what it could become has the cursor; none before an arrow is pressed. */
	readonly at?: number | undefined;
	/** What is there that begins like the path that is typed. */
	readonly paths?: readonly string[] | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		line: LineDialog;
	}
}
