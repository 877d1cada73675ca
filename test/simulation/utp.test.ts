import assert from 'node:assert/strict';
import {test} from 'node:test';
import {RenoFlow} from './reno-flow.ts';
import {type End, type Habits, UtpWorld} from './utp-world.ts';

const mebibyte = 1 << 20;
const second = 1000;
const minute = 60_000;

/** The payload of a packet that is a full one. */
const isLong = (bytes: Uint8Array): boolean => bytes.length > 600;

/** Waits until all that one end said has come to the other, as it was said. */
async function whole(world: UtpWorld, near: End, far: End, limit = 10 * minute): Promise<void> {
	const isThere = await world.clock.passUntil(
		() => far.received === near.sent || near.why !== undefined || far.why !== undefined,
		limit,
	);
	assert.ok(isThere, `${far.received} of ${near.sent} came`);
	assert.deepEqual([near.why, far.why, far.received], [undefined, undefined, near.sent]);
	assert.ok(far.isRight, 'the bytes that were sent');
	assert.equal(near.stream.unsent, 0);
}

/** Sends so much one way and answers how many bytes a second came. */
async function transfer(world: UtpWorld, count: number, limit = 10 * minute): Promise<number> {
	const {near, far} = await world.connect();
	const began = world.clock.now();
	let at = began;
	far.heard = () => {
		at = world.clock.now();
	};
	near.send(count);
	await whole(world, near, far, limit);
	return (1000 * count) / (at - began);
}

/** Has something to say for ever. */
function flood(world: UtpWorld, end: End): void {
	if (end.stream.unsent < mebibyte) end.send(mebibyte);
	world.clock.after(200, () => flood(world, end));
}

const quantile = (waits: readonly number[], part: number): number =>
	waits.slice().sort((a, b) => a - b)[Math.floor(waits.length * part)]!;

test('a line is filled, and nothing is lost on it', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 5e6, queue: 1.5e6});
	const rate = await transfer(world, 16 * mebibyte);
	assert.ok(rate > 0.8 * 5e6, `${rate} bytes a second`);
	assert.equal(world.there.lost, 0);
	// An ack is for two packets or more.
	assert.ok(world.back.waits.length < 0.6 * world.there.waits.length);
});

for (const [what, habits, least] of [
	['5 % of the packets lost', {loss: 0.05, delay: 20, rate: 2e6, queue: 1e5}, 100_000],
	['packets that come twice', {twice: 0.3, delay: 20, rate: 2e6, queue: 1e6}, 1_000_000],
	['packets that overtake each other', {jitter: 30, delay: 20, rate: 2e6, queue: 1e6}, 50_000],
	['all of that', {loss: 0.05, twice: 0.2, jitter: 30, delay: 20, rate: 2e6, queue: 1e5}, 20_000],
] as Array<[string, Habits, number]>) {
	for (const seed of [1, 2, 3])
		test(`bytes come in their order with ${what} (seed ${seed})`, async () => {
			const rate = await transfer(new UtpWorld(seed, habits, habits), 2 * mebibyte);
			assert.ok(rate > least, `${rate} bytes a second`);
		});
}

test('both ends talk at once over a line that loses packets', async () => {
	const habits = {loss: 0.03, delay: 30, rate: 1e6, queue: 1e5};
	const world = new UtpWorld(5, habits, habits);
	const {near, far} = await world.connect();
	near.send(mebibyte);
	far.send(mebibyte);
	await whole(world, near, far);
	await whole(world, far, near);
});

test('a queue of ten seconds is not filled: packets wait for about 100 ms', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 50_000, queue: 500_000});
	const rate = await transfer(world, 3 * mebibyte);
	assert.ok(rate > 42_000, `${rate} bytes a second`);
	const later = world.there.waits.slice(500);
	assert.ok(quantile(later, 0.95) < 140, `${quantile(later, 0.95)} ms`);
	assert.equal(world.there.lost, 0);
});

