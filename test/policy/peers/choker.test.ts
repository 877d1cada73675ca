import assert from 'node:assert/strict';
import test from 'node:test';
import {type ChokeFacts, type ChokePlan, planUnchokes} from '../../../source/policy/peers/choker.ts';
import {uploadSlots} from '../../../source/policy/peers/upload-slots.ts';
import {seeded} from '../seeded.ts';

const now = 1_000_000;

/**
 * One letter a peer, id = its place: `c` choked and interested, `u` unchoked and interested, `.` choked, not
 * interested, `?` unchoked, not interested, `S` a seed, `z` choked, interested and snubbing us, `o` holds an optimistic slot.
 */
function draw(letters: string, change: (id: number) => Partial<ChokeFacts> = () => ({})): ChokeFacts[] {
	return [...letters].map((letter, id) => ({
		id,
		interested: !'.?'.includes(letter),
		amChoking: !'uo?'.includes(letter),
		rateToUs: 0,
		rateFromUs: 0,
		lastUnchokedAt: 'uo?'.includes(letter) ? now - 40_000 : -Infinity,
		lastChokedAt: -Infinity,
		piecesSentSinceUnchoke: 0,
		isSeed: letter === 'S',
		snubbed: letter === 'z',
		optimisticSince: letter === 'o' ? now - 10_000 : undefined,
		connectedAt: now - 100_000,
		...change(id),
	}));
}

function plan(peers: ChokeFacts[], slots: number, seeding = false, random = seeded(1)): ChokePlan {
	const result = planUnchokes(peers, {seeding, slots, now, random});
	return {unchoke: result.unchoke.sort((one, other) => one - other), optimistic: result.optimistic};
}

test('everyone who is interested is unchoked while there are slots enough', () => {
	assert.deepEqual(plan(draw('c.Suz'), 4), {unchoke: [0, 3, 4], optimistic: []});
});

test('a peer that lost interest stays unchoked only while a slot is free', () => {
	assert.deepEqual(plan(draw('cc?'), 4).unchoke, [0, 1, 2]);
	assert.deepEqual(plan(draw('cc?'), 2).unchoke, [0, 1]);
});

test('an unchoked peer that asks for nothing keeps nobody from a slot', () => {
	const peers = draw('uucc', id => ({idle: id === 0}));
	assert.deepEqual(plan(peers, 3).unchoke, [0, 1, 2, 3]);
	assert.ok(
		plan(
			draw('uucccc', id => ({idle: id === 0})),
			3,
		).unchoke.includes(0),
	);
});

test('a peer that has had its fill and asks for no more is choked, but not at once', () => {
	const sated = (since: number) => (id: number) =>
		id === 0 ? {idle: true, piecesSentSinceUnchoke: 3, lastUnchokedAt: now - since} : {};
	assert.ok(!plan(draw('uucccc', sated(11_000)), 3).unchoke.includes(0));
	assert.equal(plan(draw('uucccc', sated(11_000)), 3).unchoke.length, 3);
	assert.ok(plan(draw('uucccc', sated(9000)), 3).unchoke.includes(0));
});

test('leeching keeps those who give most and draws one optimistic peer', () => {
	const peers = draw('ccccccc', id => ({rateToUs: [1, 9, 3, 8, 2, 7, 0][id]! * 1000}));
	const {unchoke, optimistic} = plan(peers, 4);
	for (const id of [1, 3, 5]) assert.ok(unchoke.includes(id));
	assert.equal(unchoke.length, 4);
	assert.equal(optimistic.length, 1);
	assert.ok(![1, 3, 5].includes(optimistic[0]!));
});

test('a slot no sender claims goes to one who gave before, sooner than to one who never did', () => {
	const peers = draw('cccc', id => ({hasGiven: id === 3, rateToUs: id === 0 ? 1000 : 0}));
	assert.deepEqual(plan(peers, 3).unchoke.slice(0, 1), [0]);
	assert.ok(plan(peers, 3).unchoke.includes(3));
});

test('a peer that snubs us earns no regular slot, whatever its rate was', () => {
	const peers = draw('zccc', id => ({rateToUs: id === 0 ? 50_000 : 1000 * id}));
	const seen = new Set<number>();
	for (let seed = 1; seed < 30; seed++) {
		const {unchoke, optimistic} = plan(peers, 3, false, seeded(seed));
		assert.ok(unchoke.includes(2) && unchoke.includes(3));
		seen.add(optimistic[0]!);
	}
	assert.deepEqual([...seen].sort(), [0, 1], 'but it may be drawn');
});

test('no slot stands empty though all who wait snub us', () => {
	assert.equal(plan(draw('zzzzz'), 4).unchoke.length, 4);
});

test('an optimistic peer is safe for 30 s and then competes like everyone', () => {
	const fast = (id: number) => ({rateToUs: id * 1000});
	assert.deepEqual(plan(draw('ocuuu', fast), 4), {unchoke: [0, 2, 3, 4], optimistic: [0]});
	const over = draw('ocuuu', id => ({...fast(id), ...(id === 0 ? {optimisticSince: now - 30_000} : {})}));
	assert.deepEqual(plan(over, 4), {unchoke: [1, 2, 3, 4], optimistic: [1]});
});

