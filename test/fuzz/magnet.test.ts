import assert from 'node:assert/strict';
import {test} from 'node:test';
import {UserError} from '../../source/base/errors.js';
import {formatMagnet, parseMagnet} from '../../source/protocol/metainfo/magnet.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(20_261_120);
const rounds = fuzzRounds(10_000);

const sample = Buffer.from(
	'magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&xt=urn:btmh:1220caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e' +
		'&dn=Name%20%C3%BC&tr=http%3A%2F%2Ft.example%2Fannounce&ws=http://s.example/&x.pe=192.0.2.1:6881&so=0,2-4',
);

test(`any text gives a link or a UserError, and a link can be written (seed ${seed})`, () => {
	const random = seeded(seed);
	let accepted = 0;
	for (let round = 0; round < rounds; round++) {
		const text = Buffer.from(mutate(sample, random)).toString(round % 2 === 0 ? 'utf8' : 'latin1');
		try {
			const link = parseMagnet(text);
			accepted++;
			const {infoHash, infoHashV2, webSeeds} = link;
			const written = formatMagnet({
				infoHash,
				infoHashV2,
				name: link.name ?? '',
				trackers: [link.trackers],
				webSeeds,
			});
			const again = parseMagnet(written);
			assert.deepEqual([again.infoHash, again.infoHashV2], [infoHash, infoHashV2]);
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			assert.equal(error.exitStatus, 3);
		}
	}

	assert.ok(accepted > 0);
});