test('bytes come through a straw that has room for one packet', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 50_000, queue: 1500});
	const rate = await transfer(world, 200_000);
	assert.ok(rate > 8000, `${rate} bytes a second`);
});

for (const [queue, what] of [
	[50_000, '50 ms'],
	[100_000, '100 ms'],
	[300_000, '300 ms'],
	[1_000_000, '1 s'],
] as const)
	for (const first of ['TCP', 'uTP'] as const)
		test(`beside uTP TCP keeps nine tenths of a line with a queue of ${what}, ${first} being first`, async () => {
			const rate = 1e6;
			const world = new UtpWorld(1, {delay: 20, rate, queue});
			const {near, far} = await world.connect();
			const tcp = new RenoFlow(world.clock, world.there, world.back);
			if (first === 'TCP') tcp.start();
			else flood(world, near);
			await world.clock.pass(10 * second);
			if (first === 'TCP') flood(world, near);
			else tcp.start();
			const before = tcp.carried;
			await world.clock.pass(minute);
			const share = (tcp.carried - before) / (rate * 60);
			assert.ok(share > 0.9, `${share} of the line`);
			assert.equal(far.why ?? near.why, undefined);
		});

for (const [what, one, other] of [
	['of who dials', 1000, undefined],
	['of who was dialled', undefined, 1000],
	['both ways', 600, 600],
] as const)
	test(`where long packets ${what} vanish short ones get through, and the next stream begins with them`, async () => {
		const line = {delay: 20, rate: 1e6, queue: 1e5};
		const world = new UtpWorld(1, {...line, longest: one ?? Infinity}, {...line, longest: other ?? Infinity});
		const {near, far} = await world.connect();
		near.send(100_000);
		far.send(100_000);
		await whole(world, near, far, minute);
		await whole(world, far, near, minute);
		const lost = [world.there.lost, world.back.lost];
		assert.deepEqual(lost, [one === undefined ? 0 : 3, other === undefined ? 0 : 3]);
		const {near: again, far: there} = await world.connect();
		again.send(100_000);
		there.send(100_000);
		await whole(world, again, there, minute);
		await whole(world, there, again, minute);
		assert.deepEqual([world.there.lost, world.back.lost], lost);
	});

test('what is lost for another reason does not leave a stream with short packets', async () => {
	let trials = 0;
	const world = new UtpWorld(1, {
		delay: 20,
		rate: 1e6,
		queue: 1e6,
		eats: bytes => isLong(bytes) && ++trials <= 2,
	});
	const {near, far} = await world.connect();
	near.send(2 * mebibyte);
	await whole(world, near, far, minute);
	assert.equal(world.there.lost, 2);
	assert.ok(trials > 1500, `${trials}`);
});

test('a first word of any length comes, though it was made longer, and when that was lost', async () => {
	for (const eats of [() => false, isLong])
		for (let length = 1; length <= 560; length++) {
			const world = new UtpWorld(1, {delay: 5, eats});
			const near = world.dial();
			near.send(length);
			assert.ok(
				await world.clock.passUntil(() => world.accepted[0]?.received === length, minute),
				`${length}`,
			);
			assert.ok(world.accepted[0]!.isRight, `${length}`);
		}
});

for (const [what, wide] of [
	['of who has something to say', 'there'],
	['both ways', 'both'],
] as const)
	test(`where long packets ${what} begin to vanish in mid-stream what was under way goes in short ones, and the stream stands`, async () => {
		for (const seed of [1, 2, 3]) {
			const world = new UtpWorld(seed, {delay: 20, rate: 1e6, queue: 1e5});
			const {near, far} = await world.connect();
			near.send(3 * mebibyte);
			if (wide === 'both') far.send(3 * mebibyte);
			await world.clock.passUntil(() => far.received > mebibyte, minute);
			const {there, back} = world;
			there.habits.longest = 1000;
			if (wide === 'both') back.habits.longest = 1000;
			const began = world.clock.now();
			const before = far.received;
			assert.ok(
				await world.clock.passUntil(() => far.received > before + 200_000, minute),
				near.why ?? far.why,
			);
			assert.ok(world.clock.now() - began < 10_000, `${world.clock.now() - began} ms`);
			await whole(world, near, far, minute);
			if (wide === 'both') await whole(world, far, near, minute);
			const {near: again, far: other} = await world.connect();
			const {lost} = there;
			again.send(100_000);
			await whole(world, again, other, minute);
			assert.equal(there.lost, lost, 'the next one begins with short ones');
		}
	});

