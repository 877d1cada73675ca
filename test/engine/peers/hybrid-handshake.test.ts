import assert from 'node:assert/strict';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {join} from 'node:path';
import {test} from 'node:test';
import {decodeHandshake} from '../../../source/protocol/wire/handshake.ts';
import {within} from '../../helpers/deadline.ts';
import {handshake, RawPeer} from '../../helpers/raw-peer.ts';
import {openTestSession} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const metainfo = readFileSync(join(import.meta.dirname, '../../fixtures/libtorrent-hybrid.torrent')).toString(
	'base64',
);

test('a hybrid torrent is greeted as a v1 torrent, by whoever dials', async t => {
	const space = new Workspace(t);
	const server = createServer();
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	space.defer(() => server.close());
	const {port} = server.address() as AddressInfo;
	const engine = await openTestSession(space, 'engine', {trackers: false});
	const met = once(server, 'connection');
	const {id} = await engine.send({type: 'torrent.add', metainfo, options: {peers: [`127.0.0.1:${port}`]}});
	const infoHash = Buffer.from(id!, 'hex');

	const [dialled] = (await within(10_000, () => 'being dialled', met)) as [Socket];
	const coming = connect(engine.port, '127.0.0.1');
	coming.write(handshake(infoHash));
	for (const socket of [dialled, coming]) {
		const peer = new RawPeer(socket);
		const greeting = decodeHandshake(await within(10_000, () => 'a handshake', peer.greeted));
		assert.deepEqual(Buffer.from(greeting.infoHash), infoHash);
		assert.equal(greeting.v2, false);
		socket.destroy();
	}
});
