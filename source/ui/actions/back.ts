import {activeList} from '../model/lists.js';
import type {ScreenState} from '../model/store.js';
import type {View} from '../model/view.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';
import {setList} from './lists.js';
import {place} from './network.js';

/** What Esc takes back, the nearest first. */
export type BackStep = 'log' | 'filter' | 'marks' | 'cell' | 'grow' | 'person' | 'words' | 'list';

/** What Esc does now; undefined where there is nothing to go back from. */
export function backStep({view}: ScreenState): BackStep | undefined {
	const list = activeList(view);
	if (list && view.lists[list].filter !== '') return 'filter';
	if (list && view.lists[list].marks.size > 0) return 'marks';
	if (view.screen === 'session') return view.sessionPart === 'log' ? 'log' : undefined;
	if (view.screen === 'network') {
		if (view.network.person !== undefined) return 'person';
		return view.network.query.parts.length > 0 ? 'words' : 'list';
	}
	if (view.screen === 'feeds' || view.screen === 'swarms') return 'list';
	if (view.pane === 'pieces' && view.cell >= 0) return 'cell';
	return view.grow === 'share' ? 'list' : 'grow';
}

/** Goes back by one step. */
export function back(screen: ScreenContext, step: BackStep | undefined): void {
	const {view} = screen.state();
	const list = activeList(view);
	if (view.notice) screen.setView({notice: undefined});
	if (step === 'log') screen.setView({sessionPart: 'torrents'});
	else if (step === 'filter' && list) setList(screen, list, {filter: ''});
	else if (step === 'marks' && list) setList(screen, list, {marks: new Set()});
	else if (step === 'cell') screen.setView({cell: -1});
	else if (step === 'grow') screen.setView({grow: 'share'});
	else if (step === 'person') place(screen, {person: undefined});
	else if (step === 'words') place(screen, {query: field()});
	else if (step === 'list' && view.screen !== 'torrent') screen.setView({screen: 'session'});
	else if (step === 'list') {
		const lists: View['lists'] = {
			...view.lists,
			torrents: {...view.lists.torrents, key: view.torrent ?? view.lists.torrents.key},
		};
		screen.setView({screen: 'session', lists});
	}
}
