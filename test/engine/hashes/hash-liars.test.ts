import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {messageId} from '../../../source/protocol/wire/decoder.ts';
import {encodeHashes} from '../../../source/protocol/wire/hash-messages.ts';
import {hybridTorrent} from '../../helpers/hybrid-torrent.ts';
import {openTestSession} from '../../helpers/sessions.ts';
import {type HashAnswer, honest, lying, refusing, v2Peer} from '../../helpers/v2-peer.ts';
import {Workspace} from '../../helpers/workspace.ts';

const silent: HashAnswer = () => undefined;
/** Answers another question than it was asked. */
const astray: HashAnswer = asked => ({
	id: messageId.hashes,
	payload: encodeHashes({...asked, index: asked.index + 512}, new Uint8Array(32 * asked.length)),
});
/** Sends half a hash. */
const broken: HashAnswer = asked => ({
	id: messageId.hashes,
	payload: encodeHashes(asked, new Uint8Array(16)),
});
/** Sends more than anybody may ask for. */
const flooding: HashAnswer = asked => ({
	id: messageId.hashes,
	payload: encodeHashes(asked, new Uint8Array(32 * 8241)),
});

for (const [what, bad] of Object.entries({lying, refusing, silent, astray, broken, flooding})) {
	test(`a v2 torrent without its layers is downloaded though one of its two peers is ${what} where hashes are concerned`, async t => {
		const space = new Workspace(t);
		const torrent = hybridTorrent('2', false);
		const whole = hybridTorrent('2');
		const other = await v2Peer(space, whole.metainfo, torrent.content, bad);
		const engine = await openTestSession(space, 'home');
		const {id} = await engine.send({
			type: 'torrent.add',
			metainfo: torrent.base64,
			options: {peers: [other.address]},
		});
		await engine.sees(id!, 'asked', () => other.asked.length > 0);
		const good = await v2Peer(space, whole.metainfo, torrent.content, honest);
		await engine.send({type: 'peer.add', id: id!, address: good.address});
		await engine.sees(id!, 'complete', ({state}) => state === 'seeding');
		assert.ok(good.asked.length > 0);
		assert.ok(readFileSync(space.path('home-data/lone.bin')).equals(torrent.content));
	});
}

test('while nobody gives hashes of a v2 torrent nothing of it is asked for, and it says why', async t => {
	const space = new Workspace(t);
	const torrent = hybridTorrent('2', false);
	const other = await v2Peer(space, hybridTorrent('2').metainfo, torrent.content, refusing);
	const engine = await openTestSession(space, 'home');
	const options = {peers: [other.address]};
	const {id} = await engine.send({type: 'torrent.add', metainfo: torrent.base64, options});
	await engine.says(id!, 'downloading', /waiting for peers to give the hashes of 12 pieces/);
	assert.equal(other.blocks, 0);
});
