import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {connect} from 'node:net';
import {test} from 'node:test';
import {asInfoHash} from '../../../source/base/units.js';
import {type CatalogueServer, openCatalogueServer} from '../../helpers/catalogue-server.ts';
import {until} from '../../helpers/deadline.ts';
import {makeTorrent, writeFolder} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {hexOf, publication} from '../../policy/catalogue/helpers.ts';

const ada = hexOf(0xada);
const bo = hexOf(0xb0);

/** Announces and publishes things of these numbers. */
async function share(
	server: CatalogueServer,
	key: string,
	numbers: readonly number[],
	more: Partial<Parameters<typeof publication>[1]> = {},
) {
	const peerId = more.peerId ?? ada;
	for (const number of numbers)
		server.announce(more.infoHash ?? hexOf(number), peerId, {port: peerId === ada ? 5000 : 5001});
	return server.ask('PUT', '/torrents', {
		key,
		body: numbers.map(number => publication(number, {peerId, ...more})),
	});
}

test('a torrent is published, found, looked at, and withdrawn', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	const {status, json} = await share(server, 'ada', [1, 2]);
	assert.deepEqual([status, json], [201, {published: 2, refused: []}]);
	const found = (await server.ask('GET', '/search?q=number+1')).json;
	assert.equal(found.torrents.length, 1);
	assert.deepEqual(
		[found.torrents[0].name, found.torrents[0].nicks, found.torrents[0].seeders],
		['Thing number 1', ['ada'], 1],
	);
	assert.equal((await server.ask('GET', `/torrents/${hexOf(2)}`)).json.torrents[0].size, 1002);
	assert.deepEqual((await server.ask('GET', '')).json, {
		people: 1,
		torrents: 2,
		size: 2003,
		token: {publish: false, search: false},
	});
	assert.equal((await server.ask('DELETE', `/torrents/${hexOf(2)}`, {key: 'ada'})).status, 200);
	assert.equal((await server.ask('GET', `/torrents/${hexOf(2)}`)).status, 404);
	assert.deepEqual((await server.ask('GET', '/me', {key: 'ada'})).json, {nick: 'ada', torrents: 1});
	assert.deepEqual((await server.ask('DELETE', '/me', {key: 'ada'})).json, {withdrawn: 1});
	assert.deepEqual((await server.ask('GET', '/search')).json, {torrents: []});
});

test('people are told with what they share, and whether others reach them', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	await share(server, 'ada', [1, 2]);
	await share(server, 'bo', [2], {peerId: bo, nick: 'bo'});
	await server.clock.pass(1000);
	const {users} = (await server.ask('GET', '/users')).json;
	assert.deepEqual(
		users.map((user: {nick: string; torrents: number; size: number; reachable: boolean}) => [
			user.nick,
			user.torrents,
			user.size,
			user.reachable,
		]),
		[
			['ada', 2, 2003, true],
			['bo', 1, 1002, true],
		],
	);
	assert.deepEqual(server.probed.map(({port}) => port).sort(), [5000, 5001]);
	const person = (await server.ask('GET', '/users/%41DA')).json;
	assert.deepEqual(
		person.torrents.map(({name}: {name: string}) => name),
		['Thing number 1', 'Thing number 2'],
	);
	assert.equal((await server.ask('GET', '/users/nobody')).status, 404);
});

test('a nickname of somebody else is refused with 409, whatever is published under it', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	await share(server, 'ada', [1]);
	const {status, text} = await share(server, 'bo', [2], {peerId: bo, nick: 'Ada'});
	assert.equal(status, 409);
	assert.match(text, /somebody else’s/);
	assert.equal((await server.ask('GET', '')).json.torrents, 1);
});

test('who stops is gone at once, and who falls silent ten minutes after the tracker has forgotten them', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	await share(server, 'ada', [1]);
	await share(server, 'bo', [2], {peerId: bo, nick: 'bo'});
	server.announce(hexOf(1), ada, {event: 'stopped'});
	assert.deepEqual(
		(await server.ask('GET', '/users')).json.users.map(({nick}: {nick: string}) => nick),
		['bo'],
	);
	const announced = 3660_000;
	await server.clock.pass(announced + 590_000);
	assert.equal((await server.ask('GET', '')).json.torrents, 1);
	await server.clock.pass(75_000);
	assert.equal((await server.ask('GET', '')).json.torrents, 0);
});