test('where nothing more is to be said when long packets begin to vanish the stream ends, and the next one gets through', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 1e6, queue: 1e5});
	const {near, far: first} = await world.connect();
	near.send(100_000);
	await whole(world, near, first);
	world.there.habits.longest = 1000;
	// It all leaves at once.
	near.send(5000);
	assert.ok(await world.clock.passUntil(() => near.why !== undefined, minute));
	assert.equal(near.why, 'the peer does not answer any more');
	const {near: again, far} = await world.connect();
	again.send(100_000);
	await whole(world, again, far, minute);
});

for (const [what, cut] of [
	['acks are lost', (at: 'there' | 'back') => at === 'back'],
	['nothing gets through', () => true],
] as const)
	test(`while ${what} for some seconds nothing is taken for lost that has come: every byte is right`, async () => {
		for (let seed = 1; seed <= 12; seed++) {
			let isCut = false;
			const eats = (at: 'there' | 'back') => () => isCut && cut(at);
			const line = {delay: 20 + seed, rate: 1e6, queue: 1e5};
			const world = new UtpWorld(seed, {...line, eats: eats('there')}, {...line, eats: eats('back')});
			const {near, far} = await world.connect();
			near.send(2 * mebibyte);
			far.send(2 * mebibyte);
			await world.clock.passUntil(() => far.received > mebibyte / 2, minute);
			isCut = true;
			await world.clock.pass(500 * seed);
			isCut = false;
			await whole(world, near, far, minute);
			await whole(world, far, near, minute);
		}
	});

test('what a line has kept for some seconds and brings all at once is no reason to send other bytes: every one is right', async () => {
	for (let seed = 1; seed <= 12; seed++) {
		let until = 0;
		let now = () => 0;
		const line = (): Habits => ({
			rate: 1e6,
			queue: 1e7,
			get delay() {
				return Math.max(20, until - now());
			},
		});
		const world = new UtpWorld(seed, line(), line());
		now = () => world.clock.now();
		const {near, far} = await world.connect();
		near.send(2 * mebibyte);
		far.send(2 * mebibyte);
		await world.clock.passUntil(() => far.received > mebibyte / 2, minute);
		until = now() + 500 * seed;
		await whole(world, near, far, minute);
		await whole(world, far, near, minute);
	}
});

test('whatever a line does to long packets, and loses besides, no byte is wrong', async () => {
	let ended = 0;
	for (let seed = 1; seed <= 40; seed++) {
		const world = new UtpWorld(
			seed,
			{delay: 30, rate: 1e6, queue: 1e5, loss: 0.03, jitter: 20, twice: 0.02},
			{delay: 30, rate: 1e6, queue: 1e5, loss: 0.03, jitter: 20, twice: 0.02},
		);
		const {near, far} = await world.connect();
		near.send(mebibyte);
		far.send(mebibyte);
		for (let turn = 0; turn < 12; turn++) {
			world.there.habits.longest = world.random.next() < 0.5 ? 1000 : Infinity;
			world.back.habits.longest = world.random.next() < 0.3 ? 1000 : Infinity;
			await world.clock.pass(world.random.next() * 4000);
		}
		await world.clock.passUntil(
			() => near.why !== undefined || (far.received === near.sent && near.received === far.sent),
			10 * minute,
		);
		if (near.why !== undefined) ended++;
		assert.ok(near.isRight && far.isRight, `seed ${seed}: ${far.received} of ${near.sent}`);
	}
	assert.ok(ended < 20, `${ended} of 40 ended`);
});

