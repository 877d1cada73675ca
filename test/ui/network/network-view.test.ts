import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import type {FoundTorrents} from '../../../source/api/network-view.ts';
import {cellWidth} from '../../../source/ui/text/text.ts';
import {fakeNetwork, foundTorrent} from '../../helpers/fake-network.ts';
import {type OpenScreen, openTestScreen} from '../../helpers/open-test-screen.ts';

const esc = '\u001B';
const down = '\u001B[B';

/** A screen on the Network view, with what an empty search finds. */
async function openNetwork(columns = 100, rows = 30, options: Parameters<typeof openTestScreen>[2] = {}) {
	const screen = await openTestScreen(columns, rows, {list: true, ...options});
	await screen.terminal.press('W');
	await screen.advance(1);
	return screen;
}

function searches({engine}: OpenScreen): string[] {
	return engine.sent.flatMap(command => (command.type === 'network.search' ? [command.words] : []));
}

/** Sees that a command of this type was sent last, and answers it. */
function lastSent<Type extends Command['type']>({engine}: OpenScreen, type: Type) {
	const command = engine.sent.at(-1);
	assert.equal(command?.type, type);
	return command as Extract<Command, {type: Type}>;
}

test('the Network view shows who is here, what they share and what I share', async () => {
	const screen = await openNetwork();
	const text = screen.terminal.text();
	assert.match(screen.terminal.line(0), /Network of tracker\.example:6969 .*4 people · 214 torrents .*ada/);
	assert.match(text, /Blue Harbour \(live\) .*412 M .*11 .*4 .*1 .*bo, cy .*2 h/);
	assert.match(text, /Harbour sounds 2026 .*ada \(you\)/);
	assert.match(text, /dee .*behind a router/);
	assert.match(text, /Night train\.flac .*hashing 42 %/);
	assert.match(text, /Train timetables .*has not heard of/);
	assert.deepEqual(searches(screen), ['']);
	await screen.close();
});

test('words are looked for as they are typed, once a pause is made, and keys of other places are letters', async () => {
	const screen = await openNetwork();
	screen.engine.network = {...fakeNetwork};
	for (const letter of 'harbour q') {
		screen.clock.turn(50);
		await screen.terminal.press(letter);
	}
	assert.deepEqual(searches(screen), ['']);
	await screen.advance(0.25);
	assert.deepEqual(searches(screen), ['', 'harbour q']);
	assert.match(screen.terminal.text(), /nobody shares what is called “harbour q”/);
	await screen.terminal.press('\u007F', '\u007F');
	await screen.advance(0.25);
	assert.deepEqual(searches(screen).at(-1), 'harbour');
	assert.match(screen.terminal.text(), /Found ━+ 3 /);
	await screen.close();
});

test('an answer that comes after a later question changes nothing', async () => {
	const screen = await openNetwork();
	const answers: Array<(found: FoundTorrents) => void> = [];
	const {engine} = screen;
	const usual = engine.send.bind(engine);
	engine.send = command => {
		if (command.type !== 'network.search') return usual(command);
		return new Promise(resolve => answers.push(found => resolve({found})));
	};
	await screen.terminal.press('slow');
	await screen.advance(0.25);
	await screen.terminal.press('er');
	await screen.advance(0.25);
	assert.equal(answers.length, 2);
	answers[1]!({torrents: [foundTorrent('the later one')], errors: []});
	await screen.terminal.settled();
	answers[0]!({torrents: [foundTorrent('the earlier one')], errors: []});
	await screen.terminal.settled();
	assert.match(screen.terminal.text(), /the later one/);
	assert.doesNotMatch(screen.terminal.text(), /the earlier one/);
	await screen.close();
});

test('Enter looks inside without a torrent being added, Enter again downloads what was chosen', async () => {
	const screen = await openNetwork();
	await screen.terminal.press(down, '\r');
	const harbour = screen.engine.found[1]!;
	assert.equal(lastSent(screen, 'network.preview').infoHash, harbour.infoHash);
	assert.match(screen.terminal.text(), /Download what is shared[\s\S]*01 oak\.flac/);
	assert.doesNotMatch(screen.terminal.text(), /magnet:/);
	await screen.terminal.press(' ', '\r');
	const {infoHash, options} = lastSent(screen, 'network.get');
	assert.equal(infoHash, harbour.infoHash);
	assert.equal(options?.dir, '/srv/downloads');
	assert.ok(options?.priorities?.every(([, priority]) => priority === 0));
	assert.match(screen.terminal.text(), /1 Pieces/);
	await screen.close();
});

