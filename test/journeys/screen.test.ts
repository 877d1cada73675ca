import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import process from 'node:process';
import {test} from 'node:test';
import {until} from '../helpers/deadline.ts';
import {missing} from '../helpers/processes.ts';
import {Terminal} from '../helpers/tmux-terminal.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const skip = missing('tmux', 'bash');

/** A torrent nobody seeds, and a command that opens the screen on it, on loopback alone. */
function begin(space: Workspace) {
	space.defer(async () => {
		const stop = startTortui(space, ['stop']);
		await stop.end(20_000);
	});
	const content = writeFolder(space.folder('theirs'), 'season one', [
		['episode 1.mkv', mebibyte],
		['notes.txt', 1234],
	]);
	const file = makeTorrent(content, 128 * kibibyte).write(space.path('season.torrent'));
	return {file, command: `tortui ${file} -d ${space.folder('ours')} --bind 127.0.0.1 --port 0`};
}

/** The process id of the engine that runs. */
function enginePid(space: Workspace): number | undefined {
	const state = space.path('state');
	for (const name of readdirSync(state)) {
		if (!/^engine-\d+\.lock$/.test(name)) continue;
		try {
			const {pid} = JSON.parse(readFileSync(`${state}/${name}`, 'utf8')) as {pid: number};
			process.kill(pid, 0);
			return pid;
		} catch {} // It has ended, or is about to be another.
	}
	return undefined;
}

test('an engine that is killed under a screen is started again, and the screen goes on', {skip}, async t => {
	const space = new Workspace(t);
	const {command} = begin(space);
	const terminal = await Terminal.open(space, 80, 24);
	terminal.enter(command);
	await terminal.sees(/season one[\s\S]*5 Files/, 20_000);
	terminal.press('5');
	await terminal.sees(/┏━ 5 Files/);
	for (const again of [false, true]) {
		const pid = await until('an engine', 10_000, () => enginePid(space));
		process.kill(pid, 'SIGKILL');
		// The second one within a minute is not started unasked.
		if (again) {
			await terminal.sees(/The engine is not running/, 20_000);
			terminal.press('r');
		}
		await terminal.sees(/The engine runs again/, 30_000);
		assert.notEqual(await until('another engine', 10_000, () => enginePid(space)), pid);
		await terminal.sees(/season one[\s\S]*┏━ 5 Files/);
	}
	terminal.press('p');
	await terminal.sees(/paused/);
	terminal.press('Q');
	assert.equal(await terminal.prompt(), 0);
});

test('stopped by a signal that cannot be caught, it comes back with fg as it was', {skip}, async t => {
	const space = new Workspace(t);
	const {command} = begin(space);
	const terminal = await Terminal.open(space, 80, 24);
	const before = await terminal.state();
	terminal.enter(command);
	await terminal.sees(/season one[\s\S]*5 Files/, 20_000);
	const pid = terminal.foreground();
	assert.ok(pid !== undefined);
	process.kill(pid, 'SIGSTOP');
	await terminal.sees(/Stopped/);
	terminal.enter('stty icanon echo; clear; echo "something else"');
	await terminal.sees(/something else/);
	terminal.enter('fg');
	await terminal.sees(/^ . season one[\s\S]*1 Pieces[\s\S]*5 Files/);
	assert.doesNotMatch(terminal.text(), /something else|Stopped/);
	// Key by key and without an echo.
	terminal.press('?');
	await terminal.sees(/━ Help ━/);
	terminal.press('Escape');
	await terminal.sees(text => !text.includes('━ Help ━'));
	terminal.press('Q');
	assert.equal(await terminal.prompt(), 0);
	assert.deepEqual(await terminal.state(), before);
});

test('a terminal that takes no escape sequences gets lines, and none of them', {skip}, async t => {
	const space = new Workspace(t);
	const {command} = begin(space);
	const terminal = await Terminal.open(space, 100, 30);
	const record = space.path('written');
	terminal.enter(`TERM=dumb script -qec '${command}' ${record}`);
	await terminal.sees(/season one: 0\.0 % of/, 20_000);
	terminal.press('C-c');
	await terminal.sees(/goes on in the background/);
	await terminal.prompt();
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
	assert.doesNotMatch(readFileSync(record, 'utf8'), /\u001B/);
});

test('without an engine, what needs one names a command that works anywhere', {skip}, async t => {
	const space = new Workspace(t);
	for (const verb of ['list', 'stop', 'pause', 'resume']) {
		const args = verb === 'pause' || verb === 'resume' ? [verb, 'all'] : [verb];
		const running = startTortui(space, args);
		await running.end(20_000);
		assert.equal(running.stderr, 'tortui: no engine is running; start one with: tortui engine\n', verb);
		assert.equal(running.ended?.code, 1);
	}
	const engine = startTortui(space, ['engine', '--bind', '127.0.0.1', '--port', '0']);
	await until('the engine to answer', 20_000, async () => {
		const list = startTortui(space, ['list']);
		await list.end(20_000);
		return list.ended?.code === 0;
	});
	const stop = startTortui(space, ['stop']);
	await stop.end(20_000);
	assert.equal(stop.ended?.code, 0, stop.stderr);
	await engine.end(20_000);
});
