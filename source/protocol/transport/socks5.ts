import {formatIp, parseIp} from '../../base/ip-address.js';
import type {ProxyCredentials, ProxyTarget} from './proxy-address.js';
import {type ProxyHandshake, ProxyRefusal, type ProxyStep} from './proxy-handshake.js';

const version = 5;
const noAuthentication = 0;
const byPassword = 2;
const noMethod = 0xff;
const passwordVersion = 1;
const ipv4 = 1;
const domain = 3;
const ipv6 = 4;

/** What is asked of a proxy. RFC 1928. */
export type SocksCommand = 'connect' | 'associate';
const commands: Readonly<Record<SocksCommand, number>> = {connect: 1, associate: 3};

/** What the replies mean, and whether the proxy would say the same of every other place. */
const replies: ReadonlyMap<number, readonly [text: string, blamesProxy: boolean]> = new Map([
	[1, ['the proxy could not reach it', false]],
	[2, ["the proxy's rules do not allow it", false]],
	[3, ['the proxy has no route to it', false]],
	[4, ['the proxy cannot reach its host', false]],
	[5, ['connection refused, says the proxy', false]],
	[6, ['no answer, says the proxy', false]],
	[7, ['the proxy does not do that', true]],
	[8, ['the proxy does not reach addresses of this kind', false]],
]);

/** An address, or name, and port as the protocol writes them. A name is at most 255 bytes. */
function encodeTarget({host, port}: ProxyTarget): number[] {
	const ip = parseIp(host);
	if (ip !== undefined) return [ip.length === 4 ? ipv4 : ipv6, ...ip, port >> 8, port & 0xff];
	const name = new TextEncoder().encode(host);
	if (name.length === 0 || name.length > 255)
		throw new ProxyRefusal('its name is too long for a proxy', false);
	return [domain, name.length, ...name, port >> 8, port & 0xff];
}

/** Reads what `encodeTarget` writes, at `from`; undefined when it is not whole yet, or of no known kind: see `isKind`. */
function decodeTarget(
	bytes: Uint8Array,
	from: number,
	end: number,
): {readonly target: ProxyTarget; readonly length: number} | undefined {
	const kind = bytes[from];
	const hostAt = kind === domain ? from + 2 : from + 1;
	const hostLength = kind === ipv4 ? 4 : kind === ipv6 ? 16 : (bytes[from + 1] ?? 0);
	const portAt = hostAt + hostLength;
	if (portAt + 2 > end) return undefined;
	const part = bytes.subarray(hostAt, portAt);
	const host = kind === domain ? new TextDecoder().decode(part) : formatIp(part);
	return {target: {host, port: (bytes[portAt]! << 8) | bytes[portAt + 1]!}, length: portAt + 2 - from};
}

function isKind(kind: number): boolean {
	return kind === ipv4 || kind === domain || kind === ipv6;
}

const garbage = 'it answers something else than a SOCKS5 proxy would';
/** The longest of the messages that we read. */
const longestMessage = 4 + 1 + 255 + 2;

/** Asks a SOCKS5 proxy for a way to somewhere. RFC 1928, 1929. */
export class Socks5Handshake implements ProxyHandshake {
	readonly #command: SocksCommand;
	readonly #target: ProxyTarget;
	readonly #credentials: ProxyCredentials | undefined;
	/** What came of the message that is being read. */
	readonly #read = new Uint8Array(longestMessage);
	#have = 0;
	#state: 'method' | 'password' | 'reply' = 'method';

	constructor(command: SocksCommand, target: ProxyTarget, credentials: ProxyCredentials | undefined) {
		this.#command = command;
		this.#target = target;
		this.#credentials = credentials;
	}

	get isAdmitted(): boolean {
		return this.#state === 'reply';
	}

	first(): Uint8Array {
		return this.#credentials === undefined
			? Uint8Array.of(version, 1, noAuthentication)
			: Uint8Array.of(version, 2, noAuthentication, byPassword);
	}

