import {fromHex} from '../../base/hex.js';
import {type AddressFamily, addressScope, parseIp} from '../../base/ip-address.js';
import type {PeerAddress} from '../../base/peer-address.js';
import type {Random} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {AnnounceTokens} from '../../policy/dht/announce-tokens.js';
import {PeerStore} from '../../policy/dht/peer-store.js';
import {scrapeFilter} from '../../policy/dht/scrape-filter.js';
import {isWithinReach} from '../../policy/peers/address-reach.js';
import type {NodeContact} from '../../protocol/dht/compact-nodes.js';
import {
	encodeError,
	encodeResponse,
	type KrpcAnswer,
	type KrpcQuery,
	type KrpcSender,
	krpcErrorCode,
} from '../../protocol/dht/krpc.js';

/** No answer is longer. BEP 32. */
const longestAnswer: Bytes = 1024;
const nodesInAnswer = 8;
/** `6:values`, `l` and `e`. */
const valuesFrame: Bytes = 10;
const mostSamples = 20;
/** Whoever samples us may come again after so many seconds. BEP 51. */
const sampleInterval = 21_600;

/** What answering needs. */
export interface ServerSetup {
	readonly family: AddressFamily;
	readonly random: Random;
	/** @param name SHA-1 */
	readonly sha1: (bytes: Uint8Array) => Uint8Array;
	/** The nearest nodes of a family; none for one we are not in. */
	closest(family: AddressFamily, target: Uint8Array, count: number): readonly NodeContact[];
}

/** Answers the queries of other nodes. Bytes in, bytes out. */
export class DhtServer {
	readonly store: PeerStore;
	readonly #setup: ServerSetup;
	readonly #tokens: AnnounceTokens;

	constructor(setup: ServerSetup, now: Millis) {
		this.#setup = setup;
		this.store = new PeerStore(setup.random);
		this.#tokens = new AnnounceTokens(setup.random, setup.sha1, now);
	}

	/** What to send back. */
	answer(query: KrpcQuery, from: PeerAddress, sender: KrpcSender, now: Millis): Uint8Array {
		const ip = parseIp(from.host)!;
		const to = new Uint8Array(ip.length + 2);
		to.set(ip);
		to[ip.length] = from.port >> 8;
		to[ip.length + 1] = from.port & 255;
		const {transaction} = query;
		const refuse = (code: number, text: string): Uint8Array => encodeError(sender, transaction, code, text);
		const reply = (answer: KrpcAnswer): Uint8Array => encodeResponse(sender, transaction, to, answer);
		this.store.sweep(now);
		switch (query.name) {
			case 'ping':
				return reply({});
			case 'get_peers':
				return this.#peers(query, from, ip, now, reply);
			case 'announce_peer':
				return this.#announce(query, from, ip, now, reply, refuse);
			case 'sample_infohashes':
				return reply({
					nodes: this.#nodes(query, from),
					samples: joined(this.store.sampleHashes(mostSamples)),
					num: this.store.hashes,
					interval: sampleInterval,
				});
			case 'find_node':
				return reply({nodes: this.#nodes(query, from)});
			default:
				if (query.target === undefined) return refuse(krpcErrorCode.unknownMethod, 'unknown method');
				return reply({nodes: this.#nodes(query, from)});
		}
	}

	#nodes({target, want}: KrpcQuery, from: PeerAddress): Partial<Record<AddressFamily, NodeContact[]>> {
		const families = want ?? new Set([this.#setup.family]);
		const nodes: Partial<Record<AddressFamily, NodeContact[]>> = {};
		for (const family of families) {
			// More than enough, for some of them are none of the asker's business.
			const near = this.#setup.closest(family, target!, nodesInAnswer * 2);
			nodes[family] = near.filter(({host}) => isWithinReach(host, from.host)).slice(0, nodesInAnswer);
		}
		return nodes;
	}

	#peers(
		query: KrpcQuery,
		from: PeerAddress,
		ip: Uint8Array,
		now: Millis,
		reply: (answer: KrpcAnswer) => Uint8Array,
	): Uint8Array {
		const infoHash = query.target!;
		const answer: KrpcAnswer = {
			nodes: this.#nodes(query, from),
			...(this.store.accepts(infoHash) && {token: this.#tokens.make(ip, infoHash, now)}),
			...(query.scrape && this.#scrape(infoHash)),
		};
		const left = longestAnswer - reply(answer).length - valuesFrame;
		const each = ip.length === 4 ? 8 : 21;
		const values = this.store.sample(infoHash, Math.max(0, Math.floor(left / each)), query.noSeed);
		return reply({...answer, values});
	}

	#scrape(infoHash: Uint8Array): KrpcAnswer {
		const addresses = this.store.addresses(infoHash);
		if (addresses === undefined) return {};
		const {sha1} = this.#setup;
		return {seeds: scrapeFilter(addresses.seeds, sha1), peers: scrapeFilter(addresses.peers, sha1)};
	}

	#announce(
		query: KrpcQuery,
		from: PeerAddress,
		ip: Uint8Array,
		now: Millis,
		reply: (answer: KrpcAnswer) => Uint8Array,
		refuse: (code: number, text: string) => Uint8Array,
	): Uint8Array {
		const {token, port = from.port, seed} = query;
		const infoHash = query.target!;
		if (token === undefined || !this.#tokens.isGood(token, ip, infoHash, now))
			return refuse(krpcErrorCode.protocol, 'invalid token');
		if (!Number.isInteger(port) || port < 1 || port > 65_535)
			return refuse(krpcErrorCode.protocol, 'invalid port');
		if (addressScope(ip) === 'unspecified') return refuse(krpcErrorCode.protocol, 'invalid address');
		if (!this.store.add(infoHash, ip, port, seed, now))
			return refuse(krpcErrorCode.server, 'storage is full');
		return reply({});
	}
}

function joined(hashes: readonly string[]): Uint8Array {
	const bytes = new Uint8Array(hashes.length * 20);
	for (const [at, hash] of hashes.entries()) bytes.set(fromHex(hash)!, at * 20);
	return bytes;
}
