import assert from 'node:assert/strict';
import {existsSync, mkdirSync, statSync, writeFileSync} from 'node:fs';
import process from 'node:process';
import {test} from 'node:test';
import {stripVTControlCharacters} from 'node:util';
import {qrCode} from '../../../source/base/qr-code.ts';
import {linkLines, qrLines} from '../../../source/commands/web/link-lines.ts';
import {webPassword} from '../../../source/commands/web/web-password.ts';
import {forgetWebPlace, readWebPlace, writeWebPlace} from '../../../source/commands/web/web-place.ts';
import {ask} from '../../bridge/http/doors.ts';
import {BackgroundEngine} from '../../helpers/background-engine.ts';
import {until} from '../../helpers/deadline.ts';
import {freePort} from '../../helpers/ports.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';

const url = 'http://127.0.0.1:9092/';
const link = `${url}#in=VJgPPevoicrS2b65OAX4Og`;

test('on a terminal with room for it a link has its code', () => {
	const lines = linkLines(url, link, 'all', {isTTY: true, columns: 80, rows: 24});
	assert.ok(lines.some(line => line.includes('█')));
	assert.ok(lines.length <= 24);
	const small = linkLines(url, link, 'all', {isTTY: true, columns: 30, rows: 24});
	assert.deepEqual(small, linkLines(url, link, 'all', {}));
	assert.equal(small.length, 3);
});

test('what a camera sees of a code on a terminal is the code', () => {
	const code = qrCode(new TextEncoder().encode(link))!;
	const rows = qrLines(code).flatMap(line => {
		const letters = [...stripVTControlCharacters(line)];
		return [letters.map(letter => '█▀'.includes(letter)), letters.map(letter => '█▄'.includes(letter))];
	});
	const quiet = 2;
	assert.deepEqual(
		rows.slice(quiet, quiet + code.length).map(row => row.slice(quiet, -quiet)),
		code,
	);
	const frame = rows.flatMap((row, y) =>
		row.filter((_dark, x) => x < quiet || y < quiet || x >= row.length - quiet || y >= code.length + quiet),
	);
	assert.ok(frame.every(dark => !dark));
});

test('a link for looking says so', () => {
	assert.match(linkLines(url, link, 'look', {}).join('\n'), /may look/);
});

test('the password is the first line of its file, or comes from the environment', t => {
	const space = new Workspace(t);
	writeFileSync(space.path('password'), 'correct horse\r\nmore\n');
	assert.equal(webPassword(space.path('password'), {TORTUI_WEB_PASSWORD: 'another one'}), 'correct horse');
	assert.equal(webPassword(undefined, {TORTUI_WEB_PASSWORD: 'another one'}), 'another one');
	assert.equal(webPassword(undefined, {}), undefined);
	assert.equal(webPassword(undefined, {TORTUI_WEB_PASSWORD: ''}), undefined);
});

test('a password that is too short or cannot be read is refused', t => {
	const space = new Workspace(t);
	writeFileSync(space.path('empty'), '');
	assert.throws(() => webPassword(space.path('empty'), {}), /too short/);
	assert.throws(() => webPassword(undefined, {TORTUI_WEB_PASSWORD: '1234567'}), /too short/);
	assert.throws(() => webPassword(space.path('nowhere'), {}), /the password cannot be read/);
});

test('where a door is open is written down until it is closed, or whoever opened it has ended', t => {
	const space = new Workspace(t);
	assert.equal(readWebPlace(space.dir), undefined);
	mkdirSync(space.path('web'));
	writeWebPlace(space.dir, url);
	assert.equal(readWebPlace(space.dir), url);
	assert.equal(statSync(space.path('web', `place-${process.pid}`)).mode & 0o077, 0);
	const dead = space.path('web', `place-${2 ** 22 + 1}`);
	writeFileSync(dead, 'http://elsewhere.example/\n');
	forgetWebPlace(space.dir);
	assert.equal(readWebPlace(space.dir), undefined);
	assert.equal(existsSync(dead), false);
});

test('tortui web serves beside an engine until Ctrl-C, and makes links to itself meanwhile', async t => {
	const space = new Workspace(t);
	const engine = await BackgroundEngine.start(space, 'state');
	const options = ['--state-dir', space.path('state')];
	const port = await freePort();
	const web = startTortui(space, ['web', `${port}`, '--web-base', 'some/where', ...options]);
	await web.output(/#in=[\w-]{22}\n/, 20_000);
	const base = `http://127.0.0.1:${port}/some/where/`;
	assert.match(web.stdout, new RegExp(`^the screen is at ${base}\n`));
	assert.equal((await ask(port, '/some/where/health')).status, 200);
	assert.equal((await ask(port, '/some/where')).headers.location, '/some/where/');
	assert.equal((await ask(port, '/')).status, 401);

	const another = startTortui(space, ['web', '--json', '--read-only', ...options]);
	assert.equal((await another.end(20_000)).code, 0);
	const told = JSON.parse(another.stdout) as {url: string; link: string; rights: string};
	assert.deepEqual([told.url, told.rights], [base, 'look']);
	const entered = await ask(port, '/some/where/login', {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify({link: told.link.split('#in=')[1]}),
	});
	assert.deepEqual(JSON.parse(entered.body.toString()), {rights: 'look'});

	web.child.kill('SIGINT');
	assert.equal((await web.end(10_000)).code, 0);
	assert.ok((await engine.send({type: 'session.list'})).torrents);
	await engine.stop();
});

test('a web door that is asked for in the config file comes and goes with it', async t => {
	const space = new Workspace(t);
	const config = space.folder('config/tortui');
	const write = (settings: object) =>
		writeFileSync(
			`${config}/config.json`,
			JSON.stringify({'no-dht': true, 'no-lsd': true, 'no-port-map': true, ...settings}),
		);
	write({});
	const env = {XDG_CONFIG_HOME: space.path('config'), TORTUI_HOME: space.folder('state')};
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0'], {env});
	const reload = async () => {
		const told = startTortui(space, ['config', 'reload'], {env});
		await told.end(20_000);
		return told;
	};
	await until('the engine', 20_000, async () => (await reload()).ended?.code === 0, 100);
	const port = await freePort();
	const isOpen = () =>
		ask(port, '/health').then(
			({status}) => status === 200,
			() => false,
		);
	assert.equal(await isOpen(), false);
	write({web: port});
	assert.equal((await reload()).ended?.code, 0);
	await until('the door', 10_000, isOpen);
	write({});
	await reload();
	await until('no door', 10_000, async () => !(await isOpen()));
	await engine.stop();
});
