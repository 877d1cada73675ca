import type {DialogKind} from '../dialogs/dialog-kind.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {edit, field, fieldText, insert} from '../text/text-field.js';
import type {FindDialog} from './find-form.js';
import {findingRows} from './finding-rows.js';
import {type Finding, findings} from './findings.js';

/** Of each kind, so many of what is found are shown. */
const most = 60;

/** The finder that is open now. */
function openNow(screen: ScreenContext): FindDialog | undefined {
	const {dialog} = screen.state().view;
	return dialog?.kind === 'find' ? dialog : undefined;
}

/** Screens that wait for an answer: what is typed meanwhile is asked for then. */
const asking = new WeakSet<ScreenContext>();

/** Asks the engine for what is typed, one question at a time: the last one typed is the one that is answered. */
function askEngine(screen: ScreenContext): void {
	const open = openNow(screen);
	const words = open && fieldText(open.query);
	if (words === undefined || open?.answer?.words === words || asking.has(screen)) return;
	asking.add(screen);
	screen.client.send({type: 'session.find', words: words.slice(0, 1000), limit: most}).then(
		({findings: found}) => {
			asking.delete(screen);
			const now = openNow(screen);
			if (!now || !found) return;
			screen.setDialog({...now, answer: {words, found}});
			askEngine(screen);
		},
		// What is not the engine's is found all the same; that it has gone is said elsewhere.
		() => asking.delete(screen),
	);
}

/** Opens the finder; with what was typed behind its name. */
export function openFinder(screen: ScreenContext, words: string): void {
	screen.setDialog({kind: 'find', query: field(words), chosen: undefined});
	askEngine(screen);
}

function choose(screen: ScreenContext, dialog: FindDialog, step: number): void {
	const found = findings(screen, dialog);
	const at = found.findIndex(({key}) => key === dialog.chosen);
	const to = Math.max(0, Math.min(found.length - 1, Math.max(0, at) + step));
	screen.setDialog({...dialog, chosen: found[to]?.key});
}

function open(screen: ScreenContext, dialog: FindDialog): void {
	const found = findings(screen, dialog);
	const chosen: Finding | undefined = found.find(({key}) => key === dialog.chosen) ?? found[0];
	if (!chosen) return;
	screen.setDialog(undefined);
	chosen.open(screen);
}

const steps: Readonly<Record<string, number>> = {
	down: 1,
	'ctrl-n': 1,
	tab: 1,
	up: -1,
	'ctrl-p': -1,
	'shift-tab': -1,
	pagedown: 10,
	pageup: -10,
};

export const findDialog: DialogKind<FindDialog> = {
	shape: 'box',
	key(screen, dialog, key) {
		const step = steps[key];
		if (key === 'esc') screen.setDialog(undefined);
		else if (key === 'enter') open(screen, dialog);
		else if (step !== undefined) choose(screen, dialog, step);
		else {
			const query = edit(dialog.query, key);
			if (!query) return;
			screen.setDialog({...dialog, query, chosen: undefined});
			askEngine(screen);
		}
	},
	click(screen, dialog, {at}, how) {
		const found = findings(screen, dialog)[at];
		if (!found) return;
		// Who sees what they want wants it: as a finger on a list of answers does.
		if (how === 'once' && dialog.chosen !== found.key) screen.setDialog({...dialog, chosen: found.key});
		else open(screen, {...dialog, chosen: found.key});
	},
	paste(screen, dialog, text) {
		screen.setDialog({...dialog, query: insert(dialog.query, text.trim()), chosen: undefined});
		askEngine(screen);
	},
	line(dialog, columns, screen) {
		const [first] = findings(screen, dialog);
		return [
			['find ', 'accent'],
			[`${fieldText(dialog.query)} `, 'text'],
			[first ? first.text.slice(0, Math.max(0, columns - 8)) : 'nothing', 'dim'],
		];
	},
	rows: (dialog, room, screen) => findingRows(dialog, findings(screen, dialog), room, screen.look),
};
