import assert from 'node:assert/strict';
import {test} from 'node:test';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {miniMap} from '../../../source/ui/present/bar.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

test('the peer that somebody has moved to is laid over the grid, and no other', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('3');
	assert.doesNotMatch(terminal.text(), /over it/);
	assert.equal(engine.watches.at(-1)?.torrent?.peer, undefined);
	await terminal.press('j');
	const address = /›.*?(\S+:\d+)/.exec(terminal.text())?.[1];
	assert.ok(address);
	assert.match(terminal.text(), new RegExp(`over it: ${address.replace(/[[\].]/g, '\\$&')}`));
	assert.match(terminal.text(), /◇ (?:this peer has|peer)/);
	await terminal.press('1');
	assert.doesNotMatch(terminal.text(), /over it/);
	assert.equal(engine.watches.at(-1)?.torrent?.peer, undefined);
	await close();
});

test('while only the cursor moves, nothing else is told again', async () => {
	const {terminal, engine, close} = await openTestScreen(120, 40);
	await terminal.press('j', 'j');
	assert.equal(engine.watches.at(-1)?.keeps, true);
	assert.ok((engine.watches.at(-1)?.torrent?.cell ?? -1) > 0);
	await terminal.press('+');
	assert.equal(engine.watches.at(-1)?.keeps, undefined);
	await close();
});

test('Enter on a peer tells all that is known of it, arrows go to the next', async () => {
	const {terminal, close} = await openTestScreen(120, 40);
	await terminal.press('3', '\r');
	await terminal.settled();
	const text = terminal.text();
	assert.match(text, /address +\S+:\d+/);
	assert.match(text, /peer id +-TR4130-/);
	assert.match(text, /known from +a tracker, other peers \(PEX\)/);
	assert.match(text, /to us +it lets us have what we want/);
	assert.match(text, /offers +\d+ pieces that are missing here/);
	const first = /address +(\S+)/.exec(text)?.[1];
	await terminal.press('\u001B[B');
	await terminal.settled();
	assert.notEqual(/address +(\S+:\d+)/.exec(terminal.text())?.[1], first);
	await close();
});

test('a map of what a peer has is higher where it has more, and has room for any width', () => {
	const glyphs = glyphsFor(false);
	assert.equal(miniMap('0000000000000000', 8, glyphs), '········');
	assert.equal(miniMap('9999999999999999', 8, glyphs), '▅▅▅▅▅▅▅▅');
	assert.equal(miniMap('0099', 2, glyphs), '·▅');
	assert.equal(miniMap('19', 4, glyphs), '▁▁▅▅');
	assert.equal(miniMap('0123456789', 10, glyphs).length, 10);
});

test('nothing of what is told of a peer is cut, at 40x10 neither', async () => {
	const {terminal, close} = await openTestScreen(40, 10);
	await terminal.press('3', '\r');
	await terminal.settled();
	assert.match(terminal.text(), /Peer/);
	const box = terminal
		.text()
		.split('\n')
		.filter(line => /^.?┃ +\S/.test(line));
	assert.ok(box.length > 4);
	for (const line of box) assert.doesNotMatch(line, /…┃/);
	const seen = () => / (\d+)-(\d+) of (\d+) ━┓/.exec(terminal.text())?.slice(1).map(Number) ?? [];
	const [, , all = 0] = seen();
	for (let page = 0; page < 5; page++) await terminal.press('\u001B[6~');
	assert.equal(seen()[1], all);
	await terminal.press('\u001B[5~', '\u001B[5~', '\u001B[5~', '\u001B[5~');
	assert.equal(seen()[0], 1);
	await close();
});
