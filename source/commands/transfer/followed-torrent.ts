import type {TorrentView} from '../../api/snapshot.js';
import type {Millis} from '../../base/units.js';
import {commandAdvice} from './command-advice.js';
import {LastingReason} from './lasting-reason.js';
import {Patience, type Waiting} from './patience.js';
import {isComplete} from './plain-line.js';
import type {TransferReport} from './transfer-report.js';
import {TransferWarnings} from './transfer-warnings.js';

/** How all torrents of a transfer are followed. */
export interface FollowRules {
	readonly report: TransferReport;
	/** Whether what is complete is seeded until the engine says that its goal is reached; else it may go. */
	readonly seeds: boolean;
	readonly waiting: Waiting;
	/** How long something must hold a torrent up before it is warned of. */
	readonly warnAfter: Millis;
}

/** One torrent of a transfer: tells what happens to it, until it has come to its end. */
export class FollowedTorrent {
	/** As it was seen last. */
	view: TorrentView | undefined;
	/** Undefined while it has not ended. */
	outcome: 'done' | 'failed' | undefined;
	readonly #report: TransferReport;
	readonly #seeds: boolean;
	readonly #patience: Patience;
	readonly #holdUp: LastingReason;
	readonly #warnings = new TransferWarnings(text => {
		if (this.view !== undefined) this.#report.warning(this.view, text);
	});
	#hasMetadata: boolean;
	#isComplete = false;

	constructor({report, seeds, waiting, warnAfter}: FollowRules, isLink: boolean) {
		this.#report = report;
		this.#seeds = seeds;
		this.#patience = new Patience(waiting);
		this.#holdUp = new LastingReason(warnAfter);
		this.#hasMetadata = !isLink;
	}

	/** Takes how it is now, and tells what is new. */
	look(view: TorrentView): void {
		const isNew = this.view === undefined;
		// It goes on while others do: what it gives is shown.
		this.view = view;
		if (this.outcome !== undefined) return;
		if (isNew) this.#report.added(view);
		if (!this.#hasMetadata && view.state !== 'metadata' && view.state !== 'failed' && view.pieces > 0) {
			this.#hasMetadata = true;
			this.#report.metadata(view);
		}
		const {reason} = view;
		if (view.state === 'failed' || (view.state === 'paused' && reason?.level === 'error'))
			return this.#fail(view, commandAdvice(reason?.text ?? 'it cannot go on', this.#seeds));
		this.#warn(view);
		if (!isComplete(view)) return;
		const stays = this.#seeds && view.state !== 'finished';
		if (!this.#isComplete) {
			this.#isComplete = true;
			this.#report.complete(view, stays);
			if (stays) this.#report.seeding(view);
		}
		if (!stays) this.#end('done');
	}

	/** Time has passed. Answers whether it is given up now: it is not to go on by itself. */
	tick(): boolean {
		const {view} = this;
		if (this.outcome !== undefined || view === undefined) return false;
		this.#warn(view);
		const why = this.#patience.end(view, performance.now());
		if (why === undefined) return false;
		this.#fail(view, why);
		return true;
	}

	/** The engine has gone. */
	lose(why: string): void {
		if (this.view !== undefined && this.outcome === undefined) this.#fail(this.view, why);
	}

	#fail(view: TorrentView, reason: string): void {
		this.#report.failed(view, reason);
		this.#end('failed');
	}

	#end(outcome: 'done' | 'failed'): void {
		this.outcome = outcome;
		this.#warnings.end(performance.now());
		if (outcome === 'done' && this.view !== undefined) this.#report.ended(this.view);
	}

	#warn({reason, hashFailures = 0}: TorrentView): void {
		const now = performance.now();
		const text = reason && reason.level !== 'info' ? reason.text : undefined;
		this.#warnings.holdUp(this.#holdUp.look(text, now), now);
		this.#warnings.wrongPieces(hashFailures, now);
	}
}
