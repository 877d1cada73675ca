import type {SessionView} from '../../api/snapshot.js';
import type {LogLevel} from '../../base/ports.js';
import {sizeText} from '../../base/quantity-text.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {Disk} from '../../io/disk/disk.js';
import {RoomLevel} from '../../policy/session/room-level.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionService} from './session-service.js';

/** Folders named in one line of the log. */
const mostNamed = 3;

/** What it looks at, and whom it tells. */
export interface DiskGuardSetup {
	readonly disk: Pick<Disk, 'freeSpace'>;
	readonly torrents: ReadonlyMap<string, Torrent>;
	/** What may run is another now. */
	changed(): void;
	log(level: LogLevel, text: string): void;
	now(): Millis;
}

/** How it stands with the room for a torrent that waits for it. */
export interface RoomFacts {
	/** Bytes that are to be kept free. */
	readonly floor: Bytes;
	/** Undefined while the disk has not answered yet. */
	readonly free: Bytes | undefined;
}

/**
 * Keeps some room free on every disk: where there is less, nothing is downloaded until there is more. Looks only where
 * something is to be downloaded, every 1 s to 15 s; off, it looks at nothing.
 */
export class DiskGuard implements SessionService {
	readonly #setup: DiskGuardSetup;
	#floor: Bytes | undefined;
	readonly #levels = new Map<string, RoomLevel>();
	/** Where something was to be downloaded at the last tick: what is known of the others grows old. */
	#watched: ReadonlySet<string> = new Set();
	/** Folders of which the disk has not answered yet. */
	readonly #asked = new Set<string>();

	/** @param floor bytes; undefined when it is off */
	constructor(setup: DiskGuardSetup, floor: Bytes | undefined) {
		this.#setup = setup;
		this.#floor = floor;
	}

	/** Another amount is to be kept free from now on; undefined: none. */
	configure(floor: Bytes | undefined): void {
		if (floor === this.#floor) return;
		this.#floor = floor;
		this.#levels.clear();
		this.#setup.changed();
	}

	/** Whether what goes to this folder is to wait: also until it is known how much room there is. */
	isLow(dir: string): boolean {
		if (this.#floor === undefined) return false;
		const level = this.#levels.get(dir);
		if (level !== undefined && (this.#watched.has(dir) || level.nextAt(0) > this.#setup.now()))
			return level.isLow;
		this.#levels.delete(dir);
		this.#look([dir]);
		return true;
	}

	/** Why what goes to this folder waits; undefined when it need not. */
	facts(dir: string): RoomFacts | undefined {
		if (this.#floor === undefined || !this.isLow(dir)) return undefined;
		return {floor: this.#floor, free: this.#levels.get(dir)?.free};
	}

	/** Once a second. */
	tick(now: Millis): void {
		if (this.#floor === undefined) return;
		const wanting = new Set<string>();
		const kept = new Set<string>();
		let rate = 0;
		for (const torrent of this.#setup.torrents.values()) {
			// One that is only looked at may be wanting in a moment.
			if (torrent.settings.wanted) kept.add(torrent.dir);
			if (!isWanting(torrent)) continue;
			wanting.add(torrent.dir);
			rate += torrent.stats.download.rate(now);
		}
		this.#watched = wanting;
		for (const dir of this.#levels.keys()) if (!kept.has(dir)) this.#levels.delete(dir);
		const due = [...wanting].filter(dir => !((this.#levels.get(dir)?.nextAt(rate) ?? now) > now));
		if (due.length > 0) this.#look(due);
	}

	view(): Partial<SessionView> {
		if (this.#floor === undefined) return {};
		let waiting = 0;
		for (const torrent of this.#setup.torrents.values())
			if (isWanting(torrent) && torrent.content !== undefined && this.#levels.get(torrent.dir)?.isLow)
				waiting++;
		return waiting > 0 ? {waitingForRoom: waiting} : {};
	}

	/** A disk that hangs is not asked again before it has answered. */
	#look(dirs: readonly string[]): void {
		const {disk, now} = this.#setup;
		const fresh = dirs.filter(dir => !this.#asked.has(dir));
		for (const dir of fresh) this.#asked.add(dir);
		const answers = fresh.map(async dir => {
			const free = await disk.freeSpace(dir);
			this.#asked.delete(dir);
			const floor = this.#floor;
			if (floor === undefined) return {dir, isNews: false, isLow: false};
			const level = this.#levels.get(dir) ?? new RoomLevel();
			const isNew = !this.#levels.has(dir);
			const wasLow = level.isLow;
			level.see(free, floor, now());
			this.#levels.set(dir, level);
			return {dir, isNews: isNew || wasLow !== level.isLow, isLow: level.isLow, wasLow};
		});
		for (const answer of answers) void answer.then(({isNews}) => isNews && this.#setup.changed());
		void Promise.all(answers).then(seen => {
			const news = seen.filter(({isNews}) => isNews);
			this.#tell(
				'warn',
				news.filter(({isLow}) => isLow),
			);
			this.#tell(
				'info',
				news.filter(({isLow, wasLow}) => !isLow && wasLow),
			);
		});
	}

	#tell(level: 'info' | 'warn', places: ReadonlyArray<{readonly dir: string}>): void {
		const [first] = places;
		if (first === undefined || this.#floor === undefined) return;
		const named = places
			.slice(0, mostNamed)
			.map(({dir}) => dir)
			.join(', ');
		const where =
			places.length > mostNamed ? `${named} and ${places.length - mostNamed} more folders` : named;
		const free = `${sizeText(this.#levels.get(first.dir)?.free ?? 0)} free in ${where}`;
		this.#setup.log(
			level,
			level === 'warn'
				? `downloads wait for room: ${free}, ${sizeText(this.#floor)} are kept free (min-free-space)`
				: `downloads go on: ${free}`,
		);
	}
}

/** Whether it would download, were it its turn. */
function isWanting({runs, hasAllWanted}: Torrent): boolean {
	return runs && !hasAllWanted;
}
