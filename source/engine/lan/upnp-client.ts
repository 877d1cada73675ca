import {parseIp} from '../../base/ip-address.js';
import type {Bytes, Millis, Seconds} from '../../base/units.js';
import {type Gateway, isInNetwork} from '../../io/lan/default-gateway.js';
import {type GrantedPort, wantedLifetime} from '../../policy/lan/port-mapping.js';
import type {MappedTransport} from '../../protocol/lan/pcp.js';
import {decodeSearchAnswer, encodeSearch, gatewayTypes} from '../../protocol/lan/ssdp.js';
import {
	addPortMapping,
	deletePortMapping,
	type GatewayService,
	getExternalAddress,
	readDescription,
	readSoapAnswer,
	type SoapAnswer,
	type SoapRequest,
	upnpFaults,
} from '../../protocol/lan/upnp.js';
import type {LanGround} from './lan-ground.js';

/** A gateway that was found refuses; `message` says why in a few words. */
export class UpnpRefusal extends Error {}

const longestXml: Bytes = 100_000;
const requestTime: Millis = 5000;
const goodbyeTime: Millis = 2000;
/** When it is searched for, again and again, and when that ends. */
const searchTimes: readonly Millis[] = [0, 500, 1500];
const searchEnd: Millis = 3500;
/** Others than the gateway itself that answer are asked only when it does not. */
const mostDevices = 4;
const mostAttempts = 6;

interface Device {
	readonly host: string;
	readonly location: string;
}

/** Speaks UPnP with the gateway of one network. UPnP Device Architecture 1.1, WANIPConnection:1. */
export class UpnpClient {
	readonly #gateway: Gateway;
	readonly #ground: LanGround;
	readonly #send: (bytes: Uint8Array, host: string, port: number) => void;
	readonly #abort = new AbortController();
	#found: ((device: Device) => void) | undefined;
	/** Who answered to our questions last time. */
	#service: GatewayService | undefined;
	#searching: Promise<GatewayService | undefined> | undefined;

	constructor(
		gateway: Gateway,
		ground: LanGround,
		send: (bytes: Uint8Array, host: string, port: number) => void,
	) {
		this.#gateway = gateway;
		this.#ground = ground;
		this.#send = send;
	}

