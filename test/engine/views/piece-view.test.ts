import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import {PieceGrid} from '../../../source/engine/views/piece-grid.ts';
import {PieceTally} from '../../../source/engine/views/piece-tally.ts';
import {PieceViews} from '../../../source/engine/views/piece-view.ts';
import {viewTorrent} from '../../../source/engine/views/torrent-view.ts';
import {PieceGeometry} from '../../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker} from '../../../source/policy/pieces/piece-picker.ts';
import {PartialPieces} from '../../../source/policy/requests/partial-pieces.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {gridAnew} from '../../helpers/grid-anew.ts';
import {LonePeer} from '../../helpers/lone-peer.ts';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';
import {seeded} from '../../policy/seeded.ts';

/** Waits until a check has ended. What is there and is not the torrent's may be overwritten. */
async function running(torrent: Torrent): Promise<void> {
	for (let turns = 0; turns < 1000 && torrent.activity.name !== 'active'; turns++) {
		if (torrent.activity.name === 'failed') {
			torrent.post({type: 'allow', consent: {overwrite: true}});
			torrent.post({type: 'start', check: 'none'});
		}
		await turn();
	}
	assert.equal(torrent.activity.name, 'active', JSON.stringify(torrent.activity));
}

/** A torrent to which anything may happen, by chance. */
class Events {
	readonly lone: LoneTorrent;
	readonly #random: () => number;
	readonly #peers: LonePeer[] = [];
	#met = 0;

	constructor(random: () => number, pieces: number) {
		this.#random = random;
		this.lone = new LoneTorrent({random, pieces, pieceLength: random() < 0.5 ? 16_384 : 32_768});
	}

	#below(end: number): number {
		return Math.floor(this.#random() * end);
	}

