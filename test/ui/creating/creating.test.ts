import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {CreationView} from '../../../source/api/creation.ts';
import {type OpenScreen, openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const making: CreationView = {
	id: 1,
	path: '/people/me/Album',
	output: '/people/me/Album.torrent',
	state: 'hashing',
	hashed: 314_572_800,
	length: 943_718_400,
	rate: 104_857_600,
	eta: 6,
};
const made: CreationView = {
	...making,
	state: 'done',
	hashed: making.length,
	rate: 0,
	eta: undefined,
	magnet: 'magnet:?xt=urn:btih:c0ffee',
};

async function settle({terminal, clock}: OpenScreen): Promise<void> {
	await terminal.settled();
	clock.turn(1);
	await terminal.settled();
	await terminal.settled();
}

let revision = 5000;
async function tell(screen: OpenScreen, ...creations: readonly CreationView[]): Promise<void> {
	screen.engine.creations = creations;
	for (const listener of screen.engine.listeners()) listener({revision: ++revision, creations});
	await settle(screen);
}

const lastOf = <Type extends string>({engine}: OpenScreen, type: Type) =>
	engine.sent.findLast(command => command.type === type);

test('M asks what a torrent is to be made of and how; what was chosen is sent', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal} = screen;
	await terminal.press('M', '~/Album/', keys.tab, keys.right, keys.right, keys.tab, '512K', keys.tab);
	await terminal.press(
		'http://a.example/,udp://b.example:1 http://c.example/',
		keys.tab,
		keys.right,
		keys.tab,
	);
	await terminal.press('S', keys.tab, 'hello', keys.tab, '~/x.torrent', keys.enter);
	assert.deepEqual(lastOf(screen, 'torrent.create'), {
		type: 'torrent.create',
		path: '/people/me/Album',
		output: '/people/me/x.torrent',
		seed: true,
		options: {
			version: 'hybrid',
			pieceLength: 524_288,
			trackers: [['http://a.example/', 'udp://b.example:1'], ['http://c.example/']],
			private: true,
			source: 'S',
			comment: 'hello',
		},
	});
	await screen.close();
});

test('what is left as it is is not sent; to write it only seeds nothing', async () => {
	const screen = await openTestScreen(80, 24);
	await screen.terminal.press('M', '/data', keys.up, keys.right, keys.enter);
	assert.deepEqual(lastOf(screen, 'torrent.create'), {type: 'torrent.create', path: '/data', options: {}});
	await screen.close();
});

test('what makes no sense is told in the dialog, and so is what the engine refuses', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine} = screen;
	const said = async (...typed: readonly string[]) => {
		await terminal.press('M', ...typed, keys.enter);
		await settle(screen);
		const text = terminal.text();
		await terminal.press(keys.escape);
		await settle(screen);
		return text;
	};
	assert.match(await said(), /Name a file or folder/);
	assert.match(await said('/a', keys.tab, keys.tab, 'much'), /A piece length is written 512K or 4M/);
	const {tab} = keys;
	assert.match(await said('/a', tab, tab, tab, 'a.example'), /A tracker is written http/);
	assert.match(await said('/a', tab, tab, tab, tab, ' '), /nobody would find anybody/);
	assert.equal(lastOf(screen, 'torrent.create'), undefined);
	engine.refuse = '/a.torrent is there already: choose another name';
	assert.match(await said('/a'), /is there already: choose another name/);
	engine.refuse = `${'/a/long/path'.repeat(12)}: no such file or folder`;
	assert.match(await said('/a'), /no such file or folder/);
	await screen.close();
});

test('how far it is is shown, x ends it, and without the dialog it goes on', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal} = screen;
	await terminal.press('M', '/people/me/Album', keys.enter);
	await settle(screen);
	await tell(screen, {...making, state: 'looking', hashed: 0, length: 0, rate: 0, eta: undefined});
	assert.match(terminal.text(), /Looking for its files/);
	await tell(screen, {...making, skipped: {count: 3, first: 'pipe is a pipe: left out'}});
	assert.match(terminal.text(), /33\.\d %[\s\S]*300 M of 900 M {2}100 M\/s {2}0:06 left/);
	assert.match(terminal.text(), /Left out: 3, the first: pipe is a pipe/);
	await terminal.press(keys.escape);
	await settle(screen);
	assert.match(terminal.text(), /It goes on: M shows how far it is/);
	await terminal.press('M');
	assert.match(terminal.text(), /300 M of 900 M/);
	await terminal.press('x');
	assert.deepEqual(lastOf(screen, 'creation.end'), {type: 'creation.end', creation: 1});
	await tell(screen, {...making, state: 'failed', why: 'it was ended'});
	assert.match(terminal.text(), /No torrent was made: it was ended/);
	await screen.close();
});

