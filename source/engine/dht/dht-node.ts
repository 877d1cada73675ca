import type {DhtTrafficView} from '../../api/dht-view.js';
import {ProtocolError} from '../../base/errors.js';
import {type AddressFamily, addressFamilyOf, parseIp} from '../../base/ip-address.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Clock, Random, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {Lookup, LookupNode} from '../../policy/dht/lookup.js';
import {PacketGuard} from '../../policy/dht/packet-guard.js';
import {nearRange, RoutingTable} from '../../policy/dht/routing-table.js';
import {estimateSwarm, type ScrapeAnswer, type SwarmEstimate} from '../../policy/dht/scrape-filter.js';
import {SendQuota} from '../../policy/dht/send-quota.js';
import {isWithinReach} from '../../policy/peers/address-reach.js';
import {isLoopback, peerKey} from '../../policy/peers/peer-key.js';
import type {NodeContact} from '../../protocol/dht/compact-nodes.js';
import {
	BadQuery,
	decodeKrpc,
	encodeError,
	encodeQuery,
	type KrpcAsking,
	type KrpcMessage,
	type KrpcQuery,
	type KrpcResponse,
	type KrpcSender,
	krpcErrorCode,
} from '../../protocol/dht/krpc.js';
import {idFitsAddress, nodeIdFor, nodeIdLength, randomIdAt} from '../../protocol/dht/node-id.js';
import {DhtServer} from './dht-server.js';
import {LookupRun} from './lookup-run.js';
import {Rpc} from './rpc.js';

/** How often the node that has waited longest is asked something. */
const refreshGap: Millis = 5000;
/** A name is asked so often, a second apart. */
const mostTries = 3;
/** Who answered so lately need not be asked again. */
const freshTime: Millis = 5 * 60_000;
/** How often our own neighbourhood is looked through: often while little of it is known. */
const selfGap: Millis = 10 * 60_000;
const settledSelfGap: Millis = 30 * 60_000;
const shallow = 4;
const k = 8;
/** Fewer nodes are no good beginning for look-ups. */
const fewNodes = 64;
/** Nodes heard of that wait to be asked whether they are there. */
const mostCandidates = 32;
/** Queries from outside lately: with fewer nobody can reach us. */
const incomingWindow: Millis = 10 * 60_000;
/** When so many questions in a row stay without an answer it is not those who were asked: there is no network. */
const silence = 10;

/** Whom a node may ask first. */
export interface FirstContact extends PeerAddress {
	readonly id?: Uint8Array | undefined;
	/** Everybody asks it first, so that it is spared all else. */
	readonly isRouter?: boolean;
}

/** How a look-up of a torrent's peers ended. */
export interface PeerLookup {
	/** Nodes that answered. */
	readonly responses: number;
	/** The nearest that answered and allow us to announce. */
	readonly stores: readonly LookupNode[];
	/** Questions that were asked. */
	readonly asked: number;
}

/** What a node needs. */
export interface DhtNodeSetup {
	readonly family: AddressFamily;
	readonly clock: Clock;
	readonly random: Random;
	readonly sha1: (bytes: Uint8Array) => Uint8Array;
	/** Four bytes: client and version. */
	readonly client: Uint8Array;
	/** Answers nobody. BEP 43. */
	readonly readOnly: boolean;
	/** 20 bytes: what it was called before; where that does not fit the address it is given another. */
	readonly id?: Uint8Array | undefined;
	send(bytes: Uint8Array, to: PeerAddress): void;
	/** Our address as somebody sees it. BEP 42. */
	seenAs?(address: PeerAddress, by: PeerAddress): void;
	/** There is a node in the table, and was none. */
	isFound?(): void;
	/** Nodes of the other family were heard of. */
	others?(nodes: readonly NodeContact[]): void;
	/** The nearest nodes of the other family. */
	closestOther?(target: Uint8Array, count: number): readonly NodeContact[];
}

