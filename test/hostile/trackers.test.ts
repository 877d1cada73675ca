import assert from 'node:assert/strict';
import test from 'node:test';
import type {HttpClient} from '../../source/io/net/http/http-client.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.ts';
import {LonePeer, seconds} from '../helpers/lone-peer.ts';
import {LoneTorrent} from '../helpers/lone-torrent.ts';
import {seeded} from '../policy/seeded.ts';
import {tell} from './tell.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** What the trackers answer, in turn; one that throws does not answer at all. */
const answers: ReadonlyArray<() => Uint8Array> = [
	() => bytes('<html>503</html>'),
	() => new Uint8Array(0),
	() => bytes('l'.repeat(100_000)),
	() => bytes('d8:intervali1800e5:peers-6:abcdefe'),
	() => encodeBencode({'failure reason': '\u001b[2Jno'}),
	() => {
		throw new Error('connection reset');
	},
];

/** The last one's: so many peers that are not there, an interval of a second, and somebody's address as ours. */
const flood = encodeBencode({
	interval: 1,
	'external ip': Uint8Array.of(198, 51, 100, 1),
	peers: Uint8Array.from({length: 6 * 5000}, (_, byte) => (byte * 31) & 255),
});

test('a hundred and ten hostile trackers of one torrent do not keep it from a peer that comes', async () => {
	let asked = 0;
	const http: HttpClient = {
		get: async url => {
			const at = asked++;
			return {status: 200, body: at >= 109 ? flood : answers[at % answers.length]!(), url};
		},
	};
	const trackers = Array.from({length: 110}, (_, at) => [`http://tracker${at}.example/announce`]);
	const lone = new LoneTorrent({pieces: 8, short: 0, random: seeded(9), trackers: {urls: trackers, http}});
	await lone.start();
	let slowest = 0;
	for (let second = 0; second < 120; second++) {
		const begun = performance.now();
		await seconds(lone, 1);
		slowest = Math.max(slowest, performance.now() - begun);
	}
	const seed = await LonePeer.meet(lone, 1);
	seed.say(writer => {
		writer.plain(14);
		writer.plain(1);
	});
	for (let round = 0; round < 20 && !lone.parts.have.full; round++) {
		seed.answer(await seed.hears('request'));
		await seconds(lone, 1);
	}
	tell(
		'110 hostile trackers',
		`${asked} announces in 120 s, the longest second cost ${slowest.toFixed(0)} ms`,
	);
	assert.ok(lone.parts.have.full);
	assert.ok(asked >= 110, `${asked} announces`);
	assert.ok(asked < 200, `${asked} announces: an interval of a second is not kept to`);
	const closed = lone.torrent.close();
	await lone.clock.pass(6000);
	await closed;
});
