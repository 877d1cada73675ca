import {openWeek} from '../dialogs/week-dialog.js';
import {openSessionLimits} from '../forms/session-limits.js';
import {standsStill} from '../model/stands-still.js';
import {targets} from '../model/targets.js';
import {defineKey, inGroup} from './define-key.js';

/** Keys that act on all torrents together. */
export const sessionKeys = inGroup('Torrent', [
	defineKey({
		name: 'pause-all',
		keys: ['P'],
		where: ['anywhere'],
		help: 'Pause all torrents, or let all go on',
		when: ({state}) => {
			const {view, model} = state();
			const all = view.screen !== 'torrent' ? (model.torrents ?? []) : targets(state());
			return {allPaused: all.length > 0 && all.every(standsStill)};
		},
		label: ({allPaused}) => (allPaused ? 'resume all' : 'pause all'),
		run: (screen, {allPaused}) =>
			screen.send(
				{type: allPaused ? 'session.resumeAll' : 'session.pauseAll'},
				allPaused ? 'All go on as before.' : 'All paused.',
			),
	}),
	defineKey({
		name: 'slow',
		keys: ['t'],
		where: ['anywhere'],
		help: 'Slow mode: the alternative limits, for all torrents',
		when: ({state}) => ({slow: state().model.session?.slowMode ?? false}),
		label: ({slow}) => (slow ? 'full speed' : 'slow mode'),
		run: (screen, {slow}) =>
			screen.send({type: 'session.slowMode', on: !slow}, slow ? 'Full speed.' : 'Slow mode.'),
	}),
	defineKey({
		name: 'session-limits',
		keys: ['ctrl-t'],
		where: ['anywhere'],
		help: 'Limit the speed of all torrents, also in slow mode',
		label: 'all limits',
		run: openSessionLimits,
	}),
	defineKey({
		name: 'week',
		keys: ['Z'],
		where: ['anywhere'],
		help: 'Paint the hours of the week in which slow mode comes by itself, or nothing moves',
		label: 'slow hours',
		run: openWeek,
	}),
]);
