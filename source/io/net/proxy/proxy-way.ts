import {connect, isIP, type LookupFunction, type NetConnectOpts, type Socket} from 'node:net';
import {addressScope, parseIp} from '../../../base/ip-address.js';
import type {Clock, LogLevel} from '../../../base/ports.js';
import type {Millis} from '../../../base/units.js';
import {HttpConnectHandshake} from '../../../protocol/transport/http-connect.js';
import {
	describeProxy,
	type ProxyAddress,
	type ProxyTarget,
} from '../../../protocol/transport/proxy-address.js';
import {type ProxyHandshake, ProxyRefusal} from '../../../protocol/transport/proxy-handshake.js';
import {Socks5Handshake, type SocksCommand} from '../../../protocol/transport/socks5.js';
import type {LookUpHost} from '../host-resolver.js';
import {familyOf, type LocalAddresses} from '../local-addresses.js';
import {describeNetworkError} from '../network-error.js';
import {resetSocket} from '../reset-socket.js';

/** What a way through a proxy takes. */
export interface ProxyWayOptions {
	readonly address: ProxyAddress;
	readonly clock: Clock;
	/** What the proxy itself is dialled from. */
	readonly local: LocalAddresses;
	/** Looks up the name of the proxy, and no other. */
	readonly lookUp: LookUpHost;
	readonly log?: ((level: LogLevel, text: string) => void) | undefined;
}

/** How a proxy does. */
export interface ProxyCondition {
	/** `unknown` before anybody has tried. */
	readonly state: 'unknown' | 'up' | 'down';
	/** Why it is down, in words. */
	readonly why?: string | undefined;
}

/** A connection that leads through the proxy, and what the proxy said of its side of it. */
export interface OpenWay {
	readonly socket: Socket;
	readonly bound: ProxyTarget | undefined;
}

/** So long a proxy has to take us. */
const admissionTime: Millis = 10_000;
/** Somebody else got through so lately: a single failure says nothing of the proxy. */
const lately: Millis = 5000;
const mostFailures = 3;

/** Nobody gets through, whatever is to be reached. */
export class ProxyDown extends Error {
	override readonly name = 'ProxyDown';

	constructor(why: string) {
		super(`no way through the proxy: ${why}`);
	}
}

/** So many connections are kept in mind before it is looked which of them have ended. */
const leastTidied = 64;

const isOnThisMachine = (host: string): boolean => host === 'localhost' || isLoopback(host);

/** The one way to other machines when a proxy is set. Knows how the proxy does, from what all who use it meet with. */
export class ProxyWay {
	readonly address: ProxyAddress;
	/** It may be gone: somebody should try. */
	isDoubted = false;
	readonly #options: ProxyWayOptions;
	readonly #listeners = new Set<() => void>();
	#condition: ProxyCondition = {state: 'unknown'};
	#workedAt: Millis = -Infinity;
	#failures = 0;
	/** To the proxy, by an interface that may go; some have ended. */
	readonly #sockets = new Set<Socket>();
	#tidyAt = leastTidied;
	#isKept = false;
	#told: string | undefined;
	/** It was there, and did not take us. */
	#isRefused = false;

	constructor(options: ProxyWayOptions) {
		this.address = options.address;
		this.#options = options;
	}

	/** `socks5://HOST:PORT`, without user and password. */
	get label(): string {
		return describeProxy(this.address);
	}

	get condition(): ProxyCondition {
		return this.#condition;
	}

	/** When it let somebody in last; -Infinity before. */
	get workedAt(): Millis {
		return this.#workedAt;
	}

	/** Has something of the proxy told in the log. */
	warn(text: string): void {
		this.#options.log?.('warn', `the proxy ${this.label} ${text}`);
	}

	/** Tells somebody each time when the proxy is back. */
	onBack(listener: () => void): void {
		this.#listeners.add(listener);
	}

