import {addressFamilyOf, addressScope, formatIp, parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {BencodeNode} from '../../protocol/bencode/bencode.js';
import {readClientFields, readFamilyAddress} from '../../protocol/wire/extension-handshake.js';
import type {ExtensionPeer, HandshakeFields, HandshakePart} from './peer-extension.js';

/** Our addresses, and what becomes of those of peers. */
export interface BothFamilies {
	/** The addresses others may know us by; the first public one of a family is what they do. */
	hosts(): readonly string[];
	/** A peer that has left may be reached at another address, too. */
	alsoAt(peer: ExtensionPeer, address: PeerAddress): void;
}

/**
 * Each side tells the other its address in the family that they do not speak over: `ipv4` and `ipv6` of BEP 10. A peer's
 * is tried when the connection has ended, as before that it would be a second one. Only addresses in the internet are
 * spoken of, and only with those who are there.
 */
export class OtherFamily implements HandshakePart {
	readonly #ours: BothFamilies;
	readonly #others = new WeakMap<ExtensionPeer, PeerAddress>();

	constructor(ours: BothFamilies) {
		this.#ours = ours;
	}

	greeting({address}: ExtensionPeer): HandshakeFields {
		const length = publicIp(address.host)?.length;
		if (length === undefined) return {};
		for (const host of this.#ours.hosts()) {
			const ip = publicIp(host);
			if (ip !== undefined && ip.length !== length) return {[addressFamilyOf(host)]: ip};
		}
		return {};
	}

	greeted(peer: ExtensionPeer, theirs: BencodeNode): void {
		const length = publicIp(peer.address.host)?.length;
		const port = readClientFields(theirs).port ?? (peer.incoming ? undefined : peer.address.port);
		if (length === undefined || port === undefined) return;
		const ip = readFamilyAddress(theirs, length === 4 ? 'ipv6' : 'ipv4');
		if (ip === undefined || ip.length === length || addressScope(ip) !== 'public') return;
		this.#others.set(peer, {host: formatIp(ip), port});
	}

	left(peer: ExtensionPeer): void {
		const other = this.#others.get(peer);
		this.#others.delete(peer);
		if (other !== undefined) this.#ours.alsoAt(peer, other);
	}
}

/** The bytes of an address in the internet; undefined for any other. */
function publicIp(host: string): Uint8Array | undefined {
	const ip = parseIp(host);
	return ip !== undefined && addressScope(ip) === 'public' ? ip : undefined;
}
