import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ailing, mixedTorrents} from '../helpers/mixed-torrents.ts';
import {click} from '../helpers/mouse.ts';
import {openTestScreen} from '../helpers/open-test-screen.ts';

// What somebody does who has never seen the screen, in as many keys as it takes: each piece of input is one key.

/** A screen on 24 torrents, one of which is ailing. */
async function openAmong24(ailment: Parameters<typeof ailing>[0], columns = 80, rows = 24) {
	const screen = await openTestScreen(columns, rows, {list: true});
	const others = mixedTorrents(23, false);
	others[17] = ailing(ailment, {id: 'f'.repeat(40), name: 'the ailing one', queue: 19});
	screen.engine.others = others;
	screen.engine.publish();
	await screen.terminal.settled();
	return screen;
}

for (const [columns, rows] of [
	[80, 24],
	[120, 40],
	[200, 60],
] as const) {
	test(`the one torrent among 24 that is stalled is seen at once, and why is read in 1 key, at ${columns}x${rows}`, async () => {
		const {terminal, close} = await openAmong24('refused', columns, rows);
		assert.match(terminal.line(0), /³○ ?1/);
		await terminal.press('3');
		assert.match(terminal.text(), /› ?.*○ +the ailing one/);
		assert.match(
			terminal.text(),
			/○ stalled (?:for )?14 min: tracker t\.example refuses: torrent not registered/,
		);
		await terminal.press('3');
		assert.match(terminal.line(4), /field-recordings/, 'once more shows all again');
		await close();
	});
}

test('a click on a chip does what its key does', async () => {
	const {terminal, close} = await openAmong24('refused', 120, 40);
	await click(terminal, '1 stalled');
	assert.match(terminal.text(), /›.*○ +the ailing one/);
	assert.doesNotMatch(terminal.text(), /debian/);
	await click(terminal, '1 stalled');
	assert.match(terminal.text(), /debian/);
	await close();
});

test('whatever is wrong is found and read in 1 key, whichever it is', async () => {
	for (const [ailment, said] of [
		['refused', /stalled (?:for )?14 min: tracker t\.example refuses: torrent not registered/],
		['readOnly', /✗ read-only file system: \/srv\/films: make it writable/],
		['unheard', /! complete: tracker t\.example does not answer: timed out/],
	] as const) {
		const {terminal, close} = await openAmong24(ailment);
		await terminal.press('!');
		assert.match(terminal.text(), /› .+ the ailing one/);
		assert.match(terminal.text(), said);
		await close();
	}
});

test('in 40x10 the stalled one is found and why is read in 1 key, too', async () => {
	const {terminal, close} = await openAmong24('refused', 40, 10);
	assert.match(terminal.line(0), / ○1 /);
	await terminal.press('3');
	assert.match(terminal.text(), /› ○ the ailing one/);
	assert.match(terminal.line(8), /^ ○ tracker t\.example refuses: torrent /);
	await close();
});

test('3 of 40 files of a running torrent are picked in 7 keys, and nothing else is wanted then', async () => {
	const names = Array.from({length: 19}, (_, at) => `take ${String(at).padStart(2, '0')}.flac`);
	const {terminal, engine, close} = await openTestScreen(120, 40, {names});
	const pressed = ['5', 'j', 'j', 'x', 'x', 'x', 'I'];
	await terminal.press(...pressed);
	assert.ok(pressed.length <= 8);
	await terminal.settled();
	const sent = engine.sent.filter(command => command.type === 'files.priority');
	assert.deepEqual(
		sent.map(({priority, files}) => [priority, files.length]),
		[[0, 37]],
	);
	await close();
});

test('data is moved with the folder completed by Tab: 4 keys besides what is typed of the path', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {
		completePath: async path =>
			['/srv/films/', '/srv/field recordings/'].filter(folder => folder.startsWith(path)),
	});
	await terminal.press('m', '\u0015', '/srv/fie', '\t', '\r');
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'torrent.move', terminal.text());
	assert.equal(command.dir.replace(/\/$/, ''), '/srv/field recordings');
	await close();
});

test('where nothing is wrong, the keys say so and change nothing', async () => {
	const {terminal, close} = await openTestScreen(80, 24, {list: true});
	const before = terminal.text().split('\n').slice(0, 20).join('\n');
	await terminal.press('3');
	assert.match(terminal.line(23), /No torrent is stalled\./);
	await terminal.press('!');
	assert.match(terminal.line(23), /Nothing is wrong with any torrent shown here\./);
	assert.equal(terminal.text().split('\n').slice(0, 20).join('\n'), before);
	await close();
});
