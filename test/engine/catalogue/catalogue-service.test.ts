import assert from 'node:assert/strict';
import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {test} from 'node:test';
import type {NetworkView} from '../../../source/api/network-view.js';
import type {Update} from '../../../source/api/snapshot.js';
import {machineClock} from '../../../source/io/machine/clock.js';
import {machineRandom} from '../../../source/io/machine/random.js';
import type {CatalogueOptions} from '../../../source/tracker/catalogue/catalogue.js';
import {TrackerServer} from '../../../source/tracker/tracker-server.js';
import {CatalogueServer} from '../../helpers/catalogue-server.ts';
import {until} from '../../helpers/deadline.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {openTestSession, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const patience = 40_000;

async function openServer(space: Workspace, options: Partial<CatalogueOptions> = {}) {
	const server = new CatalogueServer(machineClock, options);
	await server.open();
	space.defer(() => server.server.close());
	return server;
}

function tracker({port}: {readonly port: number}): string {
	return `http://127.0.0.1:${port}/announce`;
}

/** What the engine shows of the network, while somebody looks. */
function watch(space: Workspace, engine: TestSession) {
	const seen: {view?: NetworkView | undefined} = {};
	const watching = engine.session.watch({interval: 100, network: true}, (update: Update) => {
		seen.view = update.network ?? seen.view;
	});
	space.defer(() => watching.stop());
	return {
		until: (what: string, probe: (view: NetworkView) => boolean) =>
			until(
				() => `${what}: ${JSON.stringify(seen.view)}`,
				patience,
				() => (seen.view !== undefined && probe(seen.view) ? seen.view : undefined),
			),
	};
}

test('what is marked is published where a person said, announced there, seen by others, fetched, and gone with a goodbye', async t => {
	const space = new Workspace(t);
	const server = await openServer(space, {dir: space.path('kept')});
	const options = {catalogues: [tracker(server)]};
	const ada = await openTestSession(space, 'ada', {...options, nick: 'ada'});
	const bo = await openTestSession(space, 'bo', {...options, nick: 'bo'});
	const torrent = testTorrent(
		space,
		'album',
		[
			['one.flac', 70_000],
			['two.flac', 5000],
		],
		32_768,
		[],
		true,
	);
	const id = await ada.add(torrent, {dir: torrent.content.dir, publish: true});
	await ada.sees(id, 'seeded', ({state}) => state === 'seeding');
	const mine = watch(space, ada);
	const shared = await mine.until(
		'it to be published',
		({shared: [first]}) => first?.catalogues.length === 1,
	);
	assert.equal(shared.shared[0]?.why, undefined);
	const theirs = watch(space, bo);
	await theirs.until('to see who is there', ({people}) =>
		people.some(({nick, you}) => nick === 'ada' && !you),
	);
	const {found} = await bo.send({type: 'network.search', words: 'alb'});
	const [first] = found!.torrents;
	assert.deepEqual(
		[first?.name, first?.size, first?.files, first?.nicks, first?.already],
		['album', 75_000, 2, ['ada'], false],
	);
	await until(
		'the catalogue to have the .torrent',
		patience,
		async () => {
			const {preview} = await bo.send({type: 'network.preview', infoHash: id});
			return preview?.unknown !== true;
		},
		400,
	);
	const {preview} = await bo.send({type: 'network.preview', infoHash: id});
	assert.deepEqual(
		preview?.files.map(({path, length}) => [path.join('/'), length]),
		[
			['album/one.flac', 70_000],
			['album/two.flac', 5000],
		],
	);
	const added = await bo.send({type: 'network.get', infoHash: id});
	assert.equal(added.id, id);
	await bo.sees(id, 'downloaded', ({state}) => state === 'seeding', patience);
	const shelf = await bo.send({type: 'network.browse', nick: 'ADA'});
	assert.equal(shelf.found?.torrents[0]?.already, true);
	await ada.session.stop();
	assert.equal(server.catalogue.index.totals.torrents, 0);
	await theirs.until('ada to be gone', ({people}) => people.length === 0);
	await assert.rejects(
		bo.send({type: 'network.browse', nick: 'ada'}),
		/nobody called ada shares anything now/,
	);
});

