import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import {FollowedTorrent, type FollowRules} from './followed-torrent.js';
import type {Waiting} from './patience.js';
import {followTroubles} from './session-troubles.js';
import type {TransferOutcome} from './transfer-report.js';

/** What is followed to its end. */
export interface TransferSettings
	extends Pick<FollowRules, 'report' | 'seeds'>,
		Partial<Pick<FollowRules, 'waiting' | 'warnAfter'>> {
	readonly engine: EngineClient;
	/** The torrents' ids; those that were added by a link are in `links`, too. */
	readonly ids: readonly string[];
	readonly links: ReadonlySet<string>;
	/** Resolves when it shall end early. */
	readonly stopped: Promise<unknown>;
}

/** The engine tells of changes this often, so that the end is seen soon. */
const interval = 50;
const tick = 250;
const forever: Waiting = {stopTimeout: undefined, timeout: undefined};

/** Links by both hashes of a hybrid have become one torrent: it is followed once, by the id it has. BEP 52. */
function followTwins(all: Map<string, FollowedTorrent>, torrents: readonly TorrentView[]): void {
	const ids = new Set(torrents.map(({id}) => id));
	for (const [id, followed] of [...all]) {
		if (ids.has(id)) continue;
		const one = torrents.find(
			({infoHash, infoHashV2}) => infoHash === id || infoHashV2?.startsWith(id) === true,
		);
		if (one === undefined) continue;
		all.delete(id);
		if (!all.has(one.id)) all.set(one.id, followed);
	}
}

/**
 * Follows torrents until all have come to their end, and tells `report` what happens to them. Downloads are waited for as
 * long as it takes, and what holds them up is told at once, where nothing else is said.
 */
export async function transfer({
	engine,
	ids,
	links,
	seeds,
	report,
	stopped,
	waiting = forever,
	warnAfter = 0,
}: TransferSettings): Promise<TransferOutcome> {
	const rules = {report, seeds, waiting, warnAfter};
	const all = new Map(ids.map(id => [id, new FollowedTorrent(rules, links.has(id))]));
	const over = Promise.withResolvers<'done' | 'failed'>();
	const views = () => [...all.values()].flatMap(({view}) => (view ? [view] : []));
	/** After each look: what is shown, and whether that was all. */
	const review = () => {
		const outcomes = [...all.values()].map(({outcome}) => outcome);
		if (!outcomes.includes(undefined)) over.resolve(outcomes.includes('failed') ? 'failed' : 'done');
		report.progress(views());
	};
	const watching = engine.watch({interval, torrents: true}, ({torrents}) => {
		if (!torrents) return;
		followTwins(all, torrents);
		for (const view of torrents) all.get(view.id)?.look(view);
		review();
	});
	// Time passes though nothing changes: rates are told, patience comes to its end.
	const timer = setInterval(() => {
		// Others may go on.
		for (const [id, torrent] of all)
			if (torrent.tick()) engine.send({type: 'torrent.pause', id}).catch(() => {});
		review();
	}, tick);
	const troubles = followTroubles(engine, text => report.trouble(text));
	let isOver = false;
	let outcome: TransferOutcome = 'failed';
	const lost = engine.closed.then(why => {
		if (!isOver) for (const torrent of all.values()) torrent.lose(why);
		return 'failed' as const;
	});
	try {
		outcome = await Promise.race([over.promise, lost, stopped.then(() => 'stopped' as const)]);
		return outcome;
	} finally {
		isOver = true;
		clearInterval(timer);
		watching.stop();
		troubles.stop();
		report.end(views(), outcome);
	}
}
