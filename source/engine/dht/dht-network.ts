import type {DhtState} from '../../base/dht-state.js';
import {type AddressFamily, addressFamilyOf, addressScope, parseIp} from '../../base/ip-address.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {BootstrapSchedule} from '../../policy/dht/bootstrap-schedule.js';
import {dhtHealth} from '../../policy/dht/dht-health.js';
import type {NodeContact} from '../../protocol/dht/compact-nodes.js';
import {DhtNode, type DhtNodeSetup, type FirstContact} from './dht-node.js';

/** A way in: a node that everybody may ask, by name or address. */
export interface BootstrapHost {
	readonly host: string;
	readonly port: number;
}

/** What a network needs beside what its node does. */
export interface DhtNetworkSetup extends Omit<DhtNodeSetup, 'id'> {
	readonly clock: Clock;
	readonly bootstrap: readonly BootstrapHost[];
	/** All addresses of a name; rejects when there are none in time. */
	lookUp(name: string): Promise<readonly string[]>;
	/** Why nothing is sent in this family, in words; undefined when it is. */
	offWhy(): string | undefined;
	/** Others can be reached again after they could not, or from another address: they have to be told of us anew. */
	isBack?(): void;
}

/** Nodes that were named to us and wait to be asked for the way in. */
const mostHints = 64;
/** With fewer nodes whoever is named is asked at once. */
const enough = 8;
/** Who was known earlier has so long to answer before strangers are asked. */
const alone: Millis = 3000;
/** A name that takes longer to look up is not waited for. */
const nameTime: Millis = 2000;

/** Our part in one of the two networks: a node, and how it finds its way in, again and again. */
export class DhtNetwork {
	readonly node: DhtNode;
	readonly #setup: DhtNetworkSetup;
	readonly #schedule = new BootstrapSchedule();
	readonly #startedAt: Millis;
	#hints: FirstContact[];
	#tried = 0;
	#answered = 0;
	/** Names that could not be looked up, or not yet. */
	#names = {unresolved: 0};
	#isUp = false;
	#asking = 0;
	#hadNodes = false;
	/** Nobody could be reached, or may be any more. */
	#wasLost = false;

	/**
	 * @param saved who was known at the end of an earlier run
	 * @param id what we were called then
	 */
	constructor(setup: DhtNetworkSetup, saved: readonly NodeContact[] = [], id?: Uint8Array) {
		this.#setup = setup;
		this.#startedAt = setup.clock.now();
		this.#hints = saved.filter(({host}) => addressFamilyOf(host) === setup.family);
		this.node = new DhtNode({...setup, id});
	}

	get family(): AddressFamily {
		return this.#setup.family;
	}

	/** Nodes that answer: none while there is no way to anybody. */
	get nodes(): number {
		return this.node.isSilent ? 0 : this.node.good;
	}

	/** How it does, in a word and in words. */
	get health(): {readonly state: DhtState; readonly why: string | undefined} {
		return dhtHealth({
			nodes: this.nodes,
			silent: this.node.isSilent ? this.node.size : 0,
			bootstrapping: this.node.isBootstrapping,
			incoming: this.node.incoming,
			age: this.#setup.clock.now() - this.#startedAt,
			tried: this.#tried,
			answered: this.#answered,
			unresolved: this.#names.unresolved,
			readOnly: this.#setup.readOnly,
			unreachable: this.#setup.offWhy(),
		});
	}

