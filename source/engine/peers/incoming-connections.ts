import {UserError} from '../../base/errors.js';
import type {Millis} from '../../base/units.js';
import type {ConnectionEvents, Listener, PeerStream} from '../../io/net/transport.js';
import type {SessionService} from '../session/session-service.js';
import type {SessionServices} from '../session/session-services.js';
import {handshakeTimeout} from '../swarm/peer-timeouts.js';
import {incomingPeer} from './open-peer.js';
import type {Peer, PeerOptions} from './peer-connection.js';

const sameWarning: Millis = 60_000;
const tryAgainTime: Millis = 2000;

/** Where peers may come in. */
export interface PortOptions {
	/** 0 for any; unless `portFixed`, the next free one is taken when it is not to be had. */
	readonly port: number;
	readonly portFixed: boolean;
	/** Whether peers come over TCP; they do when left out, and without it UDP has to have the port. */
	readonly tcp?: boolean | undefined;
	/** What the transport is bound to, for telling that this machine has no such address. */
	readonly bind: readonly string[];
	/** Why nobody can come now, in words: what we are bound to is not there. Undefined while somebody can. */
	gone?(): string | undefined;
	/** What we are bound to may come and go: it is waited for. */
	readonly waits?: boolean;
	/** Whether nothing is to do with whoever is at an address. */
	blocks?(host: string): boolean;
}

/** The UDP side of the port. */
export interface UdpPort {
	/** Answers false when UDP cannot have the port. */
	listen(port: number): Promise<boolean>;
}

const portsTried = 32;

/** The ports that are tried, one after the other. */
function candidates(port: number, isFixed: boolean): number[] {
	if (port === 0) return [0, 0, 0];
	return isFixed ? [port] : [...Array.from({length: portsTried}, (_, step) => port + step), 0];
}

/** Lets those in who come to us, until it is known which torrent they want. */
export class IncomingConnections implements SessionService {
	readonly #services: SessionServices;
	readonly #where: PortOptions;
	readonly #udp: UdpPort;
	readonly #places: number;
	readonly #handshakeFor: PeerOptions['ourHandshake'];
	/** Those who came and have not said what they want, oldest first. */
	readonly #halfOpen = new Set<Peer>();
	#listener: Listener | undefined;
	/** Where we listened last. */
	#port = 0;
	#listening: Promise<void> = Promise.resolve();
	/** We could not listen where we should, and try again. */
	#triesAgainAt: Millis | undefined;
	#isStopped = false;
	/** The port was chosen while we ran: no other will do. */
	#isChosen = false;
	#notTakenAt: Millis = -Infinity;

	/** @param places how many may be here at a time */
	constructor(
		services: SessionServices,
		where: PortOptions,
		udp: UdpPort,
		places: number,
		handshakeFor: PeerOptions['ourHandshake'],
	) {
		this.#services = services;
		this.#where = where;
		this.#udp = udp;
		this.#places = places;
		this.#handshakeFor = handshakeFor;
	}

	/** Where we can be found, or could when we were last listening; 0 before anybody could. */
	get port(): number {
		return this.#port;
	}

	/**
	 * Listens, with the same port for TCP and UDP where there is one: a fixed port that only UDP cannot have is taken
	 * without it. Rejects with a UserError when no port can be had. What is bound to is waited for when it is not there.
	 */
	async start(): Promise<void> {
		if (this.#where.gone?.() !== undefined) return;
		try {
			this.#listener = await this.#listen(this.#where);
			this.#port = this.#listener.port;
		} catch (error) {
			// Its address may have gone just now, or be of use in a moment.
			if (!this.#where.waits || (error as UserError).code !== 'bad-bind') throw error;
			this.#tryAgainSoon(error);
		}
	}

	#tryAgainSoon(error: unknown): void {
		this.#services.log('debug', `nobody can come in: ${(error as Error).message}`);
		this.#triesAgainAt = this.#services.clock.now() + tryAgainTime;
	}

	/**
	 * Listens anew, at the addresses that there are now: on the same port when it can be had. What fails is told, and tried
	 * again soon: an address of IPv6 may take a moment to be of use.
	 */
	listenAgain(): Promise<void> {
		this.#listening = this.#listening.then(() => this.#listenAnew());
		return this.#listening;
	}

	async #listenAnew(): Promise<void> {
		await this.#retire(this.#listener);
		this.#listener = undefined;
		this.#triesAgainAt = undefined;
		if (this.#isStopped || this.#where.gone?.() !== undefined) return;
		try {
			const {port, portFixed} = this.#where;
			this.#listener = await this.#listen({
				...this.#where,
				port: this.#port || port,
				portFixed: portFixed || this.#isChosen,
			});
			this.#port = this.#listener.port;
			if (this.#isStopped) await this.#listener.close();
		} catch (error) {
			this.#tryAgainSoon(error);
		}
	}

