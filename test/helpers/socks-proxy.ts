import {createSocket, type Socket as Datagrams} from 'node:dgram';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import type {TestContext} from 'node:test';

/** What a proxy of a test does. */
export interface SocksOptions {
	/** Who may use it; everybody when left out. */
	readonly credentials?: {readonly user: string; readonly password: string};
	/** Whether datagrams are passed on; they are when left out. */
	readonly udp?: boolean;
	/** Addresses of names; a name that is not here is not found. */
	readonly names?: Readonly<Record<string, string>>;
	/** The address that it says it takes datagrams at; `0.0.0.0` when left out. */
	readonly relayHost?: string;
}

const addressBytes = (host: string): number[] => host.split('.').map(Number);

/** A SOCKS5 proxy on 127.0.0.1 for IPv4 addresses and names, that remembers what it was asked. */
export class SocksProxy {
	/** `connect 127.0.0.1:80`, `associate`, `datagram NAME:6969`: in order. */
	readonly asked: string[] = [];
	readonly #options: SocksOptions;
	readonly #names: ReadonlyMap<string, string>;
	readonly #sockets = new Set<Socket>();
	readonly #relays = new Set<Datagrams>();
	#server: Server | undefined;
	#port = 0;

	private constructor(options: SocksOptions) {
		this.#options = options;
		this.#names = new Map(Object.entries(options.names ?? {}));
	}

	static async open(t: TestContext, options: SocksOptions = {}): Promise<SocksProxy> {
		const proxy = new SocksProxy(options);
		t.after(() => proxy.stop());
		await proxy.start();
		return proxy;
	}

	get port(): number {
		return this.#port;
	}

	/** The ends of it that speak to clients and servers. */
	get connections(): number {
		return this.#sockets.size;
	}

	/** Listens, on the same port as before. */
	async start(): Promise<void> {
		const server = createServer(socket => this.#serve(socket));
		this.#server = server;
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(this.#port, '127.0.0.1', resolve);
		});
		this.#port = (server.address() as AddressInfo).port;
	}

	/** Goes away, with all that leads through it. */
	stop(): void {
		this.#server?.close();
		for (const socket of this.#sockets) socket.destroy();
		for (const relay of this.#relays) relay.close();
		this.#relays.clear();
	}

	/** Ends the connections that keep ways for datagrams open. */
	endAssociations(): void {
		for (const relay of [...this.#relays]) relay.emit('end');
	}

	/** Sends as it is to whoever associated last. */
	inject(bytes: Uint8Array): void {
		for (const relay of this.#relays) relay.emit('inject', bytes);
	}

	#keep(socket: Socket): void {
		this.#sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => this.#sockets.delete(socket));
	}

	#serve(socket: Socket): void {
		this.#keep(socket);
		const {credentials} = this.#options;
		let step: 'method' | 'password' | 'request' | 'open' = 'method';
		let have = Buffer.alloc(0);
		socket.on('data', bytes => {
			if (step === 'open') return;
			have = Buffer.concat([have, bytes]);
			if (step === 'method' && have.length >= 2 && have.length >= 2 + have[1]!) {
				const offered = have.subarray(2, 2 + have[1]!);
				have = have.subarray(2 + have[1]!);
				const wanted = credentials === undefined ? 0 : 2;
				if (!offered.includes(wanted)) return void socket.end(Uint8Array.of(5, 0xff));
				step = credentials === undefined ? 'request' : 'password';
				socket.write(Uint8Array.of(5, wanted));
			}
			if (step === 'password' && have.length > 2) {
				const user = have.subarray(2, 2 + have[1]!).toString();
				const at = 2 + have[1]!;
				const password = have.subarray(at + 1, at + 1 + have[at]!).toString();
				have = have.subarray(at + 1 + have[at]!);
				const isRight = user === credentials?.user && password === credentials.password;
				if (!isRight) return void socket.end(Uint8Array.of(1, 1));
				step = 'request';
				socket.write(Uint8Array.of(1, 0));
			}
			if (step === 'request' && have.length >= 7) {
				step = 'open';
				this.#request(socket, have);
			}
		});
	}

	#target(bytes: Buffer, from: number): {host: string; port: number; end: number} {
		const isName = bytes[from] === 3;
		const at = from + (isName ? 2 : 1);
		const end = at + (isName ? bytes[from + 1]! : 4);
		const host = isName ? bytes.subarray(at, end).toString() : bytes.subarray(at, end).join('.');
		return {host, port: bytes.readUInt16BE(end), end: end + 2};
	}

	#resolve(host: string): string | undefined {
		return /^[\d.]+$/.test(host) ? host : this.#names.get(host);
	}

	#request(socket: Socket, bytes: Buffer): void {
		const {host, port} = this.#target(bytes, 3);
		if (bytes[1] === 3) return this.#associate(socket);
		this.asked.push(`connect ${host}:${port}`);
		const address = this.#resolve(host);
		if (address === undefined) return void socket.end(Uint8Array.of(5, 4, 0, 1, 0, 0, 0, 0, 0, 0));
		const far = connect({host: address, port});
		this.#keep(far);
		far.once('connect', () => {
			socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
			socket.pipe(far);
			far.pipe(socket);
		});
		far.once('error', () => socket.end(Uint8Array.of(5, 5, 0, 1, 0, 0, 0, 0, 0, 0)));
		socket.on('close', () => far.destroy());
	}

	#associate(socket: Socket): void {
		this.asked.push('associate');
		if (this.#options.udp === false) return void socket.end(Uint8Array.of(5, 7, 0, 1, 0, 0, 0, 0, 0, 0));
		const relay = createSocket('udp4');
		this.#relays.add(relay);
		let client: {readonly address: string; readonly port: number} | undefined;
		relay.on('message', (message: Buffer, remote) => {
			// Whoever speaks first is the client.
			client ??= remote;
			if (remote.port !== client.port) {
				const head = [0, 0, 0, 1, ...addressBytes(remote.address), remote.port >> 8, remote.port & 0xff];
				return relay.send(Buffer.concat([Uint8Array.from(head), message]), client.port, client.address);
			}
			const {host, port, end} = this.#target(message, 3);
			this.asked.push(`datagram ${host}:${port}`);
			const address = this.#resolve(host);
			if (address !== undefined) relay.send(message.subarray(end), port, address);
		});
		relay.on('inject', (bytes: Uint8Array) => client && relay.send(bytes, client.port, client.address));
		relay.on('end', () => socket.destroy());
		socket.on('close', () => {
			if (this.#relays.delete(relay)) relay.close();
		});
		relay.bind(0, '127.0.0.1', () => {
			const {port} = relay.address();
			const host = addressBytes(this.#options.relayHost ?? '0.0.0.0');
			socket.write(Uint8Array.of(5, 0, 0, 1, ...host, port >> 8, port & 0xff));
		});
	}
}
