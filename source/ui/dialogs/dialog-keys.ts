import {addKey, addPaste, openAddMany} from '../actions/adding.js';
import {find} from '../actions/find.js';
import {setList, sortBy} from '../actions/lists.js';
import {activeList} from '../model/lists.js';
import type {Dialog} from '../model/view.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {pastedLinks} from '../text/pasted-links.js';
import {edit, field, fieldText, insert} from '../text/text-field.js';
import {changeField, formValues, withField} from './form.js';
import {settingsList} from './settings-dialog.js';

function formKey(screen: ScreenContext, dialog: Extract<Dialog, {kind: 'form'}>, key: string): void {
	const {fields, at} = dialog;
	const current = fields[at];
	const go = (to: number) =>
		screen.setDialog({...dialog, at: (to + fields.length) % fields.length, problem: undefined});
	if (key === 'esc') screen.setDialog(undefined);
	else if (key === 'enter') {
		const problem = dialog.submit(formValues(fields));
		if (problem !== undefined) screen.setDialog({...dialog, problem});
		// A form may have opened another dialog.
		else if (screen.state().view.dialog === dialog) screen.setDialog(undefined);
	} else if (key === 'tab' || key === 'down') go(at + 1);
	else if (key === 'shift-tab' || key === 'up') go(at - 1);
	else {
		const next = current && changeField(current, key);
		if (next) screen.setDialog({...dialog, fields: withField(fields, at, next), problem: undefined});
	}
}

/** Places that count wherever somebody is: what works there alone is done on a torrent's own screen. */
const wide: ReadonlySet<string> = new Set(['session', 'list', 'torrent', 'anywhere']);

/** Runs a command by its name, unless its key would not do it now either. */
function runNamed(screen: ScreenContext, name: string, argument: string): void {
	const record = screen.keys().find(each => each.name === name);
	const inPane = record?.where.every(place => !wide.has(place));
	if (inPane && screen.state().view.screen === 'session')
		screen.say('That is done on a torrent: Enter opens one.', 'warn');
	else screen.run(name, argument, '');
}

/** The names of commands that begin like this. */
function namesFrom(screen: ScreenContext, start: string): readonly string[] {
	return screen.keys().flatMap(({name}) => (name.startsWith(start) ? [name] : []));
}

function runLine(screen: ScreenContext, line: string): void {
	const [name = '', ...rest] = line.trim().split(/\s+/);
	if (name === '') return;
	const near = namesFrom(screen, name);
	const only = near.includes(name) ? name : near.length === 1 ? near[0] : undefined;
	if (only !== undefined) runNamed(screen, only, rest.join(' '));
	else if (near.length > 1) screen.say(`“${name}” could be ${near.join(', ')}.`, 'warn');
	else screen.say(`There is no command “${name}”: ? lists the names.`, 'warn');
}

function lineKey(screen: ScreenContext, dialog: Extract<Dialog, {kind: 'line'}>, key: string): void {
	const text = fieldText(dialog.value);
	const list = activeList(screen.state().view);
	if (key === 'esc' || (key === 'backspace' && text === '')) {
		if (dialog.prompt === 'filter' && list) setList(screen, list, {filter: dialog.before});
		if (dialog.folded) screen.setView({folded: dialog.folded});
		screen.setDialog(undefined);
		return;
	}
	if (key === 'enter') {
		screen.setDialog(undefined);
		if (dialog.prompt === ':') runLine(screen, text);
		else if (dialog.prompt === '/') {
			screen.setView({query: text || dialog.before});
			if (text !== '' && !find(screen, text, 1, 'here')) screen.say(`Nothing here holds “${text}”.`, 'warn');
		}
		return;
	}
	if (key === 'tab' && dialog.prompt === ':') {
		const near = namesFrom(screen, text);
		if (near.length === 1) screen.setDialog({...dialog, value: field(`${near[0]} `)});
		else if (near.length > 1) screen.say(near.join('  '));
		return;
	}
	const value = edit(dialog.value, key);
	if (!value) return;
	screen.setDialog({...dialog, value});
	if (dialog.prompt === 'filter' && list) setList(screen, list, {filter: fieldText(value)});
	if (dialog.folded) screen.setView({folded: dialog.folded});
	if (dialog.prompt === '/') find(screen, fieldText(value), 1, 'here');
}

