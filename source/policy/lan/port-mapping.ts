import type {Millis, Seconds} from '../../base/units.js';
import type {MappedTransport} from '../../protocol/lan/pcp.js';

/** How a gateway is asked. */
export type MappingProtocol = 'pcp' | 'nat-pmp' | 'upnp';

/** What is to be done now. */
export type MappingStep =
	/** Ask for a mapping, the first time or again; this external port would be liked. */
	| {
			readonly type: 'map';
			readonly protocol: MappingProtocol;
			readonly transport: MappedTransport;
			readonly externalPort: number;
	  }
	/** Ask how old the gateway's knowledge is, and at which address it is seen. */
	| {readonly type: 'check'; readonly protocol: MappingProtocol};

/** What a gateway gave. */
export interface GrantedPort {
	readonly externalPort: number;
	/** 0 for as long as the gateway lives, which only UPnP has. */
	readonly lifetime: Seconds;
}

/** How it stands with a gateway. */
export type MappingState =
	| {readonly name: 'asking'}
	| {
			readonly name: 'open';
			readonly protocol: MappingProtocol;
			/** What is open, and until when, in ms of the clock; Infinity for as long as the gateway lives. */
			readonly ports: Readonly<
				Partial<Record<MappedTransport, {readonly externalPort: number; readonly until: Millis}>>
			>;
			/** The other of the two is asked for, and may yet be open, too. */
			readonly isPartial: boolean;
	  }
	/** Nobody maps the port. `why` is what the gateway said; undefined when it said nothing. */
	| {readonly name: 'failed'; readonly why: string | undefined; readonly until: Millis};

interface Port {
	status: 'waiting' | 'asking' | 'open' | 'refused';
	tries: number;
	/** When it is asked for next. */
	at: Millis;
	externalPort: number;
	/** When what was given ends. */
	until: Millis;
	/** As it was given; negative before. */
	lifetime: Seconds;
}

/** How long a mapping is asked for: long enough to be no burden, short enough to go by itself when we crash. */
export const wantedLifetime: Seconds = 3600;

const firstWait: Millis = 250;
const mostTries = 4;
/** UPnP looks for the device, reads about it and asks: it tells by itself when it gives up. */
const upnpWait: Millis = 30_000;
const leastRenewal: Millis = 4000;
const shortestLifetime: Seconds = 10;
const longestLifetime: Seconds = 86_400;
/** What lasts for ever on a gateway is looked after so often, as nothing tells when the gateway forgot. */
const permanentRenewal: Millis = 20 * 60_000;
const checkGap: Millis = 5 * 60_000;
/** A gateway that says unasked that it is there anew is asked within so long, as many may have heard it; and no more often than this. */
const announceSpread: Millis = 3000;
const announceGap: Millis = 30_000;
const firstRest: Millis = 2 * 60_000;
const longestRest: Millis = 60 * 60_000;
const longestRefusal: Seconds = 30 * 60;

const protocolNames: Readonly<Record<MappingProtocol, string>> = {
	pcp: 'PCP',
	'nat-pmp': 'NAT-PMP',
	upnp: 'UPnP',
};

/** What people call it. */
export function protocolName(protocol: MappingProtocol): string {
	return protocolNames[protocol];
}

/**
 * Decides what one gateway is asked, and when: PCP first, then NAT-PMP, then UPnP, each until it answers or was silent
 * for 4 s; renewals at half of what is left, as RFC 6887, 11.2.1 has it; all of it anew when the gateway has forgotten
 * what it knew (8.5), and after a rest that grows when nobody maps anything.
 */
export class PortMapping {
	readonly #protocols: readonly MappingProtocol[];
	readonly #transports: readonly MappedTransport[] = ['tcp', 'udp'];
	readonly #wish: number;
	readonly #random: () => number;
	readonly #ports: Record<MappedTransport, Port>;
	readonly #refusals = new Map<MappingProtocol, string>();
	#phase: 'asking' | 'open' | 'failed' = 'asking';
	#at = 0;
	#restUntil: Millis = 0;
	#rests = 0;
	#leastRest: Millis = 0;
	#checkAt: Millis = Infinity;
	#announcedAt: Millis = -Infinity;
	#epoch: {readonly server: Seconds; readonly at: Millis} | undefined;

	/**
	 * @param port on which we listen; the same is liked outside
	 * @param protocols in the order in which they are tried
	 * @param random 0 <= x < 1: who asked together does not ask again together
	 */
	constructor(port: number, protocols: readonly MappingProtocol[], now: Millis, random: () => number) {
		this.#wish = port;
		this.#protocols = protocols;
		this.#random = random;
		this.#ports = {tcp: fresh(port, now), udp: fresh(port, now)};
		this.#begin(now);
	}

