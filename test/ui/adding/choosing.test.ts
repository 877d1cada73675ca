import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {type OpenScreen, openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const magnet = 'magnet:?xt=urn:btih:5d0f3b6c9a1e4f70b2c8d6e1a3f59b7c0e2d4f68&dn=field';
const paste = (text: string) => `\u001B[200~${text}\u001B[201~`;

async function settle({terminal, clock}: OpenScreen): Promise<void> {
	await terminal.settled();
	clock.turn(1);
	await terminal.settled();
	await terminal.settled();
	// A question that came meanwhile was seen.
	clock.turn(600);
}

/** The torrent's files come to be known, and somebody is to choose. */
async function fileListComes(screen: OpenScreen): Promise<void> {
	screen.engine.choosing = true;
	screen.engine.publish();
	await settle(screen);
}

let revision = 1000;
async function tell(screen: OpenScreen, torrents: readonly TorrentView[]): Promise<void> {
	revision++;
	for (const listener of screen.engine.listeners()) listener({revision, torrents});
	await settle(screen);
}

const lastChoice = ({engine}: OpenScreen) => {
	const command = engine.sent.findLast(({type}) => type === 'torrent.choose');
	assert.ok(command?.type === 'torrent.choose');
	return command;
};

test('a magnet link that is pasted is added with folder, label and order, and its files are asked for later', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine} = screen;
	await terminal.press(paste(magnet));
	await settle(screen);
	const text = terminal.text();
	assert.match(text, /field-recordings-2026-flac {2}2 trackers/);
	assert.match(text, /Its files are known once peers tell them/);
	assert.match(text, /you are asked then which of them to take/);
	await terminal.press(keys.tab, '\u0015', '/srv/a', keys.tab, keys.tab, ' ', keys.tab, 'music', keys.enter);
	const command = engine.sent.findLast(({type}) => type === 'torrent.addLink');
	assert.deepEqual(command, {
		type: 'torrent.addLink',
		link: magnet,
		options: {dir: '/srv/a', choose: true, label: 'music', sequential: true},
	});
	await screen.close();
});

test('a folder that nobody touched is no wish: the label may have its own', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	await screen.terminal.press(paste(magnet));
	await settle(screen);
	await screen.terminal.press(keys.tab, keys.tab, keys.tab, keys.tab, 'music', keys.enter);
	const command = screen.engine.sent.findLast(({type}) => type === 'torrent.addLink');
	assert.deepEqual(command?.type === 'torrent.addLink' && command.options, {
		dir: '/srv/downloads',
		choose: true,
		label: 'music',
		usual: ['dir'],
	});
	await screen.close();
});

test('with a rule, or where all is to be taken, nothing is asked later', async () => {
	for (const [stored, typed, options] of [
		[{}, '*.flac', {dir: '/srv/downloads', select: '*.flac'}],
		[{'magnet-start': 'all'}, '', {dir: '/srv/downloads'}],
	] as const) {
		const screen = await openTestScreen(80, 24, {list: true, stored});
		await screen.terminal.press('a', '5d0f3b6c9a1e4f70b2c8d6e1a3f59b7c0e2d4f68', keys.enter);
		await settle(screen);
		await screen.terminal.press(keys.tab, keys.tab, typed);
		assert.match(screen.terminal.text(), /what is chosen here is taken then/);
		await screen.terminal.press(keys.enter);
		const command = screen.engine.sent.findLast(({type}) => type === 'torrent.addLink');
		assert.deepEqual(command?.type === 'torrent.addLink' && command.options, options);
		await screen.close();
	}
});

test('several magnet links pasted at once wait for their choices, a path among them does not', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const other = magnet.replace('5d', '6d');
	await screen.terminal.press(paste(`${magnet}\n${other}\n/srv/a.torrent`), 'y');
	await settle(screen);
	const added = screen.engine.sent.flatMap(command =>
		command.type === 'torrent.addLink' ? [[command.link, command.options?.choose]] : [],
	);
	assert.deepEqual(added, [
		[magnet, true],
		[other, true],
		['/srv/a.torrent', undefined],
	]);
	await screen.close();
});

test('the picker opens when the files are known: some are taken, and that is what starts', async () => {
	const screen = await openTestScreen(80, 24);
	await fileListComes(screen);
	const {terminal, engine} = screen;
	assert.match(terminal.text(), /Which files\?/);
	assert.match(terminal.text(), /folder +\/srv\/downloads/);
	// All at once away, then the folder's first file and, by the cursor, a higher priority.
	await terminal.press('A', keys.down, keys.down, ' ', '+');
	assert.match(terminal.text(), /wanted \S+ M in \d+ file/);
	assert.equal(
		engine.sent.some(({type}) => type === 'torrent.choose'),
		false,
	);
	await terminal.press(keys.enter);
	const {id, priorities = []} = lastChoice(screen);
	assert.equal(id, engine.id);
	const taken = priorities.filter(([, priority]) => priority > 0);
	assert.ok(taken.length > 0 && taken.length < priorities.length, JSON.stringify(priorities));
	assert.ok(taken.every(([, priority]) => priority === 3));
	await settle(screen);
	assert.doesNotMatch(terminal.text(), /Which files/);
	await screen.close();
});