test('nothing is published without a key, without announcing, or of nonsense', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	assert.equal((await server.ask('PUT', '/torrents', {body: []})).status, 401);
	const {status, json} = await server.ask('PUT', '/torrents', {key: 'ada', body: [publication(1)]});
	assert.deepEqual([status, json.refused[0].why], [422, 'not-announced']);
	for (const [body, wanted] of [
		['', 400],
		['{', 400],
		[Buffer.from([0xff, 0xfe]), 400],
		[[{}], 400],
		[new Array(201).fill(publication(1)), 400],
		[[publication(1, {nick: '\u001b[2J'})], 400],
		['x'.repeat(65_537), 413],
		['x'.repeat(1_000_000), 413],
	] as const) {
		const answer = await server
			.ask('PUT', '/torrents', {key: 'ada', body})
			// Who sends on and on finds the connection closed.
			.catch(() => ({status: 413}));
		assert.equal(answer.status, wanted, String(body).slice(0, 30));
	}
	assert.equal((await server.ask('GET', '')).json.torrents, 0);
});

test('control characters of a name reach nobody', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	await share(server, 'ada', [1], {name: 'a\u001b]0;x\u0007b\u202ec'});
	const {text} = await server.ask('GET', '/search');
	assert.match(text, /"name":"a \]0;x bc"/);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
	assert.doesNotMatch(text, /[\u0000-\u0009\u001b\u202e]/);
});

test('a catalogue that is full says so with 507, and takes what there is room for', async t => {
	const server = await openCatalogueServer(new Workspace(t), {limits: {entries: 3}});
	const {status, json} = await share(server, 'ada', [1, 2, 3, 4]);
	assert.deepEqual([status, json.published, json.refused], [507, 3, [{infoHash: hexOf(4), why: 'full'}]]);
});

test('tokens keep out who has none: from publishing, from searching', async t => {
	const server = await openCatalogueServer(new Workspace(t), {tokens: {publish: 'p1', search: 's1'}});
	server.announce(hexOf(1), ada);
	const body = [publication(1, {peerId: ada})];
	assert.equal((await server.ask('PUT', '/torrents', {key: 'ada', body})).status, 403);
	assert.equal((await server.ask('PUT', '/torrents', {key: 'ada', body, token: 's1'})).status, 403);
	assert.equal((await server.ask('PUT', '/torrents', {key: 'ada', body, token: 'p1'})).status, 201);
	for (const path of [
		'/search',
		'/users',
		'/users/ada',
		`/torrents/${hexOf(1)}`,
		'/events',
		`/torrents/${hexOf(1)}/torrent`,
	]) {
		assert.equal((await server.ask('GET', path)).status, 403, path);
		if (path !== '/events') assert.notEqual((await server.ask('GET', path, {token: 's1'})).status, 403, path);
	}
	assert.deepEqual((await server.ask('GET', '')).json.token, {publish: true, search: true});
});

test('the catalogue of a private tracker is for those who have a passkey', async t => {
	const server = await openCatalogueServer(
		new Workspace(t),
		{},
		{passkeys: {has: key => key === 'passkey-of-ada'}},
	);
	for (const [path, status] of [
		['', 403],
		['/search', 403],
		['/events', 403],
	] as const)
		assert.equal((await server.ask('GET', path)).status, status, path);
	const ask = (passkey: string) => fetch(`http://127.0.0.1:${server.port}/${passkey}/catalogue/v1/search?q=`);
	assert.equal((await ask('passkey-of-ada')).status, 200);
	assert.equal((await ask('passkey-of-bob')).status, 403);
});

test('no address searches more than 50 times in 10 s, and the tracker goes on', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	const asked = await Promise.all(Array.from({length: 80}, () => server.ask('GET', '/search?q=x')));
	assert.equal(asked.filter(({status}) => status === 200).length, 50);
	const refused = asked.filter(({status}) => status === 429);
	assert.equal(refused.length, 30);
	assert.equal(refused[0]?.headers.get('retry-after'), '10');
	assert.equal((await share(server, 'ada', [1])).status, 201);
	await server.clock.pass(10_000);
	assert.equal((await server.ask('GET', '/search?q=x')).status, 200);
});

test('what happens is told to those who watch, and nobody else is', async t => {
	const space = new Workspace(t);
	const server = await openCatalogueServer(space);
	let heard = '';
	let isOver = false;
	const asking = request(`${server.base}/events`, response => {
		response.setEncoding('utf8');
		response.on('data', text => {
			heard += text;
		});
		response.on('close', () => {
			isOver = true;
		});
	}).end();
	asking.on('error', () => {});
	space.defer(() => asking.destroy());
	await until('the stream to begin', 10_000, () => heard.includes(':'));
	await share(server, 'ada', [1]);
	server.announce(hexOf(1), ada, {event: 'stopped'});
	await server.clock.pass(100);
	await until('the events', 10_000, () => heard.includes('left'));
	assert.deepEqual(
		[...heard.matchAll(/data: (.*)\n\n/g)].map(([, data]) => JSON.parse(data!).type),
		['came', 'published', 'withdrawn', 'left'],
	);
	assert.equal(server.catalogue.watchers.count, 1);
	asking.destroy();
	await until('it to be let go', 10_000, () => server.catalogue.watchers.count === 0);
	await until('the end', 10_000, () => isOver);
});

