import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import net, {type AddressInfo} from 'node:net';
import {type TestContext, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {until} from '../../helpers/deadline.ts';
import {
	openTestSession,
	PushedClock,
	seedTorrent,
	type TestSession,
	testTorrent,
} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const limit = 60_000;

/** What an engine says of its list. */
function viewOf({session}: TestSession) {
	return new Promise<NonNullable<import('../../../source/api/snapshot.ts').SessionView['blocklist']>>(
		resolve => {
			const watching = session.watch({interval: 50, session: true}, ({session: view}) => {
				if (view?.blocklist === undefined) return;
				watching.stop();
				resolve(view.blocklist);
			});
		},
	);
}

/** A server on loopback. */
async function serve(
	t: TestContext,
	host: string,
	answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
	const server = createServer(answer);
	await new Promise<void>(resolve => server.listen(0, host, resolve));
	t.after(() => server.close());
	return `http://${host}:${(server.address() as AddressInfo).port}`;
}

test('peers of the list are not dialled, not let in, and let go of when they come to be on it', async t => {
	const space = new Workspace(t);
	const blocklist = space.path('list');
	writeFileSync(blocklist, 'Somebody:127.0.0.2-127.0.0.2\n');
	const shared = testTorrent(space, 'shared', [['a', 400_000]]);
	const bad = await openTestSession(space, 'bad', {bind: ['127.0.0.2']});
	const good = await openTestSession(space, 'good', {bind: ['127.0.0.3'], maxUpload: 10_000});
	const id = await seedTorrent(bad, shared);
	await seedTorrent(good, shared);
	const ours = await openTestSession(space, 'ours', {blocklist, bind: ['127.0.0.1', '127.0.0.4']});
	assert.deepEqual((await viewOf(ours)).ranges, 1);
	const at = (engine: TestSession, host: string) => `${host}:${engine.port}`;
	await ours.add(shared, {peers: [at(bad, '127.0.0.2'), at(good, '127.0.0.3')]});
	await ours.sees(id, 'the good one', ({connected}) => connected === 1);
	await assert.rejects(
		ours.send({type: 'peer.add', id, address: at(bad, '127.0.0.2')}),
		/the peer 127\.0\.0\.2:\d+ is on the blocklist/,
	);
	// Who comes is hung up on.
	const socket = net.connect({host: '127.0.0.1', port: ours.port, localAddress: '127.0.0.2'});
	let came = 0;
	socket.on('data', chunk => {
		came += chunk.length;
	});
	socket.on('error', () => {});
	await new Promise<void>(resolve => socket.once('close', () => resolve()));
	assert.equal(came, 0);
	writeFileSync(blocklist, '127.0.0.3\n');
	await ours.send({type: 'session.blocklist'});
	await ours.sees(id, 'nobody', ({connected, known}) => connected === 0 && known === 0);
	await ours.send({type: 'peer.add', id, address: at(bad, '127.0.0.2')});
	await ours.sees(id, 'the other one', ({connected}) => connected === 1);
});

test('trackers whose addresses are on the list are not asked, and say so', async t => {
	const space = new Workspace(t);
	const blocklist = space.path('list');
	writeFileSync(blocklist, '127.0.0.2/32\n');
	let asked = 0;
	const url = await serve(t, '127.0.0.2', (_, response) => {
		asked++;
		response.end();
	});
	const udp = url.replace('http', 'udp');
	const engine = await openTestSession(space, 'engine', {blocklist});
	const shared = testTorrent(space, 'shared', [['a', 1000]], 32_768, [`${url}/announce`, `${udp}/announce`]);
	const id = await seedTorrent(engine, shared);
	const seen: string[] = [];
	await until('both say so', limit, async () => {
		const {details = []} = await engine.send({type: 'session.list', ids: [id], details: ['trackers']});
		const trackers = details[0]?.trackers ?? [];
		seen.splice(0, seen.length, ...trackers.map(({status}) => status));
		return seen.filter(status => status.includes('is on the blocklist')).length === 2;
	}).catch(error => assert.fail(`${error}: ${seen.join(' | ')}`));
	assert.equal(asked, 0);
});

test('a web seed that is on the list no more is asked at once', async t => {
	const space = new Workspace(t);
	const blocklist = space.path('list');
	writeFileSync(blocklist, '127.0.0.5\n');
	const shared = testTorrent(space, 'shared', [['a', 400_000]]);
	const url = await serve(t, '127.0.0.5', ({url: path = '', headers: {range = ''}}, response) => {
		const file = readFileSync(`${shared.content.dir}${path}`);
		const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range)!.map(Number);
		response.writeHead(206, {'Content-Range': `bytes ${from}-${to}/${file.length}`});
		response.end(file.subarray(from, to! + 1));
	});
	// The 30 s in which it would be asked again by itself do not come.
	class SlowClock extends PushedClock {
		override now(): number {
			return super.now() / 1000;
		}
	}
	const ours = await openTestSession(space, 'ours', {blocklist, clock: new SlowClock()});
	const id = await ours.add(shared, {webSeeds: [`${url}/`]});
	await ours.sees(id, 'that it is kept away', ({reason}) => /is on the blocklist/.test(reason?.text ?? ''));
	writeFileSync(blocklist, '127.0.0.6\n');
	await ours.send({type: 'session.blocklist'});
	await ours.sees(id, 'all of it', ({state}) => state === 'seeding');
});

