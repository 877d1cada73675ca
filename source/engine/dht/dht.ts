import type {DhtNetworkView} from '../../api/dht-view.js';
import type {DhtState} from '../../base/dht-state.js';
import {toHex} from '../../base/hex.js';
import {type AddressFamily, addressFamilyOf, parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock, LogLevel, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {DhtStore, SavedNode} from '../../io/state/dht-store.js';
import type {SwarmEstimate} from '../../policy/dht/scrape-filter.js';
import type {NodeContact} from '../../protocol/dht/compact-nodes.js';
import {looksLikeKrpc} from '../../protocol/dht/krpc.js';
import {type BootstrapHost, DhtNetwork, isMeant} from './dht-network.js';

/** The part of the shared UDP socket a DHT has. */
export interface DhtDatagrams {
	join(owner: {
		claims(bytes: Uint8Array): boolean;
		receive(bytes: Uint8Array, host: string, port: number): void;
	}): void;
	send(bytes: Uint8Array, host: string, port: number, failed?: (error: Error) => void): void;
}

/** What a DHT needs. */
export interface DhtSetup {
	readonly clock: Clock;
	readonly random: Random;
	readonly sha1: (bytes: Uint8Array) => Uint8Array;
	/** Four bytes: client and version. */
	readonly client: Uint8Array;
	readonly readOnly: boolean;
	readonly bootstrap: readonly BootstrapHost[];
	readonly udp: DhtDatagrams;
	/** Undefined when nothing is kept. */
	readonly store: Pick<DhtStore, 'load' | 'save'> | undefined;
	lookUp(name: string): Promise<readonly string[]>;
	/** Why nothing is sent in a family, in words; undefined when it is. May change. */
	offWhy(family: AddressFamily): string | undefined;
	/** The port on which we listen for peers. */
	localPort(): number;
	/** The port peers are told when it is not simply the one our questions come from: mapped, forwarded or given. */
	givenPort(family: AddressFamily): number | undefined;
	/** Somebody says where it sees us. */
	heardOurAddress(host: string, from: string): void;
	/** What the internet sees of us, at most one address a family, and a number that rises when that changes. */
	ourAddresses(): {readonly hosts: readonly string[]; readonly revision: number};
	readonly log: (level: LogLevel, text: string) => void;
}

/** How long the last look-ups took: until the first peers, and until the end, in ms. */
export interface LookupTimes {
	readonly firstPeers: readonly Millis[];
	readonly whole: readonly Millis[];
}

const families: readonly AddressFamily[] = ['ipv4', 'ipv6'];
const savedNodes = 300;
const saveGap: Millis = 10 * 60_000;
/** The wall clock ran on while ours stood still: the machine slept. */
const sleepGap: Millis = 30_000;
/** Look-ups of torrents at a time; others wait for their turn. */
const mostLookups = 8;
const keptTimes = 64;
/** Nodes that peers name by PORT, a second. */
const mostPorts = 5;
/** Nodes of one .torrent that are looked at. */
const mostNamed = 16;
/** Nodes that are remembered until it begins. */
const mostEarly = 64;

/** What is looked for, and who is told. */
interface Search {
	readonly target: Uint8Array;
	readonly announce: 'seed' | 'peer' | 'nothing';
	peers(found: readonly PeerAddress[], by: PeerAddress): void;
	readonly counted: ((swarm: SwarmEstimate) => void) | undefined;
}

interface Wish {
	readonly start: () => void;
}

/** The DHT: a node in each of its two networks, for all torrents of a session. BEP 5, 32. */
export class Dht {
	readonly #setup: DhtSetup;
	#networks: readonly DhtNetwork[] = [];
	readonly #waiting: Wish[] = [];
	readonly #firstPeers: Millis[] = [];
	readonly #whole: Millis[] = [];
	readonly #listeners = new Set<() => void>();
	/** Nodes that were named before it began. */
	readonly #early: PeerAddress[] = [];
	#lookups = 0;
	#savedAt: Millis;
	#addressRevision = -1;
	#hosts: ReadonlyMap<AddressFamily, string> = new Map();
	#tickedAt: Millis;
	#drift: Millis;
	#ports = 0;
	#told: string | undefined;
	#stopped = false;
	#hadNodes = false;

	constructor(setup: DhtSetup) {
		this.#setup = setup;
		this.#savedAt = setup.clock.now();
		this.#tickedAt = setup.clock.now();
		this.#drift = setup.clock.wall() - setup.clock.now();
		setup.udp.join({
			claims: bytes => looksLikeKrpc(bytes),
			receive: (bytes, host, port) =>
				this.#network(addressFamilyOf(host))?.node.received(bytes, {host, port}),
		});
	}

	/** Takes up what was known, and begins to look for the rest. */
	async start(): Promise<void> {
		const saved = (await this.#setup.store?.load()) ?? {};
		if (this.#stopped) return;
		this.#networks = families.map(family => this.#open(family, saved[family]));
		for (const contact of this.#early.splice(0)) this.#heardOf(contact);
		this.tick(this.#setup.clock.now());
	}

	#open(family: AddressFamily, saved: SavedNode | undefined): DhtNetwork {
		const {udp, heardOurAddress} = this.#setup;
		const network: DhtNetwork = new DhtNetwork(
			{
				...this.#setup,
				family,
				offWhy: () => this.#setup.offWhy(family),
				lookUp: name => this.#setup.lookUp(name),
				send: (bytes, to) =>
					udp.send(bytes, to.host, to.port, () => {
						network.node.unreachable(to);
					}),
				seenAs: ({host}, by) => heardOurAddress(host, by.host),
				others: nodes => this.#others(family, nodes),
				isFound: () => this.#nodeFound(),
				isBack: () => this.#tellAll(),
				closestOther: (target, count) =>
					this.#networks.find(other => other.family !== family)?.node.closest(target, count) ?? [],
			},
			saved?.nodes,
			saved?.id,
		);
		return network;
	}

	#network(family: AddressFamily): DhtNetwork | undefined {
		return this.#networks.find(network => network.family === family);
	}

	/** The other network is told of what this one heard: each helps the other to begin. */
	#others(family: AddressFamily, nodes: readonly NodeContact[]): void {
		const other = this.#networks.find(network => network.family !== family);
		if (other === undefined || other.nodes >= 8) return;
		for (const node of nodes.slice(0, 8)) other.heardOf(node);
	}

	/** Nodes that answer, in both networks. */
	get nodes(): number {
		return this.#networks.reduce((sum, {nodes}) => sum + nodes, 0);
	}

	/** How it does, the better of its two networks, in a word and in words. */
	get health(): {readonly state: DhtState; readonly why: string | undefined} {
		const ranks: readonly DhtState[] = ['good', 'firewalled', 'poor', 'starting', 'off'];
		const all = this.#networks.map(({health}) => health);
		for (const rank of ranks) {
			const found = all.find(({state}) => state === rank);
			if (found !== undefined) return found;
		}
		return {state: 'starting', why: 'it begins'};
	}

	/** All there is to know, a family each. */
	report(): readonly DhtNetworkView[] {
		return this.#networks.map(({family, node, health}) => ({
			family,
			...health,
			id: toHex(node.id),
			nodes: node.good,
			known: node.size,
			buckets: node.buckets,
			stored: node.stored,
			traffic: node.traffic,
		}));
	}

	/** Answers nobody. BEP 43. */
	get readOnly(): boolean {
		return this.#setup.readOnly;
	}

	/** Look-ups that run, and that wait for their turn. */
	get lookups(): {readonly running: number; readonly waiting: number} {
		return {running: this.#lookups, waiting: this.#waiting.length};
	}

	/** How long the last look-ups took. */
	get times(): LookupTimes {
		return {firstPeers: this.#firstPeers, whole: this.#whole};
	}

	/** Once a second. */
	tick(now: Millis): void {
		this.#ports = 0;
		const drift = this.#setup.clock.wall() - now;
		// Where the clock goes on in its sleep it is the second that was long.
		if (drift - this.#drift > sleepGap || now - this.#tickedAt > sleepGap) this.addressesChanged();
		this.#drift = drift;
		this.#tickedAt = now;
		this.#lookAtAddress();
		for (const network of this.#networks) network.tick(now);
		const {state, why} = this.health;
		const text = why === undefined ? `the DHT is ${state}` : `the DHT is ${state}: ${why}`;
		if (state !== this.#told && this.#networks.length > 0) {
			this.#told = state;
			this.#setup.log('debug', text);
		}
		if (now - this.#savedAt >= saveGap) void this.#save();
	}

	#lookAtAddress(): void {
		const {hosts, revision} = this.#setup.ourAddresses();
		if (revision === this.#addressRevision) return;
		this.#addressRevision = revision;
		const before = this.#hosts;
		this.#hosts = new Map(hosts.map(host => [addressFamilyOf(host), host]));
		for (const [family, host] of this.#hosts) {
			const ip = parseIp(host);
			if (ip !== undefined) this.#network(family)?.node.addressIs(ip);
		}
		// Those who stored us stored an address that leads nowhere now.
		if ([...this.#hosts].some(([family, host]) => (before.get(family) ?? host) !== host)) this.#tellAll();
	}

	/** A first node answered: look-ups that waited for one begin. */
	#nodeFound(): void {
		if (this.#hadNodes) return;
		this.#hadNodes = true;
		this.#setup.clock.soon(() => this.#next());
	}

	/**
	 * Tells somebody each time when torrents have to be announced anew before their time: our address is another, or
	 * nobody could be reached for a while. Answers how to hear of it no longer.
	 */
	subscribe(announceAgain: () => void): () => void {
		this.#listeners.add(announceAgain);
		return () => this.#listeners.delete(announceAgain);
	}

	#tellAll(): void {
		for (const announceAgain of [...this.#listeners]) announceAgain();
	}

	/** The network is another than before, or the machine slept: who is known may be gone. */
	addressesChanged(): void {
		for (const network of this.#networks) network.hurry();
	}

	/** A peer says that it is a node, too. BEP 5, PORT. */
	heardPort(host: string, port: number): void {
		if (port < 1 || port > 65_535 || ++this.#ports > mostPorts) return;
		this.#heardOf({host, port});
	}

	/** Torrents may begin before this does: who is named by then is asked when it does. */
	#heardOf(contact: PeerAddress): void {
		if (this.#networks.length > 0) this.#network(addressFamilyOf(contact.host))?.heardOf(contact);
		else if (!this.#stopped && this.#early.length < mostEarly) this.#early.push(contact);
	}

	/** A .torrent names nodes, by address or by name: they are asked when others are needed. */
	async namedByTorrent(nodes: readonly BootstrapHost[]): Promise<void> {
		await Promise.all(
			nodes.slice(0, mostNamed).map(async ({host, port}) => {
				const found = parseIp(host) === undefined ? await this.#setup.lookUp(host).catch(() => []) : [host];
				for (const address of found) if (isMeant(host, address)) this.#heardOf({host: address, port});
			}),
		);
	}

	/**
	 * Looks for a torrent's peers, and has us stored as one where that is allowed.
	 *
	 * @param target 20 bytes
	 * @param announce whether we are to be stored, and as what
	 * @param peers told as they come, and by which node; what several name is told of each
	 * @param done told how many peers came and how many stored us
	 * @param counted given, the nearest nodes are asked how many are in the swarm, and it is told about how many; if they know
	 * @returns how to stop it; nothing is told then, nor of peers that would come after the end
	 */
	search(
		target: Uint8Array,
		announce: 'seed' | 'peer' | 'nothing',
		peers: (found: readonly PeerAddress[], by: PeerAddress) => void,
		done: (outcome: {readonly peers: number; readonly stores: number; readonly nodes: number}) => void,
		counted?: (swarm: SwarmEstimate) => void,
	): () => void {
		const cancels: Array<() => void> = [];
		let isOver = false;
		let isRunning = false;
		const end = (): void => {
			isOver = true;
			if (!isRunning) return;
			isRunning = false;
			this.#lookups--;
			this.#next();
		};
		const wish: Wish = {
			start: () => {
				isRunning = true;
				this.#lookups++;
				this.#search({target, announce, peers, counted}, cancels, outcome => {
					if (isOver) return;
					end();
					done(outcome);
				});
			},
		};
		this.#waiting.push(wish);
		this.#next();
		return () => {
			for (const cancel of cancels) cancel();
			if (isOver) return;
			const at = this.#waiting.indexOf(wish);
			if (at >= 0) this.#waiting.splice(at, 1);
			end();
		};
	}

	/** Begins look-ups that wait for their turn, as soon as there is anybody to ask. */
	#next(): void {
		while (this.#hadNodes && this.#lookups < mostLookups && !this.#stopped) {
			const wish = this.#waiting.shift();
			if (wish === undefined) return;
			wish.start();
		}
	}

	#search(
		{target, announce, peers, counted}: Search,
		cancels: Array<() => void>,
		done: (outcome: {readonly peers: number; readonly stores: number; readonly nodes: number}) => void,
	): void {
		const {clock} = this.#setup;
		const began = clock.now();
		const seen = new Set<string>();
		let [stores, nodes] = [0, 0];
		let isCancelled = false;
		let most: SwarmEstimate | undefined;
		cancels.push(() => {
			isCancelled = true;
		});
		const networks = this.#networks.filter(network => network.node.size > 0);
		let open = networks.length;
		if (open === 0) return void clock.after(0, () => done({peers: 0, stores: 0, nodes: 0}));
		for (const {node, family} of networks) {
			const port = {given: this.#setup.givenPort(family), local: this.#setup.localPort()};
			const cancel = node.findPeers(
				target,
				{noSeed: announce === 'seed'},
				(found, by) => {
					const fresh = found.filter(peer => !seen.has(`${peer.host} ${peer.port}`));
					if (seen.size === 0 && fresh.length > 0) remember(this.#firstPeers, clock.now() - began);
					for (const {host, port} of fresh) seen.add(`${host} ${port}`);
					peers(found, by);
				},
				result => {
					nodes += result.responses;
					stores += result.stores.length;
					const isReached = (port.given ?? port.local) > 0;
					if (announce !== 'nothing' && isReached)
						node.announce(target, result.stores, port, announce === 'seed');
					if (counted !== undefined)
						node.countSwarm(target, result.stores, estimate => {
							if (isCancelled || estimate === undefined) return;
							// Many are in both networks.
							const {seeds, peers: others} = estimate;
							most = {
								seeds: Math.max(seeds, most?.seeds ?? 0),
								peers: Math.max(others, most?.peers ?? 0),
							};
							counted(most);
						});
					if (--open > 0) return;
					remember(this.#whole, clock.now() - began);
					done({peers: seen.size, stores, nodes});
				},
			);
			cancels.push(cancel);
		}
	}

	async #save(): Promise<void> {
		const {store, clock} = this.#setup;
		this.#savedAt = clock.now();
		if (store === undefined || this.#networks.length === 0) return;
		const saved: Partial<Record<AddressFamily, SavedNode>> = {};
		for (const {family, node} of this.#networks) {
			const nodes = node.nodesToKeep(savedNodes);
			// What was known before is worth more than nothing.
			if (nodes.length > 0) saved[family] = {id: node.id, nodes};
		}
		if (Object.keys(saved).length > 0) await store.save(saved);
	}

	/** What screens and scripts see. */
	view(): {
		readonly dhtNodes: number;
		readonly dht: {readonly state: DhtState; readonly why?: string | undefined};
	} {
		const {state, why} = this.health;
		return {dhtNodes: this.nodes, dht: {state, ...(why !== undefined && {why})}};
	}

	/** Says nothing any more, and keeps who was known. */
	async stop(): Promise<void> {
		this.#stopped = true;
		const saved = this.#save();
		for (const network of this.#networks) network.stop();
		await saved;
	}
}

function remember(times: Millis[], time: Millis): void {
	times.push(time);
	if (times.length > keptTimes) times.shift();
}
