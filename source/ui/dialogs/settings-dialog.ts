import type {Hit} from '../present/hit.js';
import {type Row, rowWidth} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import {fit, terminalText} from '../text/text.js';
import type {DialogKind} from './dialog-kind.js';
import {settingsList} from './settings.js';

/** The settings, one a row. */
export interface SettingsDialog {
	readonly kind: 'settings';
	/** The setting that has the cursor. */
	readonly at: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		settings: SettingsDialog;
	}
}

export const settingsDialog: DialogKind<SettingsDialog> = {
	shape: 'box',
	key(screen, {at}, key) {
		const {preferences, model} = screen.state();
		const items = settingsList(preferences, model.session);
		const item = items[at];
		const go = (to: number) => screen.setDialog({kind: 'settings', at: (to + items.length) % items.length});
		if (key === 'esc' || key === 'q' || key === ',') screen.setDialog(undefined);
		else if (key === 'down' || key === 'j') go(at + 1);
		else if (key === 'up' || key === 'k') go(at - 1);
		else if (item?.action !== undefined && ['enter', 'space', 'right'].includes(key))
			screen.run(item.action, '', key);
		else if (['right', 'l', 'enter', 'space'].includes(key)) screen.setPreferences(item?.change(1) ?? {});
		else if (key === 'left' || key === 'h') screen.setPreferences(item?.change(-1) ?? {});
	},
	click(screen, dialog, {at}) {
		// What was chosen already is changed, as by the keys.
		if (at === dialog.at) this.key(screen, dialog, 'enter');
		else screen.setDialog({kind: 'settings', at});
	},
	line({at}, _columns, {state}) {
		const setting = settingsList(state().preferences)[at];
		return [
			[`${setting?.label ?? 'Settings'}: `, 'accent'],
			[setting?.value ?? '', 'text'],
		];
	},
	rows({at}, room, {state, look, config}) {
		const columns = Math.min(74, room.columns);
		const {preferences, model} = state();
		const kept = config
			? `  kept in ${terminalText(config.path)}`
			: '  What is chosen here lasts as long as this screen.';
		const settings = settingsList(preferences, model.session);
		// Where there is no room beside it, what a setting is for stands below the one that has the cursor.
		const lines = settings.map(({label, value, about}, index): readonly Row[] => {
			const row: Row = [
				[index === at ? `${look.glyphs.cursor} ` : '  ', 'accent'],
				[fit(label, 15), index === at ? 'title' : 'text'],
				[fit(value, 13), 'accent'],
			];
			const whole: Row = [...row, [about, 'faint']];
			if (index !== at || rowWidth(whole) <= columns) return [whole];
			return [row, ...wrapRow([[`    ${about}`, 'faint']], columns)];
		});
		return {
			title: 'Settings',
			hits: lines.flatMap((rows, index) => rows.map((): Hit => ({kind: 'part', at: index}))),
			rows: [...lines.flat(), [], ...wrapRow([[kept, 'faint']], columns)],
			foot: '←→ change   ↑↓ choose   Esc leaves',
			columns: 74,
			selected: at + (lines[at]?.length ?? 1) - 1,
		};
	},
};
