import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodeResumeData, encodeResumeData} from '../../../source/io/state/resume-data.js';
import {PeerWireWriter} from '../../../source/protocol/wire/decoder.js';
import {encodeHandshake} from '../../../source/protocol/wire/handshake.js';
import {LoneTorrent, turn} from '../../helpers/lone-torrent.ts';

const year = 31_557_600_000;

test('a wall clock that jumps by years, there and back, ends no connection and makes no figure wrong', async () => {
	const lone = new LoneTorrent({seeds: true});
	let wall = 1_700_000_000_000;
	lone.clock.wall = () => wall;
	await lone.start();
	const connection = lone.incoming(4000);
	connection.say(
		encodeHandshake({
			infoHash: lone.torrent.infoHash,
			peerId: new Uint8Array(20),
			extended: true,
			fast: true,
			dht: false,
			v2: false,
		}),
	);
	const writer = new PeerWireWriter();
	writer.plain(2);
	connection.say(writer.take());
	await turn();
	let before = lone.torrent.stats.activeTime;
	for (const jump of [0, year, -2 * year, 100 * year, -98 * year, 3_600_000, -3_600_000, -40 * year]) {
		wall += jump;
		const began = performance.now();
		for (let second = 0; second < 5; second++) {
			await lone.clock.pass(1000);
			wall += 1000;
			connection.say(new Uint8Array(4));
			lone.torrent.post({type: 'tick', now: lone.clock.now()});
		}
		assert.ok(performance.now() - began < 1000, `a jump of ${jump} ms held everything up`);
		assert.equal(connection.reason, undefined);
		const grown = lone.torrent.stats.activeTime - before;
		assert.ok(grown > 3 && grown < 7, `${grown} s of activity in 5 s, after a jump of ${jump} ms`);
		before = lone.torrent.stats.activeTime;
		const {download, upload} = lone.torrent.stats.history.view(600, 60);
		for (const rate of [...download, ...upload]) assert.ok(Number.isFinite(rate) && rate >= 0);
		decodeResumeData(encodeResumeData((await lone.torrent.rememberNow())!));
	}
	const closing = lone.torrent.close();
	await lone.clock.pass(6000);
	await closing;
});
