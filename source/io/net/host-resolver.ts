import {ADDRCONFIG} from 'node:dns';
import {lookup} from 'node:dns/promises';
import process from 'node:process';
import {parseIp} from '../../base/ip-address.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';

/** Answers with all addresses of a name, the preferred ones first: at least one. Rejects when there is none in time. */
export type LookUpHost = (name: string) => Promise<readonly string[]>;

/** An answer that takes longer is of no use to anybody. */
const lookupTime: Millis = 10_000;

/** So long an answer is as good as new: whoever looks where to announce dials a moment later. */
const keptTime: Millis = 10_000;
const mostKept = 256;

/** Addresses of a family that this machine has no way to are left out, where the system can tell. */
const hints = process.platform === 'win32' ? 0 : ADDRCONFIG;

async function askSystem(name: string): Promise<readonly string[]> {
	return (await lookup(name, {all: true, hints})).map(({address}) => address);
}

/**
 * Looks up the names of trackers, web servers and peers by the system's resolver, which asks whomever it is configured
 * to from whatever address it likes. A name that is being looked up, or was in the last ten seconds, is not asked for a
 * second time, however many want it: a resolver that hangs holds one thread a name.
 */
export class HostResolver {
	readonly #clock: Clock;
	readonly #ask: LookUpHost;
	readonly #underWay = new Map<string, Promise<readonly string[]>>();
	/** The last at the end. */
	readonly #kept = new Map<string, {readonly addresses: readonly string[]; readonly until: Millis}>();

	/** @param ask the system's resolver when left out */
	constructor(clock: Clock, ask: LookUpHost = askSystem) {
		this.#clock = clock;
		this.#ask = ask;
	}

	/** All addresses of a host, the preferred ones first; an address is its own. Rejects after 10 s, or with the system's error. */
	readonly lookUp: LookUpHost = async name => {
		if (parseIp(name) !== undefined) return [name];
		const kept = this.#kept.get(name);
		if (kept !== undefined && kept.until > this.#clock.now()) return kept.addresses;
		const answer = this.#underWay.get(name) ?? this.#begin(name);
		return new Promise((resolve, reject) => {
			const late = this.#clock.after(lookupTime, () =>
				reject(new Error('looking up its name takes too long')),
			);
			answer.then(resolve, reject).finally(() => late.clear());
		});
	};

	/** The first address of a host; undefined when none is to be found. */
	readonly first = async (name: string): Promise<string | undefined> => {
		try {
			return (await this.lookUp(name))[0];
		} catch {
			return undefined;
		}
	};

	#begin(name: string): Promise<readonly string[]> {
		const answer = this.#ask(name);
		this.#underWay.set(name, answer);
		const end = (): void => void this.#underWay.delete(name);
		answer.then(addresses => {
			this.#keep(name, addresses);
			end();
		}, end);
		return answer;
	}

	/** Refusals are not kept: the network may be back. */
	#keep(name: string, addresses: readonly string[]): void {
		this.#kept.delete(name);
		this.#kept.set(name, {addresses, until: this.#clock.now() + keptTime});
		if (this.#kept.size <= mostKept) return;
		for (const oldest of this.#kept.keys()) return void this.#kept.delete(oldest);
	}
}