test('what is paused, unmarked or removed is withdrawn, and the nickname changes everywhere', async t => {
	const space = new Workspace(t);
	const server = await openServer(space);
	const ada = await openTestSession(space, 'ada', {catalogues: [tracker(server)]});
	const ids: string[] = [];
	for (const name of ['one', 'two', 'three']) {
		const torrent = testTorrent(space, name, [['a', 40_000]], 32_768, [], true);
		ids.push(await ada.add(torrent, {dir: torrent.content.dir, publish: true}));
	}
	const {index} = server.catalogue;
	const names = () =>
		index
			.search({words: ''})
			.torrents.map(({name}) => name)
			.sort();
	await until(
		() => `all to be there: ${names()}`,
		patience,
		() => names().length === 3,
	);
	assert.match(index.people()[0]?.nick ?? '', /^guest-[\da-f]{6}$/);
	await assert.rejects(ada.send({type: 'network.nick', nick: 'a b'}), /a nickname has 1 to 32/);
	await ada.send({type: 'network.nick', nick: 'Ada'});
	await until('the new name', patience, () => index.person('ada')?.torrents.length === 3);
	await ada.send({type: 'torrent.publish', id: ids[0]!, on: false});
	await ada.send({type: 'torrent.pause', id: ids[1]!});
	await until(
		() => `two to be gone: ${names()}`,
		patience,
		() => names().join() === 'three',
	);
	await ada.send({type: 'torrent.remove', id: ids[2]!, withData: false});
	await until(
		() => `all to be gone: ${names()}`,
		patience,
		() => names().length === 0,
	);
	await ada.session.stop();
	const again = await openTestSession(space, 'ada', {catalogues: [tracker(server)]});
	assert.equal((await again.send({type: 'network.look'})).network?.nick, 'Ada');
});

test('somebody else’s nickname is not taken: a person is told, and chooses another', async t => {
	const space = new Workspace(t);
	const server = await openServer(space);
	const options = {catalogues: [tracker(server)], nick: 'ada'};
	const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	const first = await openTestSession(space, 'first', options);
	const second = await openTestSession(space, 'second', options);
	await first.add(torrent, {dir: torrent.content.dir, publish: true});
	const {index} = server.catalogue;
	await until('the first to be there', patience, () => index.person('ada') !== undefined);
	const id = await second.add(torrent, {dir: torrent.content.dir, publish: true});
	const seen = watch(space, second);
	const view = await seen.until('to be told', ({errors}) => errors.length > 0);
	assert.match(view.errors[0]!, /ada is somebody else’s nickname there: choose another/);
	assert.match(view.shared.find(shared => shared.id === id)?.why ?? '', /somebody else’s nickname/);
	assert.equal(second.log.filter(line => /somebody else’s nickname/.test(line)).length, 1);
	await second.send({type: 'network.nick', nick: 'bo'});
	await until('both', patience, () => index.person('bo')?.torrents[0]?.nicks.length === 2);
});

test('a tracker that has lost everything is told everything again', async t => {
	const space = new Workspace(t);
	const server = await openServer(space);
	const {index} = server.catalogue;
	const ada = await openTestSession(space, 'ada', {
		catalogues: [tracker(server)],
		nick: 'ada',
		clock: new HurriedClock(20),
	});
	const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	await ada.add(torrent, {dir: torrent.content.dir, publish: true});
	await until('it to be there', patience, () => index.totals.torrents === 1);
	for (const key of [...index.lines()].flatMap(line =>
		line.startsWith('["p"') ? [JSON.parse(line)[1]] : [],
	))
		index.goodbye(key);
	assert.equal(index.totals.torrents, 0);
	await until('it to be there again', 90_000, () => index.totals.torrents === 1);
});

test('nothing private is told to anybody but its own tracker', async t => {
	const space = new Workspace(t);
	const own = await openServer(space);
	const other = await openServer(space);
	const ada = await openTestSession(space, 'ada', {catalogues: [tracker(other)], nick: 'ada'});
	const secret = testTorrent(space, 'secret', [['a', 40_000]], 32_768, [tracker(own)]);
	const open = testTorrent(space, 'open', [['a', 50_000]], 32_768, [tracker(own)], true);
	await ada.add(secret, {dir: secret.content.dir, publish: true});
	await ada.add(open, {dir: open.content.dir, publish: true});
	const names = (server: typeof own) =>
		server.catalogue.index
			.search({words: '', sort: 'name'})
			.torrents.map(({name}) => name)
			.join();
	await until(
		() => `${names(own)} and ${names(other)}`,
		patience,
		() => names(own) === 'open,secret' && names(other) === 'open',
	);
	const {network} = await ada.send({type: 'network.look'});
	assert.match(
		network!.shared.find(({name}) => name === 'secret')?.why ?? '',
		/it is private, and of another tracker/,
	);
	const trackers = other.server.service.size.torrents;
	assert.equal(trackers, 1);
});

