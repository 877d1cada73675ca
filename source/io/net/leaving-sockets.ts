import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {DatagramSocket} from './datagram-socket.js';

/** A socket of a port that was left, and with whom something stands there. */
interface Leaving {
	readonly socket: DatagramSocket;
	readonly remotes: Set<string>;
	/** Has it closed no longer when its address goes. */
	readonly forget: () => void;
}

/** UDP sockets of ports that we have left, each kept for those with whom something stands there until that has ended. */
export class LeavingSockets {
	readonly #all = new Map<DatagramSocket, Leaving>();
	readonly #byRemote = new Map<string, Leaving>();

	/** Keeps one for somebody at least; `forget` is called when it is closed. */
	keep(socket: DatagramSocket, remotes: readonly PeerAddress[], forget: () => void): void {
		const leaving = {socket, remotes: new Set(remotes.map(formatAddress)), forget};
		this.#all.set(socket, leaving);
		// Of two ports that were left the first is what they know.
		for (const key of leaving.remotes) if (!this.#byRemote.has(key)) this.#byRemote.set(key, leaving);
	}

	/** The one by which somebody is spoken to; undefined for whom any will do. */
	socketFor(host: string, port: number): DatagramSocket | undefined {
		if (this.#byRemote.size === 0) return undefined;
		return this.#byRemote.get(formatAddress({host, port}))?.socket;
	}

	/** Whether what came by a socket is from somebody who has nothing there any more. */
	ignores(socket: DatagramSocket, host: string, port: number): boolean {
		if (this.#all.size === 0) return false;
		return this.#all.get(socket)?.remotes.has(formatAddress({host, port})) === false;
	}

	/** Nothing stands with somebody any more. */
	ended(to: PeerAddress): void {
		const key = formatAddress(to);
		this.#byRemote.delete(key);
		for (const leaving of this.#all.values())
			if (leaving.remotes.delete(key) && leaving.remotes.size === 0) this.close(leaving.socket);
	}

	/** Closes one, whoever it is kept for. */
	close(socket: DatagramSocket): void {
		const leaving = this.#all.get(socket);
		if (leaving === undefined) return;
		this.#all.delete(socket);
		for (const key of leaving.remotes) if (this.#byRemote.get(key) === leaving) this.#byRemote.delete(key);
		leaving.forget();
		socket.close();
	}

	closeAll(): void {
		for (const socket of [...this.#all.keys()]) this.close(socket);
	}
}