test('who watches and does not read is let go of, and the others hear on', async t => {
	const space = new Workspace(t);
	const server = await openCatalogueServer(space);
	const slow = connect(server.port, '127.0.0.1');
	slow.on('error', () => {});
	space.defer(() => slow.destroy());
	slow.pause();
	slow.write('GET /catalogue/v1/events HTTP/1.1\r\n\r\n');
	let heard = 0;
	const asking = request(`${server.base}/events`, response => {
		response.on('data', bytes => {
			heard += bytes.length;
		});
	}).end();
	asking.on('error', () => {});
	space.defer(() => asking.destroy());
	const {watchers} = server.catalogue;
	await until('both to watch', 10_000, () => watchers.count === 2);
	let told = 0;
	for (let round = 0; round < 2000 && watchers.count === 2; round++) {
		for (let number = 0; number < 400; number++)
			watchers.tell({type: 'published', infoHash: hexOf(number), nick: 'x'.repeat(30)});
		await server.clock.pass(100);
		told = round;
	}
	assert.equal(watchers.count, 1, `after ${told} rounds`);
	const before = heard;
	watchers.tell({type: 'came', nick: 'bo'});
	await server.clock.pass(100);
	await until('the other to hear on', 10_000, () => heard > before);
});

test('more than can be told one by one is told as that', async t => {
	const space = new Workspace(t);
	const server = await openCatalogueServer(space);
	let heard = '';
	const asking = request(`${server.base}/events`, response => {
		response.setEncoding('utf8');
		response.on('data', text => {
			heard += text;
		});
	}).end();
	asking.on('error', () => {});
	space.defer(() => asking.destroy());
	const {watchers} = server.catalogue;
	await until('it to watch', 10_000, () => watchers.count === 1);
	for (let number = 0; number < 5000; number++)
		watchers.tell({type: 'published', infoHash: hexOf(number), nick: 'ada'});
	await server.clock.pass(100);
	await until('to be told', 10_000, () => heard.includes('data'));
	assert.equal(heard.replaceAll(':\n\n', ''), 'data: {"type":"many"}\n\n');
});

test('ten thousand searches at once are refused in no time, and who announces is served meanwhile', async t => {
	const space = new Workspace(t);
	const server = await openCatalogueServer(space);
	const statuses = new Map<string, number>();
	const floods = Array.from({length: 20}, () => {
		const socket = connect(server.port, '127.0.0.1');
		let pending = '';
		let answers = 0;
		const done = new Promise<void>(resolve => {
			socket.on('error', () => resolve());
			socket.on('close', () => resolve());
			socket.on('data', bytes => {
				pending += bytes.toString('latin1');
				for (const [, status] of pending.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
					statuses.set(status!, (statuses.get(status!) ?? 0) + 1);
					answers++;
				}
				pending = pending.slice(-12).replace(/HTTP\/1\.1 \d{3}/, '');
				if (answers >= 500) resolve();
			});
		});
		space.defer(() => socket.destroy());
		socket.write('GET /catalogue/v1/search?q=a HTTP/1.1\r\n\r\n'.repeat(500));
		return done;
	});
	const announced = await fetch(
		`http://127.0.0.1:${server.port}/announce?info_hash=${'a'.repeat(20)}&peer_id=${'b'.repeat(20)}&port=1&left=0`,
		{signal: AbortSignal.timeout(10_000)},
	);
	assert.equal(announced.status, 200);
	await Promise.all(floods);
	assert.ok((statuses.get('200') ?? 0) <= 50);
	assert.ok((statuses.get('429') ?? 0) > 100);
	assert.deepEqual([...statuses.keys()].sort(), ['200', '429']);
});

test('no network has more than twenty who watch', async t => {
	const space = new Workspace(t);
	const server = await openCatalogueServer(space);
	const statuses: number[] = [];
	for (let n = 0; n < 22; n++) {
		const asking = request(`${server.base}/events`, response => {
			statuses.push(response.statusCode ?? 0);
			response.resume();
		}).end();
		asking.on('error', () => {});
		space.defer(() => asking.destroy());
	}
	await until('all to be answered', 10_000, () => statuses.length === 22);
	assert.equal(statuses.filter(status => status === 200).length, 20);
	assert.equal(statuses.filter(status => status === 503).length, 2);
});

