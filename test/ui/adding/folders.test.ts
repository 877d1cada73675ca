import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ConfigFile} from '../../../source/ui/model/preferences.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const gibibyte = 1024 ** 3;

function configOf(settings: Record<string, unknown>): ConfigFile {
	return {
		path: '/people/me/config.json',
		read: () => settings,
		write: changes => Object.assign(settings, changes),
	};
}

test('a folder that is typed says how much room it has, and what is wrong with it', async () => {
	const {terminal, close} = await openTestScreen(100, 30, {
		lookFolder: async path => {
			if (path === '/srv/full') return {state: 'writable', free: 1000};
			if (path === '/srv/ro') return {state: 'read-only', free: 5 * gibibyte};
			return {state: 'missing', free: 7 * gibibyte};
		},
	});
	await terminal.send(':add /srv/field.torrent\r');
	await terminal.settled();
	await terminal.press(keys.tab);
	for (const [folder, said] of [
		['/srv/new', /free 7\.00 G, enough {2}it is made/],
		['/srv/full', /free 0\.98 K, too little/],
		['/srv/ro', /nothing can be written there/],
	] as const) {
		await terminal.send(`\u0015${folder}`);
		await terminal.settled();
		assert.match(terminal.text(), said, `${folder}\n${terminal.text()}`);
	}
	await close();
});

test('Ctrl-O goes through the folders that data went to last, and a new one is remembered', async () => {
	const {terminal, engine, saved, clock, close} = await openTestScreen(100, 30, {
		stored: {folders: {paths: ['/srv/films']}},
	});
	await terminal.press('m', '\u000F');
	assert.match(terminal.text(), /folder {2}\/srv\/films/);
	await terminal.press(keys.enter);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.move', id: engine.id, dir: '/srv/films'});
	await terminal.send('m\u0015/srv/other\r');
	clock.turn(1000);
	assert.deepEqual(saved.at(-1)?.folders, {paths: ['/srv/other', '/srv/films']});
	await close();
});

test('data is moved with completion in few keys', async () => {
	const {terminal, engine, close} = await openTestScreen(100, 30, {
		completePath: async typed => ['/srv/films/'].filter(path => path.startsWith(typed) && path !== typed),
	});
	// m, Ctrl-U, three letters, Tab, Enter.
	await terminal.send('m\u0015/sr');
	await terminal.press(keys.tab);
	await terminal.press(keys.enter);
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.move', id: engine.id, dir: '/srv/films/'});
	await close();
});

test('a label has a folder: it is shown where one adds, kept where one names it, and the engine goes by it', async () => {
	const settings: Record<string, unknown> = {labels: {music: {dir: '/srv/music', 'seed-ratio': 2}}};
	const prefs = {load: () => undefined, save: () => undefined, config: configOf(settings)};
	const {terminal, engine, close} = await openTestScreen(100, 30, {prefs});
	await terminal.send(':add /srv/field.torrent\r');
	await terminal.settled();
	await terminal.press(keys.shiftTab, keys.shiftTab);
	await terminal.send('music');
	assert.match(terminal.text(), /the label’s folder: \/srv\/music/);
	await terminal.press(keys.escape);
	await terminal.send('b\u0015music');
	await terminal.press(keys.tab);
	await terminal.send('\u0015/srv/songs\r');
	assert.deepEqual(settings['labels'], {music: {'seed-ratio': 2, dir: '/srv/songs'}});
	assert.deepEqual(
		engine.sent.slice(-2).map(({type}) => type),
		['session.reload', 'torrent.label'],
	);
	await close();
});

test('the rows of a torrent to add have numbers that are typed, say what is out of sight, and are taken all, none or the other ones', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24);
	await terminal.send(':add /srv/field.torrent\r');
	await terminal.settled();
	assert.match(terminal.text(), /\d+ more below/);
	await terminal.press(keys.shiftTab);
	await terminal.send('12');
	assert.match(terminal.text(), /› +● +12 /);
	assert.match(terminal.text(), /more above/);
	await terminal.send('N ');
	assert.match(terminal.text(), /wanted .* in 1 file/);
	await terminal.send('I');
	assert.match(terminal.text(), /in 20 files/);
	await terminal.send('A');
	assert.match(terminal.text(), /in 21 files/);
	// None, a number, take it, add: 5 keys for one of 21.
	await terminal.send('N12 \r');
	const added = engine.sent.findLast(({type}) => type === 'torrent.addLink');
	assert.ok(added?.type === 'torrent.addLink');
	assert.equal(added.options?.priorities?.length, 20);
	for (let row = 0; row < 40; row++) await terminal.send(keys.down);
	await close();
});

test('at 40x10 the field or row that has the keys is in sight wherever one goes in a torrent to add', async () => {
	const {terminal, close} = await openTestScreen(40, 10);
	await terminal.press('a', '~/field.torrent', keys.enter);
	for (let step = 0; step < 14; step++) {
		assert.match(terminal.text(), /┃ › /, `after ${step} steps\n${terminal.text()}`);
		await terminal.press(keys.down);
	}
	await close();
});

test('an info-hash stands whole in a torrent to add, or its first eight digits, and is never cut elsewhere', async () => {
	for (const [columns, rows] of [
		[80, 24],
		[100, 30],
		[120, 40],
	] as const) {
		const {terminal, close} = await openTestScreen(columns, rows);
		await terminal.press('a', '~/field.torrent', keys.enter);
		assert.match(terminal.text(), /info-hash (?:[0-9a-f]{8}|[0-9a-f]{40}) /, `${columns}x${rows}`);
		await close();
	}
});
