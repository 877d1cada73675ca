import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {type OpenScreen, openTestScreen} from '../../helpers/open-test-screen.ts';

const path = `/srv/downloads/${'deep/'.repeat(20)}album/cover.jpg`;
const inTheWay = {path, files: 1, size: 1_047_552, length: 104_752_742};

let revision = 100;
async function tell({engine, terminal}: OpenScreen, torrents: readonly TorrentView[]): Promise<void> {
	revision++;
	for (const listener of engine.listeners()) listener({revision, torrents});
	await terminal.settled();
}

/** A torrent of the fake engine under other ids, stopped by a file in the way. */
function stopped({engine}: OpenScreen, ...ids: readonly string[]): TorrentView[] {
	return ids.map(id => ({...engine.overview(), id, name: `torrent ${id}`, state: 'failed', inTheWay}));
}

test('asks about one file in the way after the other, whichever came first', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine, clock, close} = screen;
	await tell(screen, stopped(screen, 'a', 'b'));
	assert.match(terminal.text(), /A file of yours is in the way/);
	assert.match(terminal.text(), /torrent a {2}/);
	clock.turn(600);
	await terminal.press('o');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.resume', id: 'a', overwrite: true});
	clock.turn(1);
	await terminal.settled();
	assert.match(terminal.text(), /┃ +torrent b +┃/);
	clock.turn(600);
	await terminal.press('n');
	clock.turn(1);
	await terminal.settled();
	assert.doesNotMatch(terminal.text(), /in the way/);
	await close();
});

test('asks at once about what was added a moment ago, and not again about what stood in the list before', async () => {
	const screen = await openTestScreen(80, 24, {list: true, added: ['new'], silent: true});
	const {terminal, clock, close} = screen;
	await tell(screen, stopped(screen, 'old', 'new', 'other'));
	assert.match(terminal.text(), /┃ +torrent new +┃/);
	clock.turn(600);
	await terminal.press('n');
	clock.turn(1);
	await terminal.settled();
	assert.doesNotMatch(terminal.text(), /in the way/);
	await close();
});

test('what was settled elsewhere meanwhile is asked no more', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, clock, close} = screen;
	const [a, b] = stopped(screen, 'a', 'b') as [TorrentView, TorrentView];
	await tell(screen, [a, b]);
	await tell(screen, [a, {...b, state: 'downloading', inTheWay: undefined}]);
	clock.turn(600);
	await terminal.press('n');
	clock.turn(1);
	await terminal.settled();
	assert.doesNotMatch(terminal.text(), /in the way/);
	await close();
});

test('both sizes, the end of the path and what may be answered are seen at 40x10', async () => {
	const screen = await openTestScreen(40, 10, {list: true});
	const {terminal, close} = screen;
	await tell(screen, stopped(screen, 'a'));
	const text = terminal.text();
	assert.match(text, /yours 1\.00 M/);
	assert.match(text, /the torrent's 99\.9 M/);
	assert.match(text, /album\/cover\.jpg/);
	assert.match(text, /o overwrite it/);
	assert.match(text, /l I moved it away: look again/);
	assert.match(text, /n leave everything as it is/);
	await close();
});

test('on a terminal too small for a box the keys of a question are seen', async () => {
	const screen = await openTestScreen(28, 5, {list: true});
	const {terminal, close} = screen;
	await tell(screen, stopped(screen, 'a'));
	assert.match(terminal.text(), /o\/l\/n A file of yours/);
	await close();
});

test('the line of a torrent says which file is in the way, in sizes as all others are, and how to go on', async () => {
	const screen = await openTestScreen(100, 30, {});
	const {terminal, engine, clock, close} = screen;
	revision++;
	const overview: TorrentView = {...engine.overview(), state: 'failed', inTheWay: {...inTheWay, files: 3}};
	for (const listener of engine.listeners()) listener({revision, torrent: {id: engine.id, overview}});
	await terminal.settled();
	clock.turn(600);
	await terminal.press('n');
	assert.match(terminal.line(2), /album\/cover\.jpg is yours \(.+, not 99\.9 M\) and 2 more: resume asks/);
	await close();
});

test('a question that comes by itself is not answered by a key that was meant for the list', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const {terminal, engine, clock, close} = screen;
	await tell(screen, stopped(screen, 'a', 'b'));
	await terminal.press('o', 'l', '\r');
	clock.turn(599);
	await terminal.press('o');
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.resume'));
	assert.match(terminal.text(), /┃ +torrent a +┃/);
	clock.turn(1);
	await terminal.press('o');
	clock.turn(1);
	await terminal.settled();
	assert.match(terminal.text(), /┃ +torrent b +┃/);
	await terminal.press('o');
	assert.deepEqual(
		engine.sent.filter(({type}) => type === 'torrent.resume'),
		[{type: 'torrent.resume', id: 'a', overwrite: true}],
	);
	await close();
});

test('the key that asks for the question may be a letter of a word: nothing is overwritten before it can have been seen', async () => {
	const screen = await openTestScreen(80, 24, {list: true, silent: true});
	const {terminal, engine, clock, close} = screen;
	await tell(screen, stopped(screen, 'a'));
	await terminal.press('p', 'o');
	assert.match(terminal.text(), /in the way/);
	clock.turn(600);
	// What is none of its letters answers no.
	await terminal.press('e', 'o');
	assert.doesNotMatch(terminal.text(), /in the way/);
	assert.ok(!engine.sent.some(({type}) => type === 'torrent.resume'));
	await terminal.press('p');
	clock.turn(600);
	await terminal.press('o');
	assert.deepEqual(engine.sent.at(-1), {type: 'torrent.resume', id: 'a', overwrite: true});
	await close();
});
