import {createHash} from 'node:crypto';
import {parseIp} from '../../source/base/ip-address.js';
import {formatAddress, type PeerAddress} from '../../source/base/peer-address.js';
import type {Random} from '../../source/base/ports.js';
import {DhtNode, type PeerLookup} from '../../source/engine/dht/dht-node.js';
import type {NodeContact} from '../../source/protocol/dht/compact-nodes.js';
import {decodeKrpc, encodeResponse, type KrpcMessage} from '../../source/protocol/dht/krpc.js';
import {compareDistance, nodeIdFor, randomIdAt} from '../../source/protocol/dht/node-id.js';
import {seededRandom} from '../helpers/seeded-random.js';
import {VirtualClock} from './virtual-clock.js';

export const sha1 = (bytes: Uint8Array): Uint8Array => createHash('sha1').update(bytes).digest();

/** What somebody in the world does with a datagram. */
type Receiver = (bytes: Uint8Array, from: PeerAddress) => void;

/** How a world is made. */
export interface DhtWorldOptions {
	readonly nodes: number;
	readonly seed: number;
	/** Parts of the nodes that are gone, though others may know them, and that answer with lies. */
	readonly dead?: number;
	readonly lying?: number;
	/** Datagrams that are lost on their way, as a part of all. */
	readonly loss?: number;
	/** Whether ids fit their addresses. BEP 42. */
	readonly fits?: boolean;
	readonly ipv6?: boolean;
	/** How late promises settle, in virtual ms; the nodes alone make none. */
	readonly settleTime?: number;
}

/** A node of the world and where it is. */
export interface Citizen {
	readonly address: PeerAddress;
	readonly node: DhtNode;
	readonly honest: boolean;
	alive: boolean;
}

/** Some hundred nodes on virtual time, and the net between them: 10 to 150 ms one way. */
export class DhtWorld {
	readonly clock: VirtualClock;
	readonly random: Random;
	readonly citizens: Citizen[] = [];
	readonly #receivers = new Map<string, Receiver>();
	readonly #options: DhtWorldOptions;
	/** Datagrams that were sent. */
	sent = 0;
	/** Called for every datagram. */
	onSend: (bytes: Uint8Array, from: PeerAddress, to: PeerAddress) => void = () => {};

	constructor(options: DhtWorldOptions) {
		this.#options = options;
		this.clock = new VirtualClock(options.settleTime ?? 60_000);
		this.random = seededRandom(options.seed);
		for (let n = 0; n < options.nodes; n++) this.#settle(n);
	}

