import type {TorrentView} from '../../api/snapshot.js';
import {filterNotes, readLiveFilter, type TorrentFilter} from '../../api/torrent-filter.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {machineClock} from '../../io/machine/clock.js';
import {stateWord} from '../../ui/present/torrent-state.js';
import {duration as durationText} from '../../ui/text/format.js';
import {type Context, defineCommand} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {duration} from '../arguments/quantities.js';
import {idNote, remoteOptions} from '../torrents/engine-options.js';
import {untilInterrupted} from '../torrents/until-interrupted.js';
import {withSuccessors} from '../torrents/with-successors.js';

/** What is waited for: that a torrent fits, or that it is not there any more. */
type Goal = TorrentFilter | 'gone';

const usual = 'complete';

function readGoal(text: string, where: string): Goal {
	return /^(?:gone|removed)$/i.test(text.trim()) ? 'gone' : readLiveFilter(text, where);
}

function standing(view: TorrentView): string {
	const {name, reason} = view;
	const state = stateWord(view);
	const why = reason === undefined || reason.text === state ? '' : ` (${reason.text})`;
	return `${JSON.stringify(name)} is ${state}${why}`;
}

/** Resolves when all of them are as they should be. Rejects with a `UserError` when one of them never will be. */
function reached(
	engine: RemoteEngine,
	wanted: readonly TorrentView[],
	goal: Goal,
	{json, told}: {readonly json: boolean; readonly told: (open: readonly TorrentView[]) => void},
	{stdout}: Context,
): {readonly done: Promise<void>; stop(): void} {
	const open = new Map(wanted.map(view => [view.id, view]));
	const {promise: done, resolve, reject} = Promise.withResolvers<void>();
	const finish = ({id, name}: TorrentView, state?: string) => {
		open.delete(id);
		if (json) stdout.write(`${terminalJson({infoHash: id, name, ok: true, ...(state && {state})})}\n`);
	};
	const watching = engine.watch({interval: 250, torrents: true}, ({torrents}) => {
		if (torrents === undefined) return;
		const now = machineClock.wall();
		const views = new Map(torrents.map(view => [view.id, view]));
		for (const before of [...open.values()]) {
			const view = views.get(before.id);
			if (view !== undefined) open.set(view.id, view);
			if (view === undefined) {
				if (goal === 'gone') finish(before);
				else reject(new UserError('no-such-torrent', `${JSON.stringify(before.name)} was removed`));
			} else if (goal !== 'gone' && goal(view, now)) finish(view, view.state);
			else if (view.state === 'failed') reject(new UserError('torrent-failed', standing(view)));
		}
		told([...open.values()]);
		if (open.size === 0) resolve();
	});
	return {done, stop: () => watching.stop()};
}

/** Waits until torrents of the running engine are as they should be. */
export const command = defineCommand({
	name: 'wait',
	usage: ['wait ID ... [options]'],
	summary: 'Waits until torrents of the running engine are complete, or as --until says.',
	words: [1, 1000],
	options: {
		until: {
			kind: 'value',
			value: 'FILTER',
			read: readGoal,
			help: 'what is to hold for each of them; gone: it was removed',
			standard: usual,
		},
		timeout: {kind: 'value', value: 'TIME', read: duration, help: 'give up after this time: 90s, 10m, 2h'},
		...remoteOptions,
	},
	notes: [
		idNote,
		'',
		'Exit status 1 when the time is over, or a torrent was stopped by an error or removed meanwhile: the line says which, and how it stands. --json: a line for each that is so far.',
		'',
		...filterNotes,
	],
	run({input, flags}, context) {
		const goal = flags.until ?? readLiveFilter(usual, '--until');
		const {timeout, json} = flags;
		const late = Promise.withResolvers<'late'>();
		const timer = timeout === undefined ? undefined : setTimeout(() => late.resolve('late'), timeout * 1000);
		let open: readonly TorrentView[] | undefined;
		const told = (left: readonly TorrentView[]) => {
			open = left;
		};
		const waitAt = async (engine: RemoteEngine, over: Promise<unknown>): Promise<0> => {
			open ??= await findTorrents(engine, input);
			const {done, stop} = reached(engine, open, goal, {json, told}, context);
			try {
				const end = await Promise.race([
					done.then(() => undefined),
					late.promise,
					engine.closed.then(why => ({why})),
					over.then(() => undefined),
				]);
				if (typeof end === 'object') throw new UserError('engine-lost', end.why);
				if (end === undefined) return 0;
				const more = open.length > 1 ? `, and ${open.length - 1} more` : '';
				throw new UserError('timeout', `not so after ${durationText(timeout)}: ${standing(open[0]!)}${more}`);
			} finally {
				stop();
			}
		};
		return untilInterrupted(context, over =>
			withSuccessors(flags, context, engine => waitAt(engine, over)),
		).finally(() => clearTimeout(timer));
	},
});
