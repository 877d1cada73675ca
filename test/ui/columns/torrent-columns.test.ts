import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {torrentView} from '../../commands/torrent-view.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const goal = (share: number) =>
	({text: 'ratio 2', state: 'open', why: 'ratio 1 of 2', share, own: {}}) as const;

const some: readonly TorrentView[] = [
	torrentView({id: 'a'.repeat(40), name: 'rare', connected: 3, availability: 0.87, queue: 2}),
	torrentView({id: 'b'.repeat(40), name: 'common', connected: 30, availability: 12.5, queue: 3}),
	torrentView({
		...{
			id: 'c'.repeat(40),
			name: 'half way',
			completed: 1000,
			state: 'seeding',
			connected: 0,
			availability: 0,
		},
		...{goal: goal(0.5), queue: 4},
	}),
	torrentView({id: 'd'.repeat(40), name: 'rests', state: 'paused', queue: 5}),
];

async function openSome(others: readonly TorrentView[], columns = 200, stored = {}) {
	const screen = await openTestScreen(columns, 40, {list: true, stored});
	screen.engine.others = [...others];
	screen.engine.publish();
	await screen.terminal.settled();
	return screen;
}

const lineOf = (text: string, name: string) =>
	text.split('\n').find(line => line.includes(` ${name} `)) ?? '';

test('a wide list says how many copies there are and how far a goal is, and neither where it would say nothing', async () => {
	const {terminal, close} = await openSome(some);
	const text = terminal.text();
	assert.match(text, /label +.*avail .*goal/);
	assert.match(lineOf(text, 'rare'), / 0\.87 /);
	assert.match(lineOf(text, 'common'), / 12\.50 /);
	assert.match(lineOf(text, 'half way'), / ━━╸── /, 'half of the way to its goal');
	for (const name of ['half way', 'rests']) assert.doesNotMatch(lineOf(text, name), / 0\.00 .* 0\.00 /);
	await close();
	const without = await openSome(some.map(({goal: _, ...torrent}) => torrent));
	assert.doesNotMatch(without.terminal.text(), /goal/, 'nobody has one');
	await without.close();
});

test('the list is sorted by both, from the rarest and from the nearest on', async () => {
	const {terminal, close} = await openSome(some);
	const order = () =>
		terminal
			.text()
			.split('\n')
			.flatMap(line => line.match(/ (rare|common|half way|rests) /)?.[1] ?? []);
	await terminal.press('s', 'v');
	assert.match(terminal.text(), /sort availability/);
	assert.deepEqual(order(), ['half way', 'rare', 'common', 'rests']);
	await terminal.press('s', 'g');
	assert.match(terminal.text(), /sort goal/);
	assert.equal(order()[0], 'half way');
	await close();
});

test('they are among the columns that can be chosen', async () => {
	const {terminal, close} = await openSome(some, 80, {
		columns: {medium: {torrents: [{id: 'name'}, {id: 'availability'}, {id: 'goal'}]}},
	});
	await terminal.press('|');
	assert.match(terminal.text(), /availability/);
	assert.match(terminal.text(), /goal/);
	await terminal.press(keys.escape);
	await close();
});

test('where the orders do not fit beside each other, all stand above the line, at any size', async () => {
	for (const [columns, rows] of [
		[40, 10],
		[80, 24],
		[100, 30],
	] as const) {
		const screen = await openTestScreen(columns, rows, {list: true});
		await screen.terminal.press('s');
		for (const label of ['q queue', 'v availability', 'g goal', 'l label'])
			assert.match(screen.terminal.text(), new RegExp(label), `${label} at ${columns}x${rows}`);
		assert.match(screen.terminal.line(rows - 1), /sort by/);
		await screen.terminal.press('n');
		assert.doesNotMatch(screen.terminal.text(), /g goal/);
		await screen.close();
	}
});

test('what i tells of a torrent that waits is whole at 80 columns: why, when it is tried again, and how many copies there are', async () => {
	const reason = {
		level: 'warn',
		text: 'tracker t.example refuses: torrent not registered with this tracker; no peer found yet, DHT has 300+ nodes',
		nextAt: Date.UTC(2026, 10, 20, 14, 6, 40),
	} as const;
	const stalled = {...some[0]!, queue: 0, stalledFor: 840, reason, availability: 12.5, connected: 24};
	const {terminal, close} = await openSome([stalled], 80);
	await terminal.press('3', 'i');
	await terminal.settled();
	const said = terminal
		.text()
		.replace(/[┃│]\s*/g, '')
		.replace(/\s+/g, ' ');
	assert.match(
		said,
		/not registered with this tracker; no peer found yet, DHT has 300\+ nodes \(next try at 14:06:40\)/,
	);
	assert.match(said, /24 connected, 0 seeds, 12\.50 copies, 0 known/);
	await close();
});

test('of thousands of torrents each is told its whole place in the queue', async () => {
	const many = some.map((torrent, at) => ({...torrent, queue: [7, 12, 100, 4999][at] ?? 0}));
	const {terminal, close} = await openSome(many, 120);
	for (const [name, place] of Object.entries({rare: 7, 'half way': 100, rests: 4999}))
		assert.match(lineOf(terminal.text(), name), new RegExp(` ${place} `));
	await close();
});
