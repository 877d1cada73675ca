import assert from 'node:assert/strict';
import {test} from 'node:test';
import {keyTableMarkdown} from '../../../media/key-table.ts';
import type {RemovedFiles} from '../../../source/api/command.ts';
import {keyTable} from '../../../source/ui/keys/key-table.ts';
import {keyProblem, lookup, rebind} from '../../../source/ui/keys/keymap.ts';
import {paneNames} from '../../../source/ui/look/layout.ts';
import {openBareScreen} from '../../helpers/bare-screen.ts';
import {mixedTorrents} from '../../helpers/mixed-torrents.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

test('has an action or a reason for every key, and a help text for each', async () => {
	const {screen} = await openBareScreen(80, 24);
	assert.equal(new Set(screen.keys().map(({name}) => name)).size, screen.keys().length);
	for (const record of keyTable) {
		const offer = record.when(screen);
		assert.ok(typeof offer === 'string' ? offer.endsWith('.') : offer.run, record.name);
		assert.ok(record.help.length > 1 && !record.help.endsWith('.'), record.help);
	}
});

test('never gives one key two meanings in one place', () => {
	const seen = new Map<string, string>();
	for (const record of keyTable) {
		for (const place of record.where) {
			for (const key of record.keys) {
				const id = `${place} ${key}`;
				assert.equal(seen.get(id), undefined, `${id}: ${seen.get(id)} and ${record.name}`);
				seen.set(id, record.name);
			}
		}
	}
});

test('lets the nearest place decide what a key means', () => {
	assert.equal(lookup(keyTable, '+', {screen: 'torrent', pane: 'files'})?.name, 'file-more');
	assert.equal(lookup(keyTable, '+', {screen: 'torrent', pane: 'peers'})?.name, 'grow');
	assert.equal(lookup(keyTable, 'enter', {screen: 'session', pane: 'peers'})?.name, 'open');
	assert.equal(lookup(keyTable, 'tab', {screen: 'session', pane: 'peers'})?.name, 'session-log');
	assert.equal(
		lookup(keyTable, 'enter', {screen: 'session', pane: 'peers', sessionPart: 'log'})?.name,
		'log-torrent',
	);
	assert.equal(lookup(keyTable, 'd', {screen: 'session', pane: 'peers', sessionPart: 'log'}), undefined);
});

test('what hands know from other programs of a terminal means something everywhere', () => {
	const everywhere = [
		...['up', 'down', 'j', 'k', 'g', 'G', 'home', 'end', 'pageup', 'pagedown', 'ctrl-b', 'ctrl-f'],
		...['ctrl-d', 'ctrl-u', 'ctrl-l', 'ctrl-z', 'ctrl-c', 'ctrl-p', 'esc', 'q', '?', 'f1', ':', 'tab'],
	];
	const lists = ['/', 'n', 'N', 'f', 's'];
	for (const screen of ['session', 'network', 'feeds', 'swarms'] as const)
		for (const key of [...everywhere, ...(screen === 'network' ? ['/'] : lists)])
			assert.ok(lookup(keyTable, key, {screen, pane: 'pieces'}), `${screen} ${key}`);
	for (const pane of paneNames)
		for (const key of [...everywhere, 'h', 'l', 'left', 'right', '+', '_', '1', '6'])
			assert.ok(lookup(keyTable, key, {screen: 'torrent', pane}), `${pane} ${key}`);
	assert.equal(lookup(keyTable, 'l', {screen: 'torrent', pane: 'pieces'})?.name, 'right');
	assert.equal(lookup(keyTable, 'l', {screen: 'torrent', pane: 'peers'})?.name, 'next-pane');
});

test('Ctrl-D and Ctrl-U go half a page, in a list and on the grid', async () => {
	const {terminal, engine, advance, close} = await openTestScreen(80, 24, {list: true});
	engine.others = mixedTorrents(39);
	await advance(1);
	await terminal.press('\u0006');
	const page = Number(/(\d+) of 40/.exec(terminal.text())?.[1]) - 1;
	await terminal.press('\u0015');
	assert.match(terminal.text(), new RegExp(`${page - Math.ceil(page / 2) + 1} of 40`));
	await terminal.press('\u0004');
	assert.match(terminal.text(), new RegExp(`${page + 1} of 40`));
	await close();
});

