import type {Timer} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {Gateway} from '../../io/lan/default-gateway.js';
import {type MappingState, type MappingStep, PortMapping} from '../../policy/lan/port-mapping.js';
import type {MappedTransport} from '../../protocol/lan/pcp.js';
import {GatewaySocket} from './gateway-socket.js';
import type {LanGround} from './lan-ground.js';
import {type PcpAnswer, PcpClient} from './pcp-client.js';
import {UpnpClient, UpnpRefusal} from './upnp-client.js';

/** A goodbye is sent so often, and waited for so long. */
const goodbyeTimes: readonly Millis[] = [0, 250, 750];
const goodbyeEnd: Millis = 1500;
const transports: readonly MappedTransport[] = ['tcp', 'udp'];

/** Keeps our port mapped on one gateway, in whichever protocol it speaks. */
export class GatewayLink {
	readonly gateway: Gateway;
	/** Ours, which is mapped. */
	readonly internalPort: number;
	readonly #ground: LanGround;
	readonly #changed: () => void;
	readonly #socket: GatewaySocket;
	readonly #pcp: PcpClient;
	readonly #upnp: UpnpClient;
	readonly #mapping: PortMapping;
	/** What the gateway may have mapped, by what it was asked. */
	readonly #asked = new Set<MappedTransport>();
	readonly #goodbyes = new Map<MappedTransport, () => void>();
	#timer: Timer | undefined;
	#leaving = false;

