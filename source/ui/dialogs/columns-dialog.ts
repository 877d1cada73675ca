import {type Column, chooseColumns, type ListFacts} from '../columns/column.js';
import {type AnyColumn, type ColumnedList, columnsOf} from '../columns/columns-of.js';
import {type Rect, sizeClass} from '../look/layout.js';
import {type ChosenColumn, chosenColumns} from '../model/chosen-columns.js';
import type {Look} from '../present/context.js';
import {footRest} from '../present/dialog-foot.js';
import type {Row} from '../present/row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {fit} from '../text/text.js';
import type {DialogKind, DialogScreen} from './dialog-kind.js';

/** The choice of the columns of a list, for terminals of a class of sizes. */
export interface ColumnsDialog {
	readonly kind: 'columns';
	readonly list: ColumnedList;
	readonly at: number;
	/** The width of the list. */
	readonly room: number;
	/** What was chosen before; undefined when nothing was. */
	readonly before: readonly ChosenColumn[] | undefined;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		columns: ColumnsDialog;
	}
}

/** A column in the order in which they may be moved: whether it is shown, and how wide it was made. */
interface Line {
	readonly column: AnyColumn;
	readonly shown: boolean;
	readonly width: number | undefined;
	/** How wide it is now; undefined where it has no room. */
	readonly now: number | undefined;
}

const narrowest = 2;
const widest = 120;

function nameOf({title, label, id}: AnyColumn, look: Look): string {
	return label ?? ((typeof title === 'function' ? title(look) : title) || id);
}

function shownNow(
	{list, room}: ColumnsDialog,
	chosen: readonly ChosenColumn[] | undefined,
	look: Look,
): ReadonlyArray<{readonly id: string; readonly width: number}> {
	const columns = columnsOf[list] as unknown as ReadonlyArray<Column<unknown>>;
	// Whether one says again what stands elsewhere is not asked here: whoever chooses it wants it.
	const facts: ListFacts = {columns: room, look, ...{folded: new Set(), group: 'none', goals: true}};
	const gap = room >= 100 ? 2 : 1;
	return chooseColumns(columns, facts, room - 5, gap, chosen).map(({column, width}) => ({
		id: column.id,
		width,
	}));
}

/** All columns: those shown, in their order, and then the others. */
function linesOf(dialog: ColumnsDialog, screen: Pick<DialogScreen, 'state' | 'look'>): readonly Line[] {
	const {look} = screen;
	const chosen = chosenColumns(screen.state(), dialog.list);
	const now = shownNow(dialog, chosen, look);
	const columns = columnsOf[dialog.list];
	const order: readonly ChosenColumn[] = chosen ?? now.map(({id}) => ({id}));
	const line = (column: AnyColumn, shown: boolean, width?: number): Line => ({
		column,
		shown,
		width,
		now: now.find(({id}) => id === column.id)?.width,
	});
	const first = order.flatMap(({id, width}) => {
		const column = columns.find(each => each.id === id);
		return column === undefined ? [] : [line(column, true, width)];
	});
	const others = columns
		.filter(({id}) => !order.some(each => each.id === id))
		.map(column => line(column, false));
	return [...first, ...others];
}

function keep(screen: ScreenContext, list: ColumnedList, chosen: readonly ChosenColumn[] | undefined): void {
	const {preferences, columns, rows} = screen.state();
	const kind = sizeClass(columns, rows);
	const {[list]: _, ...others} = preferences.columns[kind] ?? {};
	const lists = chosen === undefined ? others : {...others, [list]: chosen};
	screen.setPreferences({columns: {...preferences.columns, [kind]: lists}});
}

function keepLines(screen: ScreenContext, list: ColumnedList, lines: readonly Line[]): void {
	const chosen = lines.flatMap(({column, shown, width}) =>
		shown ? [{id: column.id, ...(width !== undefined && {width})}] : [],
	);
	keep(screen, list, chosen);
}

/** Where a list is, in the layout there is now. */
function areaOf(screen: ScreenContext, list: ColumnedList): Rect | undefined {
	const {torrents, panes, network, feeds, swarms} = screen.layout();
	const areas: Readonly<Record<string, Rect | undefined>> = {
		torrents,
		...panes,
		...network,
		...feeds,
		...swarms,
	};
	return areas[list];
}

