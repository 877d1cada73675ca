import type {Command} from '../../api/command.js';
import {UserError} from '../../base/errors.js';
import type {SeedGoalChange} from '../../base/seed-goal.js';
import type {Flags, Options} from '../arguments/command.js';
import {rateOrNone} from '../arguments/engine-quantities.js';
import {choice, duration, integer, ratio, type ValueReader} from '../arguments/quantities.js';
import {atGoal} from '../arguments/seed-goal-values.js';

/** Null for the word `usual`: said elsewhere, or not at all. */
function orUsual<Value>(read: ValueReader<Value>): ValueReader<Value | null> {
	return (value, where) => (/^usual$/i.test(value.trim()) ? null : read(value, where));
}

/** `none` as such: said, and no end. */
function orNone<Value>(read: ValueReader<Value>): ValueReader<Value | 'none'> {
	return (value, where) => (/^(?:none|off|unlimited)$/i.test(value.trim()) ? 'none' : read(value, where));
}

function label(value: string, where: string): string {
	if (value.trim() === '') throw new UserError('bad-value', `${where} needs a value; none takes it away`, 2);
	return /^none$/i.test(value.trim()) ? '' : value;
}

/** What can be changed of a torrent that is there. */
export const changeOptions = {
	label: {kind: 'value', value: 'TEXT', read: label, help: 'a label to find it by; none: without one'},
	maxDownload: {
		kind: 'value',
		value: 'RATE',
		read: rateOrNone,
		help: 'bytes per second for it alone: 500K, 2M, none',
	},
	maxUpload: {kind: 'value', value: 'RATE', read: rateOrNone, help: 'the same for sending'},
	maxPeers: {kind: 'value', value: 'N', read: integer(1, 10_000), help: 'connections it may have'},
	sequential: {kind: 'on', help: 'download pieces in order; --no-sequential: rarest first'},
	superSeed: {kind: 'on', help: 'super-seed when everything is here; --no-super-seed: do not'},
	publish: {kind: 'on', help: 'tell trackers with a catalogue; --no-publish: take it back'},
	seedRatio: {
		kind: 'value',
		value: 'R',
		read: orUsual(orNone(ratio)),
		help: 'stop seeding at this ratio; none, or usual: as for the others',
	},
	seedTime: {
		kind: 'value',
		value: 'TIME',
		read: orUsual(orNone(duration)),
		help: 'stop seeding after this time: 90s, 10m, 2h, none, usual',
	},
	seedIdle: {
		kind: 'value',
		value: 'TIME',
		read: orUsual(orNone(duration)),
		help: 'stop seeding when nobody took anything for so long; none, usual',
	},
	seedMatch: {
		kind: 'value',
		value: 'HOW',
		read: choice('any', 'all', 'usual'),
		help: 'whether any of these three is enough, or all must hold; usual',
	},
	atGoal: {
		kind: 'value',
		value: 'WHAT',
		read: orUsual(atGoal),
		help: 'then stop, remove, remove-with-data, or slow down to a rate: 50K; usual',
	},
	keepLastSeed: {
		kind: 'value',
		value: 'HOW',
		read: choice('yes', 'no', 'usual'),
		help: 'go on beyond the goal while no other seed is known: yes, no, usual',
	},
} as const satisfies Options;

type ChangeFlags = Flags<typeof changeOptions>;

function goalOf(flags: ChangeFlags, given: ReadonlySet<string>): SeedGoalChange {
	const {seedRatio, seedTime, seedIdle, seedMatch, atGoal: then, keepLastSeed} = flags;
	return {
		...(given.has('seedRatio') && {ratio: seedRatio ?? null}),
		...(given.has('seedTime') && {time: seedTime ?? null}),
		...(given.has('seedIdle') && {idle: seedIdle ?? null}),
		...(seedMatch !== undefined && {match: seedMatch === 'usual' ? null : seedMatch}),
		...(given.has('atGoal') && {atGoal: then ?? null}),
		...(keepLastSeed !== undefined && {keepLast: keepLastSeed === 'usual' ? null : keepLastSeed === 'yes'}),
	};
}

/** What the engine is to be told of a torrent so that what was typed holds for it; nothing when nothing was. */
export function torrentChanges(id: string, flags: ChangeFlags, given: ReadonlySet<string>): Command[] {
	const {maxDownload, maxUpload, maxPeers} = flags;
	const limits = {
		...(maxDownload !== undefined && {maxDownload}),
		...(maxUpload !== undefined && {maxUpload}),
		...(maxPeers !== undefined && {maxPeers}),
	};
	const goal = goalOf(flags, given);
	const commands: Command[] = [];
	if (flags.label !== undefined) commands.push({type: 'torrent.label', id, label: flags.label});
	if (Object.keys(limits).length > 0) commands.push({type: 'torrent.limits', id, ...limits});
	if (Object.keys(goal).length > 0) commands.push({type: 'torrent.goal', id, goal});
	if (given.has('sequential')) commands.push({type: 'torrent.sequential', id, on: flags.sequential});
	if (given.has('superSeed')) commands.push({type: 'torrent.superSeed', id, on: flags.superSeed});
	if (given.has('publish')) commands.push({type: 'torrent.publish', id, on: flags.publish});
	return commands;
}
