import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {assertSame} from '../../helpers/compare.ts';
import {rawSeeder} from '../../helpers/raw-peer.ts';
import {openTestSession} from '../../helpers/sessions.ts';
import {kibibyte, makeTorrent, writeFile} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('what was wrong, what was thrown away, who was banned and why are counted and told', async t => {
	const space = new Workspace(t);
	const content = writeFile(space.folder('theirs'), 'x.bin', 900_000);
	const torrent = makeTorrent(content, 32 * kibibyte);
	const metainfo = readFileSync(torrent.write(space.path('x.torrent'))).toString('base64');
	const liar = await rawSeeder(space, torrent, {
		host: '127.0.0.2',
		alter: block => {
			block[5]! ^= 1;
			return block;
		},
	});
	const engine = await openTestSession(space, 'engine');
	const id = await engine.add({content, pieces: torrent.pieces, metainfo}, {peers: [liar.address]});
	const {hashFailures, bans, wasted} = await engine.sees(
		id,
		'somebody is banned',
		view => (view.bans ?? 0) > 0,
	);
	assert.equal(bans, 1);
	assert.ok(hashFailures! >= 1);
	assert.ok(wasted >= 32 * kibibyte, `${wasted} bytes were thrown away`);
	assert.ok(wasted <= liar.served.bytes, `${wasted} of ${liar.served.bytes} bytes were thrown away`);
	const warnings = engine.log.filter(line => line.startsWith('warn'));
	assert.match(warnings[0] ?? '', /^warn: piece \d+ from 127\.0\.0\.2(?::\d+)? is wrong: fetched again$/);
	assert.equal(
		warnings.filter(line => /^warn: 127\.0\.0\.2(?::\d+)? sent wrong data: banned$/.test(line)).length,
		1,
	);

	const honest = await rawSeeder(space, torrent);
	await engine.send({type: 'peer.add', id, address: honest.address});
	const view = await engine.sees(id, 'it is complete', ({state}) => state === 'seeding');
	assertSame(space.path('engine-data', 'x.bin'), content.root);
	assert.equal(view.bans, 1);
	assert.ok(view.downloaded >= content.length, 'what counts as downloaded');
	await engine.session.stop();
	const again = await openTestSession(space, 'engine');
	assert.equal((await again.view(id)).wasted, view.wasted, 'waste is counted over all sessions');
});
