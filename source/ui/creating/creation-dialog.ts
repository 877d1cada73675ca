import type {CreationView} from '../../api/creation.js';
import {openTorrent} from '../actions/open-torrent.js';
import type {DialogKind, DialogScreen} from '../dialogs/dialog-kind.js';
import type {Tone} from '../look/themes.js';
import {isOver} from '../model/creations.js';
import {bar} from '../present/bar.js';
import type {Look} from '../present/context.js';
import type {Row} from '../present/row.js';
import {wrapRow} from '../present/wrapped-row.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {duration, percent, rateWithUnit, size} from '../text/format.js';
import {cellWidth, fitMiddle, terminalText} from '../text/text.js';
import {wrapped} from '../text/wrapped.js';

/** How far a torrent is that is being made, and what has come of it. */
export interface CreationDialog {
	readonly kind: 'creation';
	readonly id: number;
}

declare module '../model/dialog.js' {
	interface DialogTypes {
		creation: CreationDialog;
	}
}

function creationOf({id}: CreationDialog, {state}: Pick<DialogScreen, 'state'>): CreationView | undefined {
	return state().model.creations?.find(creation => creation.id === id);
}

/** The last name of a path, safe for a terminal. */
export function lastName(path: string): string {
	return terminalText(path.replace(/^.*\/(?=.)/s, ''));
}

/** Leaves the dialog; what is over is told of no more. */
function leave(screen: ScreenContext, creation: CreationView | undefined): void {
	screen.setDialog(undefined);
	if (creation !== undefined && isOver(creation))
		screen.client.send({type: 'creation.end', creation: creation.id}).catch(() => undefined);
}

/** Seeds what the torrent was made of. */
function seed(screen: ScreenContext, {path, output}: CreationView): void {
	screen.send(
		{
			type: 'torrent.addLink',
			link: output,
			options: {dir: path.replace(/\/[^/]*$/, '') || '/', seedOnly: true},
		},
		({id}) => {
			screen.say('It is seeded.', 'good');
			if (id) openTorrent(screen, id);
		},
	);
}

/** What keys do now, besides Esc. */
function acts(creation: CreationView | undefined): ReadonlyArray<readonly [key: string, label: string]> {
	if (creation === undefined) return [];
	if (!isOver(creation)) return [['x', 'ends it']];
	if (creation.state === 'failed') return [];
	return [
		creation.seeding === undefined ? ['s', 'seeds it'] : ['Enter', 'shows it'],
		['c', 'copies the magnet link'],
	];
}

function progressRows(creation: CreationView, columns: number, {glyphs}: Look): readonly Row[] {
	const {hashed, length, rate, eta, state} = creation;
	if (state === 'looking') return [[[` Looking for its files ${glyphs.ellipsis}`, 'dim']]];
	const part = length > 0 ? hashed / length : 0;
	const done = percent(hashed, length);
	return [
		[[' '], ...bar(part, Math.max(4, columns - 4 - cellWidth(done)), glyphs), [` ${done}`, 'text']],
		[
			[` ${size(hashed)} of ${size(length)}`, 'text'],
			[rate > 0 ? `  ${rateWithUnit(rate)}  ${duration(eta)} left` : '', 'dim'],
		],
	];
}

function wrappedRows(text: string, columns: number, tone: Tone): readonly Row[] {
	return wrapped(terminalText(text), columns - 2).map((line): Row => [[` ${line}`, tone]]);
}

function outcomeRows({state, why, seeding, magnet}: CreationView, columns: number): readonly Row[] {
	if (state === 'failed') return wrappedRows(`No torrent was made: ${why ?? ''}`, columns, 'bad');
	return [
		[[seeding === undefined ? ' It is written.' : ' It is written, and seeded.', 'good']],
		...(why === undefined ? [] : wrappedRows(why, columns, 'warn')),
		[[` ${fitMiddle(terminalText(magnet ?? ''), columns - 2)}`, 'faint']],
	];
}

export const creationDialog: DialogKind<CreationDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const creation = creationOf(dialog, screen);
		if (creation === undefined) {
			if (['esc', 'q', 'enter'].includes(key)) screen.setDialog(undefined);
		} else if (!isOver(creation)) {
			if (key === 'x') screen.send({type: 'creation.end', creation: creation.id});
			else if (['esc', 'q', 'enter'].includes(key)) {
				screen.setDialog(undefined);
				screen.say('It goes on: M shows how far it is.');
			}
		} else if (key === 'c' && creation.magnet !== undefined) {
			screen.copy(creation.magnet);
			screen.say('The magnet link is copied.', 'good');
		} else if (key === 's' && creation.state === 'done' && creation.seeding === undefined) {
			leave(screen, creation);
			seed(screen, creation);
		} else if (key === 'enter' && creation.seeding !== undefined) {
			leave(screen, creation);
			openTorrent(screen, creation.seeding);
		} else if (['esc', 'q', 'enter'].includes(key)) leave(screen, creation);
	},
	line(dialog, _columns, screen) {
		const creation = creationOf(dialog, screen);
		if (creation === undefined) return [['It is not being made any more.', 'dim']];
		const {state, why, output, hashed, length} = creation;
		const name = lastName(output);
		if (state === 'failed') return [[`${name}: ${terminalText(why ?? '')}`, 'bad']];
		return [[state === 'done' ? `${name} is written.` : `${name}  ${percent(hashed, length)}`, 'text']];
	},
	rows(dialog, room, screen) {
		const columns = Math.min(76, room.columns);
		const creation = creationOf(dialog, screen);
		const keys = acts(creation).map(([key, label]) => `${key} ${label}   `);
		const foot = `${keys.join('')}${creation && !isOver(creation) ? 'Esc leaves it going' : 'Esc leaves'}`;
		if (creation === undefined)
			return {title: 'Make a torrent', rows: [[[' It is not being made any more.', 'dim']]], foot, columns};
		const {path, output, skipped} = creation;
		const place = (label: string, at: string): readonly Row[] =>
			wrapRow(
				[
					[` ${label}  `, 'dim'],
					[terminalText(at), 'text'],
				],
				columns,
			);
		return {
			title: lastName(output),
			rows: [
				...place('of', path),
				...place('to', output),
				[],
				...(isOver(creation) ? outcomeRows(creation, columns) : progressRows(creation, columns, screen.look)),
				...(skipped === undefined
					? []
					: wrappedRows(`Left out: ${skipped.count}, the first: ${skipped.first}`, columns, 'warn')),
			],
			foot,
			columns,
		};
	},
};
