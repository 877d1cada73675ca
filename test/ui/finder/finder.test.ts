import assert from 'node:assert/strict';
import {test} from 'node:test';
import {click} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const find = '\u0010';

test('a file is found from the list of torrents, and opened in its pane', async () => {
	const {terminal, close} = await openTestScreen(100, 30, {list: true});
	await terminal.send(`${find}rain`);
	assert.match(terminal.text(), /› file +03 rain\.flac/);
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /┏━ 5 Files/);
	assert.match(terminal.text(), /┃› .*03 rain\.flac/);
	await close();
});

test('a command is found by what it does, told with its key, and run', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.send(`${find}all that is known`);
	assert.match(terminal.text(), /› command +details +Show all that is known of the torrent +i /);
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /━ Details ━/);
	await close();
});

test('settings and labels are found too', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.send(`${find}bell`);
	assert.match(terminal.text(), /setting +Bell/);
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /› Bell/);
	await terminal.press(keys.escape);
	await terminal.send(`${find}musc`);
	assert.match(terminal.text(), /› label +music/);
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /Torrents/);
	assert.match(terminal.text(), /filter “music”/);
	await close();
});

test('the engine is asked one question at a time, and answers what was typed last', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	await terminal.send(`${find}oak`);
	await terminal.settled();
	const asked = engine.sent.flatMap(command => (command.type === 'session.find' ? [command.words] : []));
	assert.ok(asked.length <= 3, asked.join());
	assert.equal(asked.at(-1), 'oak');
	assert.match(terminal.text(), /file +01 oak\.flac/);
	await close();
});

test('what the engine cannot find leaves what the screen knows', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	engine.refuse = 'it is an old one';
	await terminal.send(`${find}theme`);
	assert.match(terminal.text(), /› (?:command|setting) +[Tt]heme/);
	await close();
});

test('a click chooses, another one opens; it fits on 40x10', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.send(`${find}rain`);
	await click(terminal, 'flac/dusk');
	assert.match(terminal.text(), /› file +03 rain\.flac +field-recordings-2026-flac\/dusk/);
	await click(terminal, 'flac/dusk');
	assert.match(terminal.text(), /┃› .*03 rain\.flac/);
	await terminal.resize(40, 10);
	await terminal.send(`${find}rain`);
	assert.match(terminal.text(), /find rain/);
	assert.match(terminal.text(), /› file +03 rain/);
	await close();
});

test('a removal that is found, or named, asks as its key does', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	for (const way of [`${find}remo`, ':remove']) {
		await terminal.send(way);
		await terminal.press(keys.enter);
		assert.match(terminal.text(), /Remove it from the list\?/, way);
		await terminal.press('n');
	}
	clock.turn(20_000);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove' || type === 'torrent.pause'));
	await terminal.send(`${find}remo`);
	await terminal.press(keys.enter, 'y');
	assert.match(terminal.text(), /Removing .* in 15 s/);
	await close();
});
