import {find} from '../actions/find.js';
import {setList, sortBy} from '../actions/lists.js';
import {goToTorrent, nextInTrouble, showChip} from '../actions/trouble.js';
import {activeList} from '../model/lists.js';
import {chips} from '../present/chips.js';
import {field} from '../text/text-field.js';
import {filterWays, orderWays} from './argument-ways.js';
import {defineKey, inGroup} from './define-key.js';
import type {Situation} from './key-record.js';

/** What was searched for. */
function needQuery({state}: Situation) {
	const {query} = state().view;
	return query === '' ? 'Nothing was searched yet: press / first.' : {query};
}

/** The list that has the keys, if one has: typed by their names these keys do nothing elsewhere. */
const inList = ({state}: Situation) => ({list: activeList(state().view)});

/** Keys that show the torrents that something is wrong with. */
export const troubleKeys = inGroup('Torrent', [
	defineKey({
		name: 'chip',
		takes: {hint: 'state', needed: true, ways: () => chips.map(({word}) => word)},
		keys: chips.map(({digit}) => digit),
		where: ['session'],
		help: 'Show only the torrents of one state, by its number in the header; once more shows all',
		label: '',
		run: (screen, _, word, key) => showChip(screen, word || key),
	}),
	defineKey({
		name: 'next-trouble',
		keys: ['!'],
		where: ['session'],
		help: 'Go to the next torrent with which something is wrong',
		footer: 7,
		when: ({state}) => {
			const next = nextInTrouble(state());
			return next === undefined ? 'Nothing is wrong with any torrent shown here.' : {next};
		},
		label: 'what is wrong',
		run: (screen, {next}) => goToTorrent(screen, next),
	}),
]);

/** Keys that search, filter and sort the list somebody is in. */
export const listKeys = inGroup('Moving', [
	defineKey({
		name: 'search',
		keys: ['/'],
		where: ['list'],
		help: 'Search the list as you type',
		footer: 10,
		label: 'find',
		run: screen => {
			const {query, folded} = screen.state().view;
			screen.setDialog({kind: 'line', prompt: '/', value: field(), before: query, folded});
		},
	}),
	defineKey({
		name: 'search-next',
		keys: ['n'],
		where: ['list'],
		help: 'Go to the next match',
		when: needQuery,
		label: 'next',
		run: (screen, {query}) => {
			if (!find(screen, query, 1, 'next')) screen.say(`Nothing here holds “${query}”.`, 'warn');
		},
	}),
	defineKey({
		name: 'search-previous',
		keys: ['N'],
		where: ['list'],
		help: 'Go to the previous match',
		when: needQuery,
		label: 'previous',
		run: (screen, {query}) => {
			if (!find(screen, query, -1, 'next')) screen.say(`Nothing here holds “${query}”.`, 'warn');
		},
	}),
	defineKey({
		name: 'filter',
		takes: {hint: 'text', ways: filterWays},
		keys: ['f'],
		where: ['list'],
		help: 'Show only rows that hold some text',
		footer: 13,
		when: inList,
		label: 'filter',
		run: (screen, {list}, text) => {
			if (!list) return;
			if (text) return setList(screen, list, {filter: text});
			const before = screen.state().view.lists[list].filter;
			screen.setDialog({kind: 'line', prompt: 'filter', value: field(before), before});
		},
	}),
	defineKey({
		name: 'sort',
		takes: {hint: 'order', ways: orderWays},
		keys: ['s'],
		where: ['list'],
		help: 'Choose what the list is sorted by',
		footer: 9,
		when: inList,
		label: 'sort',
		run: (screen, {list}, order) => {
			if (!list) return;
			if (order) sortBy(screen, list, order);
			else screen.setDialog({kind: 'sort', list});
		},
	}),
	defineKey({
		name: 'sort-reverse',
		keys: ['S'],
		where: ['list'],
		help: 'Turn the order round',
		when: inList,
		label: 'reverse',
		run: (screen, {list}) => {
			if (list) setList(screen, list, {reverse: !screen.state().view.lists[list].reverse});
		},
	}),
]);
