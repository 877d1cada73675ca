import type {PiecePicker} from '../../policy/pieces/piece-picker.js';
import {type Reveal, SuperSeeder} from '../../policy/pieces/super-seeder.js';
import {Bitfield} from '../../protocol/wire/bitfield.js';

/** What super-seeding asks of a peer. */
export interface SuperSeededPeer {
	readonly id: number;
	readonly ready: boolean;
	readonly isSeed: boolean;
	/** Undefined for everything. */
	readonly pieces: Bitfield | undefined;
	readonly peerInterested: boolean;
	readonly uploads: {readonly isIdle: boolean};
	hasPiece(piece: number): boolean;
	sendHave(piece: number): void;
}

/** What super-seeding asks of its torrent. */
export interface SuperSeedingOwner {
	readonly pieceCount: number;
	readonly downloader: {readonly picker: Pick<PiecePicker, 'availability'>};
	readonly peers: Iterable<SuperSeededPeer>;
	/** Whether it is to be done when there is everything. */
	readonly superSeedingWanted: boolean;
	/** Everything is here, and the torrent runs. */
	readonly seeds: boolean;
	/** Lets go of everybody, who then come back and see less. */
	meetAnew(): void;
}

/** Shows peers one piece after the other while it is wanted and the torrent is complete. BEP 16. */
export class SuperSeeding {
	readonly #owner: SuperSeedingOwner;
	readonly #random: () => number;
	#met: Set<number> | undefined;
	#seeder: SuperSeeder | undefined;

	/** @param random 0 <= x < 1 */
	constructor(owner: SuperSeedingOwner, random: () => number) {
		this.#owner = owner;
		this.#random = random;
	}

	get active(): boolean {
		return this.#seeder !== undefined;
	}

	/** What a peer is told that we have when it comes. */
	shown(have: Bitfield): Bitfield {
		return this.active ? new Bitfield(have.length) : have;
	}

	/** It was turned on or off, or the torrent has become complete, or stopped. */
	review(): void {
		const active = this.#owner.superSeedingWanted && this.#owner.seeds;
		if (active === this.active) return;
		if (active) {
			const {picker} = this.#owner.downloader;
			this.#seeder = new SuperSeeder(this.#owner.pieceCount, this.#random, piece =>
				picker.availability(piece),
			);
			this.#met = new Set();
			this.#owner.meetAnew();
			return;
		}
		const seeder = this.#seeder!;
		this.#seeder = undefined;
		this.#met = undefined;
		if (!this.#owner.seeds) return;
		for (const peer of this.#owner.peers) {
			if (!peer.ready || peer.isSeed) continue;
			for (let piece = 0; piece < this.#owner.pieceCount; piece++) {
				if (!seeder.wasTold(peer.id, piece) && !peer.hasPiece(piece)) peer.sendHave(piece);
			}
		}
	}

	/** Shows something to those who have come; once a second, when they have said what they have. */
	tick(): void {
		if (this.#seeder === undefined) return;
		for (const peer of this.#owner.peers) {
			if (!peer.ready) continue;
			if (this.#met?.has(peer.id)) {
				if (!peer.peerInterested && peer.uploads.isIdle) this.#tell(this.#seeder.sated(peer.id));
				continue;
			}
			this.#met?.add(peer.id);
			this.#tell(this.#seeder.joined(peer.id, () => peer.pieces));
		}
	}

	/** A peer says that it has a piece. */
	has(peer: {readonly id: number}, piece: number): void {
		if (this.#seeder !== undefined) this.#tell(this.#seeder.has(peer.id, piece));
	}

	left(peer: {readonly id: number}): void {
		this.#met?.delete(peer.id);
		this.#seeder?.left(peer.id);
	}

	#tell(reveals: readonly Reveal[]): void {
		if (reveals.length === 0) return;
		const all = new Map([...this.#owner.peers].map(peer => [peer.id, peer]));
		for (const {peer, piece} of reveals) all.get(peer)?.sendHave(piece);
	}
}