	#settle(n: number): void {
		const {dead = 0, lying = 0} = this.#options;
		const address = this.addressOf(n);
		const draw = this.random.next();
		const honest = n < 3 || draw >= lying;
		const citizen = this.place(address, honest);
		citizen.alive = n < 3 || draw < lying || draw >= lying + dead;
		this.citizens.push(citizen);
	}

	/** An address nobody else has, in a range of its own. */
	addressOf(n: number): PeerAddress {
		if (this.#options.ipv6) return {host: `2a00:${(n + 1).toString(16)}:1::1`, port: 6881};
		return {host: `${20 + (n >> 14)}.${(n >> 7) & 127}.${n & 127}.1`, port: 6881};
	}

	/** Puts a node somewhere; who is not honest answers with lies. */
	place(address: PeerAddress, honest = true, id?: Uint8Array): Citizen {
		const ip = parseIp(address.host)!;
		const node = new DhtNode({
			family: ip.length === 4 ? 'ipv4' : 'ipv6',
			clock: this.clock,
			random: this.random,
			sha1,
			client: Uint8Array.of(84, 84, 0, 1),
			readOnly: false,
			id: id ?? (this.#options.fits === false ? this.random.bytes(20) : nodeIdFor(ip, this.random)),
			send: (bytes, to) => this.send(bytes, address, to),
		});
		const citizen: Citizen = {address, node, honest, alive: true};
		const lie = this.#liar(citizen);
		this.listen(address, (bytes, from) => {
			if (!citizen.alive) return;
			if (honest || !lie(bytes, from)) node.received(bytes, from);
		});
		return citizen;
	}

	/** Has datagrams to an address come here. */
	listen(address: PeerAddress, receiver: Receiver): void {
		this.#receivers.set(formatAddress(address), receiver);
	}

	/** Who has the datagrams to an address. */
	receiverAt(address: PeerAddress): Receiver | undefined {
		return this.#receivers.get(formatAddress(address));
	}

	send(bytes: Uint8Array, from: PeerAddress, to: PeerAddress): void {
		this.sent++;
		this.onSend(bytes, from, to);
		const receiver = this.#receivers.get(formatAddress(to));
		if (receiver === undefined || this.random.next() < (this.#options.loss ?? 0)) return;
		const copy = bytes.slice();
		this.clock.after(10 + this.random.next() * 140, () => receiver(copy, from));
	}

	/** Who is named by those who lie: ids nearer than any there is, at addresses of anybody. */
	lies(target: Uint8Array): NodeContact[] {
		return Array.from({length: 8}, () => ({
			id: randomIdAt(target, 24 + Math.floor(this.random.next() * 30), this.random),
			...this.citizens[Math.floor(this.random.next() * this.citizens.length)]!.address,
		}));
	}

	/** Answers whoever looks for somebody with lies. */
	#liar(citizen: Citizen): (bytes: Uint8Array, from: PeerAddress) => boolean {
		return (bytes, from) => {
			let message: KrpcMessage;
			try {
				message = decodeKrpc(bytes);
			} catch {
				return false;
			}
			if (message.kind !== 'query' || message.target === undefined) return false;
			const target = message.target;
			const nodes = this.lies(target);
			const ip = parseIp(from.host)!;
			const to = new Uint8Array(ip.length + 2);
			to.set(ip);
			const sender = {id: citizen.node.id, client: Uint8Array.of(76, 73, 0, 1), readOnly: false};
			const answer = encodeResponse(sender, message.transaction, to, {
				nodes: {[ip.length === 4 ? 'ipv4' : 'ipv6']: nodes},
				token: Uint8Array.of(1),
			});
			this.send(answer, citizen.address, from);
			return true;
		};
	}

	/** All begin, each knowing a few who came before it, and have time to find each other. */
	async begin(time = 300_000): Promise<void> {
		for (const [n, citizen] of this.citizens.entries()) {
			const contacts = Array.from({length: Math.min(n, 3)}, (_, turn) =>
				turn === 0 ? this.citizens[n % 3]! : this.citizens[Math.floor(this.random.next() * n)]!,
			);
			this.clock.after(n * 40, () => {
				citizen.node.start();
				citizen.node.bootstrap(
					contacts.map(({address}) => address),
					() => {},
				);
			});
		}
		await this.clock.pass(time + this.citizens.length * 40);
	}

	/** The nearest to a target of those who are there, under their own ids. */
	nearest(target: Uint8Array, count = 8): Citizen[] {
		return this.citizens
			.filter(({alive}) => alive)
			.sort((a, b) => compareDistance(target, a.node.id, b.node.id))
			.slice(0, count);
	}

	/** Looks for peers from a node, and waits for the end. */
	async lookUp(
		from: Citizen,
		target: Uint8Array,
		limit = 60_000,
	): Promise<{result: PeerLookup; peers: PeerAddress[]; time: number; firstPeer: number | undefined}> {
		const peers: PeerAddress[] = [];
		let result: PeerLookup | undefined;
		const began = this.clock.now();
		let firstPeer: number | undefined;
		let ended = began;
		from.node.findPeers(
			target,
			{},
			found => {
				firstPeer ??= this.clock.now() - began;
				peers.push(...found);
			},
			end => {
				result = end;
				ended = this.clock.now();
			},
		);
		await this.clock.passUntil(() => result !== undefined, limit);
		if (result === undefined) throw new Error('the look-up has not ended');
		return {result, peers, time: ended - began, firstPeer};
	}
}
