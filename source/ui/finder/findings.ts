import {fuzzyScore, fuzzyWords, wholeWords} from '../../base/fuzzy.js';
import {setList} from '../actions/lists.js';
import {openTorrent} from '../actions/open-torrent.js';
import {goToPane} from '../actions/panes.js';
import type {DialogScreen} from '../dialogs/dialog-kind.js';
import {settingsList} from '../dialogs/settings.js';
import {keyName} from '../keys/key-names.js';
import type {KeyRecord} from '../keys/key-record.js';
import {recordsHere} from '../keys/keymap.js';
import {runNamed} from '../keys/run-named.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {nameText, terminalText} from '../text/text.js';
import {fieldText} from '../text/text-field.js';
import type {FindDialog} from './find-form.js';

/** Something that can be found: what it is, the key that would have led there, and what opening it does. */
export interface Finding {
	/** Tells it from all others. */
	readonly key: string;
	readonly kind: 'torrent' | 'file' | 'command' | 'setting' | 'label';
	/** What it is called; safe for a terminal. */
	readonly text: string;
	/** Said beside it; safe for a terminal. */
	readonly about: string;
	/** The keys that do the same, as they are written for people; empty where none does. */
	readonly keys: string;
	readonly score: number;
	readonly open: (screen: ScreenContext) => void;
}

type Words = ReturnType<typeof fuzzyWords>;

/** Without words what can be done here comes after the torrents, and all else not at all. */
const unasked = -1;

function keysOf(screen: DialogScreen, name: string): string {
	const record = screen.keys().find(each => each.name === name);
	return (record?.keys ?? []).map(key => keyName(key, screen.look.glyphs.ascii)).join(' ');
}

/** How well something is meant by its name, or by what is said of it, which counts less. */
function scoreOf(words: Words, name: string, about: string): number | undefined {
	const own = fuzzyScore(words, name.toLowerCase());
	if (own !== undefined) return own;
	const all = fuzzyScore(words, `${name} ${about}`.toLowerCase());
	return all === undefined || all < wholeWords ? undefined : all - 15;
}

function commands(screen: DialogScreen, words: Words): readonly Finding[] {
	const here = recordsHere(screen.keys(), screen.state().view);
	return screen.keys().flatMap((record: KeyRecord<ScreenContext>): readonly Finding[] => {
		const {name, help} = record;
		const isHere = here.includes(record);
		if (words.length === 0 && (!isHere || record.footer === undefined)) return [];
		const score = words.length === 0 ? unasked - record.footer! / 100 : scoreOf(words, name, help);
		if (score === undefined) return [];
		return [
			{
				key: `command ${name}`,
				kind: 'command',
				text: name,
				about: help,
				keys: keysOf(screen, name),
				score: score - (isHere || words.length === 0 ? 0 : 5),
				open: target => runNamed(target, name, ''),
			},
		];
	});
}

function settings(screen: DialogScreen, words: Words): readonly Finding[] {
	if (words.length === 0) return [];
	const {preferences, model} = screen.state();
	return settingsList(preferences, model.session).flatMap(({label, value, about}, at): readonly Finding[] => {
		const score = scoreOf(words, label, about);
		if (score === undefined) return [];
		return [
			{
				key: `setting ${label}`,
				kind: 'setting',
				text: label,
				about: `${value}: ${about}`,
				keys: keysOf(screen, 'settings'),
				score,
				open: target => target.setDialog({kind: 'settings', at}),
			},
		];
	});
}

/** Opens a torrent on one of its files. */
function openFile(screen: ScreenContext, id: string, path: readonly string[]): void {
	openTorrent(screen, id);
	goToPane(screen, 'files');
	screen.setView({folded: new Set()});
	setList(screen, 'files', {key: path.join('/'), index: 0, filter: ''});
}

/** Goes to the torrents of a label. */
function openLabel(screen: ScreenContext, label: string): void {
	screen.setView({screen: 'session'});
	setList(screen, 'torrents', {filter: label, key: undefined});
}

function engines(screen: DialogScreen, {answer}: FindDialog, words: Words): readonly Finding[] {
	if (!answer) return [];
	const {torrents, files, labels} = answer.found;
	// An answer to what was typed before is shown only where it answers this as well.
	const isOld = answer.words !== undefined && fuzzyWords(answer.words).join(' ') !== words.join(' ');
	const fits = (text: string) => !isOld || fuzzyScore(words, text.toLowerCase()) !== undefined;
	const opens = keysOf(screen, 'open').split(' ')[0] ?? '';
	const filters = keysOf(screen, 'filter');
	return [
		...torrents
			.filter(({name}) => fits(name))
			.map(
				({id, name, state, score}): Finding => ({
					key: `torrent ${id}`,
					kind: 'torrent',
					text: nameText(name),
					about: state,
					keys: opens,
					score: score + 3,
					open: target => openTorrent(target, id),
				}),
			),
		...files
			.filter(({path}) => fits(path.join('/')))
			.map(
				({id, index, path, score}): Finding => ({
					key: `file ${id} ${index}`,
					kind: 'file',
					text: nameText(path.at(-1) ?? ''),
					about: terminalText(path.slice(0, -1).join('/')),
					keys: '',
					score: score - 10,
					open: target => openFile(target, id, path),
				}),
			),
		...(words.length === 0 ? [] : labels)
			.filter(({label}) => fits(label))
			.map(
				({label, torrents: count, score}): Finding => ({
					key: `label ${label}`,
					kind: 'label',
					text: nameText(label),
					about: count === 1 ? '1 torrent' : `${count} torrents`,
					keys: filters,
					score: score + 1,
					open: target => openLabel(target, label),
				}),
			),
	];
}

const lasts = new WeakMap<
	DialogScreen,
	{readonly of: readonly unknown[]; readonly found: readonly Finding[]}
>();

/** All that is found by what is typed, the best first. The same list while nothing of it has changed. */
export function findings(screen: DialogScreen, dialog: FindDialog): readonly Finding[] {
	const {view, preferences, model} = screen.state();
	const of = [dialog.query.parts, dialog.answer, view.screen, view.pane, preferences, model.session];
	const last = lasts.get(screen);
	if (last && of.every((value, at) => value === last.of[at])) return last.found;
	const words = fuzzyWords(fieldText(dialog.query));
	const found = [
		...engines(screen, dialog, words),
		...commands(screen, words),
		...settings(screen, words),
	].sort((a, b) => b.score - a.score);
	lasts.set(screen, {of, found});
	return found;
}
