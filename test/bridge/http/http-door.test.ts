import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {gunzipSync} from 'node:zlib';
import {BasicLogin} from '../../../source/bridge/http/basic-login.ts';
import {HttpRefusal, type HttpRoute} from '../../../source/bridge/http/http-route.ts';
import {LoginDelays} from '../../../source/bridge/http/login-delays.ts';
import {until, within} from '../../helpers/deadline.ts';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {ask, dial, echo, openDoor} from './doors.ts';

const basic = (text: string) => ({authorization: `Basic ${Buffer.from(text).toString('base64')}`});

test('a route below the base path is asked, with what follows the base', async t => {
	const {port} = await openDoor(t, {base: '/some/where'});
	const {status, headers, body} = await ask(port, '/some/where/echo?x=1', {method: 'POST', body: 'four'});
	assert.equal(status, 200);
	assert.deepEqual(JSON.parse(body.toString()), {method: 'POST', path: '/echo', body: 4});
	assert.equal(headers['x-content-type-options'], 'nosniff');
	assert.equal(headers['cache-control'], 'no-store');
	assert.equal((await ask(port, '/echo')).status, 404);
	assert.equal((await ask(port, '/some/where/else')).status, 404);
});

test('who asks for something outside the base is sent home where there is one', async t => {
	const {port} = await openDoor(t, {base: '/a/', home: '/a/web/'});
	for (const path of ['/', '/a', '/b/echo']) {
		const {status, headers} = await ask(port, path);
		assert.equal(status, 301, path);
		assert.equal(headers.location, '/a/web/');
	}
	assert.equal((await ask(port, '/a/nothing')).status, 404);
});

for (const target of [
	'/%2e%2e/echo',
	'/a/../echo',
	'/..%2fecho',
	'/%2e%2e%2f%2e%2e%2fetc/passwd',
	'/a%00b',
	'/a%5c..%5cb',
	'//echo',
	'/%ff%fe',
	'/%',
]) {
	test(`the path ${target} is asked of no route`, async t => {
		const asked: string[] = [];
		const everything: HttpRoute = {
			handles: path => asked.push(path) > 0,
			answer: () => ({status: 200, body: 'in'}),
		};
		const {port} = await openDoor(t, {routes: [everything]});
		assert.equal((await ask(port, target)).status, 400);
		assert.deepEqual(asked, []);
	});
}

for (const [host, allowed] of [
	['127.0.0.1:9091', true],
	['[::1]:9091', true],
	['localhost', true],
	['me.localhost:80', true],
	['box.example', true],
	['BOX.example:443', true],
	['in.home.example', true],
	['example', false],
	['evil.example', false],
	['127.0.0.1.evil.example', false],
	['box.example.evil.example', false],
	['localhost.evil.example', false],
	['evil.example#localhost', false],
] as const) {
	test(`a request that calls this machine ${host} is ${allowed ? 'answered' : 'turned away'}`, async t => {
		const {port} = await openDoor(t, {hosts: ['box.example', '*.home.example']});
		assert.equal((await ask(port, '/echo', {headers: {host}})).status, allowed ? 200 : 421);
	});
}

test('behind a password any name will do', async t => {
	const {port} = await openDoor(t, {hosts: 'any'});
	assert.equal((await ask(port, '/echo', {headers: {host: 'evil.example'}})).status, 200);
});

for (const [origin, headers, status] of [
	['http://127.0.0.1:9091', {host: '127.0.0.1:9091'}, 200],
	['https://box.example', {host: '127.0.0.1:9091', 'x-forwarded-host': 'box.example'}, 200],
	['http://localhost:1', {host: 'localhost:2'}, 403],
	['https://evil.example', {host: '127.0.0.1:9091'}, 403],
	['null', {host: '127.0.0.1:9091'}, 403],
	['file://', {host: '127.0.0.1:9091'}, 403],
] as const) {
	test(`a page of ${origin} that calls ${headers.host} is answered ${status}`, async t => {
		const {port} = await openDoor(t);
		const answered = await ask(port, '/echo', {method: 'POST', headers: {...headers, origin}, body: 'x'});
		assert.equal(answered.status, status);
		assert.equal(answered.headers['access-control-allow-origin'], undefined);
	});
}

