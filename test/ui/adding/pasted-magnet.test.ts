import assert from 'node:assert/strict';
import test from 'node:test';
import {openScreen} from '../../../source/ui/screen/screen.ts';
import {until} from '../../helpers/deadline.ts';
import {TestProcess} from '../../helpers/open-test-screen.ts';
import {keys, TestTerminal} from '../../helpers/screen-terminal.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

test('a magnet link pasted into a screen is fetched from a peer, asked about, and downloaded as chosen', async t => {
	const space = new Workspace(t);
	const files = [
		['one.bin', 100_000],
		['three.bin', 100_000],
		['two.bin', 100_000],
	] as const;
	const torrent = testTorrent(space, 'pasted', files, 32_768, [], true);
	const seeder = await openTestSession(space, 'seeder');
	const id = await seedTorrent(seeder, torrent);
	const engine = await openTestSession(space, 'home');
	const terminal = new TestTerminal(80, 24);
	const left = openScreen(engine.session, {
		stdout: terminal.stdout as never,
		stdin: terminal.stdin as never,
		ascii: false,
		color: 'never',
		version: '0.0.0',
		fps: 10,
		env: {ssh: false, term: 'xterm-256color', timezone: 0},
		process: new TestProcess(),
	});
	const shows = (words: RegExp) =>
		until(
			() => `${words}, but\n${terminal.text()}`,
			60_000,
			async () => {
				await terminal.settled();
				return words.test(terminal.text()) ? true : undefined;
			},
		);
	await shows(/nothing here yet/);
	await terminal.press(
		`\u001B[200~magnet:?xt=urn:btih:${id}&dn=link&x.pe=127.0.0.1:${seeder.port}\u001B[201~`,
	);
	await shows(/Its files are known once peers tell them/);
	await terminal.press(keys.enter);
	await shows(/Which files\?/);
	assert.match(terminal.text(), /pasted +293 K in 3 files/);
	assert.equal((await seeder.view(id)).uploaded, 0);
	// A question that comes by itself takes keys when it can have been seen.
	await until(
		() => `none taken, but\n${terminal.text()}`,
		60_000,
		async () => {
			await terminal.press('N');
			return terminal.text().includes('wanted 0 in 0 files') ? true : undefined;
		},
	);
	await terminal.press(' ', keys.enter);
	const done = await engine.sees(id, 'the chosen file', ({state}) => state === 'seeding');
	assert.deepEqual([done.filesWanted, done.completed], [1, 100_000]);
	await shows(/1 of 3 wanted/);
	await engine.session.stop();
	await left;
});