/** Handles a key while a dialog is open. */
export function dialogKey(screen: ScreenContext, dialog: Dialog, key: string): void {
	switch (dialog.kind) {
		case 'form':
			formKey(screen, dialog, key);
			return;
		case 'line':
			lineKey(screen, dialog, key);
			return;
		case 'add':
			addKey(screen, dialog, key);
			return;
		case 'help': {
			if (key === 'esc' || key === 'enter' || key === 'f1') screen.setDialog(undefined);
			else if (key === 'down' || key === 'up')
				screen.setDialog({...dialog, top: Math.max(0, dialog.top + (key === 'down' ? 1 : -1))});
			else if (key === 'pagedown' || key === 'pageup')
				screen.setDialog({...dialog, top: Math.max(0, dialog.top + (key === 'pagedown' ? 10 : -10))});
			else if ((key === '?' || key === 'q') && fieldText(dialog.query) === '') screen.setDialog(undefined);
			else {
				const query = edit(dialog.query, key);
				if (query) screen.setDialog({...dialog, query, top: 0});
			}
			return;
		}
		case 'quit':
			if (['d', 'enter', 'Q'].includes(key)) screen.leave({how: screen.detachable ? 'detach' : 'stop'});
			else if (key === 's') screen.leave({how: 'stop'});
			else if (key === 'esc' || key === 'n' || key === 'q') screen.setDialog(undefined);
			return;
		case 'ask': {
			const choice = dialog.choices.find(candidate => candidate.key === key);
			if (choice) {
				screen.setDialog(undefined);
				choice.run();
			} else if (key === 'esc' || key === 'q') screen.setDialog(undefined);
			return;
		}
		case 'sort':
			if (key === 'esc' || sortBy(screen, dialog.list, key)) screen.setDialog(undefined);
			return;
		case 'settings': {
			const {preferences, model} = screen.state();
			const items = settingsList(preferences, model.session);
			const {action} = items[dialog.at] ?? {};
			if (key === 'esc' || key === 'q' || key === ',') screen.setDialog(undefined);
			else if (key === 'down' || key === 'j')
				screen.setDialog({...dialog, at: (dialog.at + 1) % items.length});
			else if (key === 'up' || key === 'k')
				screen.setDialog({...dialog, at: (dialog.at + items.length - 1) % items.length});
			else if (action !== undefined && ['enter', 'space', 'right'].includes(key)) screen.run(action, '', key);
			else if (['right', 'l', 'enter', 'space'].includes(key))
				screen.setPreferences(items[dialog.at]?.change(1) ?? {});
			else if (key === 'left' || key === 'h') screen.setPreferences(items[dialog.at]?.change(-1) ?? {});
			return;
		}
		case 'details':
		case 'inspection':
			// What lies over the panes goes away at once, and moving on the grid looks into the next cell.
			screen.setDialog(undefined);
			if (!['esc', 'enter', 'space', 'i', 'q'].includes(key)) {
				const name = {left: 'left', right: 'right', up: 'up', down: 'down'}[key];
				if (name && dialog.kind === 'inspection') {
					screen.run(name, '', key);
					screen.run('inspect', '', key);
				}
			}
			return;
	}
}

/** Handles text that was pasted: into the field being edited, or as a torrent to add. */
export function pasted(screen: ScreenContext, text: string): void {
	const {dialog} = screen.state().view;
	const links = pastedLinks(text);
	if (dialog?.kind === 'add') {
		addPaste(screen, dialog, part => {
			if (part.kind !== 'text') return part;
			const isPath = part.name === 'link' || part.name === 'dir';
			// A link that is pasted over another one takes its place.
			const before = part.name === 'link' && /^(?:[a-z]+:|\/)/i.test(links[0] ?? '') ? field() : part.value;
			return {...part, value: insert(before, isPath ? (links[0] ?? '') : text.trim())};
		});
		if (links.length > 1 && dialog.fields[dialog.at]?.name === 'link')
			screen.say(`${links.length} links were pasted: this is the first.`, 'warn');
	} else if (dialog?.kind === 'form') {
		const current = dialog.fields[dialog.at];
		if (current?.kind === 'text') {
			const value = insert(current.value, text.trim());
			screen.setDialog({...dialog, fields: withField(dialog.fields, dialog.at, {...current, value})});
		}
	} else if (dialog?.kind === 'line') {
		screen.setDialog({...dialog, value: insert(dialog.value, text.trim())});
	} else if (links.length > 1) openAddMany(screen, links);
	else if (links[0] !== undefined) screen.run('add', links[0], '');
}
