import assert from 'node:assert/strict';
import {appendFileSync, renameSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import {logSince} from '../../../source/commands/arguments/log-since.ts';
import {until} from '../../helpers/deadline.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {run} from '../printed.ts';

const line = (at: number, level: string, text: string, name?: string) =>
	`${JSON.stringify({at, level, text, ...(name && {torrent: 'ab', name})})}\n`;

test('a log file is shown from the level and time that are asked for, with what was put aside, safe for a terminal', async t => {
	const space = new Workspace(t);
	const path = space.path('log');
	const now = Date.now();
	writeFileSync(
		`${path}.1`,
		line(now - 7_200_000, 'warn', 'long ago') + line(now - 60_000, 'info', 'before'),
	);
	const cut = '{"at":1,"lev';
	writeFileSync(
		path,
		line(now - 5000, 'debug', 'detail') +
			cut +
			line(now - 4000, 'error', 'red \u001b[31m', 'a\u009bb') +
			line(now - 3000, 'warn', 'last'),
	);
	const texts = async (...argv: string[]) => {
		const {status, out} = await run(['log', '--file', path, ...argv]);
		assert.equal(status, 0);
		assert.ok(!out.includes('\u001b') && !out.includes('\u009b'));
		return out
			.split('\n')
			.slice(0, -1)
			.map(each => each.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /, ''));
	};
	assert.deepEqual(await texts(), ['warn  long ago', 'info  before', 'warn  last']);
	assert.deepEqual(await texts('--level', 'debug', '-n', '2'), ['debug detail', 'warn  last']);
	assert.deepEqual(await texts('--since', '10m', '--level', 'warn'), ['warn  last']);
	assert.deepEqual(await texts('-n', '0'), []);
	const {out} = await run(['log', '--file', path, '--json', '-n', '1']);
	assert.deepEqual(JSON.parse(out), {at: now - 3000, level: 'warn', text: 'last'});
	for (const [argv, why] of [
		[['--file', space.path('none')], /^cannot read the log \S+: ENOENT/],
		[['--file', space.path('.')], /it is no file/],
		[['--file', path, '--since', 'yesterday'], /--since: yesterday is not a time such as 10m/],
		[['--state-dir', space.path('home')], /no engine is running, and no log file is set/],
	] as const) {
		const {status, error} = await run(['log', ...argv]);
		assert.ok(status === 1 || status === 2);
		assert.match(error, why);
	}
});

test('moments are read as people write them', () => {
	const now = new Date(2026, 10, 20, 14, 30, 0).getTime();
	assert.equal(logSince('10m', now), now - 600_000);
	assert.equal(logSince('14:00', now), now - 1_800_000);
	assert.equal(logSince('15:00:30', now), new Date(2026, 10, 19, 15, 0, 30).getTime());
	assert.equal(logSince('2026-11-20', now), new Date(2026, 10, 20).getTime());
	assert.equal(logSince('2026-11-19 08:15', now), new Date(2026, 10, 19, 8, 15).getTime());
	for (const text of ['', '25:00', '2026-13-01', 'now', '-5m'])
		assert.throws(() => logSince(text, now), {exitStatus: 2}, text);
});

test('who follows a file sees what is written to it and to the next; Ctrl-C ends it', async t => {
	const space = new Workspace(t);
	const path = space.path('log');
	writeFileSync(path, line(1, 'info', 'one'));
	const program = startTortui(space, ['log', '-f', '--file', path]);
	const sees = (text: string) => until(text, 15_000, () => program.stdout.includes(text), 10);
	await sees('one');
	appendFileSync(path, line(2, 'info', 'two').slice(0, 10));
	appendFileSync(path, line(2, 'info', 'two').slice(10));
	await sees('two');
	renameSync(path, `${path}.1`);
	appendFileSync(`${path}.1`, line(3, 'info', 'three'));
	writeFileSync(path, line(4, 'info', 'four'));
	await sees('four');
	program.child.kill('SIGINT');
	assert.equal((await program.end(10_000)).code, 130);
	assert.deepEqual(program.stdout.match(/one|two|three|four/g), ['one', 'two', 'three', 'four']);
});

test('who follows the engine sees each line once, and ends with it', async t => {
	const space = new Workspace(t);
	const path = space.path('log');
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0', '--log', path]);
	await until(
		'the engine to answer',
		15_000,
		async () => (await startTortui(space, ['list']).end(20_000)).code === 0,
		10,
	);
	const program = startTortui(space, ['log', '-f', '--level', 'info']);
	const link = (digit: string) => `magnet:?xt=urn:btih:${digit.repeat(40)}&dn=torrent-${digit}`;
	for (const digit of ['1', '2']) {
		assert.equal((await startTortui(space, ['add', link(digit)]).end(20_000)).code, 0);
		await until(digit, 15_000, () => program.stdout.includes(`added torrent-${digit}`), 10);
	}
	engine.child.kill('SIGTERM');
	assert.equal((await engine.end(15_000)).code, 0);
	assert.equal((await program.end(15_000)).code, 0);
	assert.deepEqual(program.stdout.match(/added torrent-\d/g), ['added torrent-1', 'added torrent-2']);
});
