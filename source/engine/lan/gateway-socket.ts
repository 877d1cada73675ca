import {formatIp, parseIp} from '../../base/ip-address.js';
import type {Gateway} from '../../io/lan/default-gateway.js';
import type {DatagramSocket} from '../../io/net/datagram-socket.js';
import type {LanGround} from './lan-ground.js';

/** Who hears what comes; `host` is in the form of `formatIp`. */
export type GatewayListener = (bytes: Uint8Array, host: string, port: number) => void;

/** Datagrams between our address in a gateway's network and the gateway: opened with the first that is sent. */
export class GatewaySocket {
	readonly #gateway: Gateway;
	readonly #ground: Pick<LanGround, 'open' | 'log'>;
	readonly #listener: GatewayListener;
	#socket: Promise<DatagramSocket | undefined> | undefined;
	#closed = false;

	constructor(gateway: Gateway, ground: Pick<LanGround, 'open' | 'log'>, listener: GatewayListener) {
		this.#gateway = gateway;
		this.#ground = ground;
		this.#listener = listener;
	}

	/** What does not leave is as good as lost on the way. */
	send(bytes: Uint8Array, host: string, port: number): void {
		if (this.#closed) return;
		this.#socket ??= this.#open();
		const {device} = this.#gateway;
		const isLinkLocal = host.startsWith('fe80:');
		void this.#socket.then(socket =>
			socket?.send(bytes, isLinkLocal ? `${host}%${device}` : host, port, () => {}),
		);
	}

	close(): void {
		this.#closed = true;
		void this.#socket?.then(socket => socket?.close());
	}

	async #open(): Promise<DatagramSocket | undefined> {
		const {family, ours} = this.#gateway;
		try {
			return await this.#ground.open({family, port: 0, address: ours}, (bytes, {address, port}) => {
				const ip = this.#closed ? undefined : parseIp(address);
				if (ip !== undefined) this.#listener(bytes, formatIp(ip), port);
			});
		} catch (error) {
			this.#ground.log('debug', `no socket at ${ours} to ask the gateway: ${(error as Error).message}`);
			return undefined;
		}
	}
}