test('gives a key to another action when a person says so', () => {
	const table = rebind(keyTable, {verify: ['p'], pause: ['F'], nonsense: ['x']});
	const here = {screen: 'torrent', pane: 'speed'} as const;
	assert.equal(lookup(table, 'p', here)?.name, 'verify');
	assert.equal(lookup(table, 'F', here)?.name, 'pause');
	assert.equal(lookup(table, 'v', here), undefined);
});

test('uses rebound keys on the screen and in its footer', async () => {
	const screen = await openTestScreen(80, 24, {stored: {keys: {pause: ['F']}}});
	assert.match(screen.terminal.line(23), /F pause/);
	await screen.terminal.press('F');
	assert.equal(screen.engine.sent.at(-1)?.type, 'torrent.pause');
	await screen.close();
});

test('writes the README table from the same records', () => {
	const text = keyTableMarkdown(keyTable);
	assert.match(text, /\| `p` \| Pause the torrent, or let it go on \|/);
	for (const {name, help} of keyTable) assert.ok(text.includes(help), name);
});

test('finds help by what it says', async () => {
	const {terminal, close} = await openTestScreen(100, 30);
	await terminal.press('?');
	assert.match(terminal.text(), /━ Help ━/);
	await terminal.press('magnet');
	assert.match(terminal.text(), /Copy the magnet link/);
	assert.doesNotMatch(terminal.text(), /Hash what is on disk/);
	await terminal.press(keys.escape);
	assert.doesNotMatch(terminal.text(), /━ Help ━/);
	await terminal.press(keys.f1);
	assert.match(terminal.text(), /━ Help ━/);
	await close();
});

test('takes several keys that come in one piece one after another', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('5jj ');
	assert.equal(engine.sent.at(-1)?.type, 'files.priority');
	await close();
});

test('sorts by a letter, and the other way round with its capital', async () => {
	const {terminal, saved, clock, close} = await openTestScreen(120, 40);
	await terminal.press('3', 's');
	assert.match(terminal.line(39), /sort by d down .*c client/);
	await terminal.press('a');
	assert.match(terminal.text(), /sort address/);
	const first = terminal.line(17);
	await terminal.press('S');
	assert.match(terminal.text(), /sort address reversed/);
	assert.notEqual(terminal.line(17), first);
	clock.turn(1000);
	assert.equal(saved.at(-1)?.sort?.['peers']?.column, 'address');
	await close();
});

test('searches as one types, goes on with n, and filters with f', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	await terminal.press('5', '/', 'rain');
	assert.match(terminal.text(), /› +03 rain\.flac/);
	await terminal.press(keys.enter, 'n');
	const second = terminal.text().match(/┃›.*/)?.[0];
	assert.match(second ?? '', /rain/);
	await terminal.press('f', 'cover', keys.enter);
	assert.match(terminal.text(), /filter “cover”/);
	assert.doesNotMatch(terminal.text(), /rain\.flac/);
	await terminal.press(keys.escape);
	assert.match(terminal.text(), /rain\.flac|oak\.flac/);
	await close();
});

test('folds folders, and acts on a whole one', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('5', keys.left);
	assert.match(terminal.text(), /› ▸ dawn\//);
	assert.doesNotMatch(terminal.text(), /marsh/);
	await terminal.press(' ');
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'files.priority' && command.files.length === 9 && command.priority === 0);
	await terminal.press(keys.right);
	assert.match(terminal.text(), /marsh/);
	await close();
});

test('acts on marked files together', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('5', '/', '01 oak', keys.enter, 'x', 'x', '+');
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'files.priority' && command.files.length === 2 && command.priority === 3);
	assert.match(terminal.text(), /2 marked/);
	await close();
});

test('sets many files by a rule and shows which before', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('5', '*', '>200M');
	assert.match(terminal.text(), /\d+ of 21 files, [\d.]+ G/);
	await terminal.press(keys.enter);
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'files.priority' && command.files.length === 7 && command.priority === 0);
	await terminal.press('*', '/[/', keys.enter);
	assert.match(terminal.text(), /cannot be read/);
	await close();
});

test('n goes from one piece at risk to the next, and says so when there is none', async () => {
	const {terminal, close, engine} = await openTestScreen(200, 60);
	await terminal.press('n');
	const first = terminal.text().match(/piece (\d+) · .*missing · (?:one holder|nobody)/);
	assert.ok(first, terminal.text());
	await terminal.press('n');
	const second = terminal.text().match(/piece (\d+) · .*missing · (?:one holder|nobody)/);
	assert.ok(Number(second?.[1]) > Number(first[1]));
	await close();
	const safe = await openTestScreen(120, 40, {have: 2});
	await safe.terminal.press('n');
	assert.match(safe.terminal.text(), /Nothing is at risk/);
	await safe.close();
	assert.ok(engine);
});

