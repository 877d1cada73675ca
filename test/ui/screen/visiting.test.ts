import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('who looks in from elsewhere leaves at once, and the engine goes on', async () => {
	const {terminal, left} = await openTestScreen(80, 24, {visiting: true});
	await terminal.press('q');
	assert.deepEqual(await left, {how: 'detach'});
});

test('who looks in from elsewhere cannot end the engine', async () => {
	const screen = await openTestScreen(80, 24, {visiting: true});
	await screen.terminal.press(':stop', '\r');
	assert.match(screen.terminal.text(), /The engine is not ended from here\./);
	await screen.close();
});

test('who looks in from elsewhere has no shell to go back to', async () => {
	const screen = await openTestScreen(80, 24, {visiting: true});
	await screen.terminal.press('\u001A');
	assert.match(screen.terminal.text(), /There is no shell here to go back to\./);
	assert.deepEqual(screen.process.killed, []);
	await screen.close();
});

test('a .torrent goes to who looks in, under its name and no path', async () => {
	const saved: string[] = [];
	const screen = await openTestScreen(80, 24, {
		visiting: true,
		saveFile: async path => {
			saved.push(path);
		},
	});
	await screen.terminal.press('E');
	assert.equal(saved.length, 1);
	assert.match(saved[0]!, /^[^/]+\.torrent$/);
	assert.match(screen.terminal.text(), /Sent to you: /);
	await screen.close();
});
