import type {Socket as Datagrams} from 'node:dgram';
import type {Socket} from 'node:net';
import {addressScope, parseIp} from '../../../base/ip-address.js';
import type {Clock, LogLevel} from '../../../base/ports.js';
import type {Bytes, Millis} from '../../../base/units.js';
import {ProxyRefusal} from '../../../protocol/transport/proxy-handshake.js';
import {decodeSocksDatagram, encodeSocksDatagram} from '../../../protocol/transport/socks5.js';
import type {DatagramListener, OpenDatagramSocket} from '../datagram-socket.js';
import {familyOf, type IpFamily, type LocalAddresses} from '../local-addresses.js';
import {ProxyDown, type ProxyWay} from './proxy-way.js';

/** Whether a proxy passes datagrams on. */
export interface UdpCondition {
	/** `unknown` before anybody has asked it. */
	readonly state: 'unknown' | 'yes' | 'no';
	/** Why it does not, in words. */
	readonly why?: string | undefined;
}

/** What is sent while the proxy is being asked waits, up to so many. */
const mostWaiting = 256;
/** So long a proxy that does not answer is not asked again, the more the more often it did not. */
const firstPause: Millis = 2000;
const longestPause: Millis = 60_000;
/** Nor one that says it passes none on. */
const refusedPause: Millis = 10 * 60_000;
const answerTime: Millis = 15_000;
/** Places whose head is kept. */
const mostHeads = 1000;
const nothing = new Uint8Array(0);
/** What the proxy says on the connection that keeps the way open is of no interest. */
const wordsIgnored: Bytes = 4096;

interface Waiting {
	readonly datagram: Uint8Array;
	readonly failed: ((error: Error) => void) | undefined;
}

/** What stands between us and the proxy while it passes datagrams on. */
interface Association {
	readonly control: Socket;
	readonly datagrams: Datagrams;
}

/** What the datagrams through a SOCKS5 proxy need. */
export interface SocksDatagramsOptions {
	readonly way: ProxyWay;
	readonly clock: Clock;
	/** What the proxy itself is sent to from. */
	readonly local: LocalAddresses;
	readonly log?: ((level: LogLevel, text: string) => void) | undefined;
}

/**
 * Datagrams by way of a SOCKS5 proxy, for both families by one UDP ASSOCIATE. It is asked when somebody opens a socket, and
 * again when somebody sends after the connection that keeps the way open has ended. Nothing is ever sent to anybody but the
 * proxy. RFC 1928, section 7.
 */
export class SocksDatagrams {
	readonly #options: SocksDatagramsOptions;
	readonly #listeners = new Map<IpFamily, DatagramListener>();
	readonly #waiting: Waiting[] = [];
	/** By host and port. */
	readonly #heads = new Map<string, Uint8Array>();
	#association: Association | undefined;
	/** Ends the asking that is under way. */
	#asking: AbortController | undefined;
	#since: Millis = -Infinity;
	#condition: UdpCondition = {state: 'unknown'};
	#nextTry: Millis = -Infinity;
	#tries = 0;
	#failure = new Error('the proxy passes no UDP on');
	#holds = 0;
	#told: string | undefined;

