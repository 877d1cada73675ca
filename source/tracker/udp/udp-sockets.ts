import {createSocket, type Socket} from 'node:dgram';
import {networkInterfaces} from 'node:os';
import type {Clock, Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import {plainHost} from '../plain-host.js';

/** Room for datagrams that come while we are busy; the system may give less. */
const receiveBuffer = 1 << 20;
/** Addresses come and go with cables, VPNs and sleep: reading them costs some 100 µs. */
const lookTime: Millis = 10_000;
/** A machine with more addresses than this answers from the system's choice on the others. */
const maximumSockets = 256;

/** What waits to be sent: beyond it the network is what is full, and answers are lost as they would be there. */
const maximumWaiting = 4 << 20;

/** What to send back to a host for its datagram; undefined for nothing. Never waited for longer than it takes. */
export type UdpAnswerer = (
	bytes: Uint8Array,
	host: string,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/**
 * One UDP port on all addresses of this machine, or on one. A socket on "every address" answers from whichever address
 * the system finds best, and a client that asked another one never hears of it: so each address has a socket of its own,
 * beside the one for every address, which hears what comes to those that are not known yet.
 */
export class UdpSockets {
	readonly #answer: UdpAnswerer;
	readonly #clock: Clock;
	readonly #say: (text: string) => void;
	readonly #addresses: () => readonly string[];
	readonly #sockets = new Map<string, Socket>();
	/** Addresses on which no socket could be had, so that each is said once. */
	readonly #failed = new Set<string>();
	#port = 0;
	#any: string | undefined;
	#look: Timer | undefined;

	/**
	 * @param say told in a sentence of an address that cannot be answered from
	 * @param addresses of this machine, now; replaced in tests
	 */
	constructor(
		answer: UdpAnswerer,
		clock: Clock,
		say: (text: string) => void,
		addresses: () => readonly string[] = machineAddresses,
	) {
		this.#answer = answer;
		this.#clock = clock;
		this.#say = say;
		this.#addresses = addresses;
	}

	/** Answers the port. Rejects with the system's error when it cannot be had. */
	async listen(port: number, host: string): Promise<number> {
		const isAny = host === '::' || host === '0.0.0.0';
		// Sockets that share a port would share it with another program's too: whether there is one is seen without sharing.
		const first = await bound(host, port, false);
		this.#port = first.address().port;
		if (!isAny) {
			this.#take(host, first);
			return this.#port;
		}
		await closed(first);
		this.#take(host, await bound(host, this.#port, true));
		this.#any = host;
		await this.#lookAround();
		return this.#port;
	}

	async close(): Promise<void> {
		this.#look?.clear();
		this.#any = undefined;
		const sockets = [...this.#sockets.values()];
		this.#sockets.clear();
		await Promise.all(sockets.map(closed));
	}

	/** The addresses that have a socket of their own, and the one for all. */
	get hosts(): string[] {
		return [...this.#sockets.keys()];
	}

	#take(host: string, socket: Socket): void {
		socket.on('error', () => undefined);
		socket.on('message', (bytes, remote) => {
			if (socket.getSendQueueSize() > maximumWaiting) return;
			const answer = this.#answer(bytes, plainHost(remote.address));
			if (answer instanceof Promise) {
				answer.then(made => {
					// A socket that was closed meanwhile answers nobody.
					if (made && this.#sockets.get(host) === socket)
						socket.send(made, 0, made.length, remote.port, remote.address, ignore);
				}, ignore);
				// A datagram that cannot be sent is as good as lost.
			} else if (answer) socket.send(answer, 0, answer.length, remote.port, remote.address, ignore);
		});
		this.#sockets.set(host, socket);
	}

	async #lookAround(): Promise<void> {
		const any = this.#any;
		if (any === undefined) return;
		const wanted = new Set(this.#addresses().filter(host => any === '::' || !host.includes(':')));
		for (const [host, socket] of this.#sockets) {
			if (host === any || wanted.has(host)) continue;
			this.#sockets.delete(host);
			void closed(socket);
		}
		for (const host of wanted) {
			if (this.#sockets.has(host) || this.#sockets.size >= maximumSockets) continue;
			try {
				const socket = await bound(host, this.#port, true);
				if (this.#any === undefined) return void closed(socket);
				this.#take(host, socket);
				this.#failed.delete(host);
			} catch (error) {
				// An address that is new may not be ready for use: the next look finds it so.
				const {code} = error as NodeJS.ErrnoException;
				if (code !== 'EADDRNOTAVAIL' && !this.#failed.has(host))
					this.#say(`${host} cannot be answered from over UDP (${code})`);
				this.#failed.add(host);
			}
		}
		if (this.#any === undefined) return;
		this.#look = this.#clock.after(lookTime, () => void this.#lookAround());
	}
}

/** Every address of this machine's interfaces, those of a link with their zone. */
function machineAddresses(): string[] {
	return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
		(addresses ?? []).map(({address, scopeid}) => (scopeid ? `${address}%${name}` : address)),
	);
}

async function bound(host: string, port: number, reuseAddr: boolean): Promise<Socket> {
	const ipv6 = host.includes(':');
	const socket = createSocket({
		type: ipv6 ? 'udp6' : 'udp4',
		reuseAddr,
		recvBufferSize: receiveBuffer,
		// Answers go to addresses only: nothing is to be looked up, which takes a turn of the loop each.
		lookup: (address, _options, done) => done(null, address, ipv6 ? 6 : 4),
	});
	try {
		await new Promise<void>((resolve, reject) => {
			socket.once('error', reject);
			socket.bind({port, address: host, exclusive: true}, () => {
				socket.off('error', reject);
				resolve();
			});
		});
		return socket;
	} catch (error) {
		socket.close();
		throw error;
	}
}

function closed(socket: Socket): Promise<void> {
	return new Promise(resolve => socket.close(resolve));
}

function ignore(): void {}