test('a list that cannot be read keeps the one of before, and is told once', async t => {
	const space = new Workspace(t);
	const blocklist = space.path('list');
	writeFileSync(blocklist, gzipSync('1.2.3.0/24\nnonsense\nmore of it\n5.5.5.5\n'));
	const clock = new PushedClock();
	const engine = await openTestSession(space, 'engine', {blocklist, clock});
	assert.deepEqual(
		engine.log.filter(line => line.includes('blocklist')),
		[
			`warn: blocklist ${blocklist}: 2 ranges of addresses; of its 4 lines 2 are none that names addresses, the first is line 2`,
		],
	);
	writeFileSync(blocklist, '<html>not found</html>\n');
	// It is seen by itself, once it stands still.
	const trouble = `the blocklist ${blocklist} cannot be read: none of its lines names addresses: it is no blocklist; the 2 ranges of before hold`;
	await until('it is told', limit, async () => {
		clock.push(2000);
		return (await viewOf(engine)).trouble === trouble;
	});
	await assert.rejects(engine.send({type: 'session.blocklist'}), {message: trouble});
	assert.equal((await viewOf(engine)).ranges, 2);
	assert.equal(engine.log.filter(line => line.includes(trouble)).length, 1);
	writeFileSync(blocklist, gzipSync('7.7.7.7\n'.repeat(1000)).subarray(0, 30));
	await assert.rejects(engine.send({type: 'session.blocklist'}), /it breaks off: gzip|it is damaged: gzip/);
	writeFileSync(blocklist, '7.7.7.7\n');
	assert.equal((await engine.send({type: 'session.blocklist'})).blocklist, 1);
	assert.equal((await viewOf(engine)).trouble, undefined);
});

test('a list of a URL is fetched, kept for the next start, and a server that has it no more changes nothing', async t => {
	const space = new Workspace(t);
	let body: Buffer | undefined = gzipSync('1.2.3.0/24\n9.9.9.9\n');
	const url = await serve(t, '127.0.0.1', (_, response) => {
		response.writeHead(body === undefined ? 404 : 200);
		response.end(body);
	});
	const source = `${url}/list.gz?pin=secret`;
	const one = await openTestSession(space, 'engine', {blocklist: source});
	await until('it is here', limit, async () => (await viewOf(one)).ranges === 2);
	assert.equal((await viewOf(one)).from, `${url}/list.gz?…`);
	body = undefined;
	await assert.rejects(
		one.send({type: 'session.blocklist'}),
		/cannot be read: the server answers with status 404; the 2 ranges of before hold/,
	);
	await one.session.stop();
	assert.doesNotMatch(one.log.join('\n'), /secret/);
	const other = await openTestSession(space, 'engine', {blocklist: source});
	assert.equal((await viewOf(other)).ranges, 2);
	await until('the server is asked again', limit, async () => (await viewOf(other)).trouble !== undefined);
	assert.deepEqual(
		readdirSync(space.path('engine')).filter(name => name.includes('blocklist')),
		['blocklist'],
	);
});