test('a line that takes long packets again is used for them again', async () => {
	let blocked = false;
	const world = new UtpWorld(1, {delay: 20, rate: 1e6, queue: 1e5, eats: bytes => blocked && isLong(bytes)});
	const {near, far} = await world.connect();
	near.send(100_000);
	await whole(world, near, far);
	blocked = true;
	near.send(20_000);
	await world.clock.pass(3000);
	blocked = false;
	await whole(world, near, far, minute);
	// They are short now, though there is room left over of longer ones.
	near.send(100_000);
	await whole(world, near, far, minute);
	const {near: again, far: there} = await world.connect();
	let longs = 0;
	world.there.habits.eats = bytes => {
		if (isLong(bytes)) longs++;
		return false;
	};
	again.send(100_000);
	await whole(world, again, there, minute);
	assert.ok(longs > 70, `${longs}`);
});

test('what the system does not take of a burst is sent again', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 2e6, queue: 1e6});
	const {near, far} = await world.connect();
	let left = 0;
	let refused = 0;
	// Room for 8 packets, of which one becomes free a millisecond.
	const empty = (): void => {
		left = Math.min(8, left + 1);
		world.clock.after(1, empty);
	};
	empty();
	world.one.refuses = () => (left-- > 0 ? undefined : `EAGAIN${refused++ && ''}`);
	near.send(mebibyte);
	await whole(world, near, far);
	assert.ok(refused > 0);
});

test('a lost packet is sent again after a round trip, not after a time-out', async () => {
	let count = 0;
	const world = new UtpWorld(1, {delay: 50, eats: bytes => isLong(bytes) && ++count === 20});
	const {near, far} = await world.connect();
	near.send(100_000);
	const began = world.clock.now();
	await whole(world, near, far);
	let last = 0;
	far.heard = () => {
		last = world.clock.now();
	};
	assert.equal(world.there.lost, 1);
	assert.ok(last < began + 2000);
	assert.ok(count < 85, `${count} packets`);
});

test('a lone word is acknowledged soon, and a packet is not sent for it alone when there is an answer', async () => {
	const world = new UtpWorld(1, {delay: 10});
	const {near, far} = await world.connect();
	await world.clock.pass(second);
	let acks = world.other.sent;
	near.send(100);
	await world.clock.pass(60);
	assert.equal(world.other.sent - acks, 1);
	far.heard = () => far.send(50);
	acks = world.other.sent;
	near.send(100);
	await world.clock.pass(60);
	assert.equal(world.other.sent - acks, 1);
	assert.equal(near.received, 50);
});

test('who does not read is sent no more than a window, and the rest when it reads again', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 5e6, queue: 1e6});
	const {near, far} = await world.connect();
	far.stream.pause();
	near.send(4 * mebibyte);
	await world.clock.pass(30 * second);
	assert.equal(far.received, 1);
	const carried = world.there.carried;
	assert.ok(near.stream.unsent > 2.8 * mebibyte, `${near.stream.unsent}`);
	await world.clock.pass(30 * second);
	// It is asked now and then whether it takes something.
	assert.ok(world.there.carried - carried < 10_000);
	far.stream.resume();
	await whole(world, near, far);
});

test('who reads bit by bit is sent bit by bit: nothing piles up on the way', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 5e6, queue: 1e6});
	const {near, far} = await world.connect();
	const rate = 20_000;
	far.stream.readAtMost?.(rate / 10);
	far.heard = length => {
		assert.ok(length <= rate / 10);
		far.stream.pause();
		world.clock.after((1000 * length) / rate, () => far.stream.resume());
	};
	near.send(mebibyte);
	const began = world.there.carried;
	await world.clock.pass(20 * second);
	const read = far.received;
	assert.ok(read > 19 * rate && read < 21 * rate, `${read}`);
	assert.ok(world.there.carried - began < 1.1 * read + 20_000, `${world.there.carried - began} for ${read}`);
});

