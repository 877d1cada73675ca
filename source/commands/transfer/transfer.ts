import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {LastingReason} from './lasting-reason.js';
import {Patience, type Waiting} from './patience.js';
import {isComplete} from './plain-line.js';
import type {TransferOutcome, TransferReport} from './transfer-report.js';
import {TransferWarnings} from './transfer-warnings.js';

/** What is followed to its end. */
export interface TransferSettings {
	readonly engine: EngineClient;
	/** The torrents' ids; those that were added by a link are in `links`, too. */
	readonly ids: readonly string[];
	readonly links: ReadonlySet<string>;
	/** Whether what is complete is seeded until the engine says that its goal is reached; else it may go. */
	readonly seeds: boolean;
	readonly report: TransferReport;
	/** Resolves when it shall end early. */
	readonly stopped: Promise<unknown>;
	/** How long downloads are waited for; as long as it takes when left out. */
	readonly waiting?: Waiting;
	/** How long something must hold a torrent up before it is warned of; 0 when left out. */
	readonly warnAfter?: Millis;
}

interface Progress {
	view?: TorrentView;
	hasMetadata: boolean;
	isComplete: boolean;
	outcome?: 'done' | 'failed';
	warnings?: TransferWarnings;
	readonly patience: Patience;
	readonly holdUp: LastingReason;
}

/** The engine tells of changes this often, so that the end is seen soon. */
const interval = 50;
const tick = 250;
const forever: Waiting = {stopTimeout: undefined, timeout: undefined};

/** Follows torrents until all have come to their end, and tells `report` what happens to them. */
export async function transfer(settings: TransferSettings): Promise<TransferOutcome> {
	const {engine, ids, links, seeds, report, stopped, waiting = forever, warnAfter = 0} = settings;
	const all = new Map<string, Progress>(
		ids.map(id => [
			id,
			{
				hasMetadata: !links.has(id),
				isComplete: false,
				patience: new Patience(waiting),
				holdUp: new LastingReason(warnAfter),
			},
		]),
	);
	const over = Promise.withResolvers<'done' | 'failed'>();

	const finish = (progress: Progress, outcome: 'done' | 'failed') => {
		progress.outcome = outcome;
		progress.warnings?.end(performance.now());
		if (outcome === 'done' && progress.view) report.ended(progress.view);
		const outcomes = [...all.values()].map(other => other.outcome);
		if (outcomes.includes(undefined)) return;
		over.resolve(outcomes.includes('failed') ? 'failed' : 'done');
	};
	const fail = (progress: Progress, view: TorrentView, reason: string) => {
		report.failed(view, reason);
		finish(progress, 'failed');
	};
	const warn = ({view, warnings, holdUp}: Progress) => {
		if (!view) return;
		const now = performance.now();
		const {reason} = view;
		warnings?.holdUp(holdUp.look(reason && reason.level !== 'info' ? reason.text : undefined, now), now);
		warnings?.wrongPieces(view.hashFailures ?? 0, now);
	};
	const giveUp = (progress: Progress) => {
		const {view} = progress;
		const why = view && progress.patience.end(view, performance.now());
		if (why === undefined) return;
		// Others may go on.
		engine.send({type: 'torrent.pause', id: view!.id}).catch(() => {});
		fail(progress, view!, why);
	};
	const look = (view: TorrentView) => {
		const progress = all.get(view.id);
		if (!progress) return;
		const isNew = progress.view === undefined;
		// It goes on while others do: what it gives is shown.
		progress.view = view;
		if (progress.outcome) return;
		if (isNew) report.added(view);
		progress.warnings ??= new TransferWarnings(text => {
			if (progress.view) report.warning(progress.view, text);
		});
		if (!progress.hasMetadata && view.state !== 'metadata' && view.state !== 'failed' && view.pieces > 0) {
			progress.hasMetadata = true;
			report.metadata(view);
		}
		const {reason} = view;
		if (view.state === 'failed' || (view.state === 'paused' && reason?.level === 'error')) {
			fail(progress, view, reason?.text ?? 'it cannot go on');
			return;
		}
		warn(progress);
		if (!isComplete(view)) return;
		const stays = seeds && view.state !== 'finished';
		if (!progress.isComplete) {
			progress.isComplete = true;
			report.complete(view, stays);
			if (stays) report.seeding(view);
		}
		if (!stays) finish(progress, 'done');
	};
	const views = () => [...all.values()].flatMap(({view}) => (view ? [view] : []));

	const watching = engine.watch({interval, torrents: true}, ({torrents}) => {
		if (!torrents) return;
		for (const view of torrents) look(view);
		report.progress(views());
	});
	// Time passes though nothing changes: rates are told, patience comes to its end.
	const timer = setInterval(() => {
		for (const progress of all.values()) {
			if (progress.outcome) continue;
			warn(progress);
			giveUp(progress);
		}
		report.progress(views());
	}, tick);
	let isOver = false;
	let outcome: TransferOutcome = 'failed';
	const lost = engine.closed.then(why => {
		if (isOver) return 'failed' as const;
		for (const progress of all.values()) {
			if (progress.view && !progress.outcome) fail(progress, progress.view, why);
		}
		return 'failed' as const;
	});
	try {
		outcome = await Promise.race([over.promise, lost, stopped.then(() => 'stopped' as const)]);
		return outcome;
	} finally {
		isOver = true;
		clearInterval(timer);
		watching.stop();
		report.end(views(), outcome);
	}
}