test('the .torrent of what one has published is kept, checked, given, and goes with the entry', async t => {
	const space = new Workspace(t);
	const dir = space.path('kept');
	const server = await openCatalogueServer(space, {dir});
	const torrent = makeTorrent(
		writeFolder(space.folder('content'), 'album', [['a.flac', 50_000]]),
		32_768,
		true,
	);
	const path = torrent.write(space.path('album.torrent'), []);
	const bytes = readFileSync(path);
	const infoHash = torrent.infoHash.toString('hex');
	const put = (body: unknown, key = 'ada') => server.ask('PUT', `/torrents/${infoHash}/torrent`, {body, key});
	assert.equal((await put(bytes)).status, 404);
	await share(server, 'ada', [1], {infoHash: infoHash as never});
	assert.equal((await put(bytes, 'bo')).status, 404);
	assert.equal((await put(Buffer.from('d4:infoe'))).status, 422);
	const other = makeTorrent(writeFolder(space.folder('other'), 'other', [['b', 70_000]]), 32_768, true);
	assert.equal((await put(readFileSync(other.write(space.path('o.torrent'), [])))).status, 422);
	assert.equal((await put(Buffer.alloc((1 << 20) + 1)).catch(() => ({status: 413}))).status, 413);
	assert.equal((await put(bytes)).status, 201);
	assert.equal((await put(bytes)).status, 200);
	const given = await fetch(`${server.base}/torrents/${infoHash}/torrent`);
	const digest = (data: Uint8Array) => createHash('sha1').update(data).digest('hex');
	assert.equal(digest(new Uint8Array(await given.arrayBuffer())), digest(bytes));
	assert.equal((await server.ask('GET', '/search')).json.torrents[0].torrent, true);
	await server.ask('DELETE', '/me', {key: 'ada'});
	assert.equal((await server.ask('GET', `/torrents/${infoHash}/torrent`)).status, 404);
});

test('entries and nicknames outlive the tracker, and what is damaged of them is left out', async t => {
	const space = new Workspace(t);
	const dir = space.path('kept');
	const first = await openCatalogueServer(space, {dir});
	await share(first, 'ada', [1, 2]);
	await first.server.close();
	const second = await openCatalogueServer(space, {dir});
	assert.equal((await second.ask('GET', '')).json.torrents, 2);
	assert.equal((await share(second, 'bo', [3], {peerId: bo})).status, 409);
	await share(second, 'ada', [3]);
	await second.server.close();
	const file = `${dir}/entries`;
	writeFileSync(file, readFileSync(file, 'utf8').replace('"Thing number 2"', '"Thing num'));
	const third = await openCatalogueServer(space, {dir});
	assert.equal((await third.ask('GET', '')).json.torrents, 2);
	assert.match(third.log.join('\n'), /^warn: 1 lines of .*entries are damaged and left out$/);
	await third.server.close();
	writeFileSync(file, 'garbage');
	const fourth = await openCatalogueServer(space, {dir});
	assert.equal((await fourth.ask('GET', '')).json.torrents, 0);
	assert.match(fourth.log.join('\n'), /^warn: the catalogue begins empty: .* is damaged$/);
	await fourth.server.close();
	writeFileSync(file, '{"tortui":"catalogue","version":99}\nx\n');
	const fifth = await openCatalogueServer(space, {dir});
	await share(fifth, 'ada', [1]);
	await fifth.server.close();
	assert.match(readFileSync(file, 'utf8'), /"version":99/);
});

test('what is no path, method or hash of a catalogue is refused in a line', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	for (const [method, path, status] of [
		['GET', '/nothing', 404],
		['GET', '/torrents/xyz', 404],
		['GET', `/torrents/${hexOf(1)}/torrent/x`, 404],
		['GET', `/torrents/${hexOf(1)}/other`, 404],
		['GET', '/search/x', 404],
		['GET', '/users/%', 404],
		['POST', '/search', 405],
		['PUT', '/users', 405],
		['PATCH', '/torrents', 405],
		['DELETE', '/events', 405],
	] as const) {
		const answer = await server.ask(method, path);
		assert.equal(answer.status, status, `${method} ${path}`);
		assert.equal(answer.text.split('\n').length, 2);
	}
});

test('who announces both halves of a hybrid that is published counts once in the tracker’s figures', async t => {
	const server = await openCatalogueServer(new Workspace(t));
	const infoHashV2 = asInfoHash('5c'.repeat(32))!;
	server.announce(infoHashV2, ada);
	server.announce(infoHashV2, bo, {port: 5001});
	await share(server, 'ada', [1], {infoHashV2});
	const {stats} = server.server.service;
	assert.deepEqual([stats.torrents, stats.peers], [1, 2]);
	assert.deepEqual([stats.announced.torrents, stats.announced.peers], [2, 3]);
});