	/** The proxy has let somebody in, wherever they went then. */
	worked(): void {
		const wasDown = this.#condition.state === 'down';
		this.#workedAt = this.#options.clock.now();
		this.#failures = 0;
		this.isDoubted = false;
		if (this.#condition.state === 'up') return;
		this.#condition = {state: 'up'};
		this.#told = undefined;
		if (!wasDown) return;
		this.#options.log?.('info', `the proxy ${this.label} is back`);
		for (const listener of [...this.#listeners]) listener();
	}

	/** A way through it that stood has ended, and not by us: the far side may have gone, or the proxy. */
	ended(): void {
		this.isDoubted = true;
	}

	/** Somebody was not let in, whatever they wanted. `isSure`: nobody is there, however well it went a moment ago. */
	failed(why: string, isRefused = false, isSure = false): void {
		this.#isRefused = isRefused;
		const isOdd =
			!isSure && this.#options.clock.now() - this.#workedAt < lately && ++this.#failures < mostFailures;
		if (isOdd) return;
		this.#condition = {state: 'down', why};
		if (this.#told === why) return;
		this.#told = why;
		this.warn(`lets nobody through: ${why}; nothing goes around it`);
	}

	/** Why the proxy cannot be dialled at all now: the interface that it is dialled from is gone, or has no address for it. */
	get blocked(): string | undefined {
		const {address, local} = this.#options;
		if (local.watched === undefined || isOnThisMachine(address.host)) return undefined;
		if (local.gone !== undefined) return local.gone;
		const isReached = isIP(address.host) === 0 || local.reaches(familyOf(address.host));
		return isReached ? undefined : local.whyNot(familyOf(address.host));
	}

	/** Has a connection to the proxy closed when the address that it runs from is not there any more. */
	keep(socket: Socket): void {
		const {address, local} = this.#options;
		if (isOnThisMachine(address.host)) return;
		this.#sockets.add(socket);
		if (this.#sockets.size >= this.#tidyAt) {
			for (const each of this.#sockets) if (each.destroyed) this.#sockets.delete(each);
			this.#tidyAt = Math.max(leastTidied, this.#sockets.size * 2);
		}
		if (this.#isKept) return;
		this.#isKept = true;
		local.keep(undefined, why => {
			this.#isKept = false;
			for (const each of this.#sockets) resetSocket(each, new Error(why));
			this.#sockets.clear();
		});
	}

	/** Where to dial the proxy, for Node. */
	connectOptions(): NetConnectOpts & {readonly host: string} {
		const {address, local, lookUp} = this.#options;
		const {host, port} = address;
		const isHere = isOnThisMachine(host);
		const family = isIP(host) === 0 ? (local.from(4) === undefined ? 6 : 4) : familyOf(host);
		const from = isHere ? undefined : local.from(family);
		const isBound = !isHere && local.isBound;
		const lookup: LookupFunction = (name, {all}, done) => {
			lookUp(name).then(
				found => {
					const usable = found
						.map(each => ({address: each, family: familyOf(each)}))
						.filter(
							each => !isBound || (from === undefined ? local.reaches(each.family) : each.family === family),
						);
					const [first] = usable;
					if (first === undefined) done(new Error('it has no address we can dial from ours'), '', 0);
					else if (all) done(null, usable);
					else done(null, first.address, first.family);
				},
				error => done(error, '', 0),
			);
		};
		return {host, port, noDelay: true, lookup, ...(from !== undefined && {localAddress: from, family})};
	}

	/** What is said with the proxy. */
	handshake(target: ProxyTarget, command: SocksCommand = 'connect'): ProxyHandshake {
		const {kind, credentials} = this.address;
		return kind === 'socks5'
			? new Socks5Handshake(command, target, credentials)
			: new HttpConnectHandshake(target, credentials);
	}

	/**
	 * What went wrong on the way through, in the words of whoever asked for it; keeps in mind what it says of the proxy.
	 *
	 * @param handshake undefined when the proxy was not even connected
	 */
	judge(error: unknown, handshake: ProxyHandshake | undefined): Error {
		// It is our own side that is gone.
		const {blocked} = this;
		if (blocked !== undefined) return new Error(blocked);
		const blamesProxy =
			error instanceof ProxyRefusal ? error.blamesProxy : handshake === undefined || !handshake.isAdmitted;
		if (!blamesProxy) {
			this.worked();
			return error as Error;
		}
		const why = error instanceof ProxyRefusal ? error.message : describeNetworkError(error);
		const isSure = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
		this.failed(why, error instanceof ProxyRefusal, isSure);
		return new ProxyDown(why);
	}

	/**
	 * A connection through the proxy to somewhere, whose bytes are the far side's from the first on. Rejects when there is
	 * none, with a `ProxyDown` when that is the proxy's fault.
	 */
	open(target: ProxyTarget, signal: AbortSignal, command?: SocksCommand): Promise<OpenWay> {
		const handshake = this.handshake(target, command);
		return this.#converse(handshake, signal, () => {});
	}

	/** Sees whether the proxy takes us, without going anywhere. Rejects when it does not. */
	async probe(signal: AbortSignal): Promise<void> {
		if (this.address.kind === 'http') {
			// It says nothing before it is asked for something.
			(await this.connected(signal)).destroy();
			if (!this.#isRefused) this.worked();
			return;
		}
		const handshake = this.handshake({host: '0.0.0.0', port: 0});
		const over = new AbortController();
		const signals = AbortSignal.any([signal, over.signal]);
		const isIn = new Error('it took us');
		await this.#converse(handshake, signals, () => {
			if (handshake.isAdmitted) over.abort(isIn);
		}).then(
			({socket}) => socket.destroy(),
			error => {
				if (error !== isIn) throw error;
				this.worked();
			},
		);
	}

	/** A connection to the proxy itself. Rejects when there is none. */
	connected(signal: AbortSignal): Promise<Socket> {
		return new Promise((resolve, reject) => {
			if (signal.aborted) return reject(signal.reason);
			const {blocked} = this;
			if (blocked !== undefined) return reject(new Error(blocked));
			const socket = connect(this.connectOptions());
			const settle = (error?: unknown): void => {
				slow.clear();
				signal.removeEventListener('abort', abort);
				socket.removeAllListeners();
				if (error === undefined) return resolve(socket);
				socket.on('error', () => {});
				socket.destroy();
				reject(error);
			};
			const abort = (): void => settle(signal.reason);
			const slow = this.#options.clock.after(admissionTime, () =>
				settle(this.judge(new Error('it does not answer'), undefined)),
			);
			socket.on('error', error => settle(this.judge(error, undefined)));
			socket.on('connect', () => settle());
			this.keep(socket);
			signal.addEventListener('abort', abort);
		});
	}

	async #converse(handshake: ProxyHandshake, signal: AbortSignal, progress: () => void): Promise<OpenWay> {
		const socket = await this.connected(signal);
		return new Promise((resolve, reject) => {
			const end = (): void => {
				slow.clear();
				signal.removeEventListener('abort', abort);
				socket.removeAllListeners();
			};
			const fail = (error: unknown): void => {
				end();
				socket.on('error', () => {});
				socket.destroy();
				reject(error);
			};
			const abort = (): void => fail(signal.reason);
			const broken = (error: unknown): void => fail(this.judge(error, handshake));
			const slow = this.#options.clock.after(admissionTime, () => {
				if (!handshake.isAdmitted) broken(new Error('it does not answer'));
			});
			socket.on('error', broken);
			socket.on('close', () => broken(new Error('it closes the connection')));
			socket.on('end', () => broken(new Error('it closes the connection')));
			socket.on('readable', () => {
				const bytes: Buffer | null = socket.read();
				if (bytes === null) return;
				try {
					const step = handshake.push(bytes, bytes.length);
					progress();
					if (socket.destroyed) return;
					if (step.kind === 'send') socket.write(step.bytes);
					if (step.kind !== 'open') return;
					end();
					if (step.used < bytes.length) socket.unshift(bytes.subarray(step.used));
					this.worked();
					resolve({socket, bound: step.bound});
				} catch (error) {
					broken(error);
				}
			});
			if (signal.aborted) return abort();
			signal.addEventListener('abort', abort);
			socket.write(handshake.first());
		});
	}
}

function isLoopback(host: string): boolean {
	const ip = parseIp(host);
	return ip !== undefined && addressScope(ip) === 'loopback';
}
