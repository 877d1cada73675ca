import assert from 'node:assert/strict';
import {test} from 'node:test';
import {longestRun, RequestTurns} from '../../../source/policy/requests/request-turns.ts';

const share = 8;
const size = 128;

/** Sends so many blocks a millisecond. */
class Sender {
	outstanding = 0;
	isClosed = false;
	/** All it was asked for so far. */
	asked = 0;
	readonly rate: number;
	#sent = 0;

	constructor(rate: number) {
		this.rate = rate;
	}

	ask(quota: number): void {
		if (quota <= this.outstanding) return;
		this.asked += quota - this.outstanding;
		this.outstanding = quota;
	}

	pass(time: number): void {
		this.#sent = Math.min(this.outstanding, this.#sent + time * this.rate);
		this.outstanding -= Math.floor(this.#sent);
		this.#sent %= 1;
	}

	get sent(): number {
		return this.asked - this.outstanding;
	}
}

/** Peers that are looked at each millisecond, as the engine does when they send; the line every `longestRun`. */
class World {
	readonly turns = new RequestTurns<Sender>();
	now = 0;
	readonly peers: readonly Sender[];
	most = 0;

	constructor(...rates: number[]) {
		this.peers = rates.map(rate => new Sender(rate));
	}

	#ask(peer: Sender): void {
		peer.ask(this.turns.quota(peer, share, size, this.now, next => this.#ask(next)));
	}

	run(time: number, isHeard: (peer: Sender) => boolean = peer => peer.rate > 0): void {
		for (const end = this.now + time; this.now < end; ) {
			for (const peer of this.peers) {
				const had = peer.outstanding;
				if (!peer.isClosed && isHeard(peer)) peer.pass(1);
				// Who has sent nothing is not heard of, unless it has never been asked.
				if (!peer.isClosed && isHeard(peer) && (had > peer.outstanding || peer.asked === 0)) this.#ask(peer);
			}
			this.now++;
			if (this.now % longestRun === 0) this.turns.look(this.now);
			this.most = Math.max(this.most, this.peers.filter(({outstanding}) => outstanding > size >> 2).length);
		}
	}
}

const all = (count: number, rate: number): number[] => Array.from({length: count}, () => rate);

test('a few quick peers are asked for much while the others wait, and all have their turn', () => {
	const world = new World(...all(50, 8));
	world.run(1000);
	world.most = 0;
	const before = world.peers.map(({sent}) => sent);
	const waiting = world.peers.filter(({outstanding}) => outstanding === 0).length;
	assert.ok(waiting >= 40, `${waiting} wait`);
	world.run(2500);
	assert.ok(world.most <= 6, `${world.most} are asked for much`);
	const sent = world.peers.map((peer, at) => peer.sent - before[at]!);
	assert.ok(Math.min(...sent) > 500, `the least was ${Math.min(...sent)}`);
	assert.ok(Math.max(...sent) < 6 * Math.min(...sent), `from ${Math.min(...sent)} to ${Math.max(...sent)}`);
});

test('slow peers lose nothing: they have their share, whoever has a turn', () => {
	// 64 KiB/s to 8 MiB/s; the first six would otherwise be asked by turns for seconds.
	const slow = all(40, 0.004).concat(all(10, 0.5));
	const world = new World(...slow);
	const shared = slow.map(rate => {
		const peer = new Sender(rate);
		for (let now = 0; now < 5000; now++) {
			peer.ask(share);
			peer.pass(1);
		}
		return peer.sent;
	});
	world.run(5000);
	for (const [at, {sent, rate}] of world.peers.entries())
		assert.ok(sent >= shared[at]! - 1, `${sent} of ${shared[at]} blocks from one of ${rate} a millisecond`);
});

test('slow peers among quick ones are never kept waiting with nothing to send', () => {
	const world = new World(...all(30, 10), ...all(20, 0.3));
	world.run(300);
	for (let round = 0; round < 3000; round++) {
		world.run(1);
		for (const {rate, outstanding} of world.peers)
			if (rate < 1) assert.ok(outstanding >= 1, `nothing is asked of a slow one after ${world.now} ms`);
	}
});

test('who stops sending in its turn holds up the line for a twentieth of a second, and has its share after that', () => {
	const world = new World(...all(20, 8));
	world.run(1000);
	const stopped = world.peers.filter(({outstanding}) => outstanding > share);
	assert.ok(stopped.length > 0);
	world.run(2 * longestRun, peer => !stopped.includes(peer) && peer.rate > 0);
	const others = world.peers.filter(peer => !stopped.includes(peer));
	const sent = others.reduce((sum, peer) => sum + peer.sent, 0);
	world.run(longestRun, peer => !stopped.includes(peer));
	assert.ok(others.reduce((sum, peer) => sum + peer.sent, 0) > sent + 1000);
	assert.equal(world.turns.quota(stopped[0]!, share, size, world.now, assert.fail), share);
});

test('turns of those who are gone, or have nothing more to send, are for others', () => {
	const world = new World(...all(20, 8));
	world.run(1000);
	for (const peer of world.peers) if (peer.outstanding > share) peer.isClosed = true;
	const left = world.peers.filter(({isClosed}) => !isClosed);
	const sent = left.reduce((sum, peer) => sum + peer.sent, 0);
	world.run(2 * longestRun);
	assert.ok(left.reduce((sum, peer) => sum + peer.sent, 0) > sent + 1000);
});

test('one alone is asked for its share again as soon as most has come', () => {
	const turns = new RequestTurns<Sender>();
	const peer = new Sender(8);
	assert.equal(turns.quota(peer, share, size, 0, assert.fail), share);
	peer.ask(share);
	peer.pass(0.5);
	assert.equal(turns.quota(peer, share, size, 0.5, assert.fail), 0);
	peer.pass(0.5);
	assert.equal(turns.quota(peer, share, size, 1, assert.fail), share);
	assert.equal(turns.isAwaited, false);
});

test('all together are asked for no more than their shares, and what the last of a turn leaves', () => {
	const world = new World(...all(50, 8), ...all(10, 0.3));
	for (let round = 0; round < 3000; round++) {
		world.run(1);
		const sum = world.peers.reduce((total, peer) => total + peer.outstanding, 0);
		assert.ok(sum <= 1.2 * 60 * share, `${sum} blocks after ${world.now} ms`);
	}
});