test('looks into a cell of the grid', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press(keys.right, keys.right, keys.down);
	assert.match(terminal.text(), /pieces? \d+.*(have|missing|partly|in flight|checked)/);
	await terminal.press(keys.enter);
	assert.equal(engine.sent.at(-1)?.type, 'piece.inspect');
	assert.match(terminal.text(), /holders +\d+ connected/);
	await close();
});

test('shows what a pasted link holds, lets one choose of it, and then adds it', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	await terminal.press('3', '\u001B[200~https://example.org/field.torrent\n\u001B[201~');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.preview', link: 'https://example.org/field.torrent'});
	assert.match(terminal.text(), /━ Add a torrent ━/);
	assert.match(terminal.text(), /field-recordings-2026-flac +3\.71 G in 21 files/);
	assert.match(terminal.text(), /▾ dawn\//);
	// Past the fields to the tree: its first folder is skipped, the folder below it comes first.
	await terminal.press(
		keys.tab,
		'\u0015',
		'/srv/music',
		keys.tab,
		keys.tab,
		keys.tab,
		'field',
		keys.tab,
		' ',
	);
	assert.match(terminal.text(), /› +○ +▾ dawn\/ +skip/);
	assert.match(terminal.text(), /wanted 1\.55 G in 12 files/);
	await terminal.press(keys.enter);
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'torrent.addLink');
	assert.equal(command.link, 'https://example.org/field.torrent');
	assert.equal(command.options?.dir, '/srv/music');
	assert.equal(command.options?.label, 'field');
	assert.equal(command.options?.priorities?.length, 9);
	await close();
});

test('chooses the files of a torrent to add by a rule', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('a', '~/field.torrent', keys.enter, keys.tab, keys.tab, '>200M');
	assert.match(terminal.text(), /wanted 2\.\d+ G in 7 files/);
	await terminal.press('\u0015', '1,20-21', keys.enter);
	const command = engine.sent.at(-1);
	assert.ok(command?.type === 'torrent.addLink' && command.options?.priorities?.length === 18);
	assert.equal(command.link, '/people/me/field.torrent');
	await close();
});

test('says plainly what cannot be opened, and keeps what was typed', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	engine.refuse = 'the magnet link has no info-hash';
	await terminal.press('\u001B[200~magnet:?xt=urn:btih:0123&dn=Summer\u001B[201~');
	assert.match(terminal.text(), /the magnet link has no info-hash/);
	assert.match(terminal.text(), /magnet:\?xt=urn:btih:0123/);
	await terminal.press('4');
	assert.doesNotMatch(terminal.text(), /has no info-hash/);
	await terminal.press(keys.escape);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.addLink'));
	await close();
});

test('takes a removal back for fifteen seconds, and carries it out after that', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('d', 'y');
	assert.doesNotMatch(terminal.text(), /field-recordings.*M\/s|› ▼ +field-rec/);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove'));
	await terminal.press('u');
	assert.match(terminal.text(), /field-recordings/);
	clock.turn(20_000);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove'));
	await terminal.press('d', 'y');
	clock.turn(15_000);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.remove', id: engine.id, withData: false});
	await close();
});

test('a word that was meant for somewhere else removes nothing, and what is marked goes at once', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('d');
	assert.match(terminal.text(), /Remove it from the list\?[\s\S]*its data stays in \/srv\/downloads/);
	await terminal.press('d');
	assert.doesNotMatch(terminal.text(), /Remove it from the list/);
	await terminal.send('dday');
	clock.turn(20_000);
	await terminal.settled();
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove' || type === 'torrent.pause'));
	await terminal.press('\u001B', ' ', 'd');
	assert.match(terminal.text(), /Removing .* in 15 s/);
	await close();
});

test('asks before it deletes data', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('D');
	assert.match(terminal.text(), /Remove with its data\?/);
	await terminal.press('n');
	clock.turn(20_000);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove'));
	await close();
});

