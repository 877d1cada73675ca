import type {SessionView} from '../../api/snapshot.js';
import type {Clock, LogLevel, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {LocalAddresses} from '../../io/net/local-addresses.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SessionService} from './session-service.js';

/** Longer than a tracker has to be left alone after an answer that is just coming. */
const busyTime: Millis = 15_000;

/**
 * Where nobody is met at once, all are dialled again so long after the interface is back: many hang up on us at first, for
 * whom the connection of before still stands.
 */
const dialTimes: readonly Millis[] = [4000, 10_000, 20_000];

/** Who has to know that we are to be reached elsewhere. */
export interface BoundSession {
	readonly clock: Clock;
	readonly local: LocalAddresses;
	readonly torrents: ReadonlyMap<string, Torrent>;
	/** Lets peers in at the addresses that there are now, if any. */
	listenAgain(): Promise<void>;
	/** Those who live by the addresses of this machine are told that they are others. */
	addressesChanged(): void;
	readonly log: (level: LogLevel, text: string) => void;
}

/**
 * The interface everything goes by. While it is gone nothing is sent: its sockets have been closed by then. When it is
 * back, or has another address, peers are let in there, who is known is dialled, and whoever gives peers is told.
 */
export class InterfaceBinding implements SessionService {
	readonly #session: BoundSession;
	#forget: (() => void) | undefined;
	#again: Timer | undefined;
	#redials: readonly Timer[] = [];
	#told: string | undefined;

	constructor(session: BoundSession) {
		this.#session = session;
	}

	start(): void {
		const {local} = this.#session;
		if (local.watched === undefined) return;
		this.#forget = local.subscribe(() => void this.#changed());
		this.#tell();
	}

	#tell(): void {
		const {local, log} = this.#session;
		const {watched, gone} = local;
		const text = gone ?? `${watched} has the address ${local.all.join(' and ')}: everything goes by it`;
		if (text !== this.#told) log(gone === undefined ? 'info' : 'warn', text);
		this.#told = text;
	}

	async #changed(): Promise<void> {
		const {clock, local, torrents, listenAgain, addressesChanged} = this.#session;
		this.#tell();
		this.#again?.clear();
		for (const timer of this.#redials) timer.clear();
		await listenAgain();
		addressesChanged();
		if (local.gone !== undefined || this.#forget === undefined) return;
		for (const torrent of torrents.values()) torrent.post({type: 'reconnect'});
		this.#redials = dialTimes.map(time => clock.after(time, () => this.#redial()));
		this.announce();
	}

	#redial(): void {
		for (const torrent of this.#session.torrents.values())
			if (torrent.swarm.connected === 0) torrent.post({type: 'reconnect'});
	}

	/** Whoever gives peers is told of us, as others reach us now. */
	announce(): void {
		this.#announce(true);
	}

	/** Trackers that may not be asked yet still have the other address: they hear of this one when they may. */
	#announce(mayRepeat: boolean): void {
		const {clock, torrents} = this.#session;
		let wait: Millis = 0;
		for (const torrent of torrents.values()) {
			torrent.post({
				type: 'announce',
				done: ({busy, waits}) => {
					if (busy.length > 0) wait = Math.max(wait, busyTime);
					for (const {allowedIn} of waits) wait = Math.max(wait, allowedIn * 1000);
				},
			});
		}
		this.#again?.clear();
		if (mayRepeat && wait > 0) this.#again = clock.after(wait, () => this.#announce(false));
	}

	stop(): void {
		this.#again?.clear();
		for (const timer of this.#redials) timer.clear();
		this.#forget?.();
		this.#forget = undefined;
	}

	view(): Partial<SessionView> {
		const {watched, all, gone} = this.#session.local;
		if (watched === undefined) return {};
		return {interface: {name: watched, addresses: all, ...(gone !== undefined && {gone})}};
	}
}
