import {addressScope, parseIp} from '../../base/ip-address.js';
import type {Clock} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {BootstrapSchedule} from '../../policy/dht/bootstrap-schedule.js';
import {type DhtState, dhtHealth} from '../../policy/dht/dht-health.js';
import type {NodeContact} from '../../protocol/dht/compact-nodes.js';
import type {AddressFamily} from '../../protocol/tracker/compact-peers.js';
import {DhtNode, type DhtNodeSetup, type FirstContact} from './dht-node.js';
import {familyOf} from './lookup-run.js';

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
	/** Whether we have an address of this family to send from. */
	reaches(): boolean;
}

/** Nodes that were named to us and wait to be asked for the way in. */
const mostHints = 64;

/** Our part in one of the two networks: a node, and how it finds its way in, again and again. */
export class DhtNetwork {
	readonly node: DhtNode;
	readonly #setup: DhtNetworkSetup;
	readonly #schedule = new BootstrapSchedule();
	readonly #startedAt: Millis;
	#hints: FirstContact[];
	#tried = 0;
	#answered = 0;
	#unresolved = 0;
	#isUp = false;

	/**
	 * @param saved who was known at the end of an earlier run
	 * @param id what we were called then
	 */
	constructor(setup: DhtNetworkSetup, saved: readonly NodeContact[] = [], id?: Uint8Array) {
		this.#setup = setup;
		this.#startedAt = setup.clock.now();
		this.#hints = saved.filter(({host}) => familyOf(host) === setup.family);
		this.node = new DhtNode({...setup, id});
	}

	get family(): AddressFamily {
		return this.#setup.family;
	}

	/** Nodes that answer. */
	get nodes(): number {
		return this.node.good;
	}

	/** How it does, in a word and in words. */
	get health(): {readonly state: DhtState; readonly why: string | undefined} {
		return dhtHealth({
			nodes: this.node.good,
			bootstrapping: this.node.isBootstrapping,
			incoming: this.node.incoming,
			age: this.#setup.clock.now() - this.#startedAt,
			tried: this.#tried,
			answered: this.#answered,
			unresolved: this.#unresolved,
			readOnly: this.#setup.readOnly,
			unreachable: !this.#setup.reaches(),
		});
	}

	/** Somebody named a node. It is asked when there is need of it. */
	heardOf(contact: FirstContact): void {
		if (familyOf(contact.host) !== this.family) return;
		if (this.node.good >= 8) return void this.node.offer(contact);
		if (this.#hints.length < mostHints) this.#hints.push(contact);
		this.#schedule.hurry();
	}

	/** The network is another, or was away. */
	hurry(): void {
		this.#schedule.hurry();
	}

	/** Once a second. */
	tick(now: Millis): void {
		if (!this.#setup.reaches()) {
			this.#isUp = false;
			return;
		}
		if (!this.#isUp) {
			this.#isUp = true;
			this.node.start();
			this.#schedule.hurry();
		}
		if (this.#schedule.isDue(this.node.good, now)) void this.#bootstrap();
	}

	stop(): void {
		this.node.stop();
	}

	async #bootstrap(): Promise<void> {
		const hints = this.#hints;
		this.#hints = [];
		if (hints.length > 0) {
			// Who was known before is asked alone: the ways in that all share are for those who know nobody.
			const responses = await this.#ask(hints);
			if (responses > 0) return this.#schedule.done(this.#setup.clock.now());
		}
		const {contacts, unresolved} = await this.#waysIn();
		this.#unresolved = unresolved;
		const responses = await this.#ask(contacts);
		this.#tried = contacts.length;
		this.#answered = Math.min(responses, contacts.length);
		this.#schedule.done(this.#setup.clock.now());
	}

	#ask(contacts: readonly FirstContact[]): Promise<number> {
		return new Promise(resolve => this.node.bootstrap(contacts, resolve));
	}

	/** The ways in, as addresses. What a name of the internet says is inside our own network is not believed. */
	async #waysIn(): Promise<{contacts: FirstContact[]; unresolved: number}> {
		const {bootstrap, family} = this.#setup;
		let unresolved = 0;
		const lists = await Promise.all(
			bootstrap.map(async ({host, port}): Promise<FirstContact[]> => {
				if (parseIp(host) !== undefined) return familyOf(host) === family ? [{host, port}] : [];
				try {
					const found = await this.#setup.lookUp(host);
					const usable = found.filter(address => familyOf(address) === family && isMeant(host, address));
					return usable.map(address => ({host: address, port, isRouter: true}));
				} catch {
					unresolved++;
					return [];
				}
			}),
		);
		return {contacts: lists.flat(), unresolved};
	}
}

function isMeant(name: string, address: string): boolean {
	if (name === 'localhost' || !name.includes('.')) return true;
	const ip = parseIp(address);
	return ip !== undefined && addressScope(ip) === 'public';
}