test('pages of others may ask where that is allowed, and are told what they may send', async t => {
	const {port} = await openDoor(t, {origins: 'any', hosts: 'any'});
	const origin = 'https://remote.example';
	const {status, headers} = await ask(port, '/echo', {
		method: 'OPTIONS',
		headers: {
			origin,
			'access-control-request-method': 'POST',
			'access-control-request-headers': 'x-one, x-two',
		},
	});
	assert.equal(status, 204);
	assert.equal(headers['access-control-allow-origin'], '*');
	assert.equal(headers['access-control-allow-headers'], 'x-one, x-two');
	assert.equal((await ask(port, '/echo', {headers: {origin}})).status, 200);
});

function guarded(clock: HandClock, user?: string) {
	return new BasicLogin(new LoginDelays(clock), {user, password: 'pass:word', realm: 'here'});
}

test('who does not know the password learns nothing, not even which paths there are', async t => {
	const clock = new HandClock();
	const {port} = await openDoor(t, {login: guarded(clock, 'me'), clock, base: '/a/', home: '/a/web'});
	for (const path of ['/a/echo', '/a/nothing', '/elsewhere']) {
		const {status, headers, body} = await ask(port, path, {method: 'POST', body: 'x'.repeat(100_000)});
		assert.equal(status, 401, path);
		assert.equal(headers['www-authenticate'], 'Basic realm="here", charset="UTF-8"');
		assert.equal(body.toString(), 'a user name and a password are needed here\n');
	}
	assert.equal((await ask(port, '/a/echo', {headers: basic('me:pass:word')})).status, 200);
	assert.equal((await ask(port, '/a/nothing', {headers: basic('me:pass:word')})).status, 404);
});

test('a route for everybody is answered without a password', async t => {
	const clock = new HandClock();
	const health: HttpRoute = {
		handles: path => path === '/health',
		isPublic: true,
		answer: () => ({status: 200, body: 'well'}),
	};
	const {port} = await openDoor(t, {login: guarded(clock), clock, routes: [health, echo]});
	assert.equal((await ask(port, '/health')).body.toString(), 'well');
	assert.equal((await ask(port, '/echo')).status, 401);
});

test('without a user name that was set any will do, the password alone counts', async t => {
	const clock = new HandClock();
	const {port} = await openDoor(t, {login: guarded(clock), clock});
	assert.equal((await ask(port, '/echo', {headers: basic(':pass:word')})).status, 200);
	assert.equal((await ask(port, '/echo', {headers: basic('you:pass:word')})).status, 200);
});

test('wrong passwords are answered slower each time, also over many connections, and then the right one is let in', async t => {
	const clock = new HandClock();
	const {port} = await openDoor(t, {login: guarded(clock, 'me'), clock});
	const tries = async (text: string) => (await ask(port, '/echo', {headers: basic(text)})).status;
	assert.equal(await tries('me:wrong'), 401);
	const waits: number[] = [];
	for (let turn = 0; turn < 8; turn++) {
		const began = clock.now();
		const status = tries('me:wrong');
		let isThere = false;
		void status.then(() => {
			isThere = true;
		});
		await until('an answer that waits', 10_000, () => clock.next !== undefined && clock.next > clock.now());
		await until(
			'the answer',
			10_000,
			async () => {
				await clock.pass(50);
				return isThere;
			},
			2,
		);
		waits.push(clock.now() - began);
	}
	assert.ok(waits[0]! >= 100 && waits[0]! < 500, `${waits}`);
	assert.ok(waits[4]! >= 1600, `${waits}`);
	assert.ok(waits[7]! >= 8000 && waits[7]! < 12_000, `${waits}`);
	let busy = 0;
	const many = Array.from({length: 30}, () =>
		tries('me:wrong').then(status => {
			if (status === 429) busy++;
		}),
	);
	await until('those that are told to come later', 10_000, () => busy === 22);
	const done = Promise.all(many);
	let isOver = false;
	void done.then(() => {
		isOver = true;
	});
	await until(
		'those that wait',
		10_000,
		async () => {
			await clock.pass(8000);
			return isOver;
		},
		2,
	);
	const right = tries('me:pass:word');
	let isRight = false;
	void right.then(() => {
		isRight = true;
	});
	await until(
		'the right one',
		10_000,
		async () => {
			await clock.pass(4000);
			return isRight;
		},
		2,
	);
	assert.equal(await right, 200);
	assert.equal(await tries('me:pass:word'), 200);
});

