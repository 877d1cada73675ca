import type {Update, Watch} from '../../api/snapshot.js';
import {filterNotes, readLiveFilter} from '../../api/torrent-filter.js';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {machineClock} from '../../io/machine/clock.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {findTorrents} from '../arguments/find-torrents.js';
import {duration} from '../arguments/quantities.js';
import {remoteOptions} from '../torrents/engine-options.js';
import {NewsTeller, newsText} from '../torrents/torrent-news.js';
import {untilInterrupted} from '../torrents/until-interrupted.js';
import {withSuccessors} from '../torrents/with-successors.js';

const options = {
	interval: {
		kind: 'value',
		value: 'TIME',
		read: duration,
		help: 'tell no more than once in this time: 0.5s, 5s, 1m',
		standard: '1s',
	},
	events: {kind: 'on', help: 'with --json: what happens, one object each, as without it in words'},
	filter: {
		kind: 'list',
		value: 'FILTER',
		read: readLiveFilter,
		help: 'only torrents that fit (repeatable: all must)',
	},
	...remoteOptions,
} as const satisfies Options;

function timeNow(): string {
	const at = machineClock.wall();
	return new Date(at - new Date(at).getTimezoneOffset() * 60_000)
		.toISOString()
		.slice(0, 19)
		.replace('T', ' ');
}

async function watchEngine(
	engine: RemoteEngine,
	watch: Watch,
	flags: Flags<typeof options>,
	{over, teller}: {readonly over: Promise<unknown>; readonly teller: NewsTeller},
	{stdout}: Context,
): Promise<0> {
	const fits = (update: Update): Update => {
		if (update.torrents === undefined || flags.filter.length === 0) return update;
		const now = machineClock.wall();
		return {...update, torrents: update.torrents.filter(view => flags.filter.every(each => each(view, now)))};
	};
	const gone = Promise.withResolvers<'gone'>();
	const watching = engine.watch(watch, all => {
		const update = fits(all);
		if (flags.json && !flags.events) stdout.write(`${terminalJson(update)}\n`);
		else
			for (const news of update.torrents === undefined ? [] : teller.tell(update.torrents))
				stdout.write(
					flags.json
						? `${terminalJson({at: machineClock.wall(), ...news})}\n`
						: `${timeNow()} ${newsText(news)}\n`,
				);
		if (update.torrent?.gone) gone.resolve('gone');
	});
	try {
		const why = await Promise.race([engine.closed, gone.promise, over.then(() => undefined)]);
		if (why === undefined || why === 'gone' || (engine.saidGoodbye && !engine.handsOver)) return 0;
		throw new UserError('engine-lost', why);
	} finally {
		watching.stop();
	}
}

/** Tells what goes on in the running engine, for as long as it runs. */
export const command = defineCommand({
	name: 'watch',
	usage: ['watch [ID] [options]'],
	summary: 'Tells what happens in the running engine, line by line, until it ends or Ctrl-C.',
	words: [0, 1],
	options,
	notes: [
		'A line for each torrent that is there, is added, goes into another state, is complete, or is removed. --json: one object a line, with what has changed: at first all of session and torrents, then those of the two that are other ones, whole; with ID torrent, with its overview, peers, trackers and files.',
		'--json --events: at (ms since 1970), event (there, added, state, complete, removed), infoHash, name, state, and from, reason, label, dir where they are known.',
		'',
		...filterNotes,
	],
	run({input, flags}, context) {
		const [word] = input;
		const isWhole = flags.json && !flags.events;
		if (flags.filter.length > 0 && word !== undefined)
			throw new UserError('usage', '--filter is for all torrents: give no ID', 2);
		const teller = new NewsTeller();
		let id: string | undefined;
		return untilInterrupted(context, over =>
			withSuccessors(flags, context, async engine => {
				const interval = Math.max(50, (flags.interval ?? 1) * 1000);
				if (word === undefined) {
					const watch = {interval, torrents: true, ...(isWhole && {session: true})};
					return watchEngine(engine, watch, flags, {over, teller}, context);
				}
				// Of one that takes another's place the same torrent is meant, whatever others are called there.
				const found = await findTorrents(engine, [id ?? word]);
				if (found.length !== 1) throw new UserError('usage', 'one torrent, or all without ID', 2);
				({id} = found[0]!);
				const one = {id, overview: true, peers: true, trackers: true, files: true};
				const watch = isWhole ? {interval, torrent: one} : {interval, torrents: true, torrent: {id}};
				const isIt = Object.assign((view: {readonly id: string}) => view.id === id, {asksTrackers: false});
				return watchEngine(engine, watch, {...flags, filter: [isIt]}, {over, teller}, context);
			}),
		);
	},
});