	push(bytes: Uint8Array, length: number): ProxyStep {
		for (let used = 0; used < length; ) {
			this.#read[this.#have++] = bytes[used++]!;
			const step = this.#look(used);
			if (step === undefined) continue;
			// It answers what it was not asked yet.
			if (step.kind === 'send' && used < length) throw new ProxyRefusal(garbage, true);
			return step;
		}
		return {kind: 'more'};
	}

	#look(used: number): ProxyStep | undefined {
		if (this.#state === 'reply') return this.#reply(used);
		const [first, second] = this.#read;
		if (first !== (this.#state === 'method' ? version : passwordVersion))
			throw new ProxyRefusal(garbage, true);
		if (this.#have < 2) return undefined;
		this.#have = 0;
		if (this.#state === 'method') return this.#method(second!);
		if (second !== 0) throw new ProxyRefusal('it does not take our user and password', true);
		return this.#request();
	}

	#method(method: number): ProxyStep {
		if (method === noAuthentication) return this.#request();
		if (method === byPassword && this.#credentials !== undefined) {
			this.#state = 'password';
			const [user, password] = [this.#credentials.user, this.#credentials.password].map(word =>
				new TextEncoder().encode(word),
			) as [Uint8Array, Uint8Array];
			return {
				kind: 'send',
				bytes: Uint8Array.of(passwordVersion, user.length, ...user, password.length, ...password),
			};
		}
		if (method === byPassword || (method === noMethod && this.#credentials === undefined))
			throw new ProxyRefusal('it wants a user and a password', true);
		throw new ProxyRefusal(
			method === noMethod
				? 'it takes neither a user with a password nor those without'
				: 'it wants a kind of authentication that was not offered',
			true,
		);
	}

	#request(): ProxyStep {
		this.#state = 'reply';
		return {
			kind: 'send',
			bytes: Uint8Array.of(version, commands[this.#command], 0, ...encodeTarget(this.#target)),
		};
	}

	#reply(used: number): ProxyStep | undefined {
		const [first, reply, , kind] = this.#read;
		// That it passes no datagrams on says nothing of streams.
		const isForAll = this.#command === 'connect';
		if (first !== version) throw new ProxyRefusal(garbage, isForAll);
		if (this.#have >= 2 && reply !== 0) {
			const [text, blamesProxy] = replies.get(reply!) ?? [`the proxy says error ${reply}`, false];
			throw new ProxyRefusal(text, blamesProxy && isForAll, reply === 2);
		}
		if (this.#have < 4) return undefined;
		if (!isKind(kind!)) throw new ProxyRefusal(garbage, isForAll);
		const bound = decodeTarget(this.#read, 3, this.#have);
		return bound && {kind: 'open', used, bound: bound.target};
	}
}

/**
 * A datagram as the proxy is to pass it on. RFC 1928, section 7.
 *
 * @throws {ProxyRefusal} when the name is too long
 */
export function encodeSocksDatagram(to: ProxyTarget, payload: Uint8Array): Uint8Array<ArrayBuffer> {
	const head = encodeTarget(to);
	const datagram = new Uint8Array(3 + head.length + payload.length);
	datagram.set(head, 3);
	datagram.set(payload, 3 + head.length);
	return datagram;
}

/** What a proxy passed on, and from where; `payload` is a part of `bytes`. Undefined for fragments and for what is none. */
export function decodeSocksDatagram(
	bytes: Uint8Array,
): {readonly from: ProxyTarget; readonly payload: Uint8Array} | undefined {
	// FRAG other than 0 is a part of one: an implementation that does not put them together drops it.
	if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 0) return undefined;
	if (!isKind(bytes[3]!)) return undefined;
	const found = decodeTarget(bytes, 3, bytes.length);
	if (found === undefined) return undefined;
	return {from: found.target, payload: bytes.subarray(3 + found.length)};
}
