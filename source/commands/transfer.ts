import type {EngineClient} from '../api/engine-client.js';
import type {TorrentView} from '../api/snapshot.js';
import type {Millis, Seconds} from '../base/units.js';
import {isComplete} from './plain-line.js';
import type {TransferReport} from './transfer-report.js';
import {TransferWarnings} from './transfer-warnings.js';

/** When a torrent that is complete may go. */
export interface SeedGoal {
	/** 0: at once; undefined: never because of time. */
	readonly time: Seconds | undefined;
	readonly ratio: number | undefined;
}

/** What is followed to its end. */
export interface TransferSettings {
	readonly engine: EngineClient;
	/** The torrents' ids; those that were added by a link are in `links`, too. */
	readonly ids: readonly string[];
	readonly links: ReadonlySet<string>;
	readonly goal: SeedGoal;
	readonly report: TransferReport;
	/** Resolves when it shall end early. */
	readonly stopped: Promise<unknown>;
}

/** How it ended: every torrent came to its goal, some could not, or it was stopped. */
export type TransferOutcome = 'done' | 'failed' | 'stopped';

interface Progress {
	view?: TorrentView;
	hasMetadata: boolean;
	completeAt?: Millis;
	outcome?: 'done' | 'failed';
	warnings?: TransferWarnings;
}

/** The engine tells of changes this often, so that the end is seen soon. */
const interval = 50;
const tick = 250;

/** Follows torrents until all have come to their end, and tells `report` what happens to them. */
export async function transfer(settings: TransferSettings): Promise<TransferOutcome> {
	const {engine, ids, links, goal, report, stopped} = settings;
	const all = new Map<string, Progress>(ids.map(id => [id, {hasMetadata: !links.has(id)}]));
	const over = Promise.withResolvers<'done' | 'failed'>();

	const finish = (progress: Progress, outcome: 'done' | 'failed') => {
		progress.outcome = outcome;
		progress.warnings?.end(performance.now());
		const outcomes = [...all.values()].map(other => other.outcome);
		if (outcomes.includes(undefined)) return;
		over.resolve(outcomes.includes('failed') ? 'failed' : 'done');
	};
	const fail = (progress: Progress, view: TorrentView, reason: string) => {
		report.failed(view, reason);
		finish(progress, 'failed');
	};
	const hasSeeded = ({view, completeAt}: Progress): boolean => {
		if (!view || completeAt === undefined) return false;
		const {time, ratio} = goal;
		return (
			(time !== undefined && performance.now() - completeAt >= time * 1000) ||
			(ratio !== undefined && view.ratio >= ratio)
		);
	};
	const look = (view: TorrentView) => {
		const progress = all.get(view.id);
		if (!progress || progress.outcome) return;
		const isNew = progress.view === undefined;
		progress.view = view;
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
		const now = performance.now();
		progress.warnings.holdUp(reason && reason.level !== 'info' ? reason.text : undefined, now);
		progress.warnings.wrongPieces(view.hashFailures ?? 0, now);
		if (progress.completeAt === undefined && isComplete(view)) {
			progress.completeAt = performance.now();
			const stays = !hasSeeded(progress);
			report.complete(view, stays);
			if (stays) report.seeding(view);
		}
		if (hasSeeded(progress)) finish(progress, 'done');
	};
	const views = () => [...all.values()].flatMap(({view}) => (view ? [view] : []));

	const watching = engine.watch({interval, torrents: true}, ({torrents}) => {
		if (!torrents) return;
		for (const view of torrents) look(view);
		report.progress(views());
	});
	// Time passes though nothing changes: rates are told, seeding comes to its end.
	const timer = setInterval(() => {
		for (const progress of all.values()) {
			if (progress.outcome) continue;
			progress.warnings?.wrongPieces(progress.view?.hashFailures ?? 0, performance.now());
			if (hasSeeded(progress)) finish(progress, 'done');
		}
		report.progress(views());
	}, tick);
	let isOver = false;
	const lost = engine.closed.then(why => {
		if (isOver) return 'failed' as const;
		for (const progress of all.values()) {
			if (progress.view && !progress.outcome) fail(progress, progress.view, why);
		}
		return 'failed' as const;
	});
	try {
		return await Promise.race([over.promise, lost, stopped.then(() => 'stopped' as const)]);
	} finally {
		isOver = true;
		clearInterval(timer);
		watching.stop();
		report.end(views());
	}
}
