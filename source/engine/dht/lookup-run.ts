import {sameBytes} from '../../base/bytes.js';
import {type AddressFamily, addressFamilyOf} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {Lookup, type LookupNode} from '../../policy/dht/lookup.js';
import {isWithinReach} from '../../policy/peers/address-reach.js';
import type {NodeContact} from '../../protocol/dht/compact-nodes.js';
import type {KrpcAsking, KrpcResponse} from '../../protocol/dht/krpc.js';
import type {Rpc} from './rpc.js';

/** When too much was asked just now, it is tried again so soon. */
const retryGap: Millis = 100;

/** Where fewer nodes are than are looked for, silent ones are not waited for longer, once some have answered. */
const settleTime: Millis = 2000;

/** What a look-up asks, and whom it tells. */
export interface LookupPlan {
	readonly target: Uint8Array;
	readonly asking: KrpcAsking;
	readonly family: AddressFamily;
	/** Our own id, under which others may name us to us. */
	readonly own: Uint8Array;
	/** Whom to begin with. */
	readonly contacts: ReadonlyArray<PeerAddress & {readonly id?: Uint8Array | undefined}>;
	/** Somebody answered; who was silent for long may yet after the end. */
	answered?(response: KrpcResponse, from: PeerAddress): void;
	/** Nodes of the other family were heard of. */
	others?(nodes: readonly NodeContact[]): void;
	/** It is over: nobody nearer is left to be asked. */
	done(lookup: Lookup): void;
}

/** Runs a look-up: asks whom it says, tells it what came, until it is over or cancelled. */
export class LookupRun {
	readonly #rpc: Rpc;
	readonly #clock: Clock;
	readonly #plan: LookupPlan;
	readonly #lookup: Lookup;
	#retry: Timer | undefined;
	#settling: Timer | undefined;
	#isOver = false;
	#isCancelled = false;

	constructor(rpc: Rpc, clock: Clock, plan: LookupPlan) {
		this.#rpc = rpc;
		this.#clock = clock;
		this.#plan = plan;
		this.#lookup = new Lookup({target: plan.target});
		for (const contact of plan.contacts) this.#lookup.heard(contact, contact.id);
	}

	/** Asks the first; may be over before it returns when there is nobody. */
	start(): void {
		this.#step();
	}

	/** What comes later is told to nobody any more. */
	cancel(): void {
		this.#isCancelled = true;
		this.#end();
	}

	#end(): void {
		this.#isOver = true;
		this.#retry?.clear();
		this.#settling?.clear();
	}

	#step(): void {
		if (this.#isOver) return;
		for (const node of this.#lookup.next()) this.#ask(node);
		if (this.#isOver) return;
		if (this.#lookup.isDone) return this.#finish();
		this.#settling?.clear();
		this.#settling = undefined;
		if (this.#lookup.responses > 0 && this.#lookup.isQuiet)
			this.#settling = this.#clock.after(settleTime, () => this.#finish());
	}

	#finish(): void {
		this.#end();
		this.#plan.done(this.#lookup);
	}

	#ask(node: LookupNode): void {
		const asked = this.#rpc.ask(this.#plan.asking, node, node.id, {
			answered: response => this.#take(node, response),
			slow: () => {
				this.#lookup.slow(node);
				this.#step();
			},
			failed: () => {
				this.#lookup.failed(node);
				this.#step();
			},
		});
		if (asked) return;
		this.#lookup.notAsked(node);
		this.#retry ??= this.#clock.after(retryGap, () => {
			this.#retry = undefined;
			this.#step();
		});
	}

	#take(node: LookupNode, response: KrpcResponse): void {
		if (this.#isCancelled) return;
		// An address of ours that others still remember.
		if (sameBytes(response.id, this.#plan.own)) {
			this.#lookup.failed(node);
			return this.#step();
		}
		this.#lookup.answered(node, response.id, response.token);
		if (this.#isOver) return this.#plan.answered?.(response, node);
		const others: NodeContact[] = [];
		for (const contact of response.nodes) {
			if (addressFamilyOf(contact.host) !== this.#plan.family) others.push(contact);
			else if (!sameBytes(contact.id, this.#plan.own) && isWithinReach(contact.host, node.host))
				this.#lookup.heard(contact, contact.id);
		}
		if (others.length > 0) this.#plan.others?.(others);
		this.#plan.answered?.(response, node);
		this.#step();
	}
}