/** A tracker that answers announces and, in place of a catalogue, what a test says. */
async function hostile(space: Workspace, answer: RequestListener) {
	const asked: string[] = [];
	const server = createServer((request, response) => {
		if (request.url?.startsWith('/announce')) {
			response.end('d8:intervali1800e5:peers0:e');
			return;
		}
		asked.push(`${request.method} ${request.url}`);
		answer(request, response);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	space.defer(() => {
		server.closeAllConnections();
		server.close();
	});
	return {asked, port: (server.address() as AddressInfo).port};
}

for (const [what, answer, error] of [
	['garbage', (_, response) => void response.end('\u0000\u0001{"'), /not a catalogue’s/],
	['a page of HTML', (_, response) => void response.end('<html>hello'), /not a catalogue’s/],
	[
		'half an answer',
		(_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{'),
		/broke off/,
	],
	[
		'a gigabyte',
		(_, response) => {
			response.setHeader('Content-Length', 2 ** 30);
			response.write('x'.repeat(1000));
		},
		/longer than/,
	],
	[
		'a redirect to somewhere else',
		(_, response) => {
			response.writeHead(302, {Location: 'http://127.0.0.1:9/'});
			response.end();
		},
		/it redirects/,
	],
	[
		'an error with a control character',
		(_, response) => {
			response.statusCode = 500;
			response.end('\u001b[2Jboo');
		},
		/it answers 500: \[2Jboo/,
	],
] satisfies ReadonlyArray<readonly [string, RequestListener, RegExp]>) {
	test(`a catalogue that answers ${what} costs a line, is left alone for longer and longer, and slows nobody`, async t => {
		const space = new Workspace(t);
		const bad = await hostile(space, answer);
		const good = await openServer(space);
		const ada = await openTestSession(space, 'ada', {catalogues: [tracker(bad), tracker(good)], nick: 'ada'});
		const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
		await ada.add(torrent, {dir: torrent.content.dir, publish: true});
		await until('the good one to be told', patience, () => good.catalogue.index.totals.torrents === 1);
		const seen = watch(space, ada);
		const view = await seen.until(
			'the other to have failed',
			({catalogues: [first]}) => first?.state === 'failed',
		);
		assert.match(view.errors[0]!, error);
		const {found} = await ada.send({type: 'network.search', words: 'thi'});
		assert.equal(found?.torrents.length, 1);
		assert.match(found?.errors[0] ?? '', error);
		assert.equal(ada.log.filter(line => /does not answer as it should/.test(line)).length, 1);
		assert.ok(bad.asked.length < 12, bad.asked.join());
	});
}

test('a catalogue that never answers holds nobody up, also when the engine ends', async t => {
	const space = new Workspace(t);
	const silent = await hostile(space, () => {});
	const good = await openServer(space);
	const ada = await openTestSession(space, 'ada', {
		catalogues: [tracker(silent), tracker(good)],
		nick: 'ada',
	});
	const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	await ada.add(torrent, {dir: torrent.content.dir, publish: true});
	await until('the good one to be told', patience, () => good.catalogue.index.totals.torrents === 1);
	const {found} = await ada.send({type: 'network.search', words: 'thi'});
	assert.equal(found?.torrents.length, 1);
	assert.match(found?.errors[0] ?? '', /no answer within 10 s/);
	assert.ok(silent.asked.length < 4, silent.asked.join());
	const before = performance.now();
	await ada.session.stop();
	assert.ok(performance.now() - before < 6000);
	assert.equal(good.catalogue.index.totals.torrents, 0);
});

test('a tracker without a catalogue is asked once, and nobody else is asked who was not named', async t => {
	const space = new Workspace(t);
	const none = await hostile(space, (_, response) => {
		response.statusCode = 404;
		response.end('not found');
	});
	const stranger = await hostile(space, (_, response) => void response.end());
	const good = await openServer(space);
	const ada = await openTestSession(space, 'ada', {catalogues: [tracker(none), tracker(good)]});
	const published = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	const plain = testTorrent(space, 'plain', [['a', 50_000]], 32_768, [tracker(stranger)], true);
	await ada.add(plain, {dir: plain.content.dir});
	await ada.add(published, {dir: published.content.dir, publish: true});
	const seen = watch(space, ada);
	await seen.until(
		'both to be known',
		({catalogues: [first, second]}) => first?.state === 'none' && second?.published === 1,
	);
	assert.deepEqual(none.asked, ['GET /catalogue/v1']);
	assert.deepEqual(stranger.asked, []);
	await assert.rejects(
		ada.send({type: 'network.search', words: '', tracker: tracker(none)}),
		/tracker 127\.0\.0\.1:\d+ has no catalogue/,
	);
});

test('a tracker that is only looked at is told nothing of what one shares', async t => {
	const space = new Workspace(t);
	const own = await openServer(space);
	const other = await openServer(space);
	const ada = await openTestSession(space, 'ada', {catalogues: [tracker(own)], nick: 'ada'});
	const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	await ada.add(torrent, {dir: torrent.content.dir, publish: true});
	await until('it to be there', patience, () => own.catalogue.index.totals.torrents === 1);
	const {network} = await ada.send({type: 'network.look', tracker: tracker(other)});
	assert.deepEqual([network?.nick, network?.people, network?.catalogues[0]?.state], ['ada', [], 'open']);
	await ada.send({type: 'network.search', words: '', tracker: tracker(other)});
	const second = testTorrent(space, 'another', [['a', 50_000]], 32_768, [], true);
	await ada.add(second, {dir: second.content.dir, publish: true});
	await until('the next one to be there', patience, () => own.catalogue.index.totals.torrents === 2);
	assert.equal(other.server.service.size.torrents, 0);
	assert.equal(other.catalogue.index.totals.torrents, 0);
});

test('a tracker that is used from now on is asked and told what is published; one without a catalogue is not kept', async t => {
	const space = new Workspace(t);
	const server = await openServer(space);
	const ada = await openTestSession(space, 'ada', {nick: 'ada'});
	const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	await ada.add(torrent, {dir: torrent.content.dir, publish: true});
	const {network} = await ada.send({type: 'network.use', tracker: tracker(server)});
	assert.deepEqual(
		network?.catalogues.map(({state}) => state),
		['open'],
	);
	await until('it to be there', patience, () => server.catalogue.index.totals.torrents === 1);
	const bare = new TrackerServer({port: 0, bind: '127.0.0.1', clock: machineClock, random: machineRandom});
	t.after(() => bare.close());
	const {port} = await bare.start();
	await assert.rejects(
		ada.send({type: 'network.use', tracker: `http://127.0.0.1:${port}`}),
		/127\.0\.0\.1:\d+: that tracker has no catalogue/,
	);
	await bare.close();
	await assert.rejects(
		ada.send({type: 'network.use', tracker: `http://127.0.0.1:${port}`}),
		/127\.0\.0\.1:\d+: /,
	);
	await assert.rejects(ada.send({type: 'network.use', tracker: 'no such thing'}), /no tracker’s URL/);
	const after = await ada.send({type: 'network.look'});
	assert.equal(after.network?.catalogues.length, 1);
});

test('who names no catalogue is told how to', async t => {
	const space = new Workspace(t);
	const ada = await openTestSession(space, 'ada');
	await assert.rejects(
		ada.send({type: 'network.search', words: ''}),
		/name one with --tracker URL, or set "catalogue"/,
	);
	await assert.rejects(
		ada.send({type: 'network.search', words: '', tracker: 'nonsense'}),
		/is no tracker’s URL/,
	);
});

test('a token opens the catalogue to those who have it', async t => {
	const space = new Workspace(t);
	const server = await openServer(space, {tokens: {publish: 'pst', search: 'pst'}});
	const url = tracker(server).replace('//', '//pst@');
	const ada = await openTestSession(space, 'ada', {catalogues: [url], nick: 'ada'});
	const torrent = testTorrent(space, 'thing', [['a', 40_000]], 32_768, [], true);
	await ada.add(torrent, {dir: torrent.content.dir, publish: true});
	await until('it to be there', patience, () => server.catalogue.index.totals.torrents === 1);
	assert.equal((await ada.send({type: 'network.search', words: 'thing'})).found?.torrents.length, 1);
	const bo = await openTestSession(space, 'bo', {catalogues: [tracker(server)]});
	await assert.rejects(
		bo.send({type: 'network.search', words: 'thing'}),
		/wants a token: give it before the host/,
	);
	const {network} = await bo.send({type: 'network.look'});
	assert.match(network?.errors[0] ?? '', /it wants a token/);
});
