import {formatIp, parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Clock} from '../../base/ports.js';
import type {AddressFilter} from './address-filter.js';
import type {DatagramListener, DatagramSocket, OpenDatagramSocket} from './datagram-socket.js';
import {LeavingSockets} from './leaving-sockets.js';
import {familyOf, type IpFamily, type LocalAddresses} from './local-addresses.js';

/** A protocol that shares the UDP port with others. */
export interface DatagramOwner {
	/**
	 * Whether a datagram is of its kind. Asked for every one that comes, before anything else is done with it: a look at
	 * the first bytes that keeps nothing.
	 */
	claims(bytes: Uint8Array): boolean;
	/** One that it claimed. `bytes` are its own, `host` is in the form of `formatIp`; whether it is whom was asked is its to check. */
	receive(bytes: Uint8Array, host: string, port: number): void;
	/** With whom something stands that would end if it went on from another port; `ended` is to be called when it has. */
	standsWith?(): Iterable<PeerAddress>;
}

/** Told that a datagram did not leave: the error's `code` is ENETUNREACH, EPERM, EMSGSIZE and the like. */
export type SendFailure = (error: Error) => void;

/** Datagrams since the start. */
export interface DatagramCounters {
	/** Handed to their owners. */
	in: number;
	/** Handed to the system. */
	out: number;
	/** Nobody's, of a blocklist's addresses, or more than are looked at in one turn. */
	dropped: number;
}

interface Waiting {
	readonly bytes: Uint8Array;
	readonly host: string;
	readonly port: number;
	readonly failed: SendFailure | undefined;
}

/** The socket of a family, or what waits for it to open. */
interface Family {
	socket: DatagramSocket | undefined;
	/** Settles when it has one, or none can be had. */
	opening?: Promise<void>;
	/** Of ours. */
	address?: string | undefined;
	/** Has it closed no longer when that address goes. */
	forget?: () => void;
	readonly waiting: Waiting[];
}

/**
 * Handed on in one turn of the event loop: as many as Node reads of both families before it sees to anything else. More
 * are dropped, so that a flood of datagrams costs the streams no more than that.
 */
const mostPerTurn = 64;
/** For a socket that is being opened. */
const mostWaiting = 256;
const bothFamilies: readonly IpFamily[] = [4, 6];

export interface UdpMuxOptions {
	readonly local: LocalAddresses;
	readonly clock: Clock;
	readonly open: OpenDatagramSocket;
	/** Addresses that are neither sent to nor heard; none when left out. */
	readonly filter?: AddressFilter | undefined;
	/** Told once, when the port that peers know is taken for UDP and another is sent from. */
	readonly taken?: ((port: number) => void) | undefined;
}

/**
 * One UDP socket a family, of which every protocol over UDP has a share: they claim what comes by a look at it, in the
 * order they joined. A socket is opened when somebody first sends, or when we begin to listen and somebody has joined. That
 * of a port that is left is kept for those with whom something stands.
 */
export class UdpMux {
	readonly counters: DatagramCounters = {in: 0, out: 0, dropped: 0};
	readonly #options: UdpMuxOptions;
	readonly #owners: DatagramOwner[] = [];
	readonly #families = new Map<IpFamily, Family>();
	readonly #leaving = new LeavingSockets();
	/** The port of the sockets that are opened. */
	#port = 0;
	#holds = 0;
	#thisTurn = 0;
	/** The last address that something came from, as the system and as we write it. */
	#theirs = '';
	#written = '';
	#closed = false;
	#toldTaken = false;

	constructor(options: UdpMuxOptions) {
		this.#options = options;
	}

	/** From now on the owner is asked for what comes. */
	join(owner: DatagramOwner): void {
		this.#owners.push(owner);
	}

