import type {StreamView} from '../../api/stream-view.js';
import type {Row} from '../present/row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {terminalText} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';
import type {DialogKind} from './dialog-kind.js';

/** Where a file is played from, where no player can be opened. */
export interface StreamDialog {
	readonly kind: 'stream';
	/** What is played, safe for a terminal. */
	readonly name: string;
	readonly stream: StreamView;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		stream: StreamDialog;
	}
}

const usualColumns = 76;

function copyUrl(screen: ScreenContext, {stream}: StreamDialog): void {
	screen.copy(stream.url);
	screen.say('URL copied.', 'good');
}

export const streamDialog: DialogKind<StreamDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		if (key === 'c') copyUrl(screen, dialog);
		else screen.setDialog(undefined);
	},
	line: ({stream}) => [[`Play ${terminalText(stream.url)}`, 'text']],
	rows({name, stream}, room, {forwardAdvice}) {
		const columns = Math.min(usualColumns, room.columns);
		const lines = (text: string, tone: Row[number][1]): Row[] =>
			wrapped(terminalText(text), columns - 2).map(line => [[line, tone]]);
		const forward = forwardAdvice?.(stream.url);
		const advice =
			forward === undefined
				? [...lines('No player can be opened here. Give this to one on the machine of the engine:', 'faint')]
				: [
						...lines('At your end, leave this running:', 'faint'),
						...lines(forward, 'text'),
						[],
						...lines('and give this to a player there:', 'faint'),
					];
		return {
			title: `Play ${name}`,
			rows: [...advice, ...lines(stream.url, 'title'), ...stream.notes.flatMap(note => lines(note, 'faint'))],
			foot: 'c copies the URL   Esc leaves',
			columns,
		};
	},
};