test('the picker opens on the list, too, after somebody has looked at the torrent before its files were known', async () => {
	const screen = await openTestScreen(80, 24, {unknown: true});
	await screen.terminal.press(keys.escape);
	await settle(screen);
	assert.match(screen.terminal.text(), /metadata/);
	screen.engine.unknown = false;
	await fileListComes(screen);
	assert.match(screen.terminal.text(), /Which files\?/);
	await screen.terminal.press(keys.enter);
	assert.equal(lastChoice(screen).id, screen.engine.id);
	await screen.close();
});

test('a rule, another folder and a label are carried out before it starts', async () => {
	const screen = await openTestScreen(80, 24);
	await fileListComes(screen);
	await screen.terminal.press(
		'*',
		'cover',
		keys.tab,
		'art',
		keys.shiftTab,
		keys.shiftTab,
		'\u0015',
		'~/x',
		keys.enter,
	);
	await settle(screen);
	const {id} = screen.engine;
	const {priorities = []} = lastChoice(screen);
	assert.equal(priorities.filter(([, priority]) => priority > 0).length, 1);
	const sent = screen.engine.sent.filter(({type}) => /label|move|choose/.test(type));
	assert.deepEqual(sent.slice(0, 2), [
		{type: 'torrent.label', id, label: 'art'},
		{type: 'torrent.move', id, dir: '/people/me/x'},
	]);
	assert.equal(sent[2]?.type, 'torrent.choose');
	await screen.close();
});

test('nothing chosen, or a rule that picks nothing, starts nothing', async () => {
	const screen = await openTestScreen(80, 24);
	await fileListComes(screen);
	await screen.terminal.press('A', keys.enter);
	assert.match(screen.terminal.text(), /Nothing is chosen/);
	await screen.terminal.press('*', 'no such file', keys.enter);
	assert.match(screen.terminal.text(), /matches none of the 21 files/);
	assert.equal(
		screen.engine.sent.some(({type}) => type === 'torrent.choose'),
		false,
	);
	await screen.close();
});

test('put off it waits, says so, and p asks again', async () => {
	const screen = await openTestScreen(80, 24);
	await fileListComes(screen);
	const {terminal, engine} = screen;
	await terminal.press('A', keys.escape);
	await settle(screen);
	assert.doesNotMatch(terminal.text(), /Which files/);
	assert.match(terminal.text(), /Leave it for later\?/);
	assert.match(terminal.text(), /d remove it from the list/);
	await terminal.press(keys.escape);
	await settle(screen);
	assert.match(terminal.text(), /p chooses which of them to take/);
	engine.publish();
	await settle(screen);
	assert.doesNotMatch(terminal.text(), /Which files/);
	await terminal.press('p');
	await settle(screen);
	assert.match(terminal.text(), /Which files/);
	// It is asked once whether to remove it; nothing was chosen, and nothing started.
	await terminal.press(keys.escape);
	await settle(screen);
	assert.doesNotMatch(terminal.text(), /Which files|Leave it for later/);
	assert.deepEqual(
		engine.sent.filter(({type}) => /resume|choose|priority|remove/.test(type)),
		[],
	);
	await screen.close();
});

test('what is not wanted after all is removed, and can be taken back; or chosen at once, as it stood', async () => {
	const screen = await openTestScreen(80, 24);
	await fileListComes(screen);
	const {terminal, engine} = screen;
	await terminal.press('A', keys.down, ' ', keys.escape, 'c');
	await settle(screen);
	const wanted = /wanted \S+ \S+ in \d+ file/.exec(terminal.text())?.[0];
	assert.ok(wanted !== undefined);
	await terminal.press(keys.enter);
	const taken = (lastChoice(screen).priorities ?? []).filter(([, priority]) => priority > 0);
	assert.ok(taken.length > 0);
	await screen.close();
	const other = await openTestScreen(80, 24);
	await fileListComes(other);
	await other.terminal.press(keys.escape, 'd');
	await settle(other);
	assert.match(other.terminal.text(), /Removing .* in 15 s: u takes it back/);
	other.clock.turn(15_000);
	await settle(other);
	assert.ok(other.engine.sent.some(({type}) => type === 'torrent.remove'));
	assert.equal(
		engine.sent.some(({type}) => type === 'torrent.remove'),
		false,
	);
	await other.close();
});

