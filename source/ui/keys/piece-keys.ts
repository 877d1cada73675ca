import {inspect, nextAtRisk, nextMissing} from '../actions/pieces.js';
import {setRange} from '../actions/speed-range.js';
import {rangeArgument} from './argument-ways.js';
import {defineKey, inGroup} from './define-key.js';
import {needCells} from './guards.js';

/** Keys of the grid of pieces and of the speed graph. */
export const pieceKeys = inGroup('Pieces and speed', [
	defineKey({
		name: 'inspect',
		keys: ['enter', 'space'],
		where: ['pieces'],
		help: 'Say what the cell holds, and who has it',
		footer: 2,
		when: needCells,
		label: 'look into',
		run: (screen, {pieces}) => inspect(screen, pieces.cells.length),
	}),
	defineKey({
		name: 'next-at-risk',
		keys: ['n'],
		where: ['pieces'],
		help: 'Go to the next piece at risk: one connected peer has it, or nobody',
		footer: 3,
		when: needCells,
		label: 'next at risk',
		run: (screen, {pieces}) => nextAtRisk(screen, pieces),
	}),
	defineKey({
		name: 'next-missing',
		keys: ['N'],
		where: ['pieces'],
		help: 'Go to the next cell that is not complete',
		when: needCells,
		label: 'next missing',
		run: (screen, {pieces}) => nextMissing(screen, pieces),
	}),
	defineKey({
		name: 'range-shorter',
		takes: rangeArgument,
		keys: ['['],
		where: ['torrent', 'session'],
		help: 'Show a shorter time in the speed graph, down to a minute',
		label: '',
		run: (screen, _, named) => setRange(screen, named, -1),
	}),
	defineKey({
		name: 'range-longer',
		takes: rangeArgument,
		keys: [']'],
		where: ['torrent', 'session'],
		help: 'Show a longer time in the speed graph, up to 30 days',
		label: '[ ] range',
		run: (screen, _, named) => setRange(screen, named, 1),
	}),
]);
