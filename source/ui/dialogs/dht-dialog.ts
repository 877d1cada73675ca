import type {DhtView} from '../../api/dht-view.js';
import type {Millis} from '../../base/units.js';
import {dhtRows} from '../present/dht.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';

/** How the DHT does, asked anew while it is looked at. */
export interface DhtDialog {
	readonly kind: 'dht';
	readonly dht: DhtView;
	readonly top: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		dht: DhtDialog;
	}
}

const again: Millis = 2000;

/** Asks the engine how its DHT does, shows it, and asks again while that is open. */
export function openDht(screen: ScreenContext): void {
	screen.send({type: 'session.dht'}, ({dht}) => {
		if (!dht)
			return screen.say('The running engine says nothing of the DHT: stop it, then start it again.', 'warn');
		// What was opened since goes before an answer that comes late.
		if (screen.state().view.dialog) return;
		screen.setDialog({kind: 'dht', dht, top: 0});
		askAgain(screen);
	});
}

function askAgain(screen: ScreenContext): void {
	screen.clock.after(again, () => {
		if (screen.state().view.dialog?.kind !== 'dht') return;
		screen.client.send({type: 'session.dht'}).then(
			({dht}) => {
				const {dialog} = screen.state().view;
				if (dialog?.kind !== 'dht') return;
				if (dht) screen.setDialog({...dialog, dht});
				askAgain(screen);
			},
			// The engine has gone, which is said elsewhere.
			() => undefined,
		);
	});
}

export const dhtDialog: DialogKind<DhtDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const scroll = (rows: number) => screen.setDialog({...dialog, top: Math.max(0, dialog.top + rows)});
		if (key === 'down' || key === 'j') scroll(1);
		else if (key === 'up' || key === 'k') scroll(-1);
		else if (key === 'pagedown') scroll(10);
		else if (key === 'pageup') scroll(-10);
		else if (['esc', 'q', 'enter', 'H'].includes(key)) screen.setDialog(undefined);
	},
	line({dht: {state, why}}, _columns, {state: now}) {
		const nodes = now().model.session?.dhtNodes ?? 0;
		return [[`DHT ${state}  ${nodes} nodes${why === undefined ? '' : `  ${terminalText(why)}`}`, 'text']];
	},
	rows({dht, top}, room, {state, look}) {
		const {model} = state();
		const rows = dhtRows(
			dht,
			model.torrent?.sources,
			{columns: Math.min(76, room.columns), rows: room.rows},
			look,
		);
		return {
			title: 'DHT',
			rows,
			foot: 'Esc leaves',
			columns: 76,
			top: Math.min(top, Math.max(0, rows.length - 1)),
		};
	},
};
