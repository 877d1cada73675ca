import {fromHex, toHex} from '../../base/hex.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock, LogLevel, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {isInNetwork, type LocalNetwork} from '../../io/net/local-networks.js';
import {AnnounceTurns} from '../../policy/lan/announce-turns.js';
import {
	decodeLsdAnnounce,
	encodeLsdAnnounce,
	type LsdAnnounce,
	mostInfoHashes,
} from '../../protocol/lan/lsd.js';
import type {SessionService} from '../session/session-service.js';

/** Announces of others that are read, a second. */
const mostHeard = 10;
/** How often it is looked whether there are other networks, and how often while there is none: a cable was plugged in. */
const lookTime: Millis = 60_000;
const lonelyLookTime: Millis = 3000;

/** Speaks to the local networks, and hears them. */
export interface LocalGroup {
	/** The networks of this machine, as they were last looked at. */
	readonly networks: readonly LocalNetwork[];
	/** Looks at them. Answers whether one is new. */
	refresh(): boolean;
	send(family: 4 | 6, bytes: Uint8Array): void;
	close(): void;
}

/** What local discovery needs. */
export interface LocalDiscoverySetup {
	readonly clock: Clock;
	readonly random: Random;
	/** The port on which we listen for peers; 0 while we do not. What routers map it to means nothing here. */
	port(): number;
	/** Joins the groups. @param heard to be told what comes, and from which address */
	open(heard: (bytes: Uint8Array, host: string) => void): LocalGroup;
	/** Whether addresses of this machine alone are all that it is bound to. */
	readonly isAlone: boolean;
	readonly log: (level: LogLevel, text: string) => void;
}

/** Finds peers on the networks of this machine, for all torrents of a session. BEP 14. */
export class LocalDiscovery implements SessionService {
	readonly #setup: LocalDiscoverySetup;
	/** By info-hash in hex: who is told of peers. */
	readonly #torrents = new Map<string, (peers: readonly PeerAddress[]) => void>();
	readonly #turns = new AnnounceTurns(mostInfoHashes);
	/** By which we know our own announces, on whatever network they come back. */
	readonly #cookie: string;
	#group: LocalGroup | undefined;
	#lookedAt: Millis = -Infinity;
	#heard = 0;
	#heardSince: Millis = -Infinity;

	constructor(setup: LocalDiscoverySetup) {
		this.#setup = setup;
		this.#cookie = toHex(setup.random.bytes(8));
	}

	/** Why nobody is found, in words; undefined while somebody may be. */
	get off(): string | undefined {
		if (this.#setup.isAlone) return 'bound to addresses of this machine alone';
		return this.#group?.networks.length === 0 ? 'no local network' : undefined;
	}

	start(): void {
		const {isAlone, open, log} = this.#setup;
		if (isAlone) return log('debug', `local discovery is off: ${this.off}`);
		this.#group = open((bytes, host) => this.#take(bytes, host));
		this.#look(this.#setup.clock.now());
	}

	/** Interfaces or addresses of this machine are others than before. */
	networkChanged(): void {
		this.#look(this.#setup.clock.now());
	}

	/** We listen on another port than before: everybody is told it. */
	portChanged(): void {
		this.#turns.again(this.#setup.clock.now());
	}

	#look(now: Millis): void {
		this.#lookedAt = now;
		if (this.#group?.refresh()) this.#turns.again(now);
	}

	/**
	 * Announces a torrent from now on, and tells of its peers.
	 *
	 * @param infoHash 20 bytes
	 * @returns how to end it
	 */
	join(infoHash: Uint8Array, found: (peers: readonly PeerAddress[]) => void): () => void {
		const hash = toHex(infoHash);
		this.#torrents.set(hash, found);
		this.#turns.add(hash, this.#setup.clock.now());
		return () => {
			if (this.#torrents.get(hash) !== found) return;
			this.#torrents.delete(hash);
			this.#turns.delete(hash);
		};
	}

	/** A torrent that is announced is to be so at once. @param infoHash 20 bytes */
	hurry(infoHash: Uint8Array): void {
		const hash = toHex(infoHash);
		if (this.#torrents.has(hash)) this.#turns.add(hash, this.#setup.clock.now());
	}

	/** When a torrent is announced next. @param infoHash 20 bytes */
	nextAt(infoHash: Uint8Array): Millis | undefined {
		return this.off === undefined ? this.#turns.turnOf(toHex(infoHash)) : undefined;
	}

	/** Once a second. */
	tick(now: Millis): void {
		if (this.#group === undefined) return;
		const isAlone = this.#group.networks.length === 0;
		if (now - this.#lookedAt >= (isAlone ? lonelyLookTime : lookTime)) this.#look(now);
		const port = this.#setup.port();
		if (port === 0 || this.#group.networks.length === 0) return;
		const named = this.#turns.due(now);
		if (named.length === 0) return;
		const announce = {port, infoHashes: named.map(hash => fromHex(hash)!), cookie: this.#cookie};
		this.#group.send(4, encodeLsdAnnounce(announce, 'ipv4'));
		this.#group.send(6, encodeLsdAnnounce(announce, 'ipv6'));
	}

	/** Somebody says where it is. What is no announce, too much, or from elsewhere is not heard. */
	#take(bytes: Uint8Array, host: string): void {
		const now = this.#setup.clock.now();
		if (now - this.#heardSince >= 1000) {
			this.#heardSince = now;
			this.#heard = 0;
		}
		if (++this.#heard > mostHeard) return;
		if (!this.#group?.networks.some(network => isInNetwork(host, network))) return;
		const announce = readAnnounce(bytes);
		if (announce === undefined || announce.cookie === this.#cookie) return;
		for (const infoHash of announce.infoHashes)
			this.#torrents.get(toHex(infoHash))?.([{host, port: announce.port}]);
	}

	/** Announces nothing more: there is no goodbye. */
	leave(): void {
		this.stop();
	}

	stop(): void {
		this.#group?.close();
		this.#group = undefined;
	}
}

function readAnnounce(bytes: Uint8Array): LsdAnnounce | undefined {
	try {
		return decodeLsdAnnounce(bytes);
	} catch {
		return undefined;
	}
}
