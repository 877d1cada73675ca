import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('a peer is disconnected when that was asked and answered, not by one stray key', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(80, 24);
	await terminal.press('3', 'K', 'y');
	assert.match(terminal.text(), /Disconnect this peer\?/);
	assert.ok(!engine.sent.some(({type}) => type === 'peer.kick'));
	clock.turn(600);
	// Any other letter of a word keeps it.
	await terminal.press('e');
	assert.doesNotMatch(terminal.text(), /Disconnect this peer/);
	await terminal.press('K');
	clock.turn(600);
	await terminal.press('y');
	assert.equal(engine.sent.at(-1)?.type, 'peer.kick');
	await close();
});

test('of all peers one is disconnected in the same way', async () => {
	const {terminal, engine, clock, close} = await openTestScreen(80, 24);
	await terminal.press('V', 'K');
	assert.match(terminal.text(), /Disconnect this peer\?/);
	assert.ok(!engine.sent.some(({type}) => type === 'peer.kick'));
	clock.turn(600);
	await terminal.press('y');
	assert.equal(engine.sent.at(-1)?.type, 'peer.kick');
	await close();
});

test('a word that nobody meant for the question how to leave ends nothing', async () => {
	const {terminal, left, close} = await openTestScreen(80, 24);
	let isLeft = false;
	void left.then(() => {
		isLeft = true;
	});
	// The second letter stays; the last one sorts.
	await terminal.press('q', 'u', 's');
	assert.doesNotMatch(terminal.text(), /tortui attach/);
	assert.equal(isLeft, false);
	await close();
});
