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
		namers: ['T'],
		turnOf: undefined,
		...facts,
	} as KnownPeer;
}

/** The next one; it stays where it is. */
function first(queue: DialQueue): KnownPeer | undefined {
	return queue.next(1, () => 'dial')[0];
}

/** Dials all, one after the other. */
function dialAll(queue: DialQueue, most = Infinity): string {
	const keys: string[] = [];
	for (let peer = first(queue); peer && keys.length < most; peer = first(queue)) {
		keys.push(peer.key);
		queue.dialled(peer);
		setState(peer, 'connecting');
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
	assert.equal(dialAll(queue), 'by-hand best-new new new-too proven failed-once failed-twice');
	assert.equal(first(queue), undefined);
});

test('who is looked at is still ready and comes again; who is passed over too; whose host is in use is in no queue', () => {
	const queue = new DialQueue();
	const [a, b, c] = [known('a', {namers: ['T', 'Xone']}), known('b'), known('c')];
	for (const peer of [a, b, c]) queue.makeReady(peer);
	for (let times = 0; times < 3; times++) {
		const found = queue.next(9, peer => (peer === b ? 'pass' : 'dial'));
		assert.deepEqual(
			found.map(({key}) => key),
			['a', 'c'],
			'each once, though two name it',
		);
		assert.equal(b.state, 'ready');
	}
	assert.deepEqual(
		queue.next(9, peer => (peer === a ? 'blocked' : 'dial')),
		[b, c],
	);
	assert.equal(a.state, 'blocked');
	assert.equal(dialAll(queue), 'b c');
});

test('who waits is named when its time has come, not a moment before', () => {
	const queue = new DialQueue();
	const [soon, later] = [known('soon', {retryAt: 100}), known('later', {retryAt: 200})];
	queue.makeWait(later);
	queue.makeWait(soon);
	queue.wake(99);
	assert.equal(first(queue), undefined);
	assert.equal(queue.nextRetryAt, 100);
	queue.wake(100);
	assert.equal(soon.state, 'ready');
	assert.equal(later.state, 'waiting');
	assert.equal(queue.nextRetryAt, 200);
	assert.equal(dialAll(queue), 'soon');
	queue.wake(1000);
	assert.equal(dialAll(queue), 'later');
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
	assert.equal(first(queue), undefined);
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
	assert.equal(queue.size, 14, 'void ones that came to the top are gone');
	b.priority = 5;
	setState(d, 'connected');
	queue.rebuild(peers);
	assert.equal(queue.size, 3);
	assert.equal(dialAll(queue), 'b a');
	queue.wake(10);
	assert.equal(dialAll(queue), 'c');
});

test('thousands whom one named come in the same order as if they were sorted, those that were tried before too', () => {
	for (const tried of [false, true]) sortsThousands(tried);
});

function sortsThousands(tried: boolean): void {
	const random = seeded(11);
	const peers = Array.from({length: 3000}, (_, n) =>
		known(String(n), {
			tried,
			fails: tried ? Math.floor(random() * 3) : 0,
			priority: Math.floor(random() * 50),
		}),
	);
	const queue = new DialQueue();
	for (const peer of peers) queue.makeReady(peer);
	const sorted = [...peers].sort(
		(one, other) => one.fails - other.fails || other.priority - one.priority || one.order - other.order,
	);
	assert.equal(dialAll(queue), sorted.map(({key}) => key).join(' '));
}

test('one who names thousands keeps nobody waiting whom others name', () => {
	const queue = new DialQueue();
	for (let n = 0; n < 5000; n++) queue.makeReady(known('dead', {namers: ['Xliar'], priority: 1e9}));
	for (let n = 0; n < 3; n++) queue.makeReady(known(`good-${n}`, {namers: ['Xhonest']}));
	assert.equal(dialAll(queue, 6), 'dead good-0 dead good-1 dead good-2');
});

test('the kinds of sources take turns first, then those of one kind', () => {
	const queue = new DialQueue();
	for (let liar = 0; liar < 50; liar++)
		for (let n = 0; n < 20; n++) queue.makeReady(known('x', {namers: [`X${liar}`], priority: 1e9}));
	for (let n = 0; n < 3; n++) queue.makeReady(known(`t${n}`, {namers: ['Thttp://tracker']}));
	for (let n = 0; n < 3; n++) queue.makeReady(known(`h${n}`, {namers: [`Hnode-${n}`]}));
	assert.equal(dialAll(queue, 9), 'x t0 h0 x t1 h1 x t2 h2');
});

test('whom two name comes before those whom only one of them does', () => {
	const queue = new DialQueue();
	for (let n = 0; n < 9; n++) queue.makeReady(known('alone', {namers: ['Xa'], priority: 1e9}));
	queue.makeReady(known('by-two', {namers: ['Xa', 'Xb']}));
	assert.equal(dialAll(queue, 2), 'by-two alone');
});

test('who named somebody that cannot be reached has fewer turns than who did not', () => {
	const queue = new DialQueue();
	const peers: KnownPeer[] = [];
	for (let n = 0; n < 1000; n++)
		peers.push(known('dead', {namers: ['Xliar']}), known('good', {namers: ['Xhonest']}));
	for (const peer of peers) queue.makeReady(peer);
	let dead = 0;
	for (let turn = 0; turn < 100; turn++) {
		const peer = first(queue)!;
		queue.dialled(peer);
		setState(peer, 'connecting');
		if (peer.key !== 'dead') continue;
		queue.failed(peer);
		dead++;
	}
	assert.equal(dead, 25);
});

test('who had no part for long has no turns left over when it comes', () => {
	const queue = new DialQueue();
	for (let n = 0; n < 200; n++) queue.makeReady(known('first', {namers: ['Xone']}));
	dialAll(queue, 100);
	for (let n = 0; n < 50; n++) {
		queue.makeReady(known('second', {namers: ['Xtwo']}));
		queue.makeReady(known('tracker', {namers: ['T']}));
	}
	const keys = dialAll(queue, 12).split(' ');
	for (const [key, turns] of [
		['first', 3],
		['second', 3],
		['tracker', 6],
	] as const)
		assert.equal(keys.filter(other => other === key).length, turns, key);
});

test('after three who were never tried comes one who was, and all of either when there are no others', () => {
	const queue = new DialQueue();
	for (let n = 0; n < 7; n++) queue.makeReady(known('new'));
	for (let n = 0; n < 3; n++) queue.makeReady(known('old', {tried: true}));
	for (let looks = 0; looks < 5; looks++) queue.next(4, () => 'dial');
	assert.equal(dialAll(queue), 'new new new old new new new old new old');
});

test('of those who name somebody no more are told apart than there is use for; all come in the end', () => {
	const queue = new DialQueue();
	for (let n = 0; n < 1000; n++) queue.makeReady(known(`${n}`, {namers: [`Xsybil-${n}`]}));
	queue.makeReady(known('t', {namers: ['T']}));
	assert.ok(dialAll(queue, 2).includes('t'));
	assert.equal(dialAll(queue).split(' ').length, 999);
	queue.makeReady(known('late', {namers: ['Xlate']}));
	assert.equal(dialAll(queue), 'late');
});
