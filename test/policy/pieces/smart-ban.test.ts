import assert from 'node:assert/strict';
import test from 'node:test';
import {TrustPoints} from '../../../source/policy/pieces/smart-ban.ts';
import {seeded} from '../seeded.ts';

/** A letter a block: who gave it, `-` for disk. */
function from(letters: string): (string | undefined)[] {
	return [...letters].map(letter => (letter === '-' ? undefined : letter));
}

/** A letter a block: the digest of what was in it. */
function holding(letters: string): Uint8Array[] {
	return [...letters].map(letter => new Uint8Array(20).fill(letter.charCodeAt(0)));
}

test('the only source of a bad piece is banned at once', () => {
	const trust = new TrustPoints();
	assert.deepEqual(trust.pieceFailed(0, from('aaaa'), holding('gggx')), {ban: ['a'], parole: []});
	assert.equal(trust.hasFailed(0), false);
});

test('blocks that came from disk keep a sole contributor from being banned at once', () => {
	const trust = new TrustPoints();
	assert.deepEqual(trust.pieceFailed(0, from('aa-a'), holding('gggx')), {ban: [], parole: ['a']});
});

test('all who gave blocks of a bad piece go on parole and lose 2', () => {
	const trust = new TrustPoints();
	assert.deepEqual(trust.pieceFailed(0, from('abca'), holding('gggx')), {ban: [], parole: ['a', 'b', 'c']});
	assert.equal(trust.trustOf('b'), -2);
	assert.ok(trust.onParole('c'));
	assert.equal(trust.onParole('d'), false);
});

test('the fourth bad piece in a row is one too many', () => {
	const trust = new TrustPoints();
	for (let piece = 0; piece < 3; piece++) trust.pieceFailed(piece, from('ab'), holding('gx'));
	assert.deepEqual(trust.pieceFailed(3, from('ac'), holding('gx')), {ban: ['a'], parole: ['c']});
});

test('good pieces earn 1 each, up to 8', () => {
	const trust = new TrustPoints();
	for (let piece = 0; piece < 20; piece++) trust.piecePassed(piece, from('ab'));
	assert.equal(trust.trustOf('a'), 8);
});

test('parole ends with a good piece of its own, not with a shared one', () => {
	const trust = new TrustPoints();
	trust.pieceFailed(0, from('ab'), holding('gx'));
	trust.piecePassed(1, from('ab'));
	assert.ok(trust.onParole('a'));
	trust.piecePassed(2, from('aa'));
	assert.equal(trust.onParole('a'), false);
});

test('once the piece passes, who gave a different block is banned and the others are cleared', () => {
	const trust = new TrustPoints();
	trust.pieceFailed(7, from('abcd'), holding('gxgg'));
	assert.ok(trust.hasFailed(7));
	const verdict = trust.piecePassed(7, from('eeee'), holding('gggg'));
	assert.deepEqual(verdict, {ban: ['b'], parole: []});
	for (const honest of ['a', 'c', 'd']) {
		assert.equal(trust.trustOf(honest), 0);
		assert.equal(trust.onParole(honest), false);
	}
	assert.equal(trust.hasFailed(7), false);
});

test('liars of several attempts are all found', () => {
	const trust = new TrustPoints();
	trust.pieceFailed(7, from('abcd'), holding('gxgg'));
	trust.pieceFailed(7, from('acbd'), holding('gggy'));
	assert.deepEqual(trust.piecePassed(7, from('aaaa'), holding('gggg')).ban.toSorted(), ['b', 'd']);
});

test('nobody is accused of blocks that were not hashed', () => {
	const trust = new TrustPoints();
	trust.pieceFailed(7, from('ab'), []);
	assert.deepEqual(trust.piecePassed(7, from('cc'), holding('gg')).ban, []);
});

test('memory stays bounded: the oldest failed pieces are forgotten', () => {
	const trust = new TrustPoints();
	const many = Array.from({length: 32_768}, (_, block) => (block % 2 ? 'a' : 'b'));
	const digests = many.map(() => new Uint8Array(20));
	for (let piece = 0; piece < 6; piece++) trust.pieceFailed(piece, many, digests);
	assert.deepEqual(
		[0, 1, 2, 5].map(piece => trust.hasFailed(piece)),
		[false, false, true, true],
	);
	for (let host = 0; host < 20_000; host++) trust.piecePassed(9, [`10.0.${host >> 8}.${host & 255}`]);
	assert.equal(trust.trustOf('10.0.0.0'), 0);
	assert.equal(trust.trustOf('10.0.78.31'), 1);
});

test('in a swarm where 1 in 20 lies now and then, every liar is banned and nobody else', () => {
	const random = seeded(5);
	const trust = new TrustPoints();
	const peers = Array.from({length: 100}, (_, index) => `${index < 5 ? 'liar' : 'peer'} ${index}`);
	const banned = new Set<string>();
	const blocks = 16;
	for (let piece = 0; piece < 3000; piece++) {
		for (let passed = false; !passed; ) {
			const able = peers.filter(key => !banned.has(key));
			const any = (among: readonly string[]): string => among[Math.floor(random() * among.length)]!;
			const free = able.filter(key => !trust.onParole(key));
			const starter = any(able);
			const senders = trust.onParole(starter)
				? Array.from({length: blocks}, () => starter)
				: Array.from({length: blocks}, () => any(free));
			const content = senders.map(key => (key.startsWith('liar') && random() < 0.1 ? 'x' : 'g')).join('');
			passed = !content.includes('x');
			const verdict = passed
				? trust.piecePassed(piece, senders, trust.hasFailed(piece) ? holding(content) : undefined)
				: trust.pieceFailed(piece, senders, holding(content));
			for (const key of verdict.ban) banned.add(key);
		}
	}
	assert.deepEqual([...banned].sort(), peers.slice(0, 5));
});

test('nobody is on parole whose pieces were all right, however many gave them', () => {
	const trust = new TrustPoints();
	trust.piecePassed(0, from('ab'));
	assert.equal(trust.onParole('a'), false);
	assert.equal(trust.onParole('b'), false);
});

test('once the digests of its blocks are known, who gave others is banned though the piece has not passed', () => {
	const trust = new TrustPoints();
	trust.pieceFailed(7, from('abab'), holding('gxgg'));
	trust.pieceFailed(7, from('acac'), holding('ghgg'));
	assert.deepEqual(trust.blocksKnown(7, holding('ghgg')), {ban: ['b'], parole: []});
	assert.deepEqual([trust.trustOf('a'), trust.trustOf('c')], [0, 0]);
	assert.equal(trust.onParole('a') || trust.onParole('c'), false);
	assert.equal(trust.hasFailed(7), false);
	assert.deepEqual(trust.blocksKnown(8, holding('g')), {ban: [], parole: []});
});