test('a body that nobody wants is read before the answer, and the connection is of use afterwards', async t => {
	const {port} = await openDoor(t);
	const {socket, heard} = await dial(port);
	const body = 'x'.repeat(500_000);
	socket.write(`POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
	await until('404', 10_000, () => heard().includes('404 Not Found'));
	socket.write('GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n');
	await until('the second answer', 10_000, () => heard().includes('"path":"/echo"'));
	socket.destroy();
});

for (const kind of ['declared', 'chunked'] as const) {
	test(`a body of 100 MB that is ${kind} is refused, its sender hears that`, async t => {
		const {port, door} = await openDoor(t);
		const {socket, heard} = await dial(port);
		const part = Buffer.alloc(1_000_000, 0x20);
		const gone = new Promise(resolve => socket.once('close', resolve));
		const room = () => new Promise(resolve => socket.once('drain', resolve));
		const head = kind === 'declared' ? `Content-Length: ${100 * part.length}` : 'Transfer-Encoding: chunked';
		socket.write(`POST /echo HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`);
		for (let sent = 0; sent < 100 && !socket.destroyed; sent++) {
			if (kind === 'chunked') socket.write(`${part.length.toString(16)}\r\n`);
			const isRoom = socket.write(part);
			if (kind === 'chunked') socket.write('\r\n');
			if (!isRoom) await Promise.race([room(), gone]);
			if (heard() !== '') break;
		}
		await until('413', 10_000, () => heard().includes(' 413 '));
		assert.match(heard(), /Connection: close/i);
		socket.destroy();
		await until('no connection', 10_000, () => door.connections === 0);
	});
}

test('a head that is too long and bytes that are no HTTP cost their connection only', async t => {
	const {port, failures} = await openDoor(t);
	for (const text of [
		`GET /${'x'.repeat(30_000)} HTTP/1.1\r\n\r\n`,
		`GET / HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(9000)}\r\n`,
		'\x16\x03\x01\x02\x00\x01\x00\x01',
		'\0\0\0\0\r\n\r\n',
		'GET / HTTP/1.1\r\n\r\n',
		'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
	]) {
		const {socket, heard, ended} = await dial(port);
		socket.write(text, 'latin1');
		await ended;
		assert.match(heard(), /^HTTP\/1\.1 4\d\d/, JSON.stringify(text.slice(0, 60)));
	}
	assert.equal((await ask(port, '/echo')).status, 200);
	assert.deepEqual(failures, []);
});

test('a route that fails is told apart from one that refuses, and tells no stranger why', async t => {
	const broken: HttpRoute = {
		handles: () => true,
		answer: () => {
			throw new Error('a secret');
		},
	};
	const {port, failures} = await openDoor(t, {routes: [broken]});
	const {status, body} = await ask(port, '/x');
	assert.equal(status, 500);
	assert.equal(body.toString(), 'something went wrong here\n');
	assert.deepEqual(failures, ['/x: a secret']);
});

test('long texts are compressed for those who take it', async t => {
	const text = 'again and again '.repeat(1000);
	const long: HttpRoute = {
		handles: () => true,
		answer: () => ({status: 200, type: 'text/plain', body: text}),
	};
	const {port} = await openDoor(t, {routes: [long]});
	const plain = await ask(port, '/');
	assert.equal(plain.body.toString(), text);
	assert.equal(plain.headers.vary, 'Accept-Encoding');
	const packed = await ask(port, '/', {headers: {'accept-encoding': 'deflate, gzip;q=0.5'}});
	assert.equal(packed.headers['content-encoding'], 'gzip');
	assert.equal(gunzipSync(packed.body).toString(), text);
	assert.equal(Number(packed.headers['content-length']), packed.body.length);
	const refused = await ask(port, '/', {headers: {'accept-encoding': 'gzip;q=0'}});
	assert.equal(refused.body.toString(), text);
	const head = await ask(port, '/', {method: 'HEAD'});
	assert.equal(head.body.length, 0);
});

test('an answer may go on, and a reader that takes its time is waited for', async t => {
	let isGone = false;
	const endless: HttpRoute = {
		handles: () => true,
		answer: () => ({
			status: 200,
			type: 'application/octet-stream',
			stream(sink) {
				const more = () => {
					while (sink.write(Buffer.alloc(65_536)));
				};
				sink.on('drain', more);
				sink.on('close', () => {
					isGone = true;
				});
				more();
			},
		}),
	};
	const {port, clock} = await openDoor(t, {routes: [endless]});
	const {socket} = await dial(port);
	socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
	await new Promise(resolve => socket.once('data', resolve));
	socket.pause();
	await clock.pass(600_000);
	assert.ok(!isGone);
	socket.destroy();
	await until('the sink to be told', 10_000, () => isGone);
});

test('connections that say nothing, or half of something, go after ten seconds', async t => {
	const {port, clock, door} = await openDoor(t);
	const silent = await dial(port);
	const half = await dial(port);
	half.socket.write('GET / HTTP/1.1\r\nHost: loc');
	const slow = await dial(port);
	slow.socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nx');
	await until('three connections', 10_000, () => door.connections === 3);
	await settled();
	await clock.pass(9000);
	assert.equal(door.connections, 3);
	await clock.pass(3000);
	await Promise.all([silent.ended, half.ended, slow.ended]);
});

test('a connection that was of use may be used again within a minute, not for a head that never ends', async t => {
	const {port, clock, door} = await openDoor(t);
	const used = await dial(port);
	used.socket.write('GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n');
	await until('an answer', 10_000, () => used.heard().includes('"path"'));
	await clock.pass(50_000);
	assert.equal(door.connections, 1);
	used.socket.write('GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n');
	await until('another', 10_000, () => used.heard().split('"path"').length === 3);
	used.socket.write('GET /echo HT');
	await settled();
	await clock.pass(13_000);
	await used.ended;
});

test('a thousand connections that say nothing keep nobody out', async t => {
	const {port, door} = await openDoor(t);
	const sockets = (
		await Promise.all(Array.from({length: 1000}, () => dial(port).catch(() => undefined)))
	).map(dialled => dialled?.socket);
	assert.ok(door.connections <= 256);
	assert.equal((await ask(port, '/echo')).status, 200);
	for (const socket of sockets) socket?.destroy();
});

test('a connection whose answer is being made is not ended for a new one', async t => {
	const answers = Promise.withResolvers<void>();
	const waiting: HttpRoute = {
		handles: path => path === '/wait',
		async answer() {
			await answers.promise;
			return {status: 200, body: 'at last'};
		},
	};
	const {port} = await openDoor(t, {routes: [waiting, echo], most: 2});
	const first = ask(port, '/wait');
	await settled();
	await Promise.all(Array.from({length: 10}, () => dial(port)));
	assert.equal((await ask(port, '/echo')).status, 200);
	answers.resolve();
	assert.equal((await first).body.toString(), 'at last');
});

test('those that read nothing of their answers keep nobody out', async t => {
	const large: HttpRoute = {
		handles: path => path === '/large',
		answer: () => ({status: 200, body: Buffer.alloc(16_000_000)}),
	};
	const {port, door} = await openDoor(t, {routes: [large, echo], most: 3});
	const sockets = Array.from({length: 3}, () => connect({port, host: '127.0.0.1'}));
	for (const socket of sockets) {
		t.after(() => socket.destroy());
		socket.on('error', () => {});
		socket.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
		await within(10_000, 'the first of it', new Promise(resolve => socket.once('readable', resolve)));
	}
	assert.equal(door.connections, 3);
	assert.equal((await ask(port, '/echo')).status, 200);
});

test('another protocol is spoken with who may, from a page of our own', async t => {
	const clock = new HandClock();
	const talk: HttpRoute = {
		handles: path => path === '/talk',
		answer: () => ({status: 426, body: 'upgrade'}),
		upgrade(asked, {socket}) {
			socket.write(
				`HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n${asked.path}`,
			);
			socket.on('data', data => socket.end(data));
		},
	};
	const login = guarded(clock);
	const {port} = await openDoor(t, {
		routes: [talk, echo],
		origins: 'any',
		hosts: 'any',
		login,
		clock,
		base: '/b',
	});
	const upgrade = async (path: string, headers: Record<string, string>) => {
		const dialled = await dial(port);
		const lines = Object.entries({host: 'localhost', upgrade: 'x', connection: 'Upgrade', ...headers});
		dialled.socket.write(
			`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n`,
		);
		await until('a head', 10_000, () => dialled.heard().includes('\r\n\r\n'));
		return dialled;
	};
	const right = basic(':pass:word');
	assert.match((await upgrade('/b/talk', {})).heard(), / 401 /);
	assert.match((await upgrade('/b/talk', {...right, origin: 'http://evil.example'})).heard(), / 403 /);
	assert.match((await upgrade('/b/echo', right)).heard(), / 404 /);
	const talking = await upgrade('/b/talk', {...right, origin: 'http://localhost'});
	assert.match(talking.heard(), / 101 [\s\S]*\/talk$/);
	await clock.pass(600_000);
	talking.socket.write('still here');
	await talking.ended;
	assert.match(talking.heard(), /still here$/);
});

test('who is refused another protocol holds no place, though he never hangs up', async t => {
	const talk: HttpRoute = {
		handles: path => path === '/talk',
		answer: () => ({status: 426, body: 'upgrade'}),
		upgrade() {
			throw new HttpRefusal(401, 'not you');
		},
	};
	const {port, clock, door} = await openDoor(t, {routes: [talk, echo], most: 3});
	const refused = async (path: string) => {
		const socket = connect({port, host: '127.0.0.1', allowHalfOpen: true});
		t.after(() => socket.destroy());
		socket.on('error', () => {});
		socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n`);
		await within(10_000, 'a refusal', new Promise(resolve => socket.once('end', resolve).resume()));
	};
	for (const path of ['/talk', '/echo', '/nothing', '/talk', '/echo']) await refused(path);
	assert.equal((await ask(port, '/echo')).status, 200);
	assert.ok(door.connections > 0);
	await clock.pass(62_000);
	await until('no connection', 10_000, () => door.connections === 0);
});