	/** @param changed told when the state may be another */
	constructor(gateway: Gateway, internalPort: number, ground: LanGround, changed: () => void) {
		this.gateway = gateway;
		this.internalPort = internalPort;
		this.#ground = ground;
		this.#changed = changed;
		const {clock, random} = ground;
		this.#socket = new GatewaySocket(gateway, ground, (bytes, host, port) => {
			this.#pcp.received(bytes, host, port);
			this.#upnp.received(bytes, host);
		});
		const send = (bytes: Uint8Array, host: string, port: number) => this.#socket.send(bytes, host, port);
		this.#pcp = new PcpClient(gateway, internalPort, ground, send, answer => this.#answered(answer));
		this.#upnp = new UpnpClient(gateway, ground, send);
		this.#mapping = new PortMapping(
			internalPort,
			gateway.family === 4 ? ['pcp', 'nat-pmp', 'upnp'] : ['pcp'],
			clock.now(),
			() => random.next(),
		);
	}

	get state(): MappingState {
		return this.#mapping.state;
	}

	/** Does what is due, and sees to it that it is called again when more is. */
	run(): void {
		this.#timer?.clear();
		if (this.#leaving) return;
		const {clock} = this.#ground;
		for (const step of this.#mapping.take(clock.now())) this.#do(step);
		this.#changed();
		const next = this.#mapping.nextDeadline;
		if (next < Infinity) this.#timer = clock.after(Math.max(0, next - clock.now()), () => this.run());
	}

	/** The network may be another, or was away. */
	hurry(): void {
		this.#mapping.hurry(this.#ground.clock.now());
		this.run();
	}

	/** It seems to say that it began anew. */
	announced(): void {
		this.#mapping.announced(this.#ground.clock.now());
		this.run();
	}

	/** Takes away what is mapped: at most 2 s. */
	async release(): Promise<void> {
		if (this.#leaving) return;
		this.#leaving = true;
		this.#timer?.clear();
		const {state, protocol} = this.#mapping;
		if (protocol !== 'upnp') {
			await Promise.all([...this.#asked].map(transport => this.#goodbye(protocol, transport)));
		} else if (state.name === 'open') {
			const {ports} = state;
			await Promise.all(
				transports.map(async transport => {
					const port = ports[transport];
					if (port !== undefined) await this.#upnp.unmap(transport, port.externalPort);
				}),
			);
		}
		this.close();
	}

	/** Lets go, at once. */
	close(): void {
		this.#leaving = true;
		this.#timer?.clear();
		this.#upnp.close();
		this.#socket.close();
		for (const done of [...this.#goodbyes.values()]) done();
	}

	/** Who answered nothing before is not waited for. */
	#goodbye(protocol: 'pcp' | 'nat-pmp', transport: MappedTransport): Promise<void> {
		const {clock} = this.#ground;
		const say = (): void => this.#pcp.map(protocol, transport, 0, 0);
		if (this.state.name !== 'open') {
			say();
			return Promise.resolve();
		}
		return new Promise(resolve => {
			const timers = goodbyeTimes.map(time => clock.after(time, say));
			const done = (): void => {
				for (const timer of timers) timer.clear();
				this.#goodbyes.delete(transport);
				resolve();
			};
			timers.push(clock.after(goodbyeEnd, done));
			this.#goodbyes.set(transport, done);
		});
	}

	#do(step: MappingStep): void {
		if (step.type === 'check') {
			if (step.protocol !== 'upnp') this.#pcp.check(step.protocol);
		} else if (step.protocol === 'upnp') {
			void this.#mapByUpnp(step.transport, step.externalPort);
		} else {
			this.#asked.add(step.transport);
			this.#pcp.map(step.protocol, step.transport, step.externalPort);
		}
	}

	#answered(answer: PcpAnswer): void {
		const now = this.#ground.clock.now();
		const {protocol} = answer;
		if (this.#leaving) {
			if (answer.type === 'mapped' && answer.lifetime > 0) return;
			if (answer.type === 'mapped' || answer.type === 'refused') this.#gone(answer.transport);
			return;
		}
		if (protocol !== this.#mapping.protocol) return;
		switch (answer.type) {
			case 'mapped': {
				const {transport, epoch} = answer;
				if (!this.#mapping.awaits(protocol, transport)) return;
				const wasOpen = this.state.name === 'open';
				this.#heardEpoch(epoch, now);
				this.#mapping.granted(protocol, transport, answer, now);
				this.#tell(transport);
				if (protocol === 'nat-pmp' && !wasOpen) this.#pcp.check(protocol);
				break;
			}
			case 'refused': {
				const {transport, why, lifetime} = answer;
				if (transport !== undefined) this.#mapping.refused(protocol, transport, why, lifetime, now);
				break;
			}
			case 'unsupported':
				this.#mapping.unsupported(protocol, now);
				break;
			case 'epoch':
				this.#heardEpoch(answer.epoch, now);
				break;
			default:
				answer satisfies never;
		}
		this.run();
	}

	#gone(transport: MappedTransport | undefined): void {
		if (transport !== undefined) this.#goodbyes.get(transport)?.();
	}

	#heardEpoch(epoch: number, now: Millis): void {
		if (this.#mapping.heardEpoch(epoch, now))
			this.#ground.log('debug', `the gateway ${this.gateway.host} began anew: ports are asked for again`);
	}

	#tell(transport: MappedTransport): void {
		const {state} = this;
		if (state.name !== 'open') return;
		const port = state.ports[transport];
		if (port === undefined) return;
		const {host} = this.gateway;
		const name = transport.toUpperCase();
		this.#ground.log(
			'debug',
			`${host} maps ${name} port ${port.externalPort} to ${this.internalPort} (${state.protocol})`,
		);
	}

	async #mapByUpnp(transport: MappedTransport, wish: number): Promise<void> {
		const {clock, heardOurAddress} = this.#ground;
		const wasOpen = this.state.name === 'open';
		try {
			const given = await this.#upnp.map(transport, this.internalPort, wish);
			if (given === undefined) {
				// What is open stays so until its time is over: it is asked for again before.
				if (!wasOpen && !this.#leaving) this.#mapping.unsupported('upnp', clock.now());
			} else if (this.#leaving) {
				await this.#upnp.unmap(transport, given.externalPort);
			} else {
				this.#mapping.granted('upnp', transport, given, clock.now());
				this.#tell(transport);
				this.run();
				if (transport === 'tcp') {
					const address = await this.#upnp.externalAddress();
					if (address !== undefined) heardOurAddress(address, this.gateway);
				}
			}
		} catch (error) {
			if (!(error instanceof UpnpRefusal)) throw error;
			this.#mapping.refused('upnp', transport, error.message, 0, clock.now());
		}
		this.run();
	}
}
