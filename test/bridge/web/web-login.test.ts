import assert from 'node:assert/strict';
import {mkdirSync, readdirSync, statSync} from 'node:fs';
import {test} from 'node:test';
import {LoginCookies, readLoginKey} from '../../../source/bridge/web/login-cookies.ts';
import {linkTime, OneTimeLinks} from '../../../source/bridge/web/one-time-links.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {ask} from '../http/doors.ts';
import {cookieOf, openWeb, password} from './web-stage.ts';

const basic = (text: string) => ({authorization: `Basic ${Buffer.from(text).toString('base64')}`});

test('the password lets somebody in, and its cookie is for this door alone', async t => {
	const {enter, port} = await openWeb(t, {base: '/some/where/'});
	const answer = await enter({password});
	assert.equal(answer.status, 200);
	const [cookie = ''] = answer.headers['set-cookie'] ?? [];
	assert.match(
		cookie,
		/^tortui-[\da-f]{8}=all\.\d+\.[\w-]{43}; Path=\/some\/where\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
	);
	const asked = await ask(port, '/some/where/api/session', {headers: {cookie: cookieOf(answer)}});
	assert.equal(asked.status, 200);
});

test('behind a proxy with TLS the cookie is for that only', async t => {
	const {enter} = await openWeb(t);
	const {headers} = await enter({password}, {'x-forwarded-proto': 'https'});
	assert.match(String(headers['set-cookie']), /; Secure$/);
});

test('a wrong password is refused, each time later', async t => {
	const {enter, clock} = await openWeb(t);
	assert.equal((await enter({password: 'wrong'})).status, 401);
	let answered = false;
	const second = enter({password: 'wrong'}).then(answer => {
		answered = true;
		return answer;
	});
	while (clock.next === undefined) await new Promise(resolve => setImmediate(resolve));
	assert.equal(answered, false);
	await clock.pass(150);
	assert.equal((await second).status, 401);
});

test('a link lets one in once, with what it is for', async t => {
	const {enter, links, port, clock} = await openWeb(t);
	const link = links.mint('look');
	const first = await enter({link});
	assert.equal(first.status, 200);
	assert.deepEqual(JSON.parse(first.body.toString()), {rights: 'look'});
	const me = await ask(port, '/login', {headers: {cookie: cookieOf(first)}});
	assert.equal(JSON.parse(me.body.toString()).rights, 'look');
	const second = enter({link});
	const {status, body} = await second;
	assert.equal(status, 401);
	assert.match(body.toString(), /used already/);
	await clock.pass(1000);
});

test('of two who use a link at once one comes in', t => {
	const space = new Workspace(t);
	const mine = new OneTimeLinks(space.path('links'), Date.now);
	const others = new OneTimeLinks(space.path('links'), Date.now);
	const token = mine.mint('all');
	assert.deepEqual([mine.redeem(token), others.redeem(token)], ['all', undefined]);
});

test('a link that is too old is worth nothing, and is swept away when another is made', t => {
	const space = new Workspace(t);
	const links = new OneTimeLinks(space.path('links'), Date.now);
	const late = new OneTimeLinks(space.path('links'), () => Date.now() + linkTime + 1000);
	assert.equal(late.redeem(links.mint('all')), undefined);
	links.mint('all');
	late.mint('all');
	assert.equal(readdirSync(space.path('links')).length, 1);
});

for (const token of ['', '..', '../key', 'x'.repeat(22), 'x'.repeat(5000), '/etc/passwd', '\0'.repeat(22)]) {
	test(`the token ${JSON.stringify(token.slice(0, 12))} is none`, t => {
		const links = new OneTimeLinks(new Workspace(t).path('links'), Date.now);
		links.mint('all');
		assert.equal(links.redeem(token), undefined);
	});
}

test('links and the key are for this user only', t => {
	const space = new Workspace(t);
	mkdirSync(space.path('web'));
	new OneTimeLinks(space.path('web', 'links'), Date.now).mint('all');
	const key = readLoginKey(space.path('web', 'key'));
	assert.match(key, /^[\da-f]{64}$/);
	assert.equal(readLoginKey(space.path('web', 'key')), key);
	for (const name of ['key', 'links', `links/${readdirSync(space.path('web', 'links'))[0]}`])
		assert.equal(statSync(space.path('web', name)).mode & 0o077, 0, name);
});

test('a cookie holds until it is too old, another password or key ends it, and no other can be made', () => {
	let now = Date.now();
	const wall = () => now;
	const cookies = new LoginCookies('key', 'password', wall);
	const cookie = cookies.issue('look', '/', false).split(';')[0]!;
	assert.equal(cookies.rights(`other=1; ${cookie}; more=2`), 'look');
	assert.equal(new LoginCookies('key', 'another', wall).rights(cookie), undefined);
	assert.equal(new LoginCookies('other key', 'password', wall).rights(cookie), undefined);
	assert.equal(cookies.rights(cookie.replace('look', 'all')), undefined);
	assert.equal(cookies.rights(`${cookie}x`), undefined);
	assert.equal(cookies.rights(cookie.slice(0, -1)), undefined);
	assert.equal(cookies.rights(`${cookies.name}=all.99999999999999.`), undefined);
	assert.equal(cookies.rights(undefined), undefined);
	now += 31 * 86_400_000;
	assert.equal(cookies.rights(cookie), undefined);
});

test('who has left is not known any more by that browser', async t => {
	const {port} = await openWeb(t);
	const {status, headers} = await ask(port, '/login', {method: 'DELETE'});
	assert.equal(status, 204);
	assert.match(String(headers['set-cookie']), /^tortui-[\da-f]{8}=; Path=\/; Max-Age=0;/);
});

test('scripts show the password with each request', async t => {
	const {port} = await openWeb(t);
	assert.equal((await ask(port, '/api/session', {headers: basic(`:${password}`)})).status, 200);
	const bearer = {authorization: `Bearer ${Buffer.from(password).toString('base64')}`};
	assert.equal((await ask(port, '/api/session', {headers: bearer})).status, 401);
});

for (const path of ['/api/session', '/api/torrents', '/api/events', '/metrics', '/api/nothing', '/screen']) {
	test(`${path} is for those who have come in`, async t => {
		const {port, engine} = await openWeb(t);
		assert.equal((await ask(port, path)).status, 401);
		assert.deepEqual(engine.watches, []);
	});
}

test('a form of another page cannot log in, nor can what is no JSON', async t => {
	const {enter, port} = await openWeb(t);
	const plain = await enter({password}, {'content-type': 'text/plain'});
	assert.equal(plain.status, 415);
	assert.equal((await enter({password}, {origin: 'http://elsewhere.example'})).status, 403);
	const headers = {'content-type': 'application/json'};
	for (const body of ['', '{', '[]', 'null', '{"password": 5}', '{"link": {}}'])
		assert.equal((await ask(port, '/login', {method: 'POST', headers, body})).status, 400, body);
	const large = await ask(port, '/login', {method: 'POST', headers, body: ' '.repeat(10_000)});
	assert.equal(large.status, 413);
});