test('what is asked in one breath is answered one after the other, and not without end', async t => {
	let underWay = 0;
	let most = 0;
	const slow: HttpRoute = {
		handles: path => path.startsWith('/slow/'),
		async answer({path}) {
			most = Math.max(most, ++underWay);
			await settled();
			underWay--;
			return {status: 200, body: `<${path}>`};
		},
	};
	const {port, door} = await openDoor(t, {routes: [slow, echo]});
	const requests = (count: number) =>
		Array.from({length: count}, (_, at) => `GET /slow/${at} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('');
	const few = await dial(port);
	few.socket.write(requests(10));
	await until('ten answers', 10_000, () => few.heard().includes('</slow/9>'));
	assert.deepEqual(
		few.heard().match(/<[^>]+>/g),
		Array.from({length: 10}, (_, at) => `</slow/${at}>`),
	);
	assert.equal(most, 1);
	few.socket.write(requests(1));
	await until('one more', 10_000, () => few.heard().split('</slow/0>').length === 3);
	few.socket.destroy();
	const many = await dial(port);
	many.socket.write(requests(1000));
	await many.ended;
	assert.equal((await ask(port, '/echo')).status, 200);
	await until('no connection', 10_000, () => door.connections === 0);
});

test('a unix socket is for its user only, in place of one that nobody listens at, never in place of a file', async t => {
	const folder = mkdtempSync(join(tmpdir(), 'tortui-door-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const path = join(folder, 'socket');
	const {door} = await openDoor(t, {where: {path}});
	assert.equal(statSync(path).mode & 0o777, 0o600);
	const {status} = await ask(0, '/echo', {socketPath: path, headers: {host: 'anything.example'}});
	assert.equal(status, 200);
	await assert.rejects(openDoor(t, {where: {path}}), /another program listens at .*: choose another path/);
	await until('no connection', 10_000, () => door.connections === 0);
	const file = join(folder, 'file');
	writeFileSync(file, 'mine');
	await assert.rejects(openDoor(t, {where: {path: file}}), /is in the way/);
});

test('a port that is taken is told in one line', async t => {
	const {port} = await openDoor(t);
	await assert.rejects(
		openDoor(t, {where: {host: '127.0.0.1', port}}),
		new RegExp(`127.0.0.1:${port}: another program listens there; choose another port`),
	);
	await assert.rejects(openDoor(t, {where: {host: '192.0.2.1', port: 0}}), /does not have that address/);
});

test('a door that closes finishes what it was asked, and keeps no silent ones', async t => {
	const answers = Promise.withResolvers<void>();
	const waiting: HttpRoute = {
		handles: () => true,
		async answer() {
			await answers.promise;
			return {status: 200, body: 'at last'};
		},
	};
	const {port, door} = await openDoor(t, {routes: [waiting]});
	const silent = await dial(port);
	const asked = ask(port, '/');
	await until('both', 10_000, () => door.connections === 2);
	await settled();
	const closed = door.close();
	await silent.ended;
	answers.resolve();
	assert.equal((await asked).body.toString(), 'at last');
	await closed;
});
