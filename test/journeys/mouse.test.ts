import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mouse, placeOf} from '../helpers/mouse.ts';
import {missing} from '../helpers/processes.ts';
import {Terminal} from '../helpers/tmux-terminal.ts';
import {kibibyte, makeTorrent, mebibyte, writeFolder} from '../helpers/torrents.ts';
import {startTortui} from '../helpers/tortui.ts';
import {Workspace} from '../helpers/workspace.ts';

const skip = missing('tmux', 'bash');
const on = /mouse_any_flag=1 mouse_button_flag=1 mouse_standard_flag=0 mouse_sgr_flag=1/;
const off = /mouse_any_flag=0 .*mouse_sgr_flag=0/;

test('in a real terminal a mouse does what keys do, and is the terminal’s again afterwards', {
	skip,
}, async t => {
	const space = new Workspace(t);
	space.defer(async () => {
		await startTortui(space, ['stop']).end(20_000);
	});
	const content = writeFolder(space.folder('theirs'), 'season one', [
		['episode 1.mkv', mebibyte],
		['notes.txt', 1234],
	]);
	const file = makeTorrent(content, 128 * kibibyte).write(space.path('season.torrent'));
	const terminal = await Terminal.open(space, 100, 30);
	const before = await terminal.state();
	const click = (text: string, times = 1) => {
		const [x, y] = placeOf(terminal, text);
		terminal.send((mouse.down(x, y) + mouse.up(x, y)).repeat(times));
	};
	terminal.enter(`tortui ${file} -d ${space.folder('ours')} --bind 127.0.0.1 --port 0`);
	await terminal.sees(/season one[\s\S]*5 Files[\s\S]*notes\.txt/, 20_000);
	assert.match(terminal.flags(), on);

	click('notes.txt');
	await terminal.sees(/┏━ 5 Files[\s\S]*› .*notes\.txt/);
	click('? help');
	await terminal.sees(/━ Help/);
	click('Esc leaves');
	await terminal.sees(text => !/━ Help/.test(text));

	// A slow line cuts a report into pieces: none of them is a key.
	const [x, y] = placeOf(terminal, 'episode 1.mkv');
	for (const part of mouse.down(x, y).match(/.{1,3}/gs) ?? []) terminal.send(part);
	await terminal.sees(/› .*episode 1\.mkv/);

	terminal.press('Escape');
	await terminal.sees(/━ Torrents[\s\S]*› .*season one/);
	click('season one', 2);
	await terminal.sees(/5 Files/);

	terminal.press('C-z');
	await terminal.sees(/Stopped/);
	assert.match(terminal.flags(), off);
	terminal.enter('fg');
	await terminal.sees(/5 Files/);
	assert.match(terminal.flags(), on);

	terminal.press('Q');
	assert.equal(await terminal.prompt(), 0);
	assert.deepEqual(await terminal.state(), before);

	terminal.enter('tortui attach --no-mouse');
	await terminal.sees(/season one/);
	assert.match(terminal.flags(), off);
	terminal.press('Q');
	assert.equal(await terminal.prompt(), 0);
});
