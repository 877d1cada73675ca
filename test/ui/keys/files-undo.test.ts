import assert from 'node:assert/strict';
import {test} from 'node:test';
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