/** One node of the DHT, in one of its two networks. BEP 5, 32, 33, 42, 43, 51. */
export class DhtNode {
	readonly #setup: DhtNodeSetup;
	readonly #guard = new PacketGuard();
	readonly #quota: SendQuota;
	readonly #rpc: Rpc;
	readonly #server: DhtServer;
	readonly #runs = new Set<LookupRun>();
	readonly #candidates: FirstContact[] = [];
	/** Whom everybody asks first: they are asked nothing else. */
	readonly #routers = new Set<string>();
	readonly #queriesIn = {
		ping: 0,
		find_node: 0,
		get_peers: 0,
		announce_peer: 0,
		sample_infohashes: 0,
		unknown: 0,
	};
	readonly #queriesOut = {ping: 0, find_node: 0, get_peers: 0, announce_peer: 0, sample_infohashes: 0};
	readonly #counts = {
		answersIn: 0,
		answersOut: 0,
		errorsIn: 0,
		errorsOut: 0,
		invalid: 0,
		bytesIn: 0,
		bytesOut: 0,
	};
	#table: RoutingTable;
	#id: Uint8Array;
	#timer: Timer | undefined;
	#selfLookupAt: Millis = Infinity;
	#bootstraps = 0;
	#candidatesTurn = true;
	#incomingAt: Millis[] = [];
	#stopped = false;

	constructor(setup: DhtNodeSetup) {
		const {clock, random} = setup;
		this.#setup = setup;
		this.#id = setup.id?.length === nodeIdLength ? setup.id : random.bytes(nodeIdLength);
		this.#table = new RoutingTable(this.#id);
		this.#quota = new SendQuota(clock.now());
		this.#server = new DhtServer(
			{
				family: setup.family,
				random,
				sha1: setup.sha1,
				closest: (family, target, count) =>
					family === setup.family
						? this.#table.closest(target, count)
						: (setup.closestOther?.(target, count) ?? []),
			},
			clock.now(),
		);
		this.#rpc = new Rpc({
			clock,
			random,
			quota: this.#quota,
			send: (asking, transaction, to) => this.#sendQuery(asking, transaction, to),
			asked: (id, to) => this.#table.asked(id, to, clock.now()),
			heard: (id, from, roundTrip) => {
				if (this.#routers.has(formatAddress(from))) return;
				const isFirst = this.#table.size === 0;
				this.#table.answered(id, from, roundTrip, clock.now());
				if (isFirst && this.#table.size > 0) setup.isFound?.();
			},
			refused: (id, from) => this.#table.refused(id, from, clock.now()),
			failed: (id, to) => {
				if (!this.isSilent) this.#table.failed(id, to);
			},
		});
	}

	get family(): AddressFamily {
		return this.#setup.family;
	}

	/** 20 bytes. */
	get id(): Uint8Array {
		return this.#id;
	}

	/** Nodes that answered us, and are in the table. */
	get size(): number {
		return this.#table.size;
	}

	/** Those of them that answered when they were asked last. */
	get good(): number {
		let good = 0;
		for (const {failures} of this.#table.nodes()) if (failures === 0) good++;
		return good;
	}

	/** Nodes, spares and capacity by bucket, the farthest first. */
	get buckets(): ReadonlyArray<{readonly nodes: number; readonly spares: number; readonly most: number}> {
		return this.#table.counts();
	}

	/** Torrents and peers others announced to us. */
	get stored(): {readonly hashes: number; readonly peers: number} {
		return {hashes: this.#server.store.hashes, peers: this.#server.store.peers};
	}

	get isBootstrapping(): boolean {
		return this.#bootstraps > 0;
	}

	/** Questions on their way. */
	get pending(): number {
		return this.#rpc.pending;
	}

	/** Nobody of all who were asked lately has answered: there is no way to them. */
	get isSilent(): boolean {
		return this.#rpc.lostInARow >= silence;
	}

	/** Queries of whom we did not ask first that came in the last ten minutes; 8 at the most are counted. */
	get incoming(): number {
		const since = this.#setup.clock.now() - incomingWindow;
		return this.#incomingAt.filter(at => at >= since).length;
	}

	get traffic(): DhtTrafficView {
		return {
			...this.#counts,
			queriesIn: {...this.#queriesIn},
			queriesOut: {...this.#queriesOut},
			unsolicited: this.#rpc.unsolicited,
			dropped: this.#guard.dropped,
		};
	}

	/** Begins to look after its table. Whom to ask first is told by `bootstrap`. */
	start(): void {
		this.#timer ??= this.#setup.clock.after(refreshGap, () => this.#tick());
	}

	/** Asks nobody and answers nobody any more. */
	stop(): void {
		this.#stopped = true;
		this.#timer?.clear();
		for (const run of this.#runs) run.cancel();
		this.#runs.clear();
		this.#rpc.stop();
	}

	/** Nodes worth keeping for the next start: those that answered last, at most so many. */
	nodesToKeep(most: number): NodeContact[] {
		const good = [...this.#table.nodes()].filter(({failures}) => failures === 0);
		return good.sort((a, b) => b.answeredAt - a.answeredAt).slice(0, most);
	}

	/** The nearest nodes we know. */
	closest(target: Uint8Array, count: number): readonly NodeContact[] {
		return this.#table.closest(target, count);
	}

	/**
	 * Our address is known now, or another: an id that does not fit it is changed, and who is known is asked anew, for
	 * the places in the table are others.
	 *
	 * @param ip 4 or 16 bytes
	 */
	addressIs(ip: Uint8Array): void {
		if (idFitsAddress(this.#id, ip)) return;
		const known = this.nodesToKeep(200);
		this.#id = nodeIdFor(ip, this.#setup.random);
		this.#table = new RoutingTable(this.#id);
		const now = this.#setup.clock.now();
		for (const {id, host, port} of known) this.#table.answered(id, {host, port}, 0, now);
		this.bootstrap([], () => {});
	}

	/**
	 * Looks for our own neighbourhood, beginning with these and with who is known.
	 *
	 * @param done told how many answered
	 */
	bootstrap(contacts: readonly FirstContact[], done: (responses: number) => void): void {
		if (this.#stopped) return;
		for (const contact of contacts) if (contact.isRouter) this.#routers.add(formatAddress(contact));
		this.#bootstraps++;
		this.#selfLookupAt = Infinity;
		const want = this.#setup.others ? (['ipv4', 'ipv6'] as const) : undefined;
		this.#run(
			this.#id,
			{name: 'find_node', target: this.#id, want},
			[...this.#table.closest(this.#id, 2 * k), ...contacts],
			{
				done: lookup => {
					this.#bootstraps--;
					const gap = this.#table.depth < shallow ? selfGap : settledSelfGap;
					this.#selfLookupAt = this.#setup.clock.now() + gap;
					done(lookup.responses);
					if (lookup.responses >= k) this.#widen(0);
				},
			},
		);
	}

	/**
	 * Where a name leads that only a proxy can look up: the address of who answers there; undefined when nobody does. As
	 * the proxy has to ask for it first, it is asked again while it is slow.
	 */
	locate(named: PeerAddress): Promise<PeerAddress | undefined> {
		return new Promise(resolve => {
			let asked = 0;
			let open = 0;
			const ask = (): void => {
				if (asked++ === mostTries) return;
				open++;
				const over = (): void => {
					if (--open === 0) resolve(undefined);
				};
				const isAsked = this.#rpc.ask({name: 'ping'}, named, undefined, {
					answered: (_response, _roundTrip, from) => resolve(from),
					slow: ask,
					failed: over,
				});
				if (!isAsked) over();
			};
			ask();
		});
	}

	/** Fills the far parts of the table, one after the other: that is where look-ups begin. */
	#widen(bits: number): void {
		if (bits >= shallow || this.#table.size >= fewNodes || this.#stopped) return;
		const target = randomIdAt(this.#id, bits, this.#setup.random);
		this.#run(target, {name: 'find_node', target}, this.#table.closest(target, k), {
			done: () => this.#widen(bits + 1),
		});
	}

	/**
	 * Looks for a torrent's peers. They are told as they come; at the end, who would store us as one.
	 *
	 * @param target 20 bytes
	 * @returns how to stop it; nothing is told then
	 */
	findPeers(
		target: Uint8Array,
		options: {readonly noSeed?: boolean; readonly contacts?: readonly PeerAddress[]},
		peers: (found: readonly PeerAddress[], from: PeerAddress) => void,
		done: (result: PeerLookup) => void,
	): () => void {
		const asking = {name: 'get_peers', target, ...(options.noSeed && {noSeed: true})} as const;
		const near = this.#table.closest(target, k);
		const run = this.#run(target, asking, [...near, ...(options.contacts ?? [])], {
			answered: (response, from) => {
				const told = response.values.filter(({host}) => isWithinReach(host, from.host));
				if (told.length > 0) peers(told, from);
			},
			done: lookup => {
				const stores = lookup.closest(k).filter(({token}) => token !== undefined);
				done({responses: lookup.responses, asked: lookup.asked, stores});
			},
		});
		return () => {
			run.cancel();
			this.#runs.delete(run);
		};
	}

	/**
	 * Has those who allowed it store us as a peer of a torrent.
	 *
	 * @param port where we listen; undefined for the port our questions come from
	 */
	announce(
		target: Uint8Array,
		stores: readonly LookupNode[],
		port: {readonly given: number | undefined; readonly local: number},
		seed: boolean,
		stored: () => void = () => {},
	): void {
		for (const node of stores) {
			if (node.token === undefined) continue;
			this.#askLater(
				{
					name: 'announce_peer',
					target,
					token: node.token,
					port: port.given,
					localPort: port.local,
					seed,
				},
				node,
				node.id,
				stored,
			);
		}
	}

	/**
	 * Asks nodes how many they know to be in a swarm: those who store its peers. Each is asked for nothing else, as many
	 * leave out the peers then. BEP 33.
	 *
	 * @param done told once what was heard within a second of asking the last
	 */
	countSwarm(
		target: Uint8Array,
		stores: readonly LookupNode[],
		done: (estimate: SwarmEstimate | undefined) => void,
	): void {
		const answers: ScrapeAnswer[] = [];
		const waiting = new Set<LookupNode>();
		let isOver = false;
		const over = (node: LookupNode): void => {
			waiting.delete(node);
			if (isOver || waiting.size > 0 || this.#stopped) return;
			isOver = true;
			done(estimateSwarm(answers));
		};
		const asking = {name: 'get_peers', target, scrape: true} as const;
		for (const node of stores) waiting.add(node);
		for (const node of stores) {
			const asked = this.#rpc.ask(asking, node, node.id, {
				answered: ({seeds, peers}) => {
					if (seeds !== undefined && peers !== undefined) answers.push({seeds, peers});
					over(node);
				},
				slow: () => over(node),
				failed: () => over(node),
			});
			if (!asked) over(node);
		}
	}

	/** Somebody may be a node: it is asked soon, should there be use for it. */
	offer(contact: FirstContact): void {
		if (addressFamilyOf(contact.host) !== this.family || this.#candidates.length >= mostCandidates) return;
		if (contact.id === undefined || this.#table.wants(contact.id, contact)) this.#candidates.push(contact);
	}

	/** Looks whether somebody is there, and takes it in. Answers false when that must wait. */
	ping(address: PeerAddress, id?: Uint8Array): boolean {
		if (addressFamilyOf(address.host) !== this.family) return false;
		return this.#rpc.ask({name: 'ping'}, address, id, nothingFollows);
	}

	/** A datagram came. */
	received(bytes: Uint8Array, from: PeerAddress): void {
		if (this.#stopped) return;
		this.#counts.bytesIn += bytes.length;
		let message: KrpcMessage;
		const now = this.#setup.clock.now();
		try {
			message = decodeKrpc(bytes);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#counts.invalid++;
			if (error instanceof BadQuery && this.#mayAnswer(from, now))
				this.#refuse(error.transaction, krpcErrorCode.protocol, error.message, from);
			else if (!(error instanceof BadQuery)) this.#guard.admits(senderOf(from), now);
			return;
		}
		if (message.kind === 'query') return this.#query(message, from, now);
		if (!this.#rpc.received(message, from)) return void this.#guard.admits(senderOf(from), now);
		if (message.kind === 'error') this.#counts.errorsIn++;
		else {
			this.#counts.answersIn++;
			if (message.ourAddress !== undefined) this.#setup.seenAs?.(message.ourAddress, from);
		}
	}

	/** The system says that nobody can be reached there. */
	unreachable(to: PeerAddress): void {
		this.#rpc.unreachable(to);
	}

	#run(
		target: Uint8Array,
		asking: KrpcAsking,
		contacts: ReadonlyArray<PeerAddress & {readonly id?: Uint8Array | undefined}>,
		told: {answered?(response: KrpcResponse, from: PeerAddress): void; done(lookup: Lookup): void},
	): LookupRun {
		const run: LookupRun = new LookupRun(this.#rpc, this.#setup.clock, {
			target,
			asking,
			family: this.family,
			own: this.#id,
			contacts,
			...(told.answered && {answered: told.answered}),
			...(this.#setup.others && {others: this.#setup.others}),
			done: lookup => {
				this.#runs.delete(run);
				told.done(lookup);
			},
		});
		this.#runs.add(run);
		run.start();
		return run;
	}

	#askLater(
		asking: KrpcAsking,
		to: PeerAddress,
		id: Uint8Array | undefined,
		answered: () => void,
		tries = 50,
	): void {
		if (this.#rpc.ask(asking, to, id, {answered, failed: () => {}}) || tries === 0 || this.#stopped) return;
		this.#setup.clock.after(100, () => this.#askLater(asking, to, id, answered, tries - 1));
	}

	get #sender(): KrpcSender {
		return {id: this.#id, client: this.#setup.client, readOnly: this.#setup.readOnly};
	}

	#sendQuery(asking: KrpcAsking, transaction: Uint8Array, to: PeerAddress): void {
		this.#queriesOut[asking.name]++;
		this.#send(encodeQuery(this.#sender, transaction, asking), to);
	}

	#send(bytes: Uint8Array, to: PeerAddress): void {
		this.#counts.bytesOut += bytes.length;
		this.#setup.send(bytes, to);
	}

	#mayAnswer(from: PeerAddress, now: Millis): boolean {
		return !this.#setup.readOnly && this.#guard.admits(senderOf(from), now) && this.#quota.mayAnswer(now);
	}

	#refuse(transaction: Uint8Array, code: number, text: string, to: PeerAddress): void {
		const bytes = encodeError(this.#sender, transaction, code, text);
		this.#counts.errorsOut++;
		this.#quota.answered(bytes.length);
		this.#send(bytes, to);
	}

	#query(query: KrpcQuery, from: PeerAddress, now: Millis): void {
		this.#queriesIn[query.name]++;
		if (!this.#mayAnswer(from, now)) return;
		// A gateway lets in who was asked; that others come says that the port is open.
		if (!this.#quota.spokeLately(from)) {
			this.#incomingAt.push(now);
			if (this.#incomingAt.length > k) this.#incomingAt.shift();
		}
		const bytes = this.#server.answer(query, from, this.#sender, now);
		this.#counts.answersOut++;
		this.#quota.answered(bytes.length);
		this.#send(bytes, from);
		// Who asks is not there yet: it is, when it answers.
		if (!query.readOnly && this.#table.wants(query.id, from) && parseIp(from.host) !== undefined) {
			if (this.#candidates.length < mostCandidates) this.#candidates.push({...from, id: query.id});
			if (this.#table.size < k) this.#tryCandidate();
		}
	}

	#tryCandidate(): boolean {
		for (;;) {
			const candidate = this.#candidates.shift();
			if (candidate === undefined) return false;
			if (candidate.id === undefined || this.#table.wants(candidate.id, candidate))
				return this.ping(candidate, candidate.id);
		}
	}

	#tick(): void {
		if (this.#stopped) return;
		this.#timer = this.#setup.clock.after(refreshGap, () => this.#tick());
		const now = this.#setup.clock.now();
		if (now >= this.#selfLookupAt && this.#bootstraps === 0) return this.bootstrap([], () => {});
		// In turns, for there may be no end of candidates.
		this.#candidatesTurn = !this.#candidatesTurn;
		if (!(this.#candidatesTurn && this.#tryCandidate()) && !this.#refresh(now)) this.#tryCandidate();
	}

	/** Asks the node that has waited longest; answers false when all are fresh. */
	#refresh(now: Millis): boolean {
		const stalest = this.#table.stalest();
		if (stalest === undefined) return false;
		if (!this.isSilent && now - stalest.node.askedAt < freshTime) return false;
		const {node, bits, hasRoom} = stalest;
		// Where there is room the question is one whose answer fills it.
		const asking: KrpcAsking = hasRoom
			? {name: 'find_node', target: randomIdAt(this.#id, bits, this.#setup.random)}
			: {name: 'ping'};
		this.#rpc.ask(asking, node, node.id, {
			answered: response => this.#takeNodes(response, node),
			failed: () => {},
		});
		return true;
	}

	#takeNodes(response: KrpcResponse, from: PeerAddress): void {
		for (const node of response.nodes) {
			if (addressFamilyOf(node.host) !== this.family || !isWithinReach(node.host, from.host)) continue;
			if (this.#candidates.length >= mostCandidates) return;
			if (this.#table.wants(node.id, node)) this.#candidates.push(node);
		}
	}
}

/** Whose packets are counted together: of IPv6 who has one address has a network full of them. */
function senderOf(from: PeerAddress): string {
	if (addressFamilyOf(from.host) === 'ipv4' || isLoopback(from.host)) return peerKey(from);
	return nearRange(from.host) ?? peerKey(from);
}

const nothingFollows = {answered(): void {}, failed(): void {}};
