import {activeList, orders} from '../model/lists.js';
import {chips} from '../present/chips.js';
import {graphRanges} from '../present/speed.js';
import type {CommandArgument, Situation} from './key-record.js';

/** Without those that are there already, as they first come. */
function each(texts: ReadonlyArray<string | undefined>): readonly string[] {
	return [...new Set(texts.filter(text => text !== undefined && text !== ''))] as readonly string[];
}

/** The torrents that the screen knows of now. */
function known({state}: Situation) {
	const {model} = state();
	return model.torrents ?? (model.torrent?.overview ? [model.torrent.overview] : []);
}

/** The labels there are. */
export function labelWays(situation: Situation): readonly string[] {
	return each(known(situation).map(({label}) => label)).toSorted();
}

/** The folders where data goes: the usual one, those that were chosen last, then those of the torrents that came last. */
export function folderWays(situation: Situation): readonly string[] {
	const last = known(situation).toSorted((a, b) => b.addedAt - a.addedAt);
	const {model, preferences} = situation.state();
	const {paths} = preferences.folders;
	const chosen = Array.isArray(paths) ? paths.filter(path => typeof path === 'string') : [];
	return each([model.session?.dir, ...chosen, ...last.map(({dir}) => dir)]).slice(0, 12);
}

/** What the list that has the keys can be sorted by. */
export function orderWays({state}: Situation): readonly string[] {
	const list = activeList(state().view);
	return list === undefined ? [] : orders[list].map(({label}) => label);
}

/** What torrents are usually told apart by: how they stand, and their labels. */
export function filterWays(situation: Situation): readonly string[] {
	if (activeList(situation.state().view) !== 'torrents') return [];
	return each([...chips.map(({word}) => word), ...labelWays(situation)]);
}

/** The ranges of the speed graph. */
export const rangeArgument: CommandArgument = {
	hint: 'time',
	only: true,
	ways: () => ['auto', ...graphRanges.map(([, name]) => name)],
};
