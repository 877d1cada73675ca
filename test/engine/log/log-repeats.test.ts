import assert from 'node:assert/strict';
import test from 'node:test';
import {LogRepeats} from '../../../source/engine/log/log-repeats.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

function counted() {
	const lines: string[] = [];
	const time = {now: 0};
	const repeats = new LogRepeats(
		(level, text, torrent, name) => lines.push(`${level} ${name ?? torrent ?? '-'}: ${text}`),
		() => time.now,
	);
	return {lines, time, repeats};
}

test('equal lines are told once and then counted; other lines, levels and torrents are told as they come', () => {
	const {lines, time, repeats} = counted();
	for (let n = 0; n < 12; n++) repeats.write('warn', 'no answer', 'a', 'First');
	repeats.write('warn', 'no answer', 'b', 'Second');
	repeats.write('info', 'no answer', 'a', 'First');
	assert.deepEqual(lines, ['warn First: no answer', 'warn Second: no answer', 'info First: no answer']);
	time.now = 29_999;
	repeats.tick();
	assert.equal(lines.length, 3);
	time.now = 30_000;
	repeats.tick();
	assert.deepEqual(lines.slice(3), ['warn First: no answer (12 times)']);
	repeats.write('warn', 'no answer', 'a', 'First');
	assert.equal(lines.at(-1), 'warn First: no answer');
});

test('what was counted is told before the end', () => {
	const {lines, repeats} = counted();
	repeats.write('warn', 'x');
	repeats.write('warn', 'x');
	repeats.end();
	assert.deepEqual(lines, ['warn -: x', 'warn -: x (2 times)']);
});

test('lines of a session name their torrent, to the log file and to whoever looks', async t => {
	const space = new Workspace(t);
	const told: Array<readonly [text: string, name: string | undefined]> = [];
	const engine = await openTestSession(space, 'engine', {
		log: (_level, text, _torrent, name) => void told.push([text, name]),
	});
	const torrent = testTorrent(space, 'a name', [['x.bin', 1000]]);
	await engine.add(torrent, {dir: torrent.content.dir});
	await until('it is told', 30_000, () => told.some(([text]) => text.startsWith('added')));
	assert.equal(told.find(([text]) => text.startsWith('added'))![1], 'a name');
	const seen = await new Promise<readonly (string | undefined)[]>(resolve => {
		const watching = engine.session.watch({interval: 50, log: 10}, ({log}) => {
			if (log === undefined) return;
			setImmediate(() => watching.stop());
			resolve(log.map(({name}) => name));
		});
	});
	assert.ok(seen.includes('a name'));
});