	/** How it stands. */
	get state(): MappingState {
		const {tcp, udp} = this.#ports;
		if (this.#phase === 'failed') return {name: 'failed', why: this.#why, until: this.#restUntil};
		if (this.#phase === 'asking' || (!isHeld(tcp) && !isHeld(udp))) return {name: 'asking'};
		const held = (port: Port) =>
			isHeld(port) ? {externalPort: port.externalPort, until: port.until} : undefined;
		const [heldTcp, heldUdp] = [held(tcp), held(udp)];
		return {
			name: 'open',
			protocol: this.protocol,
			ports: {...(heldTcp && {tcp: heldTcp}), ...(heldUdp && {udp: heldUdp})},
			isPartial: [tcp, udp].some(port => !isHeld(port) && port.status !== 'refused'),
		};
	}

	/** The protocol that is tried, or that holds. */
	get protocol(): MappingProtocol {
		return this.#protocols[this.#at] ?? this.#protocols[0]!;
	}

	/** When there is something to do again, in ms of the clock. */
	get nextDeadline(): Millis {
		if (this.#phase === 'failed') return this.#restUntil;
		const due = this.#transports.map(transport => {
			const {status, at, until} = this.#ports[transport];
			return status === 'waiting' ? Infinity : Math.min(at, until);
		});
		return Math.min(...due, this.#phase === 'open' ? this.#checkAt : Infinity);
	}

	/** What is to be done at this time; it counts as done. */
	take(now: Millis): readonly MappingStep[] {
		if (this.#phase === 'failed') {
			if (now < this.#restUntil) return [];
			this.#begin(now);
		}
		const steps: MappingStep[] = [];
		for (const transport of this.#transports) {
			const port = this.#ports[transport];
			if (isHeld(port) && now >= port.until) {
				this.#begin(now);
				return this.take(now);
			}
			if (port.status === 'waiting' || now < port.at) continue;
			if (port.status === 'open' || port.status === 'refused') {
				port.status = 'asking';
				port.tries = 0;
			}
			if (port.tries >= (this.protocol === 'upnp' ? 1 : mostTries)) {
				if (!this.#silent(port, now)) return this.take(now);
				continue;
			}
			port.at = now + (this.protocol === 'upnp' ? upnpWait : firstWait * 2 ** port.tries);
			port.tries++;
			steps.push({type: 'map', protocol: this.protocol, transport, externalPort: port.externalPort});
		}
		if (this.#phase === 'open' && now >= this.#checkAt) {
			this.#checkAt = now + checkGap;
			if (this.protocol !== 'upnp') steps.push({type: 'check', protocol: this.protocol});
		}
		return steps;
	}

	/** Nobody answers. Answers false when all begins anew with something else. */
	#silent(port: Port, now: Millis): boolean {
		if (!isHeld(port)) {
			if (this.#phase === 'open') {
				// The other of the two is open: this one is asked for when that is renewed.
				port.status = 'refused';
				port.at = now + permanentRenewal;
				return true;
			}
			this.#next(now);
			return false;
		}
		port.status = 'open';
		port.at =
			port.until === Infinity ? now + permanentRenewal : now + Math.max(leastRenewal, (port.until - now) / 2);
		return true;
	}

	/** Whether an answer about this port is waited for: what comes unasked is not to be believed. */
	awaits(protocol: MappingProtocol, transport: MappedTransport): boolean {
		return (
			this.#phase !== 'failed' && protocol === this.protocol && this.#ports[transport].status === 'asking'
		);
	}

	/** The gateway gave a port. */
	granted(protocol: MappingProtocol, transport: MappedTransport, given: GrantedPort, now: Millis): void {
		if (!this.awaits(protocol, transport)) return;
		if (given.externalPort === 0) return this.refused(protocol, transport, 'it names no port', 0, now);
		const port = this.#ports[transport];
		const isPermanent = given.lifetime === 0;
		if (isPermanent && protocol !== 'upnp')
			return this.refused(protocol, transport, 'it gives the port for no time', 0, now);
		const lifetime = Math.min(Math.max(given.lifetime, shortestLifetime), longestLifetime);
		port.status = 'open';
		port.tries = 0;
		port.externalPort = given.externalPort;
		port.lifetime = lifetime;
		port.until = isPermanent ? Infinity : now + lifetime * 1000;
		// A little sooner or later, as many clients may have lost theirs together. RFC 6887, 11.2.1.
		const half = lifetime * 500 * (1 + this.#random() / 10);
		port.at = now + (isPermanent ? permanentRenewal : Math.max(leastRenewal, half));
		if (this.#phase === 'asking') {
			this.#phase = 'open';
			this.#checkAt = now + checkGap;
			this.#rests = 0;
			this.#refusals.clear();
		}
		const other = this.#ports[transport === 'tcp' ? 'udp' : 'tcp'];
		if (other.status !== 'waiting') return;
		// The same port for both, where the gateway chose another.
		if (transport === 'tcp') other.externalPort = given.externalPort;
		other.status = 'asking';
		other.at = now;
	}

	/**
	 * The gateway said no.
	 *
	 * @param why in a few words
	 * @param holds for so long it will not say otherwise; 0 when it did not say
	 */
	refused(
		protocol: MappingProtocol,
		transport: MappedTransport,
		why: string,
		holds: Seconds,
		now: Millis,
	): void {
		if (!this.awaits(protocol, transport)) return;
		this.#leastRest = Math.max(this.#leastRest, Math.min(holds, longestRefusal) * 1000);
		const port = this.#ports[transport];
		const other = this.#ports[transport === 'tcp' ? 'udp' : 'tcp'];
		if (this.#phase === 'open' && isHeld(other)) {
			// One of the two is better than none.
			port.status = 'refused';
			port.until = Infinity;
			port.lifetime = -1;
			port.externalPort = this.#wish;
			port.at = now + Math.max(permanentRenewal, holds * 1000);
			return;
		}
		this.#refusals.set(protocol, why);
		if (this.#phase === 'open') this.#begin(now);
		else this.#next(now);
	}

	/** The gateway does not speak this, or not with us: the next is tried. */
	unsupported(protocol: MappingProtocol, now: Millis): void {
		if (this.#phase === 'failed' || protocol !== this.protocol) return;
		if (this.#phase === 'open') this.#begin(now);
		else this.#next(now);
	}

	/**
	 * The gateway said for how long it has known its mappings. When it began anew since it last said so, all are asked
	 * for again. RFC 6887, 8.5; RFC 6886, 3.6.
	 *
	 * @returns whether it has forgotten ours
	 */
	heardEpoch(server: Seconds, now: Millis): boolean {
		const before = this.#epoch;
		this.#epoch = {server, at: now};
		if (before === undefined || this.#phase !== 'open') return false;
		const client = (now - before.at) / 1000;
		const passed = server - before.server;
		const isSame = passed >= -1 && client + 2 >= passed - passed / 16 && passed + 2 >= client - client / 16;
		if (isSame) return false;
		for (const transport of this.#transports) {
			const port = this.#ports[transport];
			if (port.status === 'waiting') continue;
			port.status = 'asking';
			port.tries = 0;
			port.at = now;
		}
		return true;
	}

	/**
	 * The gateway says unasked that it began anew, or somebody says so in its name: it is asked whether that is so.
	 * RFC 6887, 14.1; RFC 6886, 3.2.1.
	 */
	announced(now: Millis): void {
		if (now - this.#announcedAt < announceGap || this.#phase === 'asking') return;
		this.#announcedAt = now;
		const at = now + this.#random() * announceSpread;
		if (this.#phase === 'open') this.#checkAt = Math.min(this.#checkAt, at);
		else this.#restUntil = Math.min(this.#restUntil, at);
	}

	/** The network may be another, or was away: what is open is asked for again, what failed is tried again. */
	hurry(now: Millis): void {
		this.#rests = 0;
		if (this.#phase === 'failed') return this.#begin(now);
		if (this.#phase === 'asking') return;
		for (const transport of this.#transports) {
			const port = this.#ports[transport];
			if (port.status === 'open' || port.status === 'refused') port.at = now;
		}
	}

	/** Everything from the start: what was open is no longer. */
	#begin(now: Millis): void {
		this.#phase = 'asking';
		this.#checkAt = Infinity;
		this.#epoch = undefined;
		this.#leastRest = 0;
		this.#startWith(0, now);
	}

	#next(now: Millis): void {
		if (this.#at + 1 < this.#protocols.length) return this.#startWith(this.#at + 1, now);
		this.#phase = 'failed';
		const rest = Math.min(longestRest, firstRest * 2 ** this.#rests++);
		this.#restUntil = now + Math.max(rest, this.#leastRest) * (1 + this.#random() / 10);
	}

	#startWith(at: number, now: Millis): void {
		this.#at = at;
		if (at === 0) this.#refusals.clear();
		Object.assign(this.#ports.tcp, fresh(this.#wish, now), {status: 'asking'});
		Object.assign(this.#ports.udp, fresh(this.#wish, now));
	}

	get #why(): string | undefined {
		const said = [...this.#refusals];
		if (said.length === 0) return undefined;
		return said.map(([protocol, why]) => `${why} (${protocolName(protocol)})`).join(', ');
	}
}

function fresh(externalPort: number, now: Millis): Port {
	return {status: 'waiting', tries: 0, at: now, externalPort, until: Infinity, lifetime: -1};
}

/** Whether a mapping was given and has not ended, also while it is asked for again. */
function isHeld({lifetime, status}: Port): boolean {
	return lifetime >= 0 && status !== 'refused' && status !== 'waiting';
}