test('a word that was meant for somewhere else deletes no data and bans nobody', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(120, 40);
	for (const [pane, word] of [
		['1', 'Directory'],
		['1', 'Daddy'],
		['3', 'Baby'],
		['3', 'By the way'],
		['4', 'Xylophone'],
		['4', 'Xenology'],
	] as const) {
		await terminal.press(pane);
		for (const letter of word) await terminal.press(letter);
		await terminal.press('\u001B', '\u001B');
		await terminal.press('\r');
		clock.turn(20_000);
	}
	const never = ['torrent.remove', 'peer.ban', 'tracker.remove'];
	assert.deepEqual(
		engine.sent.filter(({type}) => never.includes(type)),
		[],
	);
	await close();
});

test('leaving when nothing is at work stops an engine that a screen started, and no other', async () => {
	for (const stays of [false, true]) {
		const {terminal, engine, left, close} = await openTestScreen(100, 30, {stays});
		const send = engine.send.bind(engine);
		engine.send = async command => (command.type === 'session.list' ? {torrents: []} : send(command));
		await terminal.press('q');
		await close();
		assert.equal((await left).how, stays ? 'detach' : 'stop');
	}
});

test('the foot of a dialog leaves out what has no room, and cuts nothing', async () => {
	for (const [columns, foot] of [
		[40, /Enter does it {3}Esc leaves ━/],
		[80, /Enter does it {3}Tab next {3}Esc leaves ━/],
	] as const) {
		const {terminal, close} = await openTestScreen(columns, 12);
		await terminal.press('L');
		assert.match(terminal.text(), foot);
		await close();
	}
});

test('says what deleting data came to, and what stays', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	const send = engine.send.bind(engine);
	const keptFiles = [{path: 'album/mine\u001B[2K.txt', why: 'it was changed'}];
	let removed: RemovedFiles = {deleted: 1, kept: 0, keptFiles: []};
	engine.send = async command => ({
		...(await send(command)),
		...(command.type === 'torrent.remove' && {removed}),
	});
	const remove = async () => {
		await terminal.press('D', 'y');
		clock.turn(15_000);
		await terminal.settled();
	};
	await remove();
	assert.match(terminal.text(), /: 1 file deleted\./);
	removed = {deleted: 3, kept: 2, keptFiles};
	await remove();
	assert.match(terminal.text(), /: 3 files deleted, 2 files stay: album\/mine\[2K\.txt \(it was changed\)/);
	await close();
});

test('acts on all marked torrents', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press(' ', ' ', 'p');
	assert.equal(engine.sent.filter(({type}) => type === 'torrent.pause').length, 2);
	await close();
});

test('opens a torrent from the list with Enter, and goes back with Escape', async () => {
	const {terminal, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /1 Pieces/);
	await terminal.press(keys.escape);
	assert.match(terminal.text(), /━ Torrents ━/);
	await close();
});

test('copies the magnet link through the terminal, so that it works over SSH', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	terminal.forget();
	await terminal.press('c');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
	const encoded = /\u001B\]52;c;([\w+/=]+)\u0007/.exec(terminal.written)?.[1] ?? '';
	assert.match(Buffer.from(encoded, 'base64').toString(), new RegExp(`^magnet:\\?xt=urn:btih:${engine.id}`));
	await close();
});

test('rings and notifies when a torrent is done, unless told not to', async () => {
	for (const quiet of [false, true]) {
		const {terminal, engine, close} = await openTestScreen(80, 24, {
			stored: quiet ? {bell: false, notify: false} : {},
		});
		const overview = engine.overview();
		terminal.forget();
		for (const listener of engine.listeners()) {
			listener({revision: 9, torrent: {id: engine.id, overview: {...overview, state: 'seeding'}}});
		}
		await terminal.settled();
		assert.equal(
			terminal.written.includes('\u001B]9;tortui: field-recordings-2026-flac: download complete'),
			!quiet,
		);
		assert.match(terminal.line(23), /download complete/);
		await close();
	}
});

test('shows progress in the window title', async () => {
	const {terminal, close} = await openTestScreen(80, 24);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
	assert.match(terminal.written, /\u001B\]2;\d+ % field-recordings-2026-flac\u0007/);
	await close();
});

test('runs anything that has a name from the : line', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	await terminal.press(':', 'label jazz', keys.enter);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.label', id: engine.id, label: 'jazz'});
	await terminal.press(':', 'theme nord', keys.enter);
	assert.match(terminal.line(29), /Theme nord/);
	await terminal.press(':', 'nonsense', keys.enter);
	assert.match(terminal.line(29), /no command “nonsense”/);
	await close();
});

