import type {RemoteInfo, Socket} from 'node:dgram';
import process from 'node:process';
import type {LogLevel} from '../../base/ports.js';
import type {IpFamily} from './local-addresses.js';
import type {LocalNetwork} from './local-networks.js';
import {describeNetworkError} from './network-error.js';

/** A multicast group in each family, on one port. */
export interface MulticastGroup {
	readonly 4: string;
	readonly 6: string;
	readonly port: number;
}

export interface MulticastOptions {
	readonly group: MulticastGroup;
	/** The networks of this machine, as of now. */
	readonly networks: () => readonly LocalNetwork[];
	/** A datagram came to the group; `bytes` are the listener's own. Those we sent come, too. */
	readonly heard: (bytes: Uint8Array, host: string) => void;
	/** Nothing is sent. */
	readonly hearsOnly?: boolean;
	/** What is said of trouble begins with this. */
	readonly name: string;
	readonly log: (level: LogLevel, text: string) => void;
}

/** As many groups as Linux lets a socket join. */
const mostNetworks = 20;
/** Datagrams for a socket that is being opened. */
const mostWaiting = 4;
/** Elsewhere a socket that is bound to a group gets nothing. */
const bindsToGroup = process.platform === 'linux' || process.platform === 'darwin';

/** One network, and the socket that sends on it; it has none while it opens, and when it cannot be opened. */
interface Sender {
	readonly network: LocalNetwork;
	socket: Socket | undefined;
	/** What is to be sent when it is open. */
	readonly waiting: Uint8Array[];
	/** What was wrong with it has been told. */
	told: boolean;
}

/** The socket that hears a family's group on all networks; undefined while it opens. */
type Receiver = {socket: Socket | undefined};

/**
 * Speaks to and hears whoever is in a multicast group on the networks of this machine: no farther than these, from our
 * address in each. Networks come and go. What goes wrong with one is told once, and the others go on.
 */
export class Multicast {
	readonly #options: MulticastOptions;
	readonly #senders = new Map<string, Sender>();
	readonly #receivers = new Map<IpFamily, Receiver>();
	/** Families of which it was told that nothing is heard. */
	readonly #deaf = new Set<IpFamily>();
	#networks: readonly LocalNetwork[] = [];
	#closed = false;

	constructor(options: MulticastOptions) {
		this.#options = options;
	}

