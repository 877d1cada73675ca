import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {terminalManners} from '../../../source/commands/screen/terminal-kind.ts';
import {colourDepth} from '../../../source/ui/look/paint.ts';
import {notification, progressBar} from '../../../source/ui/terminal/modes.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

const env = {ssh: false, term: 'xterm-256color', timezone: 0} as const;

test('progress is shown in whole percent where the terminal shows it, and taken away at the end', async () => {
	const {terminal, left, close} = await openTestScreen(80, 24, {env: {...env, showsProgress: true}});
	assert.ok(terminal.written.includes('\u001B]9;4;1;72\u0007'));
	terminal.forget();
	await close();
	await left;
	assert.ok(terminal.written.includes('\u001B]9;4;0\u0007'));
});

test('elsewhere nothing of it is sent: it would be a notification', async () => {
	const {terminal, left, close} = await openTestScreen(80, 24);
	await close();
	await left;
	assert.ok(!terminal.written.includes('\u001B]9;4'));
});

test('progress is never beyond its ends', () => {
	assert.equal(progressBar({state: 'failed', percent: 140}), '\u001B]9;4;2;100\u0007');
	assert.equal(progressBar({state: 'paused', percent: -3}), '\u001B]9;4;4;0\u0007');
});

test('each terminal is told of what is done in its own way, once, and no name is a command', () => {
	assert.equal(notification('x', 777), '\u001B]777;notify;tortui;x\u0007');
	assert.equal(notification('x', 99), '\u001B]99;i=tortui;tortui: x\u001B\\');
	assert.match(notification('4;1;50: download complete'), /\]9;tortui: 4;1;50/);
	assert.equal(terminalManners({TERM: 'xterm-kitty'}).notifies, 99);
	assert.equal(terminalManners({TERM: 'rxvt-unicode-256color'}).notifies, 777);
	assert.equal(terminalManners({TERM: 'xterm-256color', VTE_VERSION: '7600'}).notifies, 777);
	assert.equal(terminalManners({TERM: 'xterm-256color'}).notifies, 9);
	assert.ok(terminalManners({TERM: 'xterm-256color', WT_SESSION: 'x'}).showsProgress);
	assert.ok(!terminalManners({TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app'}).showsProgress);
});

test('the folder and the trackers are links, which let nobody in', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40, {env: {...env, host: 'box'}});
	assert.ok(terminal.written.includes('\u001B]8;;file://box/srv/downloads\u001B\\'));
	assert.ok(terminal.written.includes('\u001B]8;;http://tracker.example/\u001B\\'));
	assert.ok(!terminal.written.includes(']8;;http://tracker.example/announce'));
	// Every link that was opened is closed again.
	const marks = terminal.written.split('\u001B]8;;').slice(1);
	assert.equal(marks.at(-1)?.startsWith('\u001B\\'), true);
	terminal.forget();
	const overview = {...engine.overview(), dir: '/x\u001B]8;;https://evil\u0007\u001B[2J'} as TorrentView;
	for (const tell of engine.listeners()) tell({revision: 99, torrent: {id: engine.id, overview}});
	await terminal.settled();
	assert.ok(!terminal.written.includes('https://evil\u0007'));
	assert.ok(!terminal.written.includes('\u001B[2J'));
	await close();
});

test('a console that would show them as text gets no links', async () => {
	const {terminal, close} = await openTestScreen(120, 40, {env: {...env, term: 'linux', host: 'box'}});
	assert.ok(!terminal.written.includes(']8;;'));
	await close();
});

test('terminals without colours get none', () => {
	for (const term of ['vt100', 'vt220', 'vt102', 'dumb', 'xterm-mono'])
		assert.equal(colourDepth('auto', {term}), 0, term);
	for (const term of ['xterm-256color', 'linux', 'screen']) assert.notEqual(colourDepth('auto', {term}), 0);
});