test('who is sent a byte at a time while it does not read has all of it when it does', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 5e6, queue: 1e7});
	const {near, far} = await world.connect();
	far.stream.pause();
	for (let count = 0; count < 3000; count++) {
		near.send(1);
		await world.clock.pass(1);
	}
	await world.clock.pass(30 * second);
	assert.equal(far.received, 1);
	far.stream.resume();
	await whole(world, near, far);
});

test('who takes nothing for ever is given up', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 5e6, queue: 1e6});
	const {near, far} = await world.connect();
	far.stream.pause();
	near.send(4 * mebibyte);
	// A packet says that nothing is taken, and the data in it is lost.
	assert.ok(await world.clock.passUntil(() => near.why !== undefined, 10 * minute), 'it waits for ever');
});

test('who is not there any more is given up within half a minute', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 1e6, queue: 1e5});
	const {near} = await world.connect();
	await world.clock.pass(second);
	world.there.habits.loss = 1;
	near.send(10_000);
	const began = world.clock.now();
	assert.ok(await world.clock.passUntil(() => near.why !== undefined, minute));
	assert.ok(world.clock.now() - began < 30 * second);
	assert.equal(near.why, 'the peer does not answer any more');
});

test('who is dialled and does not answer is given up after two tries', async () => {
	const world = new UtpWorld(1, {delay: 20, loss: 1});
	const near = world.dial();
	assert.ok(await world.clock.passUntil(() => near.why !== undefined, minute));
	assert.deepEqual([near.why, near.ends, world.one.sent], ['connecting took too long', 1, 2]);
	assert.equal(world.one.transport.size, 0);
});

test('a stream on which nobody speaks stands for an hour, and a packet each half minute keeps the way open', async () => {
	const world = new UtpWorld(1, {delay: 20});
	const {near, far} = await world.connect();
	await world.clock.pass(second);
	const before = world.one.sent;
	await world.clock.pass(60 * minute);
	assert.deepEqual([near.why, far.why], [undefined, undefined]);
	const sent = world.one.sent - before;
	assert.ok(sent >= 115 && sent <= 250, `${sent}`);
	near.send(1000);
	await whole(world, near, far);
});

for (const seed of [1, 2, 3])
	test(`what has left before the end of a stream still comes, though packets are lost (seed ${seed})`, async () => {
		const habits = {loss: 0.2, delay: 30};
		const world = new UtpWorld(seed, habits, habits);
		const {near, far} = await world.connect();
		near.send(2500);
		const left = near.sent - near.stream.unsent;
		assert.ok(left > 1000);
		near.stream.close('that is all');
		assert.ok(await world.clock.passUntil(() => far.why !== undefined, minute));
		await world.clock.pass(minute);
		assert.deepEqual([far.received, far.isRight, far.why], [left, true, 'the peer closed the connection']);
		assert.deepEqual([near.why, near.ends, far.ends], ['that is all', 1, 1]);
		assert.deepEqual([world.one.transport.size, world.other.transport.size], [0, 0]);
	});

test('both ends leave at once', async () => {
	const world = new UtpWorld(1, {delay: 20});
	const {near, far} = await world.connect();
	near.stream.close('this one');
	far.stream.close('the other');
	await world.clock.pass(minute);
	assert.deepEqual([near.why, far.why, near.ends, far.ends], ['this one', 'the other', 1, 1]);
	assert.deepEqual([world.one.transport.size, world.other.transport.size], [0, 0]);
	assert.equal(world.clock.pending, 0);
});

test('every write is told to be done, whether it left or the stream ended first', async () => {
	const world = new UtpWorld(1, {delay: 20, rate: 1e5, queue: 1e5});
	const {near} = await world.connect();
	for (let n = 0; n < 50; n++) near.send(10_000);
	await world.clock.pass(2000);
	const done = near.done;
	assert.ok(done > 5 && done < 51, `${done}`);
	near.stream.close('enough');
	near.send(10);
	await world.clock.pass(100);
	assert.equal(near.done, 52);
});
