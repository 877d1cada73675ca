import assert from 'node:assert/strict';
import {test} from 'node:test';
import {click} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

test('the line of commands shows what it could become, with hints, what each does and its keys', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.send(':the');
	assert.match(terminal.text(), /theme \[THEME\] +The next theme.* T /);
	await terminal.press(keys.tab);
	assert.match(terminal.text(), /:theme /);
	assert.match(terminal.text(), /gruvbox/);
	await terminal.send('nor');
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /Theme nord/);
	await close();
});

test('a command is found by what it does as well, and chosen with the arrows', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.send(':all that is known');
	await terminal.press(keys.escape);
	await terminal.send(':known');
	assert.match(terminal.text(), /details +Show all that is known/);
	await terminal.press(keys.down, keys.enter);
	assert.match(terminal.text(), /━ Details ━/);
	await close();
});

test('what stands behind a command that takes nothing is refused, and nothing is done', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	await terminal.send(':pause now');
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /:pause takes nothing behind it, and “now” stands there/);
	await terminal.send(':slow 5');
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /:slow takes nothing/);
	assert.deepEqual(engine.sent, []);
	await close();
});

test('what a command does not know is refused with what it knows, and what it needs is asked for', async () => {
	const {terminal, close} = await openTestScreen(120, 30);
	for (const [typed, said] of [
		[':frames wooden', /There is no frames “wooden”: rounded/],
		[':range never', /There is no time “never”: auto, 1 min/],
		[':priority', /:priority needs a priority: skip/],
		[':pane', /:pane needs a pane: pieces/],
		[':theme nosuch', /There is no theme “nosuch”: tortui/],
	] as const) {
		await terminal.send(typed);
		await terminal.press(keys.enter);
		assert.match(terminal.text(), said);
	}
	await terminal.send(':range 5min');
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /5 min/);
	await close();
});

test('a path behind a command is completed, and the folders of before are offered', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {
		completePath: async typed =>
			['/srv/films/', '/srv/music/'].filter(path => path.startsWith(typed) && path !== typed),
	});
	await terminal.send(':move ');
	assert.match(terminal.text(), /\/srv\/downloads/);
	await terminal.send('/srv/m');
	await terminal.press(keys.tab, keys.enter);
	assert.deepEqual(engine.sent, [{type: 'torrent.move', id: engine.id, dir: '/srv/music/'}]);
	await close();
});

test('the last command comes back, a click takes one, and hostile names do nothing', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {
		completePath: async () => ['/srv/\u001B[2Jx\u202Ey/'],
	});
	await terminal.send(':pause');
	await terminal.press(keys.enter);
	assert.equal(engine.sent.length, 1);
	await terminal.send(':');
	await terminal.press(keys.up, keys.enter);
	assert.equal(engine.sent.length, 2);
	await terminal.send(':sett');
	await click(terminal, 'settings');
	assert.match(terminal.text(), /━ Settings ━/);
	await terminal.press(keys.escape);
	await terminal.send(':move /s');
	assert.match(terminal.text(), /\/srv\/\[2Jxy\//);
	await terminal.resize(40, 10);
	assert.match(terminal.text(), /:move \/s/);
	await close();
});

test('Backspace held too long leaves no line, so that what is typed next is no key of the list', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	for (const prompt of ['f', '/', ':']) {
		await terminal.press(prompt, 'a', '\u007F', '\u007F', '\u007F');
		await terminal.send('pause d');
		assert.match(terminal.text().trimEnd().split('\n').at(-1) ?? '', /pause d/, prompt);
		await terminal.press('\u001B', '\u001B');
	}
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.pause' || type === 'session.pauseAll'));
	assert.doesNotMatch(terminal.text(), /marked|Remove/);
	await close();
});