	/**
	 * Listens on another port from now on, and on no other than that. Who is connected stays. Rejects with a `UserError` when
	 * it cannot be had, and all is as before then.
	 */
	moveTo(port: number): Promise<void> {
		const moving = this.#listening.then(() => this.#move(port));
		this.#listening = moving.catch(() => {});
		return moving;
	}

	async #move(port: number): Promise<void> {
		if (this.#isStopped || (port === this.#port && this.#listener !== undefined)) return;
		if (this.#where.gone?.() === undefined) {
			const before = this.#listener;
			this.#listener = await this.#listen({...this.#where, port, portFixed: true});
			await this.#retire(before);
		}
		this.#port = this.#listener?.port ?? port;
		this.#isChosen = true;
	}

	/** Who came stays. */
	async #retire(listener: Listener | undefined): Promise<void> {
		await (listener?.retire?.() ?? listener?.close());
	}

	async #listen({port, portFixed, bind, tcp}: PortOptions): Promise<Listener> {
		const ports = candidates(port, portFixed);
		for (const [at, candidate] of ports.entries()) {
			const listener = await this.#listenOn(candidate, bind);
			if (listener === undefined) continue;
			const hasUdp = await this.#udp.listen(listener.port);
			if (hasUdp || (tcp !== false && at === ports.length - 1)) return listener;
			await listener.close();
		}
		throw new UserError('port-taken', `port ${port} is taken: choose another with --port, or 0 for any`);
	}

	/** Undefined when the port is taken. */
	async #listenOn(port: number, bind: readonly string[]): Promise<Listener | undefined> {
		try {
			return await this.#services.transport.listen({port, refused: code => this.#notTaken(code)}, stream =>
				this.#accept(stream),
			);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'EADDRINUSE' || code === 'EACCES') return undefined;
			if (code !== 'EADDRNOTAVAIL') throw error;
			throw new UserError('bad-bind', `this machine has no address ${bind.join(' or ')}: mend --bind`);
		}
	}

	/**
	 * Who has not said yet which torrent it wants is no peer and has a place for a short time only: when more come than
	 * there are such places, the one that has waited longest makes room.
	 */
	#accept(stream: PeerStream): ConnectionEvents | undefined {
		if (this.#where.blocks?.(stream.remote.host)) return undefined;
		for (const oldest of this.#halfOpen) {
			if (this.#halfOpen.size < this.#places) break;
			oldest.close('others wait');
		}
		const peer = incomingPeer(this.#services, stream, this.#handshakeFor);
		this.#halfOpen.add(peer);
		return peer.events;
	}

	/** Lets go of those who may not be here any more. */
	letGoOfBlocked(): void {
		for (const peer of [...this.#halfOpen])
			if (this.#where.blocks?.(peer.address.host)) peer.close('it is on the blocklist');
	}

	/** The system let nobody in. */
	#notTaken(code: string): void {
		const now = this.#services.clock.now();
		if (now - this.#notTakenAt < sameWarning) return;
		this.#notTakenAt = now;
		this.#services.log(
			'warn',
			code === 'EMFILE' || code === 'ENFILE'
				? 'too many open files, so that peers are turned away: raise the limit with ulimit -n'
				: `peers are turned away: ${code}`,
		);
	}

	/** It belongs to a torrent now, or has gone. */
	forget(peer: Peer): void {
		this.#halfOpen.delete(peer);
	}

	/** Once a second: who says nothing goes. */
	tick(now: Millis): void {
		for (const peer of [...this.#halfOpen])
			if (now - peer.connectedAt > handshakeTimeout) peer.close('no handshake');
		if (this.#triesAgainAt !== undefined && now >= this.#triesAgainAt) void this.listenAgain();
	}

	/** Takes nobody any more, and ends the connections that came to us. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		await this.#listening;
		for (const peer of [...this.#halfOpen]) peer.close('we leave');
		await this.#listener?.close();
	}
}