test('sets limits, and says what is wrong with one', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	await terminal.press('L', 'fast', keys.enter);
	assert.match(terminal.text(), /A speed is written 500K or 2M/);
	await terminal.press('\u0015', '2M', keys.enter);
	assert.deepEqual(engine.sent.at(-1), {
		type: 'torrent.limits',
		id: engine.id,
		maxDownload: 2 * 1024 * 1024,
		maxUpload: null,
	});
	await close();
});

test('sets all of a goal in the form for limits: what is left empty stays, what is default is as for all', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	const tab = '\t';
	await terminal.press('L', tab, tab, 'default', tab, 'none', tab, '1 day', keys.enter);
	assert.match(terminal.text(), /A time is written 30m, 2h or 1d/);
	await terminal.press('\u0015', '1d', tab, ' ', ' ', tab, 'sleep', keys.enter);
	assert.match(terminal.text(), /It can stop, remove, remove-with-data, or go on at a rate: 50K/);
	await terminal.press('\u0015', '50K', tab, ' ', keys.enter);
	assert.deepEqual(engine.sent.slice(-2), [
		{type: 'torrent.limits', id: engine.id, maxDownload: null, maxUpload: null, seedTime: null},
		{
			type: 'torrent.goal',
			id: engine.id,
			goal: {ratio: null, idle: 86_400, atGoal: 51_200, match: 'all', keepLast: true},
		},
	]);
	await close();
});

test('remembers theme, sorting, range and the pane in front, by the size of the screen', async () => {
	const first = await openTestScreen(120, 40);
	await first.terminal.press('5', ']', ':', 'theme gruvbox', keys.enter);
	await first.close();
	const stored = first.saved.at(-1);
	assert.equal(stored?.theme, 'gruvbox');
	const second = await openTestScreen(120, 40, {stored: stored ?? {}});
	assert.match(second.terminal.text(), /┏━ 5 Files/);
	assert.equal(second.engine.watches.at(-1)?.torrent?.speed?.range, 900);
	await second.terminal.resize(60, 16);
	assert.match(second.terminal.text(), /5 Files/);
	await second.close();
});

test('gives a pane more room with + and the rest back with _', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24);
	await terminal.press('3', '+', '+');
	assert.doesNotMatch(terminal.text(), /1 Pieces/);
	// What is not in sight is not asked for.
	assert.equal(engine.watches.at(-1)?.torrent?.pieces, undefined);
	await terminal.press('_', '_');
	assert.match(terminal.text(), /1 Pieces/);
	await close();
});

test('says why a key does nothing', async () => {
	const {terminal, close} = await openTestScreen(80, 24);
	await terminal.press('u');
	assert.match(terminal.line(23), /nothing to undo/);
	await close();
});

test('writes what is chosen on the settings screen to the config file, and nothing else', async () => {
	const written: Array<Readonly<Record<string, unknown>>> = [];
	const config = {
		path: '/srv/config.json',
		read: () => ({}),
		write: (changes: object) => written.push({...changes}),
	};
	const {terminal, clock, close} = await openTestScreen(100, 30, {
		prefs: {load: () => ({}), save: () => undefined, config},
	});
	await terminal.press(',');
	assert.match(terminal.text(), /kept in \/srv\/config\.json/);
	await terminal.press(keys.right, keys.down, keys.right);
	clock.turn(500);
	assert.deepEqual(written, [{theme: 'dark', frames: 'square'}]);
	await terminal.press(keys.escape, '5');
	clock.turn(500);
	assert.equal(written.length, 1);
	await close();
});

test('sets the limits of all torrents, also those of slow mode, for now or for good', async () => {
	const written: Array<Readonly<Record<string, unknown>>> = [];
	const config = {
		path: '/srv/config.json',
		read: () => ({'slow-upload': '10K'}),
		write: (changes: object) => written.push({...changes}),
	};
	const {terminal, engine, close} = await openTestScreen(100, 30, {
		prefs: {load: () => ({}), save: () => undefined, config},
	});
	await terminal.press('\u0014');
	assert.match(terminal.text(), /slow mode download +50K/);
	assert.match(terminal.text(), /slow mode upload +10K/);
	await terminal.press('2M', keys.tab, keys.tab, keys.tab, keys.tab, keys.right);
	assert.match(terminal.text(), /written to \/srv\/config\.json/);
	await terminal.press(keys.enter);
	assert.deepEqual(written, [
		{'max-download': '2M', 'max-upload': undefined, 'slow-download': '50K', 'slow-upload': '10K'},
	]);
	assert.deepEqual(engine.sent.slice(-2), [
		{type: 'session.limits', mode: 'normal', maxDownload: 2 * 1024 * 1024, maxUpload: null},
		{type: 'session.limits', mode: 'slow', maxDownload: 50 * 1024, maxUpload: 10 * 1024},
	]);
	await close();
});