	constructor(options: SocksDatagramsOptions) {
		this.#options = options;
		// Who waited for the proxy goes on at once.
		options.way.onBack(() => {
			this.#nextTry = -Infinity;
			if (this.#listeners.size > 0) this.#ask();
		});
	}

	get condition(): UdpCondition {
		return this.#condition;
	}

	/** A socket for one family; another of the same takes its place. */
	readonly open: OpenDatagramSocket = async ({family}, listener) => {
		this.#listeners.set(family, listener);
		this.#ask();
		let holds = false;
		const hold = (on: boolean): void => {
			if (holds === on) return;
			holds = on;
			this.#hold(on ? 1 : -1);
		};
		return {
			// Where others see us the proxy knows.
			port: 0,
			send: (bytes, host, port, failed) => this.#send(bytes, host, port, failed),
			hold,
			close: () => {
				hold(false);
				if (this.#listeners.get(family) === listener) this.#listeners.delete(family);
				if (this.#listeners.size === 0) this.#leave();
			},
		};
	};

	#send(bytes: Uint8Array, host: string, port: number, failed: ((error: Error) => void) | undefined): void {
		let datagram: Uint8Array;
		try {
			const head = this.#headFor(host, port);
			datagram = new Uint8Array(head.length + bytes.length);
			datagram.set(head);
			datagram.set(bytes, head.length);
		} catch (error) {
			return failed?.(error as Error);
		}
		if (this.#association !== undefined) return write(this.#association.datagrams, datagram, failed);
		this.#ask();
		if (this.#asking === undefined) failed?.(this.#failure);
		else if (this.#waiting.length < mostWaiting) this.#waiting.push({datagram, failed});
		else failed?.(Object.assign(new Error('too much waits to be sent'), {code: 'ENOBUFS'}));
	}

	/** What stands before all that is sent to somebody. */
	#headFor(host: string, port: number): Uint8Array {
		const key = `${host} ${port}`;
		const known = this.#heads.get(key);
		if (known !== undefined) return known;
		if (this.#heads.size >= mostHeads) this.#heads.clear();
		const head = encodeSocksDatagram({host, port}, nothing);
		this.#heads.set(key, head);
		return head;
	}

	#ask(): void {
		const {clock} = this.#options;
		if (this.#asking !== undefined || this.#association !== undefined || clock.now() < this.#nextTry) return;
		const asking = new AbortController();
		this.#asking = asking;
		this.#associate(asking).then(
			association => {
				this.#asking = undefined;
				if (this.#listeners.size === 0) end(association);
				else this.#stands(association);
			},
			error => {
				this.#asking = undefined;
				if (this.#listeners.size > 0) this.#failed(error);
			},
		);
	}

	async #associate(asking: AbortController): Promise<Association> {
		const {way, clock, local} = this.#options;
		const {signal} = asking;
		const timer = clock.after(answerTime, () => asking.abort(new Error('the proxy does not answer')));
		try {
			// From which port we shall send is not known yet, and may be another where the proxy sees it.
			const {socket: control, bound} = await way.open({host: '0.0.0.0', port: 0}, signal, 'associate');
			control.on('error', () => {});
			const remote = (control.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
			const relay = {host: relayHost(bound?.host, remote), port: bound?.port ?? 0};
			if (relay.port === 0 || remote === '') {
				control.destroy();
				throw new ProxyRefusal('it names no port to send datagrams to', true);
			}
			try {
				const family = familyOf(relay.host);
				const from = scopeOf(relay.host) === 'loopback' ? undefined : local.from(family);
				return {control, datagrams: await connected(relay, family, from)};
			} catch (error) {
				control.destroy();
				throw error;
			}
		} finally {
			timer.clear();
		}
	}

	#stands(association: Association): void {
		const {control, datagrams} = association;
		this.#association = association;
		this.#condition = {state: 'yes'};
		this.#since = this.#options.clock.now();
		this.#told = undefined;
		if (this.#holds === 0) setHeld(association, false);
		datagrams.on('message', bytes => {
			const found = decodeSocksDatagram(bytes);
			const ip = found && parseIp(found.from.host);
			if (found === undefined || ip === undefined) return;
			const {host: address, port} = found.from;
			this.#listeners.get(ip.length === 4 ? 4 : 6)?.(found.payload, {address, port});
		});
		let heard = 0;
		control.on('data', bytes => {
			heard += bytes.length;
			if (heard > wordsIgnored) control.destroy();
		});
		const over = (): void => {
			if (this.#association !== association) return;
			this.#association = undefined;
			end(association);
			this.#options.way.ended();
			this.#failure = new Error('the proxy has ended the way for UDP');
			// One that stood for a while is asked for at once.
			if (this.#options.clock.now() - this.#since > longestPause) this.#tries = 0;
			else this.#pause();
		};
		control.on('end', over);
		control.on('close', over);
		for (const {datagram, failed} of this.#waiting.splice(0)) write(datagrams, datagram, failed);
	}

	#failed(error: unknown): void {
		const {way, clock, log} = this.#options;
		const {message} = error as Error;
		this.#failure = new Error(message);
		if (error instanceof ProxyDown) this.#pause();
		else {
			this.#condition = {state: 'no', why: `the proxy passes no UDP on: ${message}`};
			this.#failure = new Error(this.#condition.why);
			// It took us, and said that it does not.
			if (error instanceof ProxyRefusal) this.#nextTry = clock.now() + refusedPause;
			else this.#pause();
			if (this.#told !== message)
				log?.(
					'warn',
					`the proxy ${way.label} passes no UDP on: ${message}; DHT, uTP and UDP trackers are off`,
				);
			this.#told = message;
		}
		for (const {failed} of this.#waiting.splice(0)) failed?.(this.#failure);
	}

	#pause(): void {
		const {clock} = this.#options;
		this.#nextTry = clock.now() + Math.min(longestPause, firstPause * 2 ** Math.min(this.#tries++, 10));
	}

	#hold(by: 1 | -1): void {
		const before = this.#holds;
		this.#holds += by;
		if (this.#association !== undefined && (before === 0 || this.#holds === 0))
			setHeld(this.#association, this.#holds > 0);
	}

	#leave(): void {
		const association = this.#association;
		this.#association = undefined;
		this.#waiting.length = 0;
		this.#asking?.abort(new Error('closed'));
		if (association !== undefined) end(association);
	}
}

function write(datagrams: Datagrams, bytes: Uint8Array, failed: ((error: Error) => void) | undefined): void {
	try {
		datagrams.send(bytes, error => {
			if (error) failed?.(error);
		});
	} catch (error) {
		failed?.(error as Error);
	}
}

function end({control, datagrams}: Association): void {
	control.destroy();
	try {
		datagrams.close();
	} catch {
		// Closed already.
	}
}

function setHeld({control, datagrams}: Association, on: boolean): void {
	if (on) {
		control.ref();
		datagrams.ref();
	} else {
		control.unref();
		datagrams.unref();
	}
}

function scopeOf(host: string): ReturnType<typeof addressScope> | undefined {
	const ip = parseIp(host);
	return ip && addressScope(ip);
}

/**
 * Where a proxy takes datagrams: at its own address when it says 0.0.0.0, a name, or an address of a narrower network than
 * the one we reach it by, which is how it is called behind a gateway.
 */
function relayHost(told: string | undefined, proxy: string): string {
	const scope = told === undefined ? undefined : scopeOf(told);
	if (told === undefined || scope === undefined || scope === 'unspecified' || scope === 'multicast')
		return proxy;
	if (scope === 'public' || scope === scopeOf(proxy)) return told;
	return scopeOf(proxy) === 'loopback' ? told : proxy;
}

/** A socket that only the relay is heard by and spoken to from. */
async function connected(
	{host, port}: {readonly host: string; readonly port: number},
	family: IpFamily,
	from: string | undefined,
): Promise<Datagrams> {
	const {createSocket} = await import('node:dgram');
	const socket = createSocket({
		type: family === 6 ? 'udp6' : 'udp4',
		lookup: (name, _, done) => done(null, name, family),
	});
	await new Promise<void>((resolve, reject) => {
		const failed = (error: Error): void => {
			socket.close();
			reject(error);
		};
		socket.once('error', failed);
		socket.bind({port: 0, ...(from !== undefined && {address: from})}, () => {
			socket.connect(port, host, () => {
				socket.off('error', failed);
				resolve();
			});
		});
	});
	// What goes wrong with one datagram is told to its sender.
	socket.on('error', () => {});
	return socket;
}

/** What there is with a proxy that knows no datagrams. */
export const noDatagrams: Pick<SocksDatagrams, 'open' | 'condition'> = {
	condition: {state: 'no', why: 'an HTTP proxy passes no UDP on'},
	open: () => Promise.reject(new Error('an HTTP proxy passes no UDP on')),
};
