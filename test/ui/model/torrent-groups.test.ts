import assert from 'node:assert/strict';
import {test} from 'node:test';
import {loadPreferences} from '../../../source/ui/model/preferences.ts';
import {groupTorrents} from '../../../source/ui/model/torrent-groups.ts';
import {torrentView} from '../../commands/torrent-view.ts';
import {mixedTorrents} from '../../helpers/mixed-torrents.ts';
import {click} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

test('a group knows what its torrents come to', () => {
	const torrents = [
		torrentView({id: 'a', label: 'x', wanted: 100, completed: 50, downloadRate: 7, connected: 2}),
		torrentView({id: 'b', wanted: 10, completed: 10, state: 'seeding', uploadRate: 3}),
		torrentView({id: 'c', label: 'x', wanted: 300, completed: 0, stalledFor: 60}),
		torrentView({id: 'd', label: 'film 10', state: 'failed'}),
		torrentView({id: 'e', label: 'film 9', trackerHosts: ['b', 'a']}),
	];
	const by = (grouping: 'label' | 'state' | 'tracker') =>
		groupTorrents(torrents, grouping, standing =>
			['failed', 'stalled', 'downloading', 'seeding'].indexOf(standing),
		)!;
	const labels = by('label');
	assert.deepEqual(
		labels.map(({name}) => name),
		['film 9', 'film 10', 'x', ''],
	);
	const {torrents: _, ...sums} = labels[2]!;
	assert.deepEqual(sums, {
		key: 'group/label/x',
		name: 'x',
		by: 'label',
		wanted: 400,
		completed: 50,
		downloadRate: 7,
		uploadRate: 0,
		connected: 2,
		stalled: 1,
		failed: 0,
	});
	assert.deepEqual(
		by('state').map(({name}) => name),
		['failed', 'stalled', 'downloading', 'seeding'],
	);
	assert.deepEqual(
		by('tracker').map(({name}) => name),
		['b', ''],
	);
	assert.equal(
		groupTorrents(torrents, 'none', () => 0),
		undefined,
	);
});

async function openGrouped(columns = 120, rows = 40) {
	const screen = await openTestScreen(columns, rows, {list: true});
	screen.engine.others = mixedTorrents(23);
	screen.engine.publish();
	await screen.terminal.press('B', 'l');
	return screen;
}

test('torrents are put in groups with their sums; the cursor begins on a torrent, and a group folds', async () => {
	const {terminal, saved, clock, close} = await openGrouped();
	assert.match(terminal.text(), /▾ films 6 +22\.0 G/);
	assert.match(terminal.text(), /› +4 +▲ +Kernel sources/);
	await terminal.press('h');
	assert.match(terminal.text(), /› +▸ films 6 +22\.0 G/);
	assert.doesNotMatch(terminal.text(), /Kernel sources/);
	assert.match(terminal.text(), /\n films · 6 torrents · 22\.0 G · ▼ 0 B\/s ▲ 572 K\/s/);
	await terminal.press(keys.enter);
	assert.match(terminal.text(), /Kernel sources/);
	await terminal.press('z');
	assert.doesNotMatch(terminal.text(), /Kernel sources|field-rec/);
	await terminal.press('z', 'B', 's');
	assert.match(terminal.text(), /▾ stopped by an error 1[\s\S]*▾ stalled 1[\s\S]*▾ downloading/);
	await terminal.press('B', 't');
	assert.match(terminal.text(), /▾ open\.example\.org 8/);
	await terminal.press('B', 'n');
	assert.doesNotMatch(terminal.text(), /▾/);
	clock.turn(1000);
	assert.equal(saved.at(-1)?.group, 'none');
	await close();
});

test('what is done to torrents is not done to a group by the way: Space marks all of it first', async () => {
	const {terminal, engine, close} = await openGrouped();
	await terminal.press('h', 'p');
	assert.match(terminal.line(39), /This is a group: Space marks its torrents/);
	assert.deepEqual(engine.sent, []);
	await terminal.press(' ', 'p');
	assert.equal(engine.sent.length, 6);
	await close();
});

test('what is looked for, or ails, is found in folded groups, which open; a double click folds', async () => {
	const {terminal, clock, close} = await openGrouped();
	await terminal.press('z', '!');
	assert.match(terminal.text(), /› .* übung/);
	await terminal.press('z', '/', 'maps', keys.enter);
	assert.match(terminal.text(), /› .*maps-of-the-north/);
	clock.turn(1000);
	await click(terminal, '▾ films');
	await click(terminal, '▾ films');
	assert.match(terminal.text(), /▸ films/);
	await close();
});

test('what an earlier version remembered of groups is what it was', () => {
	const load = (stored: object) => loadPreferences({load: () => stored, save: () => undefined}).group;
	assert.equal(load({groups: true}), 'label');
	assert.equal(load({groups: false}), 'none');
	assert.equal(load({groups: true, group: 'none'}), 'none');
	assert.equal(load({group: 'nonsense'}), 'none');
});