test('sends of the limits of all torrents only what was changed, when it is for now', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30);
	await terminal.press('\u0014', keys.tab, keys.tab, keys.tab, 'x');
	const before = engine.sent.length;
	await terminal.press('\u007F', keys.enter);
	assert.deepEqual(engine.sent.slice(before), []);
	await terminal.press('\u0014', keys.tab, '3M', keys.enter);
	assert.deepEqual(engine.sent.slice(before), [
		{type: 'session.limits', mode: 'normal', maxUpload: 3 * 1024 * 1024},
	]);
	await close();
});

test('says what is wrong with keys of the config file, and how to write them', async () => {
	const wrong = await openTestScreen(100, 30, {stored: {keys: {paus: ['F']}}});
	assert.match(wrong.terminal.line(29), /there is no command “paus”/);
	await wrong.close();
	const {terminal, close} = await openTestScreen(100, 40);
	await terminal.press('?', 'rebind');
	assert.match(terminal.text(), /\{"keys": \{"pause": \["p", "ctrl-p"\]/);
	await close();
	assert.equal(keyProblem(keyTable, {pause: 'F', verify: ['ctrl-v', 'space', 'é']}), undefined);
	assert.match(keyProblem(keyTable, {pause: ['shift-p']}) ?? '', /“shift-p” is no key/);
	assert.match(keyProblem(keyTable, {pause: 5}) ?? '', /needs a list of keys/);
});

test('puts the torrents of a label together, each label under its name', async () => {
	const {terminal, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('B', 'l');
	const lines = terminal.text().split('\n');
	const group = lines.findIndex(line => /▾ linux \d+/.test(line));
	assert.ok(group > 0, terminal.text());
	assert.match(lines[group + 1] ?? '', /debian/);
	assert.ok(lines.some(line => /no label +3/.test(line)));
	await terminal.press('G');
	assert.match(terminal.text(), /› /);
	await terminal.press('B', 'n');
	assert.doesNotMatch(terminal.text(), /no label/);
	await close();
});

test('opens what is finished: a file, or the data of a torrent', async () => {
	const opened: string[] = [];
	const {terminal, engine, close} = await openTestScreen(120, 40, {
		openFile: path => opened.push(path),
		have: 2,
	});
	await terminal.press('5', 'G', 'o');
	assert.deepEqual(opened, ['/srv/downloads/field-recordings-2026-flac/cover.jpg']);
	await terminal.press('3', 'o');
	assert.equal(opened.at(-1), '/srv/downloads/field-recordings-2026-flac');
	assert.equal(engine.sent.length, 0);
	await close();
});

test('pauses what is to be removed at once, and lets it go on when that is taken back', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(100, 30, {list: true});
	await terminal.press('d', 'y');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.pause', id: engine.id});
	await terminal.press('u');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.resume', id: engine.id});
	clock.turn(20_000);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.remove'));
	await close();
});

test('carries a removal out when the screen is lost before its time is over', async () => {
	const {terminal, engine, process, left} = await openTestScreen(100, 30, {list: true});
	await terminal.press('d', 'y');
	process.signal('SIGHUP');
	assert.equal((await left).how, 'lost');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.remove', id: engine.id, withData: false});
});

test('what stands still at its seeding goal is resumed, as its label says, and is not when a removal is taken back', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 30, {list: true, torrents: 6});
	await terminal.press('j', 'j', 'j', 'j');
	assert.match(terminal.text(), /› +\d *✓ +public-domain/);
	assert.match(terminal.line(29), /p resume/);
	await terminal.press('p');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.resume', id: '4'.padStart(40, '0')});
	const before = engine.sent.length;
	await terminal.press('d', 'y', 'u');
	assert.deepEqual(engine.sent.slice(before), []);
	await close();
});

test('with torrents marked of which some run, the label is pause and so is what the key does', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 30, {list: true, torrents: 6});
	await terminal.press('j', 'j', ' ', ' ');
	assert.match(terminal.line(29), /p pause/);
	await terminal.press('p');
	assert.deepEqual(
		engine.sent.map(({type}) => type),
		['torrent.pause', 'torrent.pause'],
	);
	await close();
});
