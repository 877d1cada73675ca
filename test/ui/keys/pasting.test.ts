import assert from 'node:assert/strict';
import {test} from 'node:test';
import {pastedLinks} from '../../../source/ui/text/pasted-links.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const paste = (text: string) => `\u001B[200~${text}\u001B[201~`;

test('reads paths as file managers, browsers and shells give them', () => {
	const cases: ReadonlyArray<readonly [pasted: string, ...links: string[]]> = [
		['/srv/a.torrent', '/srv/a.torrent'],
		['  /srv/a b.torrent \n', '/srv/a b.torrent'],
		['file:///srv/a%20b%20%C3%A9.torrent', '/srv/a b é.torrent'],
		['file://localhost/srv/a.torrent', '/srv/a.torrent'],
		['file:/srv/a.torrent', '/srv/a.torrent'],
		['file:///srv/100%.torrent', '/srv/100%.torrent'],
		["'/srv/a b.torrent'", '/srv/a b.torrent'],
		['"/srv/a b.torrent"', '/srv/a b.torrent'],
		['"/srv/a \\"b\\" \\$c.torrent"', '/srv/a "b" $c.torrent'],
		['/srv/a\\ b\\[1\\].torrent', '/srv/a b[1].torrent'],
		["'/srv/it'\\''s.torrent'", "/srv/it's.torrent"],
		["'/srv/a b.torrent' '/srv/c.torrent'", '/srv/a b.torrent', '/srv/c.torrent'],
		['/srv/a\\ b.torrent /srv/c.torrent ', '/srv/a b.torrent', '/srv/c.torrent'],
		['file:///a%20b\r\nfile:///c\r\n', '/a b', '/c'],
		['# copied\nfile:///a', '/a'],
		["'file:///a%20b.torrent'", '/a b.torrent'],
		['magnet:?xt=urn:btih:aa&dn=a%20b', 'magnet:?xt=urn:btih:aa&dn=a%20b'],
		["magnet:?xt=urn:btih:aa&dn=it's", "magnet:?xt=urn:btih:aa&dn=it's"],
		['https://x.example/a%20b.torrent', 'https://x.example/a%20b.torrent'],
		['magnet:?xt=urn:btih:aa magnet:?xt=urn:btih:bb', 'magnet:?xt=urn:btih:aa', 'magnet:?xt=urn:btih:bb'],
		// What is no quoting stays as it is.
		["/srv/Don't stop.torrent", "/srv/Don't stop.torrent"],
		["/srv/rock 'n' roll.torrent", "/srv/rock 'n' roll.torrent"],
		['~/a b.torrent', '~/a b.torrent'],
		['file://elsewhere/share/a.torrent', 'file://elsewhere/share/a.torrent'],
		['/a\n/a', '/a'],
		['\n \n'],
	];
	for (const [pasted, ...links] of cases)
		assert.deepEqual(pastedLinks(pasted), links, JSON.stringify(pasted));
});

test('a pasted file URL opens the dialog with its path, which is what the engine is asked for', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press(paste('file:///srv/my%20films/a.torrent\n'));
	assert.match(terminal.text(), /torrent +\/srv\/my films\/a\.torrent/);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.preview', link: '/srv/my films/a.torrent'});
	await terminal.press(keys.tab, '\u0015', paste("'/data/other disk'"), keys.enter);
	const command = engine.sent.findLast(({type}) => type === 'torrent.addLink');
	assert.ok(command?.type === 'torrent.addLink');
	assert.equal(command.options?.dir, '/data/other disk');
	await close();
});

test('a path that is typed in quotes means the same', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('a', '"/srv/a b.torrent"', keys.enter);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.preview', link: '/srv/a b.torrent'});
	await close();
});

test('several pasted torrents are named, and added only when somebody says so', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	const names = Array.from({length: 9}, (_, number) => `/srv/film ${number}.torrent`);
	await terminal.press(paste(names.map(name => `file://${encodeURI(name)}`).join('\r\n')));
	assert.match(terminal.text(), /Add 9 torrents\?/);
	assert.match(terminal.text(), /\/srv\/film 0\.torrent[\s\S]*film 5\.torrent[\s\S]*and 3 more/);
	assert.equal(engine.sent.length, 0);
	await terminal.press('y');
	assert.deepEqual(
		engine.sent.map(command => command.type === 'torrent.addLink' && command.link),
		names,
	);
	assert.match(terminal.line(29), /Added 9 torrents/);
	await close();
});

test('what cannot be seen in a pasted text has a sign, and the path stays as it was', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	const path = '/srv/a\u202Egpj.\u200Btorrent';
	await terminal.press(paste(path));
	assert.doesNotMatch(terminal.written, /[\u202A-\u202E\u200B]/);
	assert.match(terminal.text(), /\/srv\/a·gpj\.·torrent/);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.preview', link: path});
	await close();
});

test('a bulk dialog names what it touches', async () => {
	const {terminal, close} = await openTestScreen(100, 30, {list: true, torrents: 8});
	await terminal.press('A');
	for (const [key, title] of [
		['D', /Remove with its data\?/],
		['L', /Limits: 8 torrents/],
		['b', /Label: 8 torrents/],
		['m', /Move the data of 8 torrents/],
	] as const) {
		await terminal.press(key);
		assert.match(terminal.text(), title);
		const box = terminal.text().slice(terminal.text().search(title));
		assert.match(box, /field-recordings-2026-flac[\s\S]*debian-13\.2[\s\S]*and 3 more/, key);
		await terminal.press(keys.escape);
	}
	await terminal.press('d');
	assert.match(terminal.line(29), /Removing field-recordings-2026-flac and 7 more in 15 s/);
	await close();
});

test('a search among files looks into folded folders, and opens those of what it finds only', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	await terminal.press('5', '+', 'w', 'z');
	assert.doesNotMatch(terminal.text(), /flac *│|\d\d \w+\.flac/);
	await terminal.press('/', 'owls/03');
	assert.match(terminal.text(), /›.*03 rain\.flac/);
	assert.match(terminal.text(), /▸ dawn/);
	assert.match(terminal.text(), /▸ dusk/);
	await terminal.press(keys.escape);
	assert.doesNotMatch(terminal.text(), /03 rain\.flac/);
	await terminal.press('/', 'dusk/02', keys.enter);
	assert.match(terminal.text(), /›.*02 fog\.flac/);
	assert.match(terminal.text(), /▸ night/);
	await close();
});
