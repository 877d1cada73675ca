import {addOptions} from '../arguments/add-options.js';
import {defineCommand} from '../arguments/command.js';
import {sharedOptions, stopTimeoutOption} from '../arguments/flags.js';
import {duration} from '../arguments/quantities.js';
import {endingAtGoal} from '../arguments/seed-goal-values.js';
import {selectionNotes} from '../arguments/selection-notes.js';
import {wayOut} from '../arguments/way-out.js';
import {runTransfer} from '../transfer/run-transfer.js';
import {readTorrentSource} from '../transfer/torrent-source.js';

/** Downloads without a screen and ends. */
export const command = defineCommand({
	name: 'get',
	usage: ['get TORRENT ... [options]'],
	summary: 'Downloads without a screen and ends when everything is verified and on disk.',
	words: [1, 1000],
	config: true,
	options: {
		...sharedOptions,
		...stopTimeoutOption,
		timeout: {
			kind: 'value',
			value: 'TIME',
			read: duration,
			help: 'give up what is not complete after this time',
			standard: 'never',
		},
	},
	notes: [
		'On a terminal each torrent has a line, redrawn in place; elsewhere a line every',
		'10 s, the first within 5 s; a last line says what, where, how long and how fast.',
		'--json: one object a line. Ctrl-C saves what is there, and so does giving up: the',
		'same command goes on later. Without --seed-time and --seed-ratio it does not stay',
		'to seed.',
		'',
		...selectionNotes,
	],
	async run({input, flags: typed, given}, context) {
		const flags = endingAtGoal(typed, given);
		const {seedRatio, seedTime, seedIdle} = flags;
		return runTransfer(
			async () => {
				const sources = await Promise.all(input.map(word => readTorrentSource(word, context, wayOut(flags))));
				const options = addOptions(flags);
				return sources.map(source => ({source, options}));
			},
			seedRatio !== undefined || seedTime !== undefined || seedIdle !== undefined,
			{flags, given},
			context,
			{stopTimeout: flags.stopTimeout, timeout: flags.timeout},
		);
	},
});