test('an engine that is there for a while reads what another has fetched, until it has its own', async t => {
	const space = new Workspace(t);
	let answers = false;
	const url = await serve(t, '127.0.0.1', (_, response) => {
		response.writeHead(answers ? 200 : 503);
		response.end('1.2.3.4\n5.6.7.8\n');
	});
	mkdirSync(space.path('user'));
	writeFileSync(space.path('user/blocklist'), '9.9.9.9\n');
	const guest = {blocklist: `${url}/list`, blocklistBeside: space.path('user')};
	const one = await openTestSession(space, 'guest', guest);
	assert.equal((await viewOf(one)).ranges, 1);
	answers = true;
	await one.send({type: 'session.blocklist'});
	await one.session.stop();
	answers = false;
	const other = await openTestSession(space, 'guest', guest);
	assert.equal((await viewOf(other)).ranges, 2);
	assert.equal(readFileSync(space.path('user/blocklist'), 'utf8'), '9.9.9.9\n');
});

/** A peer of loopback that never says anything, and how many came to it. */
async function listener(t: TestContext, host: string) {
	const callers = {count: 0};
	const server = net.createServer(socket => {
		callers.count++;
		socket.on('error', () => {});
		t.after(() => socket.destroy());
	});
	await new Promise<void>(resolve => server.listen(0, host, resolve));
	t.after(() => server.close());
	return {callers, address: `${host}:${(server.address() as AddressInfo).port}`};
}

/** Dials an engine as a peer does, and answers whether it hangs up. */
async function isLetIn(t: TestContext, engine: TestSession, infoHash: Buffer): Promise<boolean> {
	const socket = net.connect({host: '127.0.0.1', port: engine.port, localAddress: '127.0.0.3'});
	t.after(() => socket.destroy());
	socket.on('error', () => {});
	socket.write(Buffer.concat([Buffer.from('\u0013BitTorrent protocol\0\0\0\0\0\0\0\0', 'latin1'), infoHash]));
	socket.write(Buffer.alloc(20, 'x'));
	return new Promise<boolean>(resolve => {
		socket.once('data', () => resolve(true));
		socket.once('close', () => resolve(false));
	});
}

/** A server that lets whoever asks wait, until the test answers. */
async function slowServer(t: TestContext): Promise<{url: string; waiting: ServerResponse[]}> {
	const waiting: ServerResponse[] = [];
	const url = await serve(t, '127.0.0.1', (_, response) => void waiting.push(response));
	t.after(() => {
		for (const response of waiting) response.destroy();
	});
	return {url, waiting};
}