	/**
	 * The port that peers know: sockets are opened on it, at once when somebody has joined already, and those on another
	 * closed. Answers false, with nothing changed, when it is taken. What else is wrong with a family is told to those who
	 * send over it.
	 */
	async listen(port: number): Promise<boolean> {
		this.#port = port;
		await Promise.all([...this.#families.values()].map(({opening}) => opening));
		const isHad = (family: IpFamily): boolean => {
			const had = this.#families.get(family);
			return had?.socket?.port === port && had.address === this.#options.local.from(family);
		};
		if (this.#owners.length === 0) {
			for (const family of bothFamilies) if (!isHad(family)) this.#closeOne(family);
			return true;
		}
		const families = bothFamilies.filter(family => this.#options.local.reaches(family) && !isHad(family));
		const results = await Promise.allSettled(families.map(family => this.#openOn(family, port)));
		const isFree = !results.some(result => result.status === 'rejected' && isTaken(result.reason));
		for (const [index, result] of results.entries()) {
			const family = families[index]!;
			if (isFree) this.#leave(family);
			if (result.status === 'rejected') continue;
			if (isFree) this.#opened({socket: undefined, waiting: []}, family, result.value);
			else result.value.close();
		}
		if (isFree) this.#toldTaken = false;
		return isFree;
	}

	/** Sends to an address; `bytes` may not be changed until they have left. Nothing of it throws. */
	send(bytes: Uint8Array, host: string, port: number, failed?: SendFailure): void {
		if (this.#closed) return;
		if (this.#options.filter?.blocks(host))
			return failed?.(new Error(`its address ${host} is on the blocklist`));
		const leaving = this.#leaving.socketFor(host, port);
		if (leaving !== undefined) {
			this.counters.out++;
			return leaving.send(bytes, host, port, failed);
		}
		const number = familyOf(host);
		const family = this.#families.get(number) ?? this.#open(number);
		if (family.socket !== undefined) {
			this.counters.out++;
			family.socket.send(bytes, host, port, failed);
		} else if (family.waiting.length < mostWaiting) {
			family.waiting.push({bytes, host, port, failed});
		} else {
			failed?.(errorWith('ENOBUFS', 'too much waits to be sent'));
		}
	}

	/** Keeps the process alive for an answer, until `release` is called as often. */
	hold(): void {
		if (this.#holds++ === 0) this.#holdAll(true);
	}

	release(): void {
		if (--this.#holds === 0) this.#holdAll(false);
	}

	close(): void {
		this.#closed = true;
		for (const family of bothFamilies) this.#closeOne(family);
		this.#leaving.closeAll();
	}

	/** Something has ended that stood with somebody. */
	ended(to: PeerAddress): void {
		if (this.#leaving.socketFor(to.host, to.port) === undefined) return;
		for (const {host, port} of this.#standing()) if (host === to.host && port === to.port) return;
		this.#leaving.ended(to);
	}

	*#standing(): Generator<PeerAddress> {
		for (const owner of this.#owners) yield* owner.standsWith?.() ?? [];
	}

	/** Its socket is used no more but by those with whom something stands. */
	#leave(number: IpFamily): void {
		const {local} = this.#options;
		const {socket, address, forget} = this.#families.get(number) ?? {};
		const remotes = [...this.#standing()].filter(
			({host, port}) => familyOf(host) === number && this.#leaving.socketFor(host, port) === undefined,
		);
		if (socket === undefined || address !== local.from(number) || remotes.length === 0)
			return this.#closeOne(number);
		forget?.();
		this.#families.delete(number);
		this.#leaving.keep(
			socket,
			remotes,
			local.keep(number, () => this.#leaving.close(socket)),
		);
	}

	#closeOne(number: IpFamily): void {
		const family = this.#families.get(number);
		family?.socket?.close();
		family?.forget?.();
		this.#families.delete(number);
	}

	#holdAll(on: boolean): void {
		for (const {socket} of this.#families.values()) socket?.hold(on);
	}

	async #openOn(family: IpFamily, port: number): Promise<DatagramSocket> {
		const {local, open} = this.#options;
		if (!local.reaches(family)) throw errorWith('EADDRNOTAVAIL', local.whyNot(family));
		const address = local.from(family);
		let itself: DatagramSocket | undefined;
		const socket = await open({family, port, address}, (bytes, remote) => {
			const isLeft =
				itself !== undefined && this.#leaving.ignores(itself, this.#ours(remote.address), remote.port);
			if (!isLeft) this.#receive(bytes, remote);
		});
		itself = socket;
		if (local.reaches(family) && local.from(family) === address) return socket;
		socket.close();
		throw errorWith('EADDRNOTAVAIL', local.whyNot(family));
	}

	/** Opens a family for somebody who sends: on another port when the one that peers know is taken. */
	#open(number: IpFamily): Family {
		const family: Family = {socket: undefined, waiting: []};
		this.#families.set(number, family);
		family.opening = this.#openOn(number, this.#port)
			.catch(error => {
				if (this.#port === 0 || !isTaken(error)) throw error;
				if (!this.#toldTaken) this.#options.taken?.(this.#port);
				this.#toldTaken = true;
				return this.#openOn(number, 0);
			})
			.then(
				socket => this.#opened(family, number, socket),
				error => {
					this.#families.delete(number);
					for (const {failed} of family.waiting) failed?.(error);
				},
			);
		return family;
	}

	#opened(family: Family, number: IpFamily, socket: DatagramSocket): void {
		if (this.#closed) return socket.close();
		this.#families.set(number, family);
		family.socket = socket;
		family.address = this.#options.local.from(number);
		family.forget = this.#options.local.keep(number, () => this.#closeOne(number));
		if (this.#holds > 0) socket.hold(true);
		for (const {bytes, host, port, failed} of family.waiting.splice(0)) this.send(bytes, host, port, failed);
	}

	readonly #receive: DatagramListener = (bytes, {address, port}) => {
		if (this.#thisTurn === 0) this.#options.clock.soon(this.#endTurn);
		if (++this.#thisTurn > mostPerTurn) {
			this.counters.dropped++;
			return;
		}
		if (this.#options.filter?.blocks(address)) {
			this.counters.dropped++;
			return;
		}
		for (const owner of this.#owners) {
			if (!owner.claims(bytes)) continue;
			this.counters.in++;
			owner.receive(bytes, this.#ours(address), port);
			return;
		}
		this.counters.dropped++;
	};

	/** They come many in a row from the same. */
	#ours(address: string): string {
		if (address === this.#theirs) return this.#written;
		this.#theirs = address;
		this.#written = asWeWriteIt(address);
		return this.#written;
	}

	readonly #endTurn = (): void => {
		this.#thisTurn = 0;
	};
}

/** The system writes IPv4 addresses as we do. */
function asWeWriteIt(address: string): string {
	if (!address.includes(':')) return address;
	const bytes = parseIp(address);
	return bytes === undefined ? address : formatIp(bytes);
}

function isTaken(error: unknown): boolean {
	const {code} = error as NodeJS.ErrnoException;
	return code === 'EADDRINUSE' || code === 'EACCES';
}

function errorWith(code: string, message: string): Error {
	return Object.assign(new Error(message), {code});
}
