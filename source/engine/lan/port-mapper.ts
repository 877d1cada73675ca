import type {SessionView} from '../../api/snapshot.js';
import {addressScope, formatIp, parseIp} from '../../base/ip-address.js';
import type {Millis} from '../../base/units.js';
import type {Gateway} from '../../io/lan/default-gateway.js';
import {mappingSummary} from '../../policy/lan/mapping-sentence.js';
import type {MappedTransport} from '../../protocol/lan/pcp.js';
import type {SessionService} from '../session/session-service.js';
import {GatewayLink} from './gateway-link.js';
import type {LanGround} from './lan-ground.js';

/** What hears gateways on the networks of this machine. */
export interface GatewayEars {
	/** The networks may be others. */
	refresh(): void;
	close(): void;
}

/** What mapping ports stands on. */
export interface PortMapperSetup extends LanGround {
	/** The gateways of this machine, the one that is used first before the others. */
	findGateways(): Promise<readonly Gateway[]>;
	/** Hears those who say unasked that they began anew; `heard` is told where they are. Left out where nobody is heard. */
	hearGateways?(heard: (host: string) => void): GatewayEars;
	/** Whether we listen at this address of ours. */
	listensAt(host: string): boolean;
	/** On which port we listen. */
	localPort(): number;
	/** The port that others are to be told is another than before. */
	portChanged(): void;
}

/** Gateways come without an address of ours becoming another: they are looked for so often. */
const lookGap: Millis = 5 * 60_000;
/** The wall clock ran on while ours stood still: the machine slept. */
const sleepGap: Millis = 30_000;

/** Asks the gateways of this machine to lead our port's peers to us, for as long as the session lives. */
export class PortMapper implements SessionService {
	readonly #setup: PortMapperSetup;
	readonly #ground: LanGround;
	#links: readonly GatewayLink[] = [];
	/** At which address a gateway says it is seen, by ours in its network. */
	readonly #outside = new Map<string, string>();
	#ears: GatewayEars | undefined;
	#looks = 0;
	#lookedAt: Millis;
	#drift: Millis;
	/** What was told others last. */
	#told: string | undefined;
	#said: string | undefined;
	#isKnown = false;
	#stopped = false;

	constructor(setup: PortMapperSetup) {
		this.#setup = setup;
		const {clock} = setup;
		this.#lookedAt = clock.now();
		this.#drift = clock.wall() - clock.now();
		this.#ground = {
			...setup,
			heardOurAddress: (host, gateway) => {
				this.#outside.set(gateway.ours, host);
				setup.heardOurAddress(host, gateway);
			},
		};
	}

	/** Begins to look; who starts is not kept waiting. */
	start(): void {
		void this.#look();
	}

	/** The network may be another. */
	addressesChanged(): void {
		if (this.#stopped) return;
		void this.#look().then(() => {
			for (const link of this.#links) link.hurry();
		});
	}

	tick(now: Millis): void {
		const drift = this.#setup.clock.wall() - now;
		const hasSlept = drift - this.#drift > sleepGap;
		this.#drift = drift;
		if (hasSlept) this.addressesChanged();
		else if (now - this.#lookedAt >= lookGap) void this.#look();
	}

	/** Has the mappings taken away: at most 2 s. */
	async leave(): Promise<void> {
		this.#stopped = true;
		this.#ears?.close();
		await Promise.all(this.#links.map(link => link.release()));
	}

	stop(): void {
		this.#stopped = true;
		this.#ears?.close();
		for (const link of this.#links) link.close();
	}

	/** The port by which we are reached from outside; undefined when nobody maps it. */
	externalPort(family: 4 | 6, transport: MappedTransport): number | undefined {
		for (const {gateway, state} of this.#links) {
			if (gateway.family !== family || state.name !== 'open') continue;
			const port = state.ports[transport];
			if (port !== undefined) return port.externalPort;
		}
		return undefined;
	}

	/**
	 * The port by which somebody reaches us through a gateway; undefined when there is none between us.
	 *
	 * @param host who is told: an address, or a name for anybody in the internet over IPv4
	 */
	portFor(host: string, transport: MappedTransport): number | undefined {
		const ip = parseIp(host);
		if (ip !== undefined && addressScope(ip) !== 'public') return undefined;
		return this.externalPort(ip?.length === 16 ? 6 : 4, transport);
	}

	view(): Partial<SessionView> {
		if (!this.#isKnown) return {};
		return {portMapping: {...this.#summary(), port: this.externalPort(4, 'tcp')}};
	}

	async #look(): Promise<void> {
		const {clock, findGateways, listensAt, localPort, log} = this.#setup;
		this.#lookedAt = clock.now();
		const turn = ++this.#looks;
		let found: readonly Gateway[];
		try {
			found = await findGateways();
		} catch (error) {
			log('debug', `the gateways of this machine cannot be read: ${(error as Error).message}`);
			found = [];
		}
		// Somebody looked later than we, or it is over.
		if (this.#stopped || turn !== this.#looks || localPort() === 0) return;
		this.#isKnown = true;
		const wanted = found.filter(({ours}) => listensAt(ours));
		const kept = new Map(this.#links.map(link => [nameOf(link.gateway), link]));
		const fresh: GatewayLink[] = [];
		this.#links = wanted.map(gateway => {
			const known = kept.get(nameOf(gateway));
			if (known !== undefined && known.internalPort === localPort()) {
				kept.delete(nameOf(gateway));
				return known;
			}
			const link = new GatewayLink(gateway, localPort(), this.#ground, () => this.#changed());
			fresh.push(link);
			return link;
		});
		// What they mapped ends by itself: they are most likely out of reach.
		for (const link of kept.values()) {
			this.#outside.delete(link.gateway.ours);
			void link.release();
		}
		for (const link of fresh) link.run();
		if (this.#links.length > 0) this.#ears ??= this.#setup.hearGateways?.(host => this.#heard(host));
		this.#ears?.refresh();
		this.#changed();
	}

	/** It is not believed, but asked. */
	#heard(host: string): void {
		const ip = parseIp(host);
		if (ip === undefined || this.#stopped) return;
		for (const link of this.#links) if (link.gateway.host === formatIp(ip)) link.announced();
	}

	#changed(): void {
		if (this.#stopped) return;
		const local = this.#setup.localPort();
		const told = [4, 6].map(family => this.externalPort(family as 4 | 6, 'tcp') ?? local).join();
		const before = this.#told ?? [local, local].join();
		this.#told = told;
		if (told !== before) this.#setup.portChanged();
		if (this.#links.some(({state}) => state.name === 'open' && state.isPartial)) return;
		const {state, text} = this.#summary();
		// Not again with every renewal.
		const said = state === 'open' ? `open ${told}` : text;
		if (said === this.#said) return;
		this.#said = said;
		this.#setup.log(state === 'open' ? 'info' : 'debug', `port mapping: ${text}`);
	}

	#summary() {
		const {clock, localPort} = this.#setup;
		return mappingSummary(
			this.#links.map(({gateway, state}) => ({
				family: gateway.family,
				host: gateway.host,
				state,
				outside: this.#outside.get(gateway.ours),
			})),
			localPort(),
			at => timeOfDay(clock.wall() + at - clock.now()),
		);
	}
}

function nameOf({host, device, ours}: Gateway): string {
	return `${host} ${device} ${ours}`;
}

/** As a clock on the wall shows it: `14:20`. @param at ms since 1970 */
function timeOfDay(at: Millis): string {
	const date = new Date(at);
	const two = (number: number): string => `${number}`.padStart(2, '0');
	return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
