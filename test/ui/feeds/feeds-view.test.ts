import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command} from '../../../source/api/command.ts';
import {fakeFeeds} from '../../helpers/fake-feeds.ts';
import {type OpenScreen, openTestScreen} from '../../helpers/open-test-screen.ts';

const down = '\u001B[B';
const esc = '\u001B';

/** A screen on the Feeds view. */
async function openFeeds(columns = 100, rows = 30) {
	const screen = await openTestScreen(columns, rows, {list: true});
	await screen.terminal.press('F');
	await screen.advance(1);
	return screen;
}

/** Sees that a command of this type was sent last, and answers it. */
function lastSent<Type extends Command['type']>({engine}: OpenScreen, type: Type) {
	const command = engine.sent.at(-1);
	assert.equal(command?.type, type);
	return command as Extract<Command, {type: Type}>;
}

test('the Feeds view shows feeds, what the one under the cursor has, and what is taken of it', async () => {
	const screen = await openFeeds();
	const text = screen.terminal.text();
	assert.match(screen.terminal.line(0), /Feeds .*3 feeds · 1206 items · 1 taken · 1 cannot be read/);
	assert.match(screen.terminal.line(1), /images\.example\/rss {3}4 min ago, again in 11 min/);
	assert.match(text, /Recordings of the harbour .*1200 .*looking/);
	assert.match(text, /closed\.example\/rss .*401: it wants you to/);
	assert.match(text, /ubuntu-26\.10-desktop-amd64\.iso .*6\.00 G .*1 h .*taken/);
	assert.match(text, /release notes .*no torrent/);
	assert.match(text, /ubuntu-\*-amd64 .*label linux/);
	await screen.terminal.press('\t', '\t', down);
	assert.match(screen.terminal.text(), /Low tide, 2026-11-19/);
	assert.match(screen.terminal.text(), /1 of 1200/);
	await screen.terminal.press(esc);
	await screen.advance(1);
	assert.match(screen.terminal.line(0), /torrents/);
	await screen.close();
});

test('Enter takes the item under the cursor, and says what came of it', async () => {
	const screen = await openFeeds();
	await screen.terminal.press(down, '\r');
	assert.deepEqual(lastSent(screen, 'feeds.get'), {
		type: 'feeds.get',
		feed: '0123456789ab',
		item: '000000000002',
	});
	assert.match(screen.terminal.text(), /debian-13\.2\.0-amd64-netinst\.iso is added\./);
	const before = screen.engine.sent.length;
	await screen.terminal.press(down, down, down, down, '\r');
	assert.equal(screen.engine.sent.length, before);
	assert.match(screen.terminal.text(), /No torrent is in that one\./);
	screen.engine.refuse = 'it cannot be fetched: no such host';
	await screen.terminal.press('g', '\r');
	assert.match(screen.terminal.text(), /it cannot be fetched: no such host/);
	await screen.close();
});

test('why an item was not taken is said above, and the feed that is looked into is marked', async () => {
	const screen = await openFeeds();
	await screen.terminal.press(down, down, down, down);
	assert.match(screen.terminal.line(1), /the server answers 503/);
	assert.match(screen.terminal.text(), /› Images/);
	await screen.close();
});

test('R proposes a rule from the item under the cursor, and says what fits it while it is typed', async () => {
	const screen = await openFeeds();
	await screen.terminal.press(down, 'R');
	assert.match(screen.terminal.text(), /debian-\*-amd64-netinst\.iso/);
	assert.match(screen.terminal.text(), /1 item fits of the 6 that are shown/);
	await screen.terminal.press('\t', '>2G');
	assert.match(screen.terminal.text(), /0 items fit of the 6/);
	await screen.terminal.press(
		...Array(3).fill('\u007F'),
		'<1G',
		'\t',
		'linux',
		'\t',
		'/srv/iso',
		'\t',
		' ',
		'\r',
	);
	assert.deepEqual(lastSent(screen, 'feeds.rule'), {
		type: 'feeds.rule',
		feed: '0123456789ab',
		rule: {
			name: 'debian-*-amd64-netinst.iso',
			title: 'debian-*-amd64-netinst.iso',
			size: '<1G',
			label: 'linux',
			dir: '/srv/iso',
			start: false,
		},
	});
	await screen.terminal.press('R', '\u0015', '/(/', '\r');
	assert.match(screen.terminal.text(), /not closed/);
	await screen.close();
});

test('feeds are added and refreshed; feeds and rules are taken out after a question', async () => {
	const screen = await openFeeds();
	await screen.terminal.press('A', 'nonsense', '\r');
	assert.match(screen.terminal.text(), /A feed is written https:\/\/HOST/);
	await screen.terminal.press('\u0015', 'https://new.example/rss', '\t', 'mine', '\t', '30m', '\r');
	assert.deepEqual(lastSent(screen, 'feeds.add'), {
		type: 'feeds.add',
		url: 'https://new.example/rss',
		name: 'mine',
		interval: 1_800_000,
	});
	await screen.terminal.press('r');
	assert.equal(lastSent(screen, 'feeds.check').feed, '0123456789ab');
	await screen.terminal.press('\t', 'D');
	assert.match(screen.terminal.text(), /Take out this rule\?[\s\S]*ubuntu-\*-amd64/);
	await screen.advance(1);
	await screen.terminal.press('y');
	assert.deepEqual(lastSent(screen, 'feeds.unrule'), {
		type: 'feeds.unrule',
		feed: '0123456789ab',
		name: 'ubuntu-*-amd64',
	});
	await screen.terminal.press('\t', 'D');
	await screen.advance(1);
	await screen.terminal.press('y');
	assert.equal(lastSent(screen, 'feeds.remove').feed, '0123456789ab');
	await screen.close();
});

test('without a feed it says how to come by one', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	screen.engine.feeds = {feeds: []};
	await screen.terminal.press('F');
	await screen.advance(1);
	assert.match(screen.terminal.text(), /no feed yet: A adds one/);
	await screen.terminal.press('\r');
	assert.match(screen.terminal.text(), /There is no feed yet: A adds one\./);
	await screen.close();
});

test('controls in what a feed says do nothing', async () => {
	const screen = await openTestScreen(80, 24, {list: true});
	const [first] = fakeFeeds.feeds;
	const items = [{...first!.items[0]!, title: 'evil \u001B[31mtitle\u0007', rule: '\u001B]0;x\u0007'}];
	screen.engine.feeds = {feeds: [{...first!, name: 'evil \u001B[2Jname', items}]};
	await screen.terminal.press('F');
	await screen.advance(1);
	assert.match(screen.terminal.text(), /evil .*title/);
	await screen.close();
});