	/** Somebody named a node. It is asked when there is need of it. */
	heardOf(contact: FirstContact): void {
		if (addressFamilyOf(contact.host) !== this.family) return;
		if (this.nodes >= enough) return void this.node.offer(contact);
		if (this.#hints.length < mostHints) this.#hints.push(contact);
	}

	/** The network is another, or was away: who was known may be gone. */
	hurry(): void {
		this.#wasLost = true;
		this.#schedule.hurry();
	}

	/** Once a second. */
	tick(now: Millis): void {
		if (this.#setup.offWhy() !== undefined) {
			this.#wasLost ||= this.#isUp;
			this.#isUp = false;
			return;
		}
		if (!this.#isUp) {
			this.#isUp = true;
			this.node.start();
			this.#schedule.hurry();
		}
		const {nodes} = this;
		if (nodes === 0 && this.#hadNodes) this.#wasLost = true;
		this.#hadNodes ||= nodes > 0;
		if (this.#schedule.isDue(nodes, now)) return void this.#bootstrap();
		if (this.#asking > 0) return;
		// Who was named is asked at once; the ways in that all share are spared.
		if (this.#hints.length > 0 && nodes < enough) return void this.#whileAsking(() => this.#askHints());
		if (!this.#wasLost || nodes === 0) return;
		this.#wasLost = false;
		this.#setup.isBack?.();
	}

	stop(): void {
		this.node.stop();
	}

	async #bootstrap(): Promise<void> {
		await this.#whileAsking(async () => {
			// Who was known before is asked alone: the ways in that all share are for those who know nobody.
			if ((await this.#askHints()) === 0) await this.#askWaysIn();
		});
		this.#schedule.done(this.#setup.clock.now());
	}

	async #whileAsking(ask: () => Promise<unknown>): Promise<void> {
		this.#asking++;
		await ask();
		this.#asking--;
	}

	/** Answers how many answered; 0 when none of them has for a while. */
	async #askHints(): Promise<number> {
		const hints = this.#hints;
		this.#hints = [];
		if (hints.length === 0) return 0;
		const nobody = new Promise<number>(resolve => {
			this.#setup.clock.after(alone, () => {
				if (this.nodes === 0) resolve(0);
			});
		});
		return Promise.race([this.#ask(hints), nobody]);
	}

	async #askWaysIn(): Promise<void> {
		const contacts = await this.#waysIn();
		const responses = await this.#ask(contacts);
		this.#tried = contacts.length;
		this.#answered = Math.min(responses, contacts.length);
	}

	#ask(contacts: readonly FirstContact[]): Promise<number> {
		return new Promise(resolve => this.node.bootstrap(contacts, resolve));
	}

	/**
	 * The ways in, as addresses. What a name of the internet says is inside our own network is not believed. A name that
	 * takes long to look up holds up nobody else: it is asked when it is known.
	 */
	async #waysIn(): Promise<readonly FirstContact[]> {
		const {bootstrap, clock} = this.#setup;
		let contacts: FirstContact[] | undefined = [];
		const names = {unresolved: bootstrap.length};
		this.#names = names;
		const all = bootstrap.map(async way => {
			const found = await this.#addressesOf(way);
			names.unresolved--;
			if (contacts !== undefined) contacts.push(...found);
			else for (const contact of found) this.heardOf(contact);
		});
		const known = Promise.all(all.map(one => one.catch(() => {})));
		await Promise.race([known, new Promise<void>(resolve => clock.after(nameTime, resolve))]);
		const soon = contacts;
		contacts = undefined;
		return soon;
	}

	/** Rejects when a name cannot be looked up. */
	async #addressesOf({host, port}: BootstrapHost): Promise<FirstContact[]> {
		const {family} = this.#setup;
		if (parseIp(host) !== undefined) return addressFamilyOf(host) === family ? [{host, port}] : [];
		const found = await this.#setup.lookUp(host);
		if (found.includes(host)) {
			const at = family === 'ipv4' ? await this.node.locate({host, port}) : undefined;
			return at === undefined || !isMeant(host, at.host) ? [] : [{...at, isRouter: true}];
		}
		const usable = found.filter(address => addressFamilyOf(address) === family && isMeant(host, address));
		return usable.map(address => ({host: address, port, isRouter: true}));
	}
}

/** Whether an address is one that a name may have: a name of the internet says nothing of our own network. */
export function isMeant(name: string, address: string): boolean {
	if (parseIp(name) !== undefined || name === 'localhost' || !name.includes('.')) return true;
	const ip = parseIp(address);
	return ip !== undefined && addressScope(ip) === 'public';
}