test('what has been added since it was found is said to be here', async () => {
	const screen = await openTestScreen(100, 30, {list: true});
	screen.engine.found = [foundTorrent('just added'), foundTorrent('not added')];
	await screen.terminal.press('W');
	await screen.advance(1);
	assert.doesNotMatch(screen.terminal.text(), /here {2}86/);
	screen.engine.found = [];
	screen.engine.also = foundTorrent('just added').infoHash;
	screen.engine.publish();
	await screen.terminal.settled();
	assert.match(screen.terminal.text(), /just added +here/);
	assert.doesNotMatch(screen.terminal.text(), /not added +here/);
	await screen.close();
});

test('what cannot be looked into is said in the dialog, and nothing is added', async () => {
	const screen = await openNetwork();
	screen.engine.refuse = 'nobody shares it \u001B[31mnow';
	await screen.terminal.press('\r');
	assert.match(screen.terminal.text(), /nobody shares it .*now/);
	await screen.terminal.press('\r', esc);
	assert.ok(!screen.engine.sent.some(({type}) => type === 'network.get' || type === 'torrent.addLink'));
	await screen.close();
});

test('Enter on a person shows what they share; Esc shows all again, then clears the search, then goes to the list', async () => {
	const screen = await openNetwork();
	const pressEsc = async () => {
		await screen.terminal.press(esc);
		await screen.advance(1);
	};
	await screen.terminal.press('a', '\t', '\t', 'j', 'j', 'j', '\r');
	await screen.advance(1);
	const {nick} = lastSent(screen, 'network.browse');
	assert.equal(nick, 'dee');
	assert.match(screen.terminal.text(), /shared by dee/i);
	assert.match(screen.terminal.text(), /Found|Shared by dee ━+ 2 /);
	assert.doesNotMatch(screen.terminal.text(), /Blue Harbour/);
	await pressEsc();
	assert.deepEqual(searches(screen).at(-1), 'a');
	await pressEsc();
	assert.deepEqual(searches(screen).at(-1), '');
	await pressEsc();
	assert.match(screen.terminal.text(), /Torrents/);
	await screen.close();
});

test('n changes my nickname, S shares a folder, A names a tracker that is kept in the config file', async () => {
	const written: unknown[] = [];
	const screen = await openNetwork(80, 24, {
		prefs: {
			load: () => undefined,
			save: () => undefined,
			config: {
				path: '/people/me/config.json',
				read: () => ({catalogue: 'http://old.example:6969'}),
				write: changes => written.push(changes),
			},
		},
	});
	await screen.terminal.press('\t', 'n', '\u0015', 'grace', '\r');
	assert.equal(lastSent(screen, 'network.nick').nick, 'grace');
	await screen.terminal.press('S', '~/Shared/', '\r');
	assert.equal(lastSent(screen, 'folders.share').dir, '/people/me/Shared');
	await screen.terminal.press('A', 'nas.local', '\r');
	assert.match(screen.terminal.text(), /A tracker is written/);
	await screen.terminal.press('\u0015', 'http://tracker.example:6969', '\r');
	assert.equal(lastSent(screen, 'network.use').tracker, 'http://tracker.example:6969');
	assert.deepEqual(written, [{catalogue: ['http://old.example:6969', 'http://tracker.example:6969']}]);
	await screen.terminal.press(':', 'nick ada', '\r');
	assert.equal(lastSent(screen, 'network.nick').nick, 'ada');
	await screen.close();
});

test('a tracker without a catalogue is not kept', async () => {
	const written: unknown[] = [];
	const config = {path: '/c', read: () => ({}), write: (changes: unknown) => written.push(changes)};
	const screen = await openNetwork(100, 30, {prefs: {load: () => undefined, save: () => undefined, config}});
	await screen.terminal.press('\t', 'A', 'http://tracker.example:6969');
	screen.engine.refuse = 'tracker.example:6969: that tracker has no catalogue';
	await screen.terminal.press('\r');
	assert.deepEqual(written, []);
	assert.match(screen.terminal.text(), /that tracker has no catalogue/);
	await screen.close();
});

