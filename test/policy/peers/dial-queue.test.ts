import assert from 'node:assert/strict';
import test from 'node:test';
import {DialQueue} from '../../../source/policy/peers/dial-queue.ts';
import {type KnownPeer, setState} from '../../../source/policy/peers/known-peer.ts';
import {seeded} from '../seeded.ts';

let order = 0;

function known(key: string, facts: Partial<KnownPeer> = {}): KnownPeer {
	return {
		key,
		order: order++,
		state: 'blocked',
		manual: false,
		tried: false,
		fails: 0,
		priority: 0,
		retryAt: 0,
		turn: 0,
		...facts,
	} as KnownPeer;
}

/** Takes all, and does not put them back. */
function takeAll(queue: DialQueue): string {
	const keys: string[] = [];
	for (let peer = queue.take(); peer; peer = queue.take()) {
		keys.push(peer.key);
		setState(peer, 'blocked');
	}
	return keys.join(' ');
}

test('whom a person named goes first, then the untried, then by failures, then by priority, then who came first', () => {
	const queue = new DialQueue();
	for (const peer of [
		known('failed-twice', {tried: true, fails: 2, priority: 9}),
		known('failed-once', {tried: true, fails: 1, priority: 1}),
		known('proven', {tried: true, priority: 1}),
		known('new', {priority: 3}),
		known('new-too', {priority: 3}),
		known('best-new', {priority: 4}),
		known('by-hand', {manual: true, tried: true, fails: 5}),
	]) {
		queue.makeReady(peer);
	}
	assert.equal(takeAll(queue), 'by-hand best-new new new-too proven failed-once failed-twice');
	assert.equal(queue.take(), undefined);
});

test('who is taken is still ready, and not named again until put back', () => {
	const queue = new DialQueue();
	const peer = known('a');
	queue.makeReady(peer);
	assert.equal(queue.take(), peer);
	assert.equal(peer.state, 'ready');
	assert.equal(queue.take(), undefined);
	queue.makeReady(peer);
	assert.equal(queue.take(), peer);
});

test('who waits is named when its time has come, not a moment before', () => {
	const queue = new DialQueue();
	const [soon, later] = [known('soon', {retryAt: 100}), known('later', {retryAt: 200})];
	queue.makeWait(later);
	queue.makeWait(soon);
	queue.wake(99);
	assert.equal(queue.take(), undefined);
	assert.equal(queue.nextRetryAt, 100);
	queue.wake(100);
	assert.equal(soon.state, 'ready');
	assert.equal(later.state, 'waiting');
	assert.equal(queue.nextRetryAt, 200);
	assert.equal(takeAll(queue), 'soon');
	queue.wake(1000);
	assert.equal(takeAll(queue), 'later');
	assert.equal(queue.nextRetryAt, Infinity);
});

test('who has become something else meanwhile is passed over', () => {
	const queue = new DialQueue();
	const [connected, waiting] = [known('connected'), known('waiting', {retryAt: 50})];
	queue.makeReady(connected);
	queue.makeWait(waiting);
	setState(connected, 'connected');
	setState(waiting, 'connected');
	queue.wake(100);
	assert.equal(queue.take(), undefined);
	assert.equal(waiting.state, 'connected');
	assert.equal(queue.nextRetryAt, Infinity);
});

test('what changes in a peer counts when the order is made anew, and void entries are gone', () => {
	const queue = new DialQueue();
	const peers = [known('a'), known('b'), known('c', {retryAt: 10}), known('d')];
	const [a, b, c, d] = peers as [KnownPeer, KnownPeer, KnownPeer, KnownPeer];
	for (let turn = 0; turn < 10; turn++) {
		queue.makeReady(a);
		queue.makeReady(b);
		queue.makeReady(d);
	}
	queue.makeWait(c);
	assert.equal(queue.size, 31);
	b.priority = 5;
	setState(d, 'connected');
	queue.rebuild(peers);
	assert.equal(queue.size, 3);
	assert.equal(takeAll(queue), 'b a');
	queue.wake(10);
	assert.equal(takeAll(queue), 'c');
});

test('thousands come in the same order as if they were sorted', () => {
	const random = seeded(11);
	const peers = Array.from({length: 3000}, (_, n) =>
		known(String(n), {
			tried: random() < 0.5,
			fails: Math.floor(random() * 3),
			priority: Math.floor(random() * 50),
		}),
	);
	const queue = new DialQueue();
	for (const peer of peers) queue.makeReady(peer);
	const tier = (peer: KnownPeer): number => (peer.tried ? 2 + peer.fails : 1);
	const sorted = [...peers].sort(
		(one, other) => tier(one) - tier(other) || other.priority - one.priority || one.order - other.order,
	);
	assert.equal(takeAll(queue), sorted.map(({key}) => key).join(' '));
});