	/** Looks which networks there are now. Answers whether there is one that was not there before. */
	refresh(): boolean {
		if (this.#closed) return false;
		this.#networks = this.#options.networks();
		const here = oneOfEach(this.#networks);
		for (const [key, {socket}] of this.#senders) {
			if (here.has(key)) continue;
			this.#senders.delete(key);
			socket?.close();
		}
		let isMore = false;
		for (const [key, network] of here) {
			if (this.#senders.has(key)) continue;
			isMore = true;
			const sender: Sender = {network, socket: undefined, waiting: [], told: false};
			this.#senders.set(key, sender);
			if (this.#options.hearsOnly !== true) void this.#openSender(sender);
		}
		for (const family of [4, 6] as const) this.#listen(family);
		return isMore;
	}

	/** The networks of this machine, as they were last looked at. */
	get networks(): readonly LocalNetwork[] {
		return this.#networks;
	}

	/** Sends on every network of the family. */
	send(family: IpFamily, bytes: Uint8Array): void {
		for (const sender of this.#senders.values())
			if (sender.network.family === family) this.#send(sender, bytes);
	}

	#send(sender: Sender, bytes: Uint8Array): void {
		const {group} = this.#options;
		const {socket, network, waiting} = sender;
		if (socket === undefined) {
			if (waiting.length < mostWaiting) waiting.push(bytes);
			return;
		}
		socket.send(bytes, group.port, group[network.family], error => {
			if (error) this.#trouble(sender, error);
		});
	}

	close(): void {
		this.#closed = true;
		for (const {socket} of [...this.#senders.values(), ...this.#receivers.values()]) socket?.close();
		this.#senders.clear();
		this.#receivers.clear();
	}

	async #openSender(sender: Sender): Promise<void> {
		const {name, family, address} = sender.network;
		try {
			const socket = await openSocket(family, false);
			await bound(socket, {port: 0, address});
			const isWanted = !this.#closed && [...this.#senders.values()].includes(sender);
			if (!isWanted) return void socket.close();
			try {
				socket.setMulticastInterface(family === 4 ? address : `::%${name}`);
				socket.setMulticastTTL(1);
			} catch (error) {
				socket.close();
				throw error;
			}
			sender.socket = socket;
			for (const bytes of sender.waiting.splice(0)) this.#send(sender, bytes);
		} catch (error) {
			this.#trouble(sender, error);
		}
	}

	/** Hears the family's group on all its networks: also on those that were gone for a moment, and forgot us. */
	#listen(family: IpFamily): void {
		const senders = [...this.#senders.values()].filter(({network}) => network.family === family);
		const receiver = this.#receivers.get(family);
		if (receiver === undefined) {
			if (senders.length > 0) void this.#openReceiver(family);
			return;
		}
		const {socket} = receiver;
		if (socket === undefined) return;
		for (const sender of senders) {
			const {name, address} = sender.network;
			try {
				socket.addMembership(this.#options.group[family], family === 4 ? address : `::%${name}`);
			} catch (error) {
				// We are in it already.
				if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') this.#trouble(sender, error);
			}
		}
	}

	async #openReceiver(family: IpFamily): Promise<void> {
		const {group, heard, log, name} = this.#options;
		const receiver: Receiver = {socket: undefined};
		this.#receivers.set(family, receiver);
		try {
			const socket = await openSocket(family, true);
			socket.on('message', (bytes: Uint8Array, {address}: RemoteInfo) => {
				if (!this.#closed) heard(bytes, address);
			});
			await bound(socket, {port: group.port, ...(bindsToGroup && {address: group[family]})});
			if (this.#closed) return void socket.close();
			receiver.socket = socket;
			this.#listen(family);
		} catch (error) {
			// The next look is the next try.
			this.#receivers.delete(family);
			if (this.#deaf.has(family) || this.#closed) return;
			this.#deaf.add(family);
			log('warn', `${name} hears nobody over IPv${family}: ${describeNetworkError(error)}`);
		}
	}

	#trouble(sender: Sender, error: unknown): void {
		if (sender.told || this.#closed) return;
		sender.told = true;
		const {log, name} = this.#options;
		const {network} = sender;
		log(
			'debug',
			`${name} does not work on ${network.name} over IPv${network.family}: ${describeNetworkError(error)}`,
		);
	}
}

/** One address of each interface and family. */
function oneOfEach(networks: readonly LocalNetwork[]): Map<string, LocalNetwork> {
	const found = new Map<string, LocalNetwork>();
	const interfaces = new Set<string>();
	for (const network of networks) {
		const place = `${network.family} ${network.name}`;
		if (interfaces.has(place) || interfaces.size >= mostNetworks * 2) continue;
		interfaces.add(place);
		found.set(`${place} ${network.address}`, network);
	}
	return found;
}

/** `shared`: others on this machine hear the same port. */
async function openSocket(family: IpFamily, shared: boolean): Promise<Socket> {
	const {createSocket} = await import('node:dgram');
	return createSocket({
		type: family === 6 ? 'udp6' : 'udp4',
		ipv6Only: family === 6,
		reuseAddr: shared,
		lookup: (host, _, done) => done(null, host, family),
	});
}

/** Rejects, with the socket closed, when the place cannot be had. */
async function bound(
	socket: Socket,
	place: {readonly port: number; readonly address?: string},
): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		socket.once('error', error => {
			socket.close();
			reject(error);
		});
		socket.bind(place, () => {
			socket.removeAllListeners('error');
			resolve();
		});
	});
	// What goes wrong with one datagram is told to its sender.
	socket.on('error', () => {});
	socket.unref();
}
