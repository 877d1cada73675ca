import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

test('E writes the .torrent to the file that is named, and asks again where one is in the way', async () => {
	const saved: Array<readonly [path: string, base64: string]> = [];
	const screen = await openTestScreen(100, 30, {
		saveFile: async (path, base64) => {
			if (path.endsWith('there.torrent')) throw new Error(`${path} is there already: choose another name`);
			saved.push([path, base64]);
		},
	});
	const {terminal} = screen;
	await terminal.press('E');
	assert.match(terminal.text(), /Write the \.torrent of field-recordings-2026-flac/);
	assert.match(terminal.text(), /\/srv\/downloads\/field-recordings-2026-flac\.torrent/);
	await terminal.press('\u0015', '~/there.torrent', keys.enter);
	await terminal.settled();
	assert.match(terminal.text(), /is there already: choose another name/);
	assert.match(terminal.text(), /file +~\/there\.torrent/);
	await terminal.press('\u0015', '~/other.torrent', keys.enter);
	await terminal.settled();
	assert.deepEqual(saved, [['/people/me/other.torrent', 'ZDQ6aW5mb2RlZQ==']]);
	assert.match(terminal.text(), /Written: \/people\/me\/other\.torrent/);
	await terminal.press(':', 'export /srv/x.torrent', keys.enter);
	await terminal.settled();
	assert.equal(saved[1]?.[0], '/srv/x.torrent');
	await screen.close();
});

test('of one of which only a link is known, and of several at once, no .torrent is written', async () => {
	const screen = await openTestScreen(100, 30, {unknown: true, saveFile: async () => assert.fail('written')});
	await screen.terminal.press('E');
	assert.match(screen.terminal.text(), /there is no \.torrent to write/);
	await screen.close();
	const list = await openTestScreen(100, 30, {list: true, saveFile: async () => assert.fail('written')});
	await list.terminal.press(' ', keys.down, ' ', 'E');
	assert.match(list.terminal.text(), /one at a time/);
	await list.close();
});
