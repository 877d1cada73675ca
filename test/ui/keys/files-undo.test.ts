import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import type {FilePriority} from '../../../source/api/snapshot.ts';
import {restorePriorities} from '../../../source/ui/actions/files.ts';
import {openBareScreen} from '../../helpers/bare-screen.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('what was wanted of the files before a key struck is wanted again by u, and once more by u it is not', async () => {
	const names = Array.from({length: 8}, (_, at) => `take ${at}.flac`);
	const {terminal, engine, close} = await openTestScreen(120, 40, {names});
	const prioritiesSent = () =>
		engine.sent.flatMap(command =>
			command.type === 'files.priority' ? [[command.priority, command.files.length]] : [],
		);
	await terminal.press('5', 'j', 'j', '+', 'j');
	await terminal.settled();
	const before = prioritiesSent().length;
	await terminal.press('I');
	await terminal.settled();
	assert.match(terminal.line(39), /are wanted: u takes it back/);
	const only = prioritiesSent().slice(before);
	assert.equal(only[0]?.[0], 0, 'all others are skipped');
	await terminal.press('u');
	await terminal.settled();
	const restored = prioritiesSent().slice(before + only.length);
	assert.deepEqual(
		restored.map(([priority]) => priority),
		[3, 2],
		'each as it was, what is wanted most first',
	);
	assert.equal(
		restored.reduce((sum, [, count = 0]) => sum + count, 0),
		only[0]?.[1],
	);
	await terminal.press('u');
	await terminal.settled();
	assert.deepEqual(prioritiesSent().at(-1), only[0]);
	await terminal.press('\u001B');
	await terminal.press('u');
	assert.match(terminal.line(39), /There is nothing to undo/, 'that is of the torrent alone');
	await close();
});

test('u takes back what was chosen a moment ago, before the engine has told what that made', async () => {
	const {screen, engine, sent, state, set, setView} = await openBareScreen(80, 24);
	const {torrent} = state().model;
	assert.ok(torrent?.files && torrent.progress);
	const priority = torrent.files.map((): FilePriority => 2);
	set({
		model: {...state().model, torrent: {...torrent, progress: {...torrent.progress, priority}}},
	});
	setView({screen: 'torrent', torrent: engine.id});
	restorePriorities(screen, {id: engine.id, priority});
	const command = sent.at(-1);
	assert.ok(command?.type === 'files.priority' && command.priority === 2);
	assert.deepEqual(
		command.files,
		torrent.files.map(({index}) => index),
	);
});

test('of a hundred thousand files u takes back what was chosen without a pause', async () => {
	const {screen, engine, sent, state, set} = await openBareScreen(80, 24);
	const {torrent} = state().model;
	const [first] = torrent?.files ?? [];
	assert.ok(torrent?.progress && first);
	const files = Array.from({length: 100_000}, (_, index) => ({...first, index}));
	const was = files.map((): FilePriority => 2);
	const is = files.map((): FilePriority => 0);
	set({
		model: {
			...state().model,
			torrent: {...torrent, files, progress: {...torrent.progress, priority: is}},
		},
	});
	const cpu = process.cpuUsage();
	restorePriorities(screen, {id: engine.id, priority: was});
	const {user, system} = process.cpuUsage(cpu);
	const command = sent.at(-1);
	assert.ok(command?.type === 'files.priority' && command.files.length === files.length);
	// Where each file copies those before it this is fifty seconds.
	assert.ok(user + system < 5_000_000, `${(user + system) / 1000} ms of CPU`);
});