/** Opens the choice of the columns of a list. */
export function openColumns(screen: ScreenContext, list: ColumnedList): void {
	const state = screen.state();
	const room = areaOf(screen, list)?.columns ?? state.columns;
	screen.setDialog({kind: 'columns', list, at: 0, room, before: chosenColumns(state, list)});
}

/** The lines with that at `at` shown, or not: what is shown goes behind those shown, what is not before the others. */
function toggled(lines: readonly Line[], at: number): readonly Line[] {
	const line = lines[at];
	if (line === undefined) return lines;
	const rest = lines.toSpliced(at, 1);
	return rest.toSpliced(rest.filter(({shown}) => shown).length, 0, {...line, shown: !line.shown});
}

export const columnsDialog: DialogKind<ColumnsDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const {list, at, before} = dialog;
		const lines = linesOf(dialog, screen);
		const go = (to: number) => screen.setDialog({...dialog, at: Math.max(0, Math.min(lines.length - 1, to))});
		const line = lines[at];
		const count = lines.filter(({shown}) => shown).length;
		const move = (to: number) => {
			if (line === undefined || !line.shown || to < 0 || to >= count) return;
			keepLines(screen, list, lines.toSpliced(at, 1).toSpliced(to, 0, line));
			go(to);
		};
		const size = (step: number) => {
			if (line === undefined || line.now === undefined) return;
			const width = Math.max(narrowest, Math.min(widest, line.now + step));
			keepLines(screen, list, lines.with(at, {...line, width}));
		};
		switch (key) {
			case 'esc':
				keep(screen, list, before);
				return screen.setDialog(undefined);
			case 'enter':
			case 'q':
				return screen.setDialog(undefined);
			case 'up':
			case 'k':
				return go(at - 1);
			case 'down':
			case 'j':
				return go(at + 1);
			case 'space':
				// One at least is shown.
				if (line !== undefined && !(line.shown && count === 1)) {
					keepLines(screen, list, toggled(lines, at));
					if (!line.shown) go(count);
				}
				return undefined;
			case 'K':
			case 'shift-up':
				return move(at - 1);
			case 'J':
			case 'shift-down':
				return move(at + 1);
			case 'right':
			case '+':
				return size(1);
			case 'left':
			case '-':
				return size(-1);
			case '0':
				keep(screen, list, undefined);
				return go(0);
			default:
				return undefined;
		}
	},
	click(screen, dialog, {at}, how) {
		screen.setDialog({...dialog, at});
		if (how !== 'once' || at === dialog.at) columnsDialog.key(screen, {...dialog, at}, 'space');
	},
	line(dialog, columns, screen) {
		const line = linesOf(dialog, screen)[dialog.at];
		const name = line === undefined ? '' : nameOf(line.column, screen.look);
		const text = `column ${name}: ${line?.shown ? 'shown' : 'hidden'} (Space)`;
		return [[fit(text, columns, 'left', screen.look.glyphs.ellipsis), 'text']];
	},
	rows(dialog, {columns}, screen) {
		const {look} = screen;
		const {glyphs} = look;
		const lines = linesOf(dialog, screen);
		const rows = lines.map(({column, shown, width, now}, at): Row => {
			const onCursor = at === dialog.at;
			const note = !shown
				? ''
				: now === undefined
					? 'no room here'
					: `${now}${width === undefined ? '' : ' chosen'}`;
			return [
				[` ${onCursor ? glyphs.cursor : ' '} `, 'accent', false, {kind: 'part', at}],
				[shown ? `${glyphs.mark} ` : '  ', 'good', false, {kind: 'part', at}],
				[fit(nameOf(column, look), 18), shown ? 'text' : 'dim', false, {kind: 'part', at}],
				[` ${note}`, shown && now === undefined ? 'warn' : 'faint'],
			];
		});
		const foot =
			columns >= 64
				? 'Space show/hide   J/K move   +/- width   0 reset   Enter keeps'
				: 'Space shows   0 resets   +/- width   J/K move   Enter keeps';
		const rest = footRest(foot, Math.min(70, columns));
		return {
			title: `Columns of ${dialog.list === 'everyPeer' ? 'peers' : dialog.list === 'everyTracker' ? 'trackers' : dialog.list}`,
			rows: [...rows, ...rest],
			foot,
			columns: 70,
			// Below the last of them is what the edge has no room for.
			selected: dialog.at + (dialog.at === rows.length - 1 ? rest.length : 0),
		};
	},
};
