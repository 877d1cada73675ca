import assert from 'node:assert/strict';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {connect} from 'node:net';
import {test} from 'node:test';
import {droppedName} from '../../../source/bridge/web/dropped-files.ts';
import {until, within} from '../../helpers/deadline.ts';
import {ask, dial} from '../http/doors.ts';
import {openWeb} from './web-stage.ts';

async function open(t: Parameters<typeof openWeb>[0], rights: 'all' | 'look' = 'all') {
	const web = await openWeb(t);
	const cookie = await web.cookie(rights);
	const page = await web.dial(cookie);
	const visitor = await web.visitor(0);
	return {...web, own: cookie, page, visitor};
}

const typed = (stream: NodeJS.ReadableStream) => {
	let text = '';
	stream.on('data', chunk => {
		text += chunk;
	});
	return () => text;
};

test('a page and its terminal hear each other', async t => {
	const {page, visitor} = await open(t);
	page.say({size: [100, 30]});
	const terminal = (await visitor.terminal)!;
	assert.deepEqual([terminal.output.columns, terminal.output.rows], [100, 30]);
	const keys = typed(terminal.input);
	page.say({keys: 'p'});
	page.say({keys: '\u001B[A'});
	await until('keys', 5000, () => keys() === 'p\u001B[A', 2);
	terminal.output.write('drawn');
	await until('a picture', 5000, () => page.drawn === 'drawn', 2);
	const resized = new Promise(resolve => terminal.output.once('resize', resolve));
	page.say({size: [40, 20]});
	await within(5000, 'another size', resized);
	visitor.note({type: 'rates', download: 1, upload: 2});
	await until('a note', 5000, () => page.notes.length === 1, 2);
	page.socket.close();
	await within(5000, 'the end', visitor.gone);
	assert.equal(terminal.output.destroyed, true);
});

test('what a visitor may do is what the cookie says', async t => {
	const {visitor} = await open(t, 'look');
	assert.equal(visitor.rights, 'look');
});

test('a page cannot say what it may do', async t => {
	const {dial: dialPage, cookie, visitor} = await openWeb(t);
	await dialPage(await cookie('look'), {'x-tortui-rights': 'all'});
	assert.equal((await visitor(0)).rights, 'look');
});

test('a page that leaves in peace is told so', async t => {
	const {page, visitor} = await open(t);
	page.say({size: [80, 24]});
	await visitor.terminal;
	visitor.leave('You left.', false);
	assert.equal(await page.end(), 1000);
	assert.deepEqual(page.notes, [{type: 'left', why: 'You left.', again: false}]);
});

for (const [name, headers] of [
	['without a cookie', {cookie: ''}],
	['of another page', {origin: 'http://elsewhere.example'}],
	['of a page that hides where it is', {origin: 'null'}],
	['by a name that is none of ours', {host: 'rebound.example'}],
] as const) {
	test(`a WebSocket ${name} is refused`, async t => {
		const {dial: dialPage, cookie, visitors} = await openWeb(t);
		await assert.rejects(dialPage(await cookie(), headers), /status (?:401|403|421)/);
		assert.deepEqual(visitors, []);
	});
}

test('the 21st visitor is refused until another one leaves', async t => {
	const {dial: dialPage, cookie, relay, idle} = await openWeb(t);
	const own = await cookie();
	const pages = await Promise.all(Array.from({length: 20}, () => dialPage(own)));
	await assert.rejects(dialPage(own), /status 503/);
	pages[0]!.socket.close();
	await until('a place', 5000, () => relay.visitors === 19, 2);
	await dialPage(own);
	for (const {socket} of pages) socket.terminate();
	assert.equal(idle(), 0);
});

test('when the last has left, what draws the screens may rest', async t => {
	const {page, idle} = await open(t);
	page.socket.terminate();
	await until('rest', 5000, () => idle() === 1, 2);
});

test('a page that says nothing is let go of', async t => {
	const {page, clock} = await open(t);
	await clock.pass(10_000);
	assert.equal(await page.end(), 1006);
});

test('a page that answers no ping is let go of, one that does is not', async t => {
	const {dial: dialPage, cookie, clock, visitor} = await openWeb(t);
	const own = await cookie();
	const lively = await dialPage(own);
	const dead = await dialPage(own);
	dead.socket.pause();
	for (const [at, page] of [lively, dead].entries()) {
		page.say({size: [80, 24]});
		await (await visitor(at)).terminal;
	}
	let pings = 0;
	lively.socket.on('ping', () => pings++);
	await clock.pass(25_000);
	await until('a ping', 5000, () => pings === 1, 2);
	// Its answer is here when what follows it is.
	const heard = typed((await (await visitor(0)).terminal)!.input);
	lively.say({keys: 'x'});
	await until('a pong', 5000, () => heard() === 'x', 2);
	await clock.pass(25_000);
	await within(5000, 'the end of the dead', (await visitor(1)).gone);
	assert.equal(lively.socket.readyState, lively.socket.OPEN);
});

for (const [what, say] of [
	['no JSON', page => page.socket.send('garbage')],
	['keys before a size', page => page.say({keys: 'q'})],
	['bytes of no file', page => page.socket.send(Buffer.alloc(1000))],
	['a size that is none', page => page.say({size: [-1, 'x']})],
	['text that is no UTF-8', page => page.socket.send(Buffer.from([0xff, 0xfe]), {binary: false})],
] as ReadonlyArray<readonly [string, (page: Awaited<ReturnType<typeof open>>['page']) => void]>) {
	test(`a page that says ${what} is let go of, and nobody else`, async t => {
		const {dial: dialPage, own, page, visitor} = await open(t);
		const other = await dialPage(own);
		say(page);
		assert.ok([1006, 1007, 1008].includes(await page.end()));
		await within(5000, 'its end', visitor.gone);
		assert.equal(other.socket.readyState, other.socket.OPEN);
	});
}

