import {isIP} from 'node:net';
import {addressFamilyOf} from '../../base/ip-address.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {AddressOfEach, InterfaceAddresses} from './interface-addresses.js';

export type IpFamily = 4 | 6;

/** The family of an IP address in text form, as sockets number it. */
export function familyOf(host: string): IpFamily {
	return addressFamilyOf(host) === 'ipv6' ? 6 : 4;
}

/**
 * A socket that is bound to an interface whose link goes down sends by another one until it is closed, where the system
 * has another way: so this is short. Reading the addresses costs some 40 µs.
 */
const pollTime: Millis = 250;

/** Ends what runs from an address. `why` says in words why. */
export type CloseSocket = (why: string) => void;

interface Kept {
	readonly family: IpFamily | undefined;
	readonly close: CloseSocket;
}

const nothingKept = (): void => {};

/**
 * Which of this machine's addresses are used: what `--bind` says, or what the interface of `--interface` has now. Every
 * socket of the engine asks here, so that nothing leaves from another address. When the interface is gone nothing is
 * reached, and what runs from its addresses is closed at once.
 */
export class LocalAddresses {
	/** Whether only some addresses of the machine are used. */
	readonly isBound: boolean;
	readonly #watched: InterfaceAddresses | undefined;
	readonly #clock: Clock | undefined;
	readonly #kept = new Set<Kept>();
	readonly #listeners = new Set<() => void>();
	#all: readonly string[];
	#first: AddressOfEach;
	#lookedAt: Millis = -Infinity;
	#timer: Timer | undefined;
	#wasThere = false;

	/**
	 * @param bind IP addresses; none for every address of the machine
	 * @param watched an interface whose addresses are used instead
	 * @param clock by which it is looked at
	 */
	constructor(bind: readonly string[] = [], watched?: InterfaceAddresses, clock?: Clock) {
		this.#watched = watched;
		this.#clock = clock;
		this.isBound = bind.length > 0 || watched !== undefined;
		this.#all = bind;
		this.#first = {
			...pick(
				4,
				bind.find(address => isIP(address) === 4),
			),
			...pick(
				6,
				bind.find(address => isIP(address) === 6),
			),
		};
		if (watched === undefined) return;
		watched.refresh();
		this.#take();
	}

	/** All to listen on. Bound to none: every address of the machine; when the interface is gone: nothing, see `gone`. */
	get all(): readonly string[] {
		this.#lookWhenOld();
		return this.#all;
	}

	/** What is watched: an interface, or an address. */
	get watched(): string | undefined {
		return this.#watched?.name;
	}

	/** Why nothing is sent and nobody is listened to, in words; undefined while there is an address. */
	get gone(): string | undefined {
		this.#lookWhenOld();
		if (this.#watched === undefined || this.#all.length > 0) return undefined;
		const {name} = this.#watched;
		return this.#wasThere
			? `${name} is gone: nothing is sent until it is back`
			: `${name} is not there: nothing is sent until it is`;
	}

	/** The address to send from to addresses of a family; undefined for the system's choice, where it `reaches` them. */
	from(family: IpFamily): string | undefined {
		this.#lookWhenOld();
		return this.#first[family];
	}

	/**
	 * Whether addresses of a family may be sent to: not when we are bound to addresses of the other alone. `::` stands
	 * for both.
	 */
	reaches(family: IpFamily): boolean {
		this.#lookWhenOld();
		return !this.isBound || this.#all.includes('::') || this.#first[family] !== undefined;
	}

	/** Why addresses of a family cannot be sent to, in words. */
	whyNot(family: IpFamily): string {
		return this.gone ?? `we have no IPv${family} address to send from`;
	}

	/**
	 * Has something closed when the address of its family, or either for undefined, is not there any more. Answers how to
	 * forget it, once it has ended.
	 */
	keep(family: IpFamily | undefined, close: CloseSocket): () => void {
		if (this.#watched === undefined) return nothingKept;
		const kept: Kept = {family, close};
		this.#kept.add(kept);
		this.#watch();
		return () => this.#kept.delete(kept);
	}

	/** Tells somebody each time when the addresses are others, what ran from them having been closed. Until the answer is called. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		this.#watch();
		return () => this.#listeners.delete(listener);
	}

	#watch(): void {
		if (this.#watched === undefined || this.#timer !== undefined || this.#clock === undefined) return;
		this.#timer = this.#clock.after(pollTime, () => {
			this.#timer = undefined;
			this.look();
			if (this.#kept.size > 0 || this.#listeners.size > 0) this.#watch();
		});
	}

	/** Nobody is there for whom it is watched: it is looked at when somebody asks. */
	#lookWhenOld(): void {
		if (this.#watched === undefined || this.#timer !== undefined || this.#clock === undefined) return;
		if (this.#clock.now() - this.#lookedAt >= pollTime) this.look();
	}

	/** Looks at the interface now, and closes what ran from an address that is not there any more. */
	look(): void {
		this.#lookedAt = this.#clock?.now() ?? 0;
		if (this.#watched === undefined) return;
		const before = this.#first;
		if (!this.#watched.refresh()) return;
		this.#take();
		const isOther = (family: IpFamily): boolean =>
			before[family] !== undefined && before[family] !== this.#first[family];
		const other = ([4, 6] as const).filter(isOther);
		const why = this.gone ?? `${this.#watched.name} has another address`;
		for (const kept of [...this.#kept]) {
			if (kept.family === undefined ? other.length === 0 : !other.includes(kept.family)) continue;
			this.#kept.delete(kept);
			kept.close(why);
		}
		for (const listener of [...this.#listeners]) listener();
	}

	#take(): void {
		this.#first = this.#watched?.current ?? {};
		this.#all = [this.#first[4], this.#first[6]].filter(address => address !== undefined);
		this.#wasThere ||= this.#all.length > 0;
	}
}

function pick(family: IpFamily, address: string | undefined): AddressOfEach {
	return address === undefined ? {} : {[family]: address};
}