for (const [columns, rows] of [
	[100, 30],
	[40, 10],
	[32, 4],
] as const) {
	test(`a catalogue that never answers is said in one line at ${columns}x${rows}, and the screen goes on`, async () => {
		const screen = await openTestScreen(columns, rows, {list: true});
		screen.engine.silentCatalogue = true;
		await screen.terminal.press('W');
		await screen.advance(0.5);
		assert.doesNotMatch(screen.terminal.text(), /not answered/);
		await screen.advance(2);
		assert.match(screen.terminal.text(), /6969 has not a/);
		await screen.terminal.press('x');
		screen.engine.silentCatalogue = false;
		await screen.advance(1);
		assert.doesNotMatch(screen.terminal.text(), /not answered/);
		await screen.close();
	});
}

test('where no tracker with a catalogue is known the view says what to do', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	screen.engine.network = {...fakeNetwork, catalogues: [], people: [], shared: []};
	screen.engine.refuse = 'no tracker with a catalogue is known: name one with --tracker URL';
	await screen.terminal.press('W');
	await screen.advance(1);
	assert.match(screen.terminal.text(), /no tracker with a catalogue is known: Tab, then A names one/);
	await screen.close();
});

test('nothing in a name, a nickname or a reason reaches the terminal as anything but letters, nor moves a column', async () => {
	const screen = await openTestScreen(100, 30, {list: true});
	const bad = '\u001B[2J\u202Etxt.exe\u0007\r\n\u009B31m\u0000\u200F';
	const {engine} = screen;
	engine.found = [
		foundTorrent(`evil ${bad}`, {nicks: [`bo${bad}`, `cy${bad}`]}),
		foundTorrent('界'.repeat(200), {nicks: ['x'.repeat(5000)]}),
		foundTorrent('', {nicks: [], size: Number.MAX_SAFE_INTEGER, files: 1e12, seeders: 1e9, since: -1e15}),
	];
	engine.network = {
		...fakeNetwork,
		nick: `ada${bad}`,
		catalogues: [{...fakeNetwork.catalogues[0]!, name: `host${bad}:1`}],
		people: [{...fakeNetwork.people[0]!, nick: `bo${bad}`, catalogue: `host${bad}`}],
		shared: [{id: 'b'.repeat(40), name: `mine ${bad}`, size: 1, catalogues: [], why: `because ${bad}`}],
		errors: [`trouble ${bad}`],
	};
	screen.terminal.forget();
	await screen.terminal.press('W');
	await screen.advance(1);
	await screen.terminal.press('\t', '\t', '\r');
	await screen.advance(1);
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
	assert.doesNotMatch(screen.terminal.written, /\u0007|\u202E|\u200F|\u009B|\u0000|\u001B\[2J\u202E/);
	for (let row = 0; row < 30; row++) assert.ok(cellWidth(screen.terminal.line(row)) <= 100, `row ${row}`);
	for (const row of [2, 8]) assert.match(screen.terminal.line(row), /[╮┓┃│]$/);
	assert.match(screen.terminal.text(), /trouble|evil/);
	await screen.close();
});

test('what has happened in a catalogue is looked at a second later, once however much has', async () => {
	const screen = await openNetwork();
	screen.engine.found = [...screen.engine.found, foundTorrent('brand new')];
	for (let news = 1; news <= 5; news++) {
		screen.engine.network = {...fakeNetwork, news};
		screen.engine.publish();
	}
	await screen.terminal.settled();
	assert.equal(searches(screen).length, 1);
	await screen.advance(1.25);
	assert.match(screen.terminal.text(), /brand new/);
	assert.equal(searches(screen).length, 2);
	await screen.close();
});

test('what follows is asked for as somebody comes near the end, and added', async () => {
	const screen = await openTestScreen(100, 30, {list: true});
	const {engine} = screen;
	const usual = engine.send.bind(engine);
	const asked: Array<string | undefined> = [];
	engine.send = command => {
		if (command.type !== 'network.search') return usual(command);
		asked.push(command.after);
		const from = Number(command.after ?? 0);
		const torrents = Array.from({length: 50}, (_, at) =>
			foundTorrent(`${String(from + at).padStart(3, '0')} of many`, {seeders: 1000 - from - at}),
		);
		return Promise.resolve({found: {torrents, ...(from < 100 && {next: String(from + 50)}), errors: []}});
	};
	await screen.terminal.press('W');
	await screen.advance(1);
	assert.deepEqual(asked, [undefined]);
	assert.match(screen.terminal.text(), /50 and more/);
	for (let press = 0; press < 32; press++) await screen.terminal.press(down);
	await screen.terminal.settled();
	assert.deepEqual(asked, [undefined, '50']);
	await screen.terminal.press('\t', 'G');
	await screen.terminal.settled();
	await screen.terminal.press('G');
	assert.match(screen.terminal.text(), /149 of many/);
	assert.match(screen.terminal.text(), /Found ━+ 150 /);
	await screen.close();
});

test('nothing is written while nothing changes, though it is looked anew, and nothing is asked in other views', async () => {
	const screen = await openNetwork();
	await screen.advance(5);
	screen.terminal.forget();
	screen.engine.publish();
	screen.clock.turn(30_000);
	await screen.terminal.settled();
	assert.equal(searches(screen).length, 2);
	assert.equal(screen.terminal.bytes, 0);
	await screen.terminal.press(esc);
	screen.clock.turn(300_000);
	await screen.terminal.settled();
	assert.equal(searches(screen).length, 2);
	assert.equal(screen.engine.watches.at(-1)?.network, undefined);
	await screen.close();
});

test('another order is asked of the catalogue, which has more than was told', async () => {
	const screen = await openNetwork();
	await screen.terminal.press('\t', 's', 'z');
	await screen.advance(1);
	assert.equal(lastSent(screen, 'network.search').sort, 'size');
	assert.match(screen.terminal.line(4), /river sounds/);
	await screen.close();
});

test('pasted words are looked for, a pasted link is a torrent to add', async () => {
	const screen = await openNetwork();
	await screen.terminal.press('\u001B[200~old harbour\u001B[201~');
	await screen.advance(1);
	assert.deepEqual(searches(screen).at(-1), 'old harbour');
	await screen.terminal.press(`\u001B[200~magnet:?xt=urn:btih:${'a'.repeat(40)}\u001B[201~`);
	assert.match(screen.terminal.text(), /Add a torrent/);
	await screen.close();
});

test('a screen reader is told the part that has the keys and what is found', async () => {
	const screen = await openTestScreen(100, 30, {
		list: true,
		env: {ssh: false, term: 'xterm', timezone: 0, screenReader: true},
	});
	await screen.terminal.press('W');
	await screen.advance(1);
	assert.match(screen.terminal.text(), /Network, search: Blue Harbour \(live\), 412 M, bo, cy, 1 of 5/);
	await screen.terminal.press('\t', '\t', 'j');
	assert.match(screen.terminal.text(), /People: ada, you, 40 torrents/);
	assert.match(screen.terminal.text(), /bo, 31 torrents, 212 G, 2 of 4/);
	assert.doesNotMatch(screen.terminal.text(), /[│┃╭━]/);
	screen.engine.network = {...fakeNetwork, errors: ['tracker.example:6969: connection refused']};
	screen.engine.publish();
	screen.engine.publish();
	await screen.terminal.settled();
	assert.equal(screen.terminal.text().match(/tracker\.example:6969: connection refused/g)?.length, 1);
	await screen.close();
});

test('what is wrong with a catalogue has a whole line at 80 columns beside what is typed', async () => {
	const screen = await openNetwork(80, 24);
	const trouble = 'tracker.example:6969: ADA is somebody else’s nickname there';
	screen.engine.network = {...fakeNetwork, errors: [trouble]};
	screen.engine.publish();
	await screen.terminal.settled();
	assert.ok(screen.terminal.line(1).includes(trouble), screen.terminal.line(1));
	await screen.terminal.press('ab');
	assert.match(screen.terminal.line(1), /^ search ab/);
	await screen.close();
});

test('keys that act on a torrent do nothing to one that is not in sight', async () => {
	const screen = await openNetwork();
	await screen.terminal.press('\t', 'd', 'p', 'D', 'v');
	await screen.terminal.press(':', 'pause', '\r');
	assert.ok(!screen.engine.sent.some(({type}) => type.startsWith('torrent.')));
	assert.match(screen.terminal.text(), /Network/);
	await screen.close();
});

test('names of what I share have the room of what there is to tell, where nothing is', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const [first] = fakeNetwork.shared;
	assert.ok(first);
	const name = 'Harbour at night, from the pier, take two.flac';
	screen.engine.network = {...fakeNetwork, shared: [{...first, name, why: undefined}]};
	screen.engine.folders = {...screen.engine.folders, shared: []};
	await screen.terminal.press('W');
	await screen.advance(1);
	assert.ok(screen.terminal.text().includes(`${name} `), screen.terminal.text());
	await screen.close();
});