test('newcomers and those who gave are drawn three times as often as strangers, the fruitless three times less', () => {
	const facts = [
		...Array.from({length: 3}, () => ({rateToUs: 5000})),
		{connectedAt: now - 20_000},
		{hasGiven: true, lastUnchokedAt: now - 90_000, lastChokedAt: now - 50_000},
		{},
		{lastUnchokedAt: now - 90_000, lastChokedAt: now - 50_000},
		{hasGiven: true, snubbed: true},
	];
	const peers = draw('uuuccccc', id => facts[id]!);
	const random = seeded(7);
	const drawn = peers.map(() => 0);
	const rounds = 12_000;
	for (let round = 0; round < rounds; round++)
		drawn[planUnchokes(peers, {seeding: false, slots: 4, now, random}).optimistic[0]!]!++;
	const weights = [3, 3, 1, 1 / 3, 1 / 3];
	const all = weights.reduce((sum, weight) => sum + weight, 0);
	for (const [at, weight] of weights.entries())
		assert.ok(Math.abs(drawn[3 + at]! / rounds - weight / all) < 0.02, `${drawn}`);
});

test('nobody is choked within 10 s of being unchoked', () => {
	const peers = draw('uccc', id => (id === 0 ? {lastUnchokedAt: now - 5000} : {rateToUs: 9000 * id}));
	assert.ok(plan(peers, 3).unchoke.includes(0));
	const later = draw('uccc', id => (id === 0 ? {lastUnchokedAt: now - 11_000} : {rateToUs: 9000 * id}));
	assert.ok(!plan(later, 3).unchoke.includes(0));
});

test('nobody is unchoked within 10 s of being choked, unless the slot would stand empty', () => {
	const recently = draw('cccc', id => ({
		rateToUs: id * 1000,
		lastChokedAt: id === 3 ? now - 5000 : -Infinity,
	}));
	assert.deepEqual(plan(recently, 3).unchoke, [0, 1, 2]);
	const all = draw('cccc', () => ({lastChokedAt: now - 5000}));
	assert.equal(plan(all, 3).unchoke.length, 3);
});

test('seeding ends a turn after 20 pieces and 60 s, and who waited longest is next', () => {
	const peers = draw(
		'uucc',
		id =>
			[
				{lastUnchokedAt: now - 70_000, piecesSentSinceUnchoke: 25, rateFromUs: 90_000},
				{lastUnchokedAt: now - 70_000, piecesSentSinceUnchoke: 5, rateFromUs: 10},
				{lastChokedAt: now - 30_000},
				{lastChokedAt: now - 60_000},
			][id]!,
	);
	const {unchoke, optimistic} = plan(peers, 3, true);
	assert.deepEqual(unchoke, [1, 2, 3]);
	assert.deepEqual(optimistic, [2]);
});

test('a slow reader does not hold its slot for more than 5 min while others wait', () => {
	const peers = draw('uucc', id => ({lastUnchokedAt: id < 2 ? now - 300_000 : -Infinity, rateFromUs: 100}));
	assert.deepEqual(plan(peers, 2, true).unchoke, [2, 3]);
});

test('with ten slots two are optimistic, with one slot none', () => {
	assert.equal(plan(draw('cccccccccccc'), 10).optimistic.length, 2);
	assert.deepEqual(plan(draw('ccc'), 1).optimistic, []);
	assert.equal(plan(draw('ccc'), 1).unchoke.length, 1);
	assert.deepEqual(plan(draw('ccc'), 0), {unchoke: [], optimistic: []});
});

test('any swarm: never more than the slots, never an empty slot, never twice the same', () => {
	const random = seeded(99);
	for (let round = 0; round < 2000; round++) {
		const letters = Array.from(
			{length: Math.floor(random() * 40)},
			() => 'cu.?Szo'[Math.floor(random() * 7)],
		);
		const slots = Math.floor(random() * 12);
		const peers = draw(letters.join(''), () => ({
			rateToUs: Math.floor(random() * 4),
			lastChokedAt: now - Math.floor(random() * 30_000),
		}));
		const {unchoke, optimistic} = plan(peers, slots, random() < 0.5, random);
		const wanting = peers.filter(peer => peer.interested && !peer.isSeed);
		assert.equal(new Set(unchoke).size, unchoke.length);
		assert.ok(unchoke.length <= slots);
		const served = wanting.filter(peer => unchoke.includes(peer.id)).length;
		assert.equal(served, Math.min(slots, wanting.length));
		assert.ok(optimistic.every(id => unchoke.includes(id)));
	}
});

test('slots grow with the rates that fill them', () => {
	assert.equal(uploadSlots([]), 8);
	assert.equal(uploadSlots(Array(20).fill(1_000_000)), 21);
	assert.equal(uploadSlots([...Array(12).fill(100_000), ...Array(50).fill(100)]), 13);
	assert.equal(uploadSlots(Array(200).fill(30_000)), 16);
});

test('a limit narrows the slots so that none is starved', () => {
	assert.equal(uploadSlots([], 10_000), 2);
	assert.equal(uploadSlots([], 50_000), 5);
	assert.equal(uploadSlots([], 10_000_000), 8);
	assert.equal(uploadSlots(Array(100).fill(1_000_000), 1_000_000), 24);
});