test('a screen that is opened later asks about each in turn, also when one is left; all that wait may be left at once', async () => {
	const screen = await openTestScreen(80, 24, {list: true, silent: true});
	const {terminal, engine} = screen;
	engine.choosing = true;
	const waiting = ['a', 'b', 'c'].map(id => ({...engine.overview(), id, name: `torrent ${id}`}));
	await tell(screen, waiting);
	const asked = () =>
		engine.sent.flatMap(command => (command.type === 'torrent.preview' ? [command.link] : []));
	assert.deepEqual(asked(), ['a']);
	await terminal.press(keys.enter);
	await tell(
		screen,
		waiting.map(view => (view.id === 'a' ? {...view, choosing: undefined} : view)),
	);
	assert.deepEqual(asked(), ['a', 'b']);
	await terminal.press(keys.escape);
	await settle(screen);
	assert.deepEqual(asked(), ['a', 'b']);
	await terminal.press('l');
	await settle(screen);
	assert.deepEqual(asked(), ['a', 'b', 'c']);
	await screen.close();
	const another = await openTestScreen(80, 24, {list: true, silent: true});
	another.engine.choosing = true;
	await tell(another, waiting);
	await another.terminal.press(keys.escape);
	assert.match(another.terminal.text(), /a later, and the 2 that wait as well/);
	await another.terminal.press('a');
	await settle(another);
	assert.equal(another.engine.sent.filter(({type}) => type === 'torrent.preview').length, 1);
	assert.match(another.terminal.text(), /choose/);
	await another.close();
});

test('also while a torrent is open others are asked about, one after the other, and it stays open', async () => {
	const screen = await openTestScreen(80, 24, {silent: true});
	const {terminal, engine} = screen;
	const overview = engine.overview();
	engine.choosing = true;
	const waiting = ['a', 'b'].map(id => ({...engine.overview(), id, name: `torrent ${id}`}));
	const publish = async (choosing: readonly TorrentView[]) => {
		revision++;
		const session = {...engine.session(), ...(choosing.length > 0 && {choosing})};
		for (const listener of engine.listeners()) listener({revision, session});
		await settle(screen);
	};
	const asked = () =>
		engine.sent.flatMap(command => (command.type === 'torrent.preview' ? [command.link] : []));
	await publish(waiting);
	assert.deepEqual(asked(), ['a']);
	await terminal.press(keys.escape, 'd');
	await settle(screen);
	assert.deepEqual(asked(), ['a', 'b']);
	await terminal.press(keys.enter);
	await publish([]);
	assert.equal(lastChoice(screen).id, 'b');
	assert.match(terminal.text().split('\n')[0] ?? '', new RegExp(overview.name.slice(0, 10)));
	await screen.close();
});

test('what was chosen elsewhere meanwhile is asked no more', async () => {
	const screen = await openTestScreen(80, 24);
	await fileListComes(screen);
	screen.engine.choosing = false;
	screen.engine.publish();
	await settle(screen);
	assert.doesNotMatch(screen.terminal.text(), /Which files/);
	assert.match(screen.terminal.text(), /chosen elsewhere/);
	await screen.close();
});

test('the question waits while another dialog is open', async () => {
	const screen = await openTestScreen(80, 24);
	await screen.terminal.press('?');
	await fileListComes(screen);
	assert.doesNotMatch(screen.terminal.text(), /Which files/);
	await screen.terminal.press(keys.escape);
	await settle(screen);
	assert.match(screen.terminal.text(), /Which files/);
	await screen.close();
});

test('at every size what may be done is seen', async () => {
	for (const [columns, rows] of [
		[40, 10],
		[60, 16],
		[120, 40],
	] as const) {
		const screen = await openTestScreen(columns, rows);
		await fileListComes(screen);
		assert.match(screen.terminal.text(), /Enter starts/, `${columns}x${rows}`);
		assert.match(screen.terminal.text(), /flac/, `${columns}x${rows}`);
		assert.match(screen.terminal.text(), /wanted/, `${columns}x${rows}`);
		await screen.close();
	}
	const small = await openTestScreen(30, 6);
	await fileListComes(small);
	assert.match(small.terminal.text(), /Which files/);
	await small.close();
});

test('a key that was meant for the list when the question came answers nothing', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine, clock} = screen;
	engine.choosing = true;
	engine.publish();
	await terminal.settled();
	clock.turn(1);
	await terminal.settled();
	await terminal.settled();
	assert.match(terminal.text(), /Which files\?/);
	await terminal.press(keys.enter, keys.escape, 'x');
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.choose'));
	assert.match(terminal.text(), /Which files\?/);
	clock.turn(600);
	await terminal.press(keys.enter);
	assert.ok(engine.sent.some(({type}) => type === 'torrent.choose'));
	await screen.close();
});