test('one that is made is told where nobody looks at it; it can be seeded, and its link copied', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine} = screen;
	await tell(screen, making);
	await tell(screen, {...made, seeding: engine.id});
	assert.match(terminal.text(), /Album\.torrent is written, and seeded\./);
	await terminal.press('M', '/people/me/Album', keys.enter);
	await settle(screen);
	await tell(screen, made);
	assert.match(terminal.text(), /It is written\.[\s\S]*btih:c0ffee/);
	await terminal.press('c');
	await settle(screen);
	assert.match(terminal.text(), /The magnet link is copied/);
	await terminal.press('s');
	await settle(screen);
	assert.deepEqual(lastOf(screen, 'torrent.addLink'), {
		type: 'torrent.addLink',
		link: '/people/me/Album.torrent',
		options: {dir: '/people/me', seedOnly: true},
	});
	assert.deepEqual(lastOf(screen, 'creation.end'), {type: 'creation.end', creation: 1});
	await screen.close();
});

test('Tab completes a path, tells the ways in which it could go on, and goes on itself then', async () => {
	const asked: string[] = [];
	const completePath = async (path: string) => {
		asked.push(path);
		return ['/music/Album/', '/music/Alpha/', '/music/song'].filter(found => found.startsWith(path));
	};
	const screen = await openTestScreen(80, 24, {list: true, completePath});
	const {terminal} = screen;
	const press = async (...typed: readonly string[]) => {
		await terminal.press(...typed);
		await settle(screen);
	};
	await press('M', '/mu', keys.tab);
	assert.match(terminal.text(), /of {2}\/music\/ +┃[\s\S]*Album\/ {2}Alpha\/ {2}song/);
	await press('A', keys.tab);
	assert.match(terminal.text(), /of {2}\/music\/Al +┃[\s\S]*Album\/ {2}Alpha\//);
	await press('b', keys.tab);
	assert.match(terminal.text(), /of {2}\/music\/Album\/ +┃/);
	assert.doesNotMatch(terminal.text(), /Alpha/);
	// Nothing is left to complete: on to the kind.
	await press(keys.tab, keys.right, keys.enter);
	const command = lastOf(screen, 'torrent.create');
	assert.ok(command?.type === 'torrent.create');
	assert.deepEqual([command.path, command.options?.version], ['/music/Album', '2']);
	assert.deepEqual(asked, ['/mu', '/music/A', '/music/Alb']);
	await screen.close();
});

test('in the dialog that adds a torrent paths are completed, too, and links are not', async () => {
	const completePath = async (path: string) => {
		if (!path.startsWith('/')) throw new Error('no such folder');
		return ['/music/a.torrent', '/music/b.torrent'].filter(found => found.startsWith(path));
	};
	const screen = await openTestScreen(80, 24, {list: true, completePath});
	const {terminal} = screen;
	await terminal.press('a', '/m', keys.tab);
	await settle(screen);
	assert.match(terminal.text(), /torrent {2}\/music\/ [\s\S]*a\.torrent {2}b\.torrent/);
	await terminal.press('b', keys.tab);
	await settle(screen);
	assert.match(terminal.text(), /torrent {2}\/music\/b\.torrent/);
	await terminal.press('\u0015', 'magnet:?x', keys.tab);
	await settle(screen);
	assert.match(terminal.text(), /› +folder/);
	await screen.close();
});

test('a key that comes before the ways are known is for the next field', async () => {
	const answer = Promise.withResolvers<readonly string[]>();
	const screen = await openTestScreen(80, 24, {list: true, completePath: () => answer.promise});
	await screen.terminal.press('M', '/mu', keys.tab, keys.right, keys.right);
	answer.resolve(['/music/']);
	await settle(screen);
	await screen.terminal.press(keys.enter);
	const command = lastOf(screen, 'torrent.create');
	assert.ok(command?.type === 'torrent.create');
	assert.deepEqual([command.path, command.options?.version], ['/mu', 'hybrid']);
	await screen.close();
});

test('leaving asks while a torrent is being made', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const send = screen.engine.send.bind(screen.engine);
	screen.engine.send = async command => (command.type === 'session.list' ? {torrents: []} : send(command));
	await tell(screen, making);
	await screen.terminal.press('q');
	await settle(screen);
	assert.match(screen.terminal.text(), /A torrent is being made\./);
	await screen.terminal.press('n');
	await settle(screen);
	await screen.close();
});
