import {addressFamilyOf} from '../../base/ip-address.js';
import {formatAddress, type PeerAddress} from '../../base/peer-address.js';
import type {Millis} from '../../base/units.js';
import {isWithinReach} from '../../policy/peers/address-reach.js';
import {MessageBudget} from '../../policy/peers/message-budget.js';
import {decodeHolepunch, encodeHolepunch, holepunchError} from '../../protocol/wire/ut-holepunch.js';
import type {ExtensionPeer, ExtensionTorrent, PeerExtension} from './peer-extension.js';

/** What one peer may have us do: each costs others a message, or us a connection. */
const pace = {usual: 0.2, burst: 10};
/** A peer that could not be reached is asked for no more often than this. */
const askGap: Millis = 600_000;
const mostAsked = 500;
/** So many who know a peer are asked to bring us together with it. */
const mostIntroducers = 2;

/** What bringing peers together asks of its torrent. */
export interface HolepunchTorrent extends ExtensionTorrent {
	/** Whether uTP is spoken, and its peers may hear of each other. BEP 27. */
	readonly punches: boolean;
	/** Whether this is known to be our own address. */
	isOwn(address: PeerAddress): boolean;
	/** Dials it over uTP alone, now: it dials us as well. */
	punch(address: PeerAddress, by: PeerAddress): void;
}

/** What it asks of peer exchange. */
export interface KnownPeers {
	/** Where others reach a peer; undefined when it did not say. */
	reachedAt(peer: ExtensionPeer): PeerAddress | undefined;
	/** Who named it as one that can be brought together with others. */
	introducers(address: PeerAddress): Iterable<ExtensionPeer>;
}

/**
 * Two peers whom nobody can reach, each behind a gateway that lets in only whom it has sent to, are brought together by a
 * third who is connected to both: they dial each other at the same time. BEP 55.
 */
export class UtHolepunch implements PeerExtension {
	readonly name = 'ut_holepunch';
	readonly id = 5;
	readonly #torrent: HolepunchTorrent;
	readonly #known: KnownPeers;
	/** When we asked to be brought together with a peer. */
	readonly #asked = new Map<string, Millis>();

	constructor(torrent: HolepunchTorrent, known: KnownPeers) {
		this.#torrent = torrent;
		this.#known = known;
	}

	get offered(): boolean {
		return this.#torrent.punches;
	}

	newNotes(): {readonly relayed: MessageBudget; readonly dialled: MessageBudget} {
		const since = -Infinity;
		return {relayed: new MessageBudget(since, pace), dialled: new MessageBudget(since, pace)};
	}

	message(peer: ExtensionPeer, payload: Uint8Array): void {
		peer.redundantMessage();
		if (peer.isClosed || peer.extensions.numberOf(this.name) === undefined) return;
		const message = decodeHolepunch(payload);
		if (message === undefined || message.kind === 'error') return;
		const {relayed, dialled} = peer.extensions.notes(this);
		const isAsked = message.kind === 'rendezvous';
		if (!(isAsked ? relayed : dialled).spend(peer.now)) return peer.askedInVain();
		if (isAsked) this.#bringTogether(peer, message.address);
		else this.#meet(peer, message.address);
	}

	#bringTogether(peer: ExtensionPeer, address: PeerAddress): void {
		if (this.#torrent.isOwn(address)) return this.#say(peer, 'error', address, holepunchError.noSelf);
		const from = this.#known.reachedAt(peer);
		const other = this.#whoIsAt(address);
		const mayMeet =
			from !== undefined &&
			other !== undefined &&
			other !== peer &&
			addressFamilyOf(from.host) === addressFamilyOf(address.host) &&
			isWithinReach(address.host, from.host) &&
			isWithinReach(from.host, address.host);
		if (!mayMeet) return this.#say(peer, 'error', address, holepunchError.notConnected);
		if (other.extensions.numberOf(this.name) === undefined)
			return this.#say(peer, 'error', address, holepunchError.noSupport);
		this.#say(other, 'connect', from);
		this.#say(peer, 'connect', address);
	}

	#meet(by: ExtensionPeer, address: PeerAddress): void {
		if (this.#torrent.isOwn(address) || this.#whoIsAt(address) !== undefined) return;
		if (isWithinReach(address.host, by.address.host)) this.#torrent.punch(address, by.address);
	}

	#whoIsAt(address: PeerAddress): ExtensionPeer | undefined {
		const key = formatAddress(address);
		for (const peer of this.#torrent.peers) {
			if (!peer.extensions.joined || peer.isClosed) continue;
			const at = this.#known.reachedAt(peer);
			if (at !== undefined && formatAddress(at) === key) return peer;
		}
		return undefined;
	}

	/** A peer cannot be reached: those who named it are asked to bring us together with it. */
	unreached(address: PeerAddress, now: Millis): void {
		const key = formatAddress(address);
		if (!this.offered || now - (this.#asked.get(key) ?? -Infinity) < askGap) return;
		let left = mostIntroducers;
		for (const peer of this.#known.introducers(address)) {
			if (left === 0) return;
			if (peer.isClosed || peer.extensions.numberOf(this.name) === undefined) continue;
			left--;
			this.#say(peer, 'rendezvous', address);
			this.#asked.delete(key);
			this.#asked.set(key, now);
		}
		if (this.#asked.size > mostAsked)
			for (const oldest of this.#asked.keys()) return void this.#asked.delete(oldest);
	}

	#say(peer: ExtensionPeer, kind: 'rendezvous' | 'connect' | 'error', address: PeerAddress, error = 0): void {
		const number = peer.extensions.numberOf(this.name);
		if (number !== undefined) peer.sendExtended(number, encodeHolepunch({kind, address, error}));
	}
}