	/** A datagram came that may be the answer to a search. Only those of the gateway's own network are looked at. */
	received(bytes: Uint8Array, host: string): void {
		const {ours, prefix} = this.#gateway;
		if (this.#found === undefined || !isInNetwork(host, ours, prefix)) return;
		const answer = decodeSearchAnswer(bytes);
		if (answer === undefined || !URL.canParse(answer.location)) return;
		// Who answers describes itself and nobody else.
		if (new URL(answer.location).hostname !== host) return;
		this.#found({host, location: answer.location});
	}

	/**
	 * Maps a port, or makes the mapping last longer; another external port is asked for when this one is not to be had.
	 * Undefined when nobody answers; rejects with an `UpnpRefusal`.
	 */
	async map(
		transport: MappedTransport,
		internalPort: number,
		wish: number,
	): Promise<GrantedPort | undefined> {
		const service = this.#service ?? (await this.#searchOnce());
		if (service === undefined) return undefined;
		let lifetime: Seconds = wantedLifetime;
		let externalPort = wish;
		let mustBeSame = false;
		let why = '';
		for (let attempt = 0; attempt < mostAttempts; attempt++) {
			const mapping = {transport, externalPort, internalPort, client: this.#gateway.ours, lifetime};
			const answer = await this.#act(service, 'AddPortMapping', addPortMapping(service.type, mapping));
			if (answer === undefined) {
				this.#service = undefined;
				return undefined;
			}
			if (answer.ok) {
				this.#service = service;
				return {externalPort, lifetime};
			}
			({why} = answer);
			const {code} = answer;
			if (lifetime > 0 && lastsForEver.has(code)) lifetime = 0;
			else if (code === upnpFaults.conflict && !mustBeSame) externalPort = this.#otherPort();
			else if (code === upnpFaults.samePortNeeded && externalPort !== internalPort) {
				mustBeSame = true;
				externalPort = internalPort;
			} else break;
		}
		throw new UpnpRefusal(why);
	}

	/** At which address the gateway is seen from outside; undefined when it does not say. */
	async externalAddress(): Promise<string | undefined> {
		const service = this.#service;
		if (service === undefined) return undefined;
		const answer = await this.#act(service, 'GetExternalIPAddress', getExternalAddress(service.type));
		const address = answer?.ok ? answer.fields.get('NewExternalIPAddress') : undefined;
		return address !== undefined && parseIp(address)?.length === 4 ? address : undefined;
	}

	/** Takes a mapping away; whether it worked. */
	async unmap(transport: MappedTransport, externalPort: number): Promise<boolean> {
		const service = this.#service;
		if (service === undefined) return false;
		const request = deletePortMapping(service.type, transport, externalPort);
		const answer = await this.#act(service, 'DeletePortMapping', request, goodbyeTime);
		return answer?.ok === true;
	}

	/** Ends what is under way. */
	close(): void {
		this.#abort.abort(new Error('the engine ends'));
	}

	#otherPort(): number {
		return 10_000 + Math.floor(this.#ground.random.next() * 50_000);
	}

	/** Two who look at a time look together. */
	#searchOnce(): Promise<GatewayService | undefined> {
		this.#searching ??= this.#search().finally(() => {
			this.#searching = undefined;
		});
		return this.#searching;
	}

	/** Looks for the gateway, and for the service of it that maps ports. */
	async #search(): Promise<GatewayService | undefined> {
		const tried = new Set<string>();
		for (const {location} of await this.#devices()) {
			if (tried.has(location)) continue;
			tried.add(location);
			const services = await this.#describe(location);
			const [first] = services;
			if (services.length < 2) {
				if (first !== undefined) return first;
				continue;
			}
			// Some have a service for every kind of line there might be: the one in use knows its address.
			for (const service of services) {
				const request = getExternalAddress(service.type);
				const answer = await this.#act(service, 'GetExternalIPAddress', request);
				const address = answer?.ok ? parseIp(answer.fields.get('NewExternalIPAddress') ?? '') : undefined;
				if (address?.some(byte => byte !== 0)) return service;
			}
			return first;
		}
		return undefined;
	}

	/** Who answers to a search: the gateway itself first, and as soon as it does. */
	#devices(): Promise<readonly Device[]> {
		const {clock, ports} = this.#ground;
		const {host: gateway} = this.#gateway;
		return new Promise(resolve => {
			const devices: Device[] = [];
			const timers = searchTimes.map(time =>
				clock.after(time, () => {
					for (const type of gatewayTypes) {
						for (const host of [ports.ssdpGroup, gateway]) {
							this.#send(encodeSearch(type, host, ports.ssdp), host, ports.ssdp);
						}
					}
				}),
			);
			const end = (): void => {
				for (const timer of timers) timer.clear();
				this.#abort.signal.removeEventListener('abort', end);
				this.#found = undefined;
				resolve(devices);
			};
			timers.push(clock.after(searchEnd, end));
			this.#abort.signal.addEventListener('abort', end);
			this.#found = device => {
				if (device.host === gateway) devices.unshift(device);
				else if (devices.length < mostDevices) devices.push(device);
				if (device.host === gateway) end();
			};
		});
	}

	async #describe(location: string): Promise<readonly GatewayService[]> {
		const {http, log} = this.#ground;
		try {
			const {status, body} = await http.get(location, {
				mayBeBlocked: true,
				maximumBody: longestXml,
				timeout: requestTime,
				signal: this.#abort.signal,
				redirects: 0,
			});
			if (status !== 200) throw new Error(`status ${status}`);
			return readDescription(new TextDecoder().decode(body), location);
		} catch (error) {
			log('debug', `what a gateway says of itself is of no use: ${(error as Error).message}`);
			return [];
		}
	}

	/** Undefined when there is no answer, or one that makes no sense. */
	async #act(
		{controlUrl}: GatewayService,
		action: string,
		post: SoapRequest,
		timeout: Millis = requestTime,
	): Promise<SoapAnswer | undefined> {
		const {http, log} = this.#ground;
		try {
			const {signal} = this.#abort;
			const {body} = await http.get(controlUrl, {
				maximumBody: longestXml,
				timeout,
				signal,
				post,
				mayBeBlocked: true,
			});
			return readSoapAnswer(action, new TextDecoder().decode(body));
		} catch (error) {
			log('debug', `the gateway did not answer to ${action}: ${(error as Error).message}`);
			return undefined;
		}
	}
}

/** Gateways that give ports only for ever say so in several ways. */
const lastsForEver: ReadonlySet<number> = new Set([
	upnpFaults.onlyPermanent,
	upnpFaults.invalidArguments,
	upnpFaults.actionFailed,
]);