test('a frame of 100 MB is refused by its head', async t => {
	const {port, own} = await open(t);
	const {socket, heard, ended} = await dial(port);
	socket.write(
		`GET /screen HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nCookie: ${own}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
	);
	await until('the upgrade', 5000, () => heard().includes('101'), 2);
	const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x05, 0xf5, 0xe1, 0x00, 1, 2, 3, 4]);
	socket.write(head);
	await ended;
	assert.ok(socket.bytesRead < 1000);
});

test('an upgrade with nonsense in it is refused', async t => {
	const {port, own} = await open(t);
	for (const lines of ['Upgrade: websocket', 'Upgrade: websocket\r\nSec-WebSocket-Key: x', 'Upgrade: h2c']) {
		const {socket, heard, ended} = await dial(port);
		socket.write(
			`GET /screen HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n${lines}\r\nCookie: ${own}\r\n\r\n`,
		);
		await ended;
		assert.match(heard(), /^HTTP\/1\.1 4\d\d/);
	}
});

test('a visitor that never reads holds one window, and others go on', async t => {
	const {dial: dialPage, own, page, visitor} = await open(t);
	page.say({size: [80, 24]});
	const slow = (await visitor.terminal)!;
	page.socket.pause();
	let written = 0;
	for (let frame = 0; frame < 200; frame++) slow.output.write('x'.repeat(10_000), () => written++);
	const other = await dialPage(own);
	other.say({size: [80, 24]});
	await until('the other', 5000, async () => other.socket.readyState === other.socket.OPEN, 2);
	assert.ok(written <= 4, `${written} frames were taken`);
});

test('a dropped .torrent lies here while its visitor does, and is pasted as a path', async t => {
	const {page, visitor, join} = await open(t);
	page.say({size: [80, 24]});
	const keys = typed((await visitor.terminal)!.input);
	const bytes = Buffer.from('d4:infode');
	page.say({drop: ['../../Album of the year.torrent', bytes.length, 1]});
	page.socket.send(bytes.subarray(0, 4));
	page.socket.send(bytes.subarray(4));
	page.say({drop: ['other.torrent', 1, 0]});
	page.socket.send(Buffer.from('x'));
	await until('a paste', 5000, () => keys().endsWith('\u001B[201~'), 2);
	const paths = keys().replace('\u001B[200~', '').replace('\u001B[201~', '').trim().split('\n');
	assert.equal(paths.length, 2);
	assert.ok(paths.every(path => path.startsWith(join('dropped'))));
	assert.match(paths[0]!, /\/Album of the year\.torrent$/);
	assert.deepEqual(readFileSync(paths[0]!), bytes);
	page.socket.close();
	await within(5000, 'the end', visitor.gone);
	assert.ok(!existsSync(paths[0]!));
	assert.deepEqual(readdirSync(join('dropped')), []);
});

test('keys typed after a drop come after its path', async t => {
	const {page, visitor} = await open(t);
	page.say({size: [80, 24]});
	const keys = typed((await visitor.terminal)!.input);
	page.say({drop: ['a.torrent', 3, 0]});
	page.socket.send(Buffer.from('abc'));
	page.say({keys: 'q'});
	await until('keys', 5000, () => keys().endsWith('q'), 2);
	assert.ok(keys().endsWith('/a.torrent\n\u001B[201~q'));
});

test('who may only look can drop nothing', async t => {
	const {page, visitor, join} = await open(t, 'look');
	page.say({size: [80, 24]});
	await visitor.terminal;
	page.say({drop: ['a.torrent', 1, 0]});
	assert.equal(await page.end(), 1008);
	assert.ok(!existsSync(join('dropped')));
});

test('more bytes than were announced belong to no file', async t => {
	const {page, visitor} = await open(t);
	page.say({size: [80, 24]});
	await visitor.terminal;
	page.say({drop: ['a.torrent', 2, 0]});
	page.socket.send(Buffer.from('abc'));
	assert.equal(await page.end(), 1008);
	await within(5000, 'the end', visitor.gone);
});

for (const [name, kept] of [
	['a.torrent', 'a.torrent'],
	['/etc/passwd', 'passwd.torrent'],
	['..\\..\\x.TORRENT', 'x.torrent'],
	['...', 'dropped.torrent'],
	['.hidden.torrent', 'hidden.torrent'],
	['', 'dropped.torrent'],
	['a\nb\u001B[31m.torrent', 'a_b_[31m.torrent'],
	["it's.torrent", 'it_s.torrent'],
	['é'.repeat(300), `${'é'.repeat(80)}.torrent`],
] as const) {
	test(`a dropped ${JSON.stringify(name.slice(0, 20))} is called ${kept.slice(0, 20)} here`, () => {
		assert.equal(droppedName(name), kept);
	});
}

test('1,000 connections that say nothing keep nobody out', async t => {
	const {port, own, page} = await open(t);
	const silent = Array.from({length: 1000}, () => connect(port, '127.0.0.1').on('error', () => {}));
	await Promise.all(silent.map(socket => new Promise(resolve => socket.once('connect', resolve))));
	const {status} = await ask(port, '/api/session', {headers: {cookie: own}});
	assert.equal(status, 200);
	assert.equal(page.socket.readyState, page.socket.OPEN);
	for (const socket of silent) socket.destroy();
});
