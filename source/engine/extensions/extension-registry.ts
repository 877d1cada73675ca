import type {PeerAddress} from '../../base/peer-address.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {Bencodable} from '../../protocol/bencode/bencode.js';
import {
	decodeExtensionHandshake,
	encodeExtensionHandshake,
	extensionHandshakeId,
	readExtensionNumber,
} from '../../protocol/wire/extension-handshake.js';
import type {ExtensionPeer, ExtensionTorrent, HandshakePart, PeerExtension} from './peer-extension.js';

/** Reading an extension handshake costs as much as so many small messages. */
const handshakeCost = 5;
/** So many bytes of a message that is read over cost as much as a small one. */
const bytesPerCost: Bytes = 4096;

/** The extensions of one torrent: greets its peers for them, and gives each what is meant for it. BEP 10. */
export class ExtensionRegistry {
	readonly #torrent: ExtensionTorrent;
	readonly #extensions: readonly PeerExtension[];
	readonly #parts: readonly HandshakePart[];
	readonly #byId = new Map<number, PeerExtension>();

	/** @param others what has something to say in handshakes, and no messages of its own */
	constructor(
		torrent: ExtensionTorrent,
		extensions: readonly PeerExtension[],
		others: readonly HandshakePart[],
	) {
		this.#torrent = torrent;
		this.#extensions = extensions;
		this.#parts = [...others, ...extensions];
		for (const extension of extensions) this.#byId.set(extension.id, extension);
	}

	/** A peer has come, and has been told what we have. */
	joined(peer: ExtensionPeer): void {
		peer.extensions.joined = true;
		if (peer.supportsExtended) this.#greet(peer);
		for (const part of this.#parts) part.joined?.(peer);
	}

	/** Tells those who are here what we offer now: more than before, or less. */
	greetAgain(): void {
		for (const peer of this.#torrent.peers) if (peer.supportsExtended) this.#greet(peer, 0);
	}

	/** @param off the number of what is not offered; left out when nobody was told of it before */
	#greet(peer: ExtensionPeer, off?: 0): void {
		const numbers: Record<string, number | undefined> = {};
		const fields: Record<string, Bencodable | undefined> = {};
		for (const {name, id, offered} of this.#extensions) numbers[name] = offered ? id : off;
		for (const part of this.#parts) Object.assign(fields, part.greeting?.(peer));
		peer.sendExtended(extensionHandshakeId, encodeExtensionHandshake(numbers, fields));
	}

	/** An extension message came. */
	message(peer: ExtensionPeer, id: number, payload: Uint8Array): void {
		if (id === extensionHandshakeId) return this.#greeted(peer, payload);
		const extension = this.#byId.get(id);
		if (extension?.offered) extension.message(peer, payload);
		else peer.redundantMessage(1 + payload.length / bytesPerCost);
	}

	/** What a handshake does not say holds as it was said before. */
	#greeted(peer: ExtensionPeer, payload: Uint8Array): void {
		peer.redundantMessage(handshakeCost + payload.length / bytesPerCost);
		if (peer.isClosed) return;
		const theirs = decodeExtensionHandshake(payload);
		for (const {name} of this.#extensions) {
			const number = readExtensionNumber(theirs, name);
			if (number !== undefined) peer.extensions.setNumber(name, number);
		}
		for (const part of this.#parts) part.greeted?.(peer, theirs);
	}

	/** All that was said to a peer has left. */
	drained(peer: ExtensionPeer): void {
		for (const extension of this.#extensions)
			if (peer.extensions.numberOf(extension.name) !== undefined) extension.drained?.(peer);
	}

	/** A peer is gone. */
	left(peer: ExtensionPeer): void {
		if (!peer.extensions.joined) return;
		for (const part of this.#parts) part.left?.(peer);
	}

	/** A peer was dialled and cannot be reached. */
	unreached(address: PeerAddress, now: Millis): void {
		for (const part of this.#parts) part.unreached?.(address, now);
	}

	/** Everything wanted is here now, or something more is wanted. */
	completed(complete: boolean): void {
		for (const part of this.#parts) part.completed?.(complete);
	}

	/** Once a second while the torrent runs. */
	tick(now: Millis): void {
		for (const part of this.#parts) part.tick?.(now);
	}
}