for (const [what, end] of [
	['it is here', 'body'],
	['the server does not have it', 'none'],
	['the server has said nothing for half a minute', 'silence'],
] as const)
	test(`where no list is known nobody is dialled, let in or asked for files until ${what}`, async t => {
		const space = new Workspace(t);
		const {url, waiting} = await slowServer(t);
		const [bad, good] = [await listener(t, '127.0.0.2'), await listener(t, '127.0.0.3')];
		let asked = 0;
		const seeds = await serve(t, '127.0.0.4', (_, response) => {
			asked++;
			response.end();
		});
		const clock = new PushedClock();
		const ours = await openTestSession(space, 'ours', {blocklist: `${url}/list`, clock});
		const shared = testTorrent(space, 'shared', [['a', 400_000]]);
		const id = await ours.add(shared, {peers: [bad.address, good.address], webSeeds: [`${seeds}/`]});
		const why = `the blocklist ${url}/list is fetched first: nobody is met before it is here`;
		await ours.sees(id, 'why', ({reason, known}) => reason?.text === why && known === 2);
		await until('the list to be asked for', limit, async () => waiting.length > 0);
		assert.deepEqual(
			ours.log.filter(line => line.includes('blocklist')),
			[`info: ${why}`],
		);
		assert.equal(await isLetIn(t, ours, Buffer.from(id, 'hex')), false);
		for (let second = 0; second < 5; second++) {
			clock.push(1000);
			await ours.view(id);
		}
		assert.deepEqual([bad.callers.count, good.callers.count, asked], [0, 0, 0]);
		if (end === 'body') waiting[0]!.end('127.0.0.2\n');
		else if (end === 'none') waiting[0]!.writeHead(404).end();
		await until('the good one to be dialled', limit, async () => {
			clock.push(end === 'silence' ? 10_000 : 1000);
			return good.callers.count > 0 && asked > 0;
		});
		assert.equal(bad.callers.count > 0, end !== 'body');
		assert.equal(await isLetIn(t, ours, Buffer.from(id, 'hex')), true);
		const {trouble} = await viewOf(ours);
		if (end === 'silence') assert.match(trouble!, /the server says nothing for 30 s; nobody is kept away$/);
	});

test('a list that comes drop by drop keeps nobody unmet for longer than half a minute, and holds when it is here', async t => {
	const space = new Workspace(t);
	const {url, waiting} = await slowServer(t);
	const [bad, good] = [await listener(t, '127.0.0.2'), await listener(t, '127.0.0.3')];
	const clock = new PushedClock();
	const ours = await openTestSession(space, 'ours', {blocklist: `${url}/list`, clock});
	const shared = testTorrent(space, 'shared', [['a', 400_000]]);
	const id = await ours.add(shared, {peers: [bad.address, good.address]});
	await until('the list to be asked for', limit, async () => waiting.length > 0);
	const [drips] = waiting as [ServerResponse];
	for (let second = 0; second < 28; second++) {
		drips.write('#\n');
		clock.push(1000);
		await ours.view(id);
	}
	assert.deepEqual([bad.callers.count, good.callers.count], [0, 0]);
	await until('both to be dialled', limit, async () => {
		drips.write('#\n');
		clock.push(1000);
		return bad.callers.count > 0 && good.callers.count > 0;
	});
	assert.ok(ours.log.some(line => line.includes('is slow to come: nobody is kept away until it is here')));
	assert.equal((await viewOf(ours)).trouble, undefined);
	drips.end('127.0.0.2\n');
	await until('the list to hold', limit, async () => (await viewOf(ours)).ranges === 1);
	await assert.rejects(ours.send({type: 'peer.add', id, address: bad.address}), /is on the blocklist/);
	assert.equal(waiting.length, 1);
});

test('a list of before is enough to meet people while the next one comes drop by drop', async t => {
	const space = new Workspace(t);
	mkdirSync(space.path('user'));
	writeFileSync(space.path('user/blocklist'), '127.0.0.2\n');
	const waiting: ServerResponse[] = [];
	const url = await serve(t, '127.0.0.1', (_, response) => {
		waiting.push(response);
		response.write('#\n');
	});
	t.after(() => {
		for (const response of waiting) response.destroy();
	});
	const [bad, good] = [await listener(t, '127.0.0.2'), await listener(t, '127.0.0.3')];
	const clock = new PushedClock();
	const beside = {blocklist: `${url}/list`, blocklistBeside: space.path('user'), clock};
	const ours = await openTestSession(space, 'ours', beside);
	const shared = testTorrent(space, 'shared', [['a', 400_000]]);
	await ours.add(shared, {peers: [bad.address, good.address]});
	await until('the good one to be dialled', limit, async () => good.callers.count > 0);
	assert.equal(bad.callers.count, 0);
	assert.ok(!ours.log.some(line => line.includes('nobody is met')));
});

test('without a list there is none to read', async t => {
	const engine = await openTestSession(new Workspace(t), 'engine');
	await assert.rejects(engine.send({type: 'session.blocklist'}), /there is no blocklist/);
});