	/** What happened, in a word or two. */
	async next(): Promise<string> {
		const {torrent} = this.lone;
		const peer = this.#peers[this.#below(this.#peers.length)];
		const piece = this.#below(torrent.content!.pieceCount);
		const chance = this.#random();
		if (chance < 0.15 || peer === undefined) return this.#join();
		if (chance < 0.45) {
			peer.say(writer => writer.piece(messageId.have, piece));
			return `have ${piece}`;
		}
		if (chance < 0.52) {
			peer.connection.hangUp();
			this.#peers.splice(this.#peers.indexOf(peer), 1);
			return 'one left';
		}
		if (chance < 0.62) {
			const choke = this.#random() < 0.3;
			peer.say(writer => writer.plain(choke ? messageId.choke : messageId.unchoke));
			return choke ? 'choked' : 'unchoked';
		}
		if (chance < 0.84) {
			const right = this.#random() < 0.8;
			peer.answer((await peer.hears('request')).slice(0, 1 + this.#below(8)), right);
			return right ? 'blocks' : 'wrong blocks';
		}
		if (chance < 0.9) {
			const priority = this.#below(5) as 0 | 1 | 2 | 3 | 4;
			const last = Math.min(torrent.content!.pieceCount - 1, piece + this.#below(30));
			torrent.post({type: 'prioritisePieces', pieces: [[piece, last]], priority});
			return `priority ${priority} of ${piece} to ${last}`;
		}
		if (chance < 0.94) {
			torrent.post({type: 'prioritise', files: [0], priority: this.#random() < 0.5 ? 2 : 0});
			return 'priority of the file';
		}
		if (chance < 0.97) {
			torrent.post({type: 'deadline', pieces: [[piece, piece]], within: this.#random() < 0.7 ? 1000 : null});
			return `deadline of ${piece}`;
		}
		torrent.post({type: 'verify'});
		await running(torrent);
		this.#peers.length = 0;
		return 'verified';
	}

	async #join(): Promise<string> {
		const id = ++this.#met;
		const {pieceCount} = this.lone.parts;
		const peer = await LonePeer.meet(this.lone, (id % 250) + 1, {
			host: `203.0.113.${id % 250}`,
			port: 2000 + id,
		});
		const kind = this.#random();
		const share = this.#random();
		peer.say(writer => {
			if (kind < 0.2) writer.plain(messageId.haveAll);
			else if (kind < 0.4) writer.plain(messageId.haveNone);
			else {
				const bits = new Uint8Array(Math.ceil(pieceCount / 8));
				for (let piece = 0; piece < pieceCount; piece++)
					if (this.#random() < share) bits[piece >> 3]! |= 128 >> (piece & 7);
				writer.bitfield(bits);
			}
		});
		this.#peers.push(peer);
		return 'one joined';
	}
}

test('a grid that is kept equals one that is made anew, whatever happens', async () => {
	for (let seed = 1; seed <= 12; seed++) {
		const random = seeded(seed);
		const events = new Events(random, [7, 90, 200][seed % 3]!);
		const {torrent} = events.lone;
		await events.lone.start();
		const views = new PieceViews();
		const told: string[] = [];
		const watched = new Set([40]);
		for (let step = 0; step < 250; step++) {
			told.push(await events.next());
			await turn();
			// Some look rarely, some come later, some go.
			if (random() < 0.05) watched.add([1, 13, 64, 1000][Math.floor(random() * 4)]!);
			if (random() < 0.02 && watched.size > 1) {
				const [cells] = watched;
				watched.delete(cells!);
				views.forget(torrent.id, cells!);
			}
			for (const cells of watched) {
				if (random() < 0.5) continue;
				const {fileStarts: _, ...kept} = views.view(torrent.content!, cells);
				assert.deepEqual(
					kept,
					gridAnew(torrent.content!, cells),
					`seed ${seed}, ${cells} cells: ${told.slice(-8).join(', ')}`,
				);
				const {copies} = kept;
				assert.equal(viewTorrent(torrent, 0, undefined).availability, Math.floor(copies * 100) / 100);
				assert.equal(
					views.view(torrent.content!, cells),
					views.view(torrent.content!, cells),
					'the same while nothing changes',
				);
			}
		}
		for (const cells of watched) views.forget(torrent.id, cells);
		assert.equal(
			torrent.content!.downloader.picker.changes,
			undefined,
			'nothing is noted while nobody looks',
		);
		await torrent.close();
	}
});

test('the pieces in stall sentences are those that nobody has, as counted anew', async () => {
	for (let seed = 1; seed <= 6; seed++) {
		const events = new Events(seeded(seed), 90);
		const {torrent} = events.lone;
		await events.lone.start();
		for (let step = 0; step < 150; step++) {
			await events.next();
			const {needed, picker, partials} = torrent.content!.downloader;
			const anew = [...Array(torrent.content!.pieceCount).keys()].filter(
				piece => needed.has(piece) && picker.availability(piece) === 0 && partials.get(piece) === undefined,
			);
			assert.deepEqual(picker.unavailable(), {count: anew.length, first: anew[0] ?? -1}, `seed ${seed}`);
		}
		await torrent.close();
	}
});

test('pieces that a check misses, or finds, are seen, also with nobody connected', async () => {
	const lone = new LoneTorrent({pieces: 30, seeds: true});
	const {torrent} = lone;
	await lone.start();
	const views = new PieceViews();
	assert.equal(views.view(torrent.content!, 30).cells, 'h'.repeat(30));
	torrent.post({type: 'verify'});
	await running(torrent);
	assert.equal(views.view(torrent.content!, 30).cells, 'm'.repeat(30));
	for (const piece of [3, 4]) {
		torrent.content!.have.set(piece);
		torrent.content!.downloader.found(piece);
	}
	assert.equal(views.view(torrent.content!, 30).cells, `mmmhh${'m'.repeat(25)}`);
	await torrent.close();
});

test('only pieces that have changed are looked at, of a hundred thousand', () => {
	const count = 100_000;
	let looks = 0;
	class CountedPicker extends PiecePicker {
		override priority(piece: number): number {
			looks++;
			return super.priority(piece);
		}
	}
	const random = seeded(5);
	const picker = new CountedPicker(count, random);
	const map = PieceGeometry.uniform(count * 16_384, 16_384);
	const pieces = {have: new Bitfield(count), downloader: {picker, partials: new PartialPieces(map)}};
	const tally = new PieceTally(pieces);
	tally.refresh();
	const grid = new PieceGrid(tally, 2000, () => []);
	tally.join(grid);
	const first = grid.view();
	assert.equal(looks, count, 'each once at first');
	looks = 0;
	for (let n = 0; n < 10_000; n++) picker.peerHas(Math.floor(random() * 500));
	tally.refresh();
	assert.notEqual(grid.view().availability, first.availability);
	assert.equal(grid.view().cells, first.cells, 'what is had has not changed');
	assert.ok(looks <= 500, `${looks} looks`);
	looks = 0;
	const {copies} = grid.view();
	picker.seedJoined();
	tally.refresh();
	assert.equal(grid.view().copies, copies + 1);
	assert.equal(looks, 0, 'a seed has all of them');
});
