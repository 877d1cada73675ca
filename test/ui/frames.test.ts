import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {openTestScreen} from '../helpers/open-test-screen.ts';

const folder = new URL('./frames/', import.meta.url);
/** Pictures that were compared. */
const compared = new Set<string>();

/** Compares with a kept picture; `npm run frames` keeps the new ones instead. One that is missing fails. */
function looksLike(name: string, text: string): void {
	compared.add(`${name}.txt`);
	const file = fileURLToPath(new URL(`${name}.txt`, folder));
	if (process.env['UPDATE_FRAMES']) {
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, `${text}\n`);
	}
	assert.ok(existsSync(file), `there is no picture ${name}: npm run frames makes it`);
	assert.equal(`${text}\n`, readFileSync(file, 'utf8'));
}

for (const [columns, rows] of [
	[40, 10],
	[80, 24],
	[120, 40],
	[200, 60],
] as const) {
	test(`draws a torrent at ${columns}x${rows} as in the kept picture`, async () => {
		const screen = await openTestScreen(columns, rows, {peers: 30});
		await screen.terminal.press('5');
		looksLike(`torrent-${columns}x${rows}`, screen.terminal.text());
		await screen.close();
	});
}

test('draws a torrent in ASCII alone as in the kept picture', async () => {
	const screen = await openTestScreen(80, 24, {ascii: true});
	const text = screen.terminal.text();
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is looked for
	assert.match(text, /^[\u0000-\u007F]*$/);
	looksLike('torrent-80x24-ascii', text);
	await screen.close();
});

test('draws the list of torrents as in the kept picture', async () => {
	const screen = await openTestScreen(100, 30, {list: true});
	looksLike('list-100x30', screen.terminal.text());
	await screen.close();
});

test('draws a torrent of which only a magnet link is known as in the kept picture', async () => {
	const screen = await openTestScreen(80, 24, {peers: 3});
	screen.engine.unknown = true;
	screen.engine.reason = {level: 'info', text: 'asking 3 peers for the file list'};
	await screen.advance(1);
	looksLike('magnet-80x24', screen.terminal.text());
	await screen.close();
});

test('draws the dialog that makes a torrent, and how far one is, as in the kept pictures', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	await screen.terminal.press('M', '~/Album');
	looksLike('create-80x24', screen.terminal.text());
	screen.engine.creations = [
		{
			id: 1,
			path: '/people/me/Album',
			output: '/people/me/Album.torrent',
			state: 'hashing',
			hashed: 314_572_800,
			length: 943_718_400,
			rate: 104_857_600,
			eta: 6,
		},
	];
	await screen.terminal.press('\r');
	await screen.advance(1);
	looksLike('creation-80x24', screen.terminal.text());
	await screen.close();
});

test('draws the choice of its files as in the kept picture', async () => {
	const screen = await openTestScreen(80, 24);
	screen.engine.choosing = true;
	await screen.advance(1);
	await screen.terminal.settled();
	// Who answers has seen the question.
	screen.clock.turn(600);
	await screen.terminal.press('\u001B[B', ' ');
	looksLike('choose-80x24', screen.terminal.text());
	await screen.close();
});

for (const [columns, rows] of [
	[40, 10],
	[80, 24],
	[100, 30],
	[120, 40],
] as const) {
	test(`draws the Network view at ${columns}x${rows} as in the kept picture`, async () => {
		const screen = await openTestScreen(columns, rows, {list: true});
		await screen.terminal.press('W', 'harb');
		await screen.advance(1);
		looksLike(`network-${columns}x${rows}`, screen.terminal.text());
		await screen.close();
	});
}

for (const [columns, rows] of [
	[40, 10],
	[80, 24],
	[120, 40],
] as const) {
	test(`draws the Feeds view at ${columns}x${rows} as in the kept picture`, async () => {
		const screen = await openTestScreen(columns, rows, {list: true});
		await screen.terminal.press('F');
		await screen.advance(1);
		looksLike(`feeds-${columns}x${rows}`, screen.terminal.text());
		await screen.close();
	});
}

test('draws a rule that is made of an item as in the kept picture', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	await screen.terminal.press('F');
	await screen.advance(1);
	await screen.terminal.press('j', 'R');
	looksLike('feed-rule-80x24', screen.terminal.text());
	await screen.close();
});

test('draws what a person shares in ASCII alone as in the kept picture', async () => {
	const screen = await openTestScreen(80, 24, {list: true, ascii: true});
	screen.engine.found = screen.engine.found.filter(({name}) => !/river/.test(name));
	await screen.terminal.press('W', '\t', '\t', 'j', 'j', 'j', '\r');
	await screen.advance(1);
	const text = screen.terminal.text();
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is looked for
	assert.match(text, /^[\u0000-\u007F]*$/);
	looksLike('network-80x24-ascii', text);
	await screen.close();
});

test('draws what is shared before it is downloaded as in the kept picture', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	await screen.terminal.press('W');
	await screen.advance(1);
	await screen.terminal.press('\r');
	await screen.advance(1);
	looksLike('network-get-80x24', screen.terminal.text());
	await screen.close();
});

test('says name, percent and rate in one line below 40x10', async () => {
	const screen = await openTestScreen(32, 4);
	assert.match(screen.terminal.line(0), /^field-record.*… \d+ % ▼[\d.]+ M\/s$/);
	await screen.close();
});

test('no picture is kept that is compared with nothing', () => {
	assert.deepEqual(readdirSync(folder).sort(), [...compared].sort());
});
