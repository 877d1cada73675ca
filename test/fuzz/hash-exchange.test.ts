import assert from 'node:assert/strict';
import {test} from 'node:test';
import {hashFunctions} from '../../source/io/machine/hash-functions.js';
import {HashTrees} from '../../source/policy/hashes/hash-trees.js';
import {messageId} from '../../source/protocol/wire/decoder.js';
import {encodeHashes, encodeHashRequest, type HashRequest} from '../../source/protocol/wire/hash-messages.js';
import {LonePeer, seconds} from '../helpers/lone-peer.ts';
import {LoneTorrent} from '../helpers/lone-torrent.ts';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(77);
const rounds = fuzzRounds(60);
const made = {version: '2', pieceLength: 65_536, pieces: 40} as const;

/** Who says of hashes what chance has it say, and checks what it hears. */
class Stranger {
	readonly #peer: LonePeer;
	readonly #whole: HashTrees;
	readonly #root: Uint8Array;
	readonly #random: () => number;
	readonly #asked: HashRequest[] = [];
	right = 0;

	constructor(peer: LonePeer, whole: HashTrees, root: Uint8Array, random: () => number) {
		this.#peer = peer;
		this.#whole = whole;
		this.#root = root;
		this.#random = random;
	}

	get isGone(): boolean {
		return this.#peer.connection.reason !== undefined;
	}

	#below(limit: number): number {
		return Math.floor(this.#random() * limit);
	}

	#request(): HashRequest {
		const wild = (likely: readonly number[]) =>
			this.#random() < 0.1 ? this.#below(2 ** 32) : likely[this.#below(likely.length)]!;
		return {
			root: this.#random() < 0.95 ? this.#root : new Uint8Array(32),
			base: wild([0, 0, 1, 2, 2, 2, 3, 4, 7, 8]),
			index: wild([0, 0, 0, 8, 16, 32, 40, 48, 64]),
			length: wild([1, 2, 4, 8, 16, 32, 64, 64, 512, 3]),
			proofLayers: wild([0, 1, 2, 3, 5, 5, 6, 7]),
		};
	}

	#say(id: number, payload: Uint8Array): void {
		const bytes = this.#random() < 0.02 ? mutate(payload, this.#random) : payload;
		this.#peer.say(writer => writer.hashMessage(id, bytes));
	}

	speak(): void {
		const open = this.#peer.hashRequests.shift();
		const kind = this.#below(10);
		if (open !== undefined && kind < 7) {
			const answer = this.#whole.read(open)!;
			if (kind < 2) {
				const lie = answer.slice();
				lie[this.#below(lie.length)]! ^= 1 << this.#below(8);
				return this.#say(messageId.hashes, encodeHashes(open, lie));
			}
			if (kind === 2) return this.#say(messageId.hashReject, encodeHashRequest(open));
			if (kind === 3)
				return this.#say(
					messageId.hashes,
					encodeHashes(open, answer.subarray(0, 32 * this.#below(answer.length / 32))),
				);
			return this.#say(messageId.hashes, encodeHashes(open, answer));
		}
		const request = this.#request();
		if (kind === 9)
			return this.#say(messageId.hashes, encodeHashes(request, new Uint8Array(32 * (1 + this.#below(9)))));
		if (kind === 8) return this.#say(messageId.hashReject, encodeHashRequest(request));
		this.#asked.push(request);
		this.#say(messageId.hashRequest, encodeHashRequest(request));
	}

	async hear(): Promise<void> {
		await this.#peer.listen();
		for (const {hashes, ...request} of this.#peer.hashes.splice(0)) {
			assert.ok(this.#asked.some(asked => asked.index === request.index && asked.length === request.length));
			const truth = this.#whole.read(request);
			if (truth === undefined) assert.equal(request.base, 0);
			else assert.deepEqual(hashes, truth);
			this.right++;
		}
	}
}

test(`whatever strangers say of hashes, those that are taken and given are right (seed ${seed})`, async () => {
	const random = seeded(seed);
	const truth = new LoneTorrent(made).metainfo;
	const {piecesRoot} = truth.files[0]!;
	let given = 0;
	let learnt = 0;
	for (let round = 0; round < rounds; round++) {
		const seeds = random() < 0.5;
		const lone = new LoneTorrent({...made, seeds, layers: random() < 0.3, random});
		await lone.start();
		const whole = new HashTrees(truth, hashFunctions.sha256);
		const strangers: Stranger[] = [];
		for (let id = 1; id <= 4; id++) {
			const peer = await LonePeer.meet(lone, id, {v2: true});
			peer.say(writer => writer.plain(messageId.haveAll));
			await peer.listen();
			strangers.push(new Stranger(peer, whole, piecesRoot!, random));
		}
		for (let turn = 0; turn < 60; turn++) {
			for (const stranger of strangers) if (!stranger.isGone) stranger.speak();
			for (const stranger of strangers) await stranger.hear();
			if (turn % 10 === 9) await seconds(lone, 3);
		}
		const {known, hashes} = lone.parts.hashes!.memory;
		for (const [piece, isKnown] of known.entries()) {
			if (isKnown === 0) continue;
			learnt++;
			const at = 32 * piece;
			assert.deepEqual(hashes.slice(at, at + 32), whole.memory.hashes.slice(at, at + 32));
		}
		given += strangers.reduce((sum, {right}) => sum + right, 0);
		await lone.torrent.close();
	}
	assert.ok(given > rounds && learnt > rounds, `${given} answers, ${learnt} hashes`);
});
