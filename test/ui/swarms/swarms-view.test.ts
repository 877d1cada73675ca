import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

const down = '\u001B[B';
const esc = '\u001B';

/** A screen on the Swarms view. */
async function openSwarms(columns = 100, rows = 30) {
	const screen = await openTestScreen(columns, rows, {list: true});
	await screen.terminal.press('V');
	await screen.advance(2);
	return screen;
}

test('the peers of all torrents are one list with the names of their torrents, and their trackers another', async () => {
	const screen = await openSwarms(120, 40);
	const {terminal, engine} = screen;
	assert.match(terminal.line(0), /tortui · Swarms .*peers/);
	assert.match(terminal.text(), /Peers of all torrents .*sort down/);
	assert.match(terminal.text(), /field-recordings/);
	assert.match(terminal.text(), /tracker\.example .*works .*8/);
	assert.match(terminal.text(), /udp closed\.example:6969 .*torrent not registered .*3 +1 +2/);
	const watch = engine.watches.at(-1);
	assert.ok(watch?.everyPeer && watch.everyTracker && watch.interval >= 1000);
	await terminal.press(esc);
	await screen.advance(1);
	assert.equal(engine.watches.at(-1)?.everyPeer, undefined);
	assert.match(terminal.line(0), /torrents/);
	await screen.close();
});

test('a peer is banned there, after a question, and Enter opens its torrent at that peer', async () => {
	const screen = await openSwarms();
	const {terminal, engine} = screen;
	await terminal.press(down, 'B');
	await screen.advance(1);
	await terminal.press('y');
	const banned = engine.sent.find(({type}) => type === 'peer.ban');
	assert.ok(banned?.type === 'peer.ban' && banned.id === engine.id);
	await terminal.press('\r');
	await screen.advance(1);
	assert.match(terminal.line(0), /field-recordings/);
	assert.match(terminal.text(), /3 Peers/);
	await screen.close();
});

test('what a tracker says of the torrents that it fails is read out above', async () => {
	const screen = await openSwarms(80, 24);
	const {terminal} = screen;
	await terminal.press('\t');
	assert.match(terminal.line(1), /answers 1 of 3 torrents, fails 2: torrent not registered/);
	await terminal.press(down);
	assert.match(terminal.line(1), /answers 8 of 8 torrents/);
	await terminal.press('K');
	assert.match(terminal.text(), /There is no peer here/);
	await terminal.press('\r');
	await screen.advance(1);
	assert.match(terminal.text(), /filter “tracker:tracker\.example”/);
	await screen.close();
});

test('a small terminal shows one of the lists, and a line shows what is under the cursor', async () => {
	const small = await openSwarms(60, 14);
	assert.match(small.terminal.text(), /Peers of all torrents/);
	assert.doesNotMatch(small.terminal.text(), /Trackers of all/);
	await small.terminal.press('\t');
	assert.match(small.terminal.text(), /Trackers of all torrents/);
	await small.close();
	const line = await openSwarms(60, 5);
	assert.match(line.terminal.text(), /field-recordings|:\d+ of /);
	await line.close();
});
