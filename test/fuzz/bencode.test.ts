import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../source/base/errors.js';
import {type BencodeNode, decodeBencode} from '../../source/protocol/bencode/bencode.js';
import {bencode} from '../helpers/bencode.ts';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(20_261_120);
const rounds = fuzzRounds(20_000);

/** Touches everything a value has, and writes it down again. */
function walk(node: BencodeNode): Buffer {
	switch (node.type) {
		case 'integer':
			return Buffer.from(`i${node.integer()}e`);
		case 'bytes':
			node.text();
			return bencode(node.bytes()!);
		case 'list':
			return Buffer.concat([Buffer.from('l'), ...[...node.items()].map(walk), Buffer.from('e')]);
		default: {
			const entries = [...node.entries()].map(([key, value]) => Buffer.concat([bencode(key), walk(value)]));
			return Buffer.concat([Buffer.from('d'), ...entries, Buffer.from('e')]);
		}
	}
}

test(`any bytes give a value that reads back as it came, or a ProtocolError (seed ${seed})`, () => {
	const random = seeded(seed);
	const sample = bencode({
		a: [1, -2, 'three', {four: 5}],
		m: {ut_metadata: 3, ut_pex: 1},
		p: 6881,
		v: 'x',
		yourip: Buffer.alloc(4, 255),
		big: [9_007_199_254_740_991, [], {}],
	});
	let accepted = 0;
	for (let round = 0; round < rounds; round++) {
		const bytes =
			round % 4 === 0
				? Uint8Array.from({length: Math.floor(random() * 40)}, () =>
						'0123456789ledi:-x\u00ff'.charCodeAt(random() * 18),
					)
				: mutate(sample, random);
		try {
			const root = decodeBencode(bytes, {depth: 20, tokens: 1000});
			accepted++;
			assert.ok(root.end <= bytes.length);
			const again = walk(root);
			if (root.deviation === undefined) assert.deepEqual(again, Buffer.from(root.raw));
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
		}
	}

	assert.ok(accepted > rounds / 100);
});

test('ten million hostile bytes are refused or read in bounded memory', () => {
	const lists = new Uint8Array(10_000_000).fill(0x6c);
	assert.throws(() => decodeBencode(lists), ProtocolError);
	const empties = new Uint8Array(Buffer.from(`l${'0:'.repeat(4_000_000)}e`));
	assert.throws(() => decodeBencode(empties), /more than 3000000 values/);
	const zeros = new Uint8Array(Buffer.from(`i${'0'.repeat(9_000_000)}1e`));
	assert.equal(decodeBencode(zeros).integer(), 1);
});
