import assert from 'node:assert/strict';
import {test} from 'node:test';
import {mixedTorrents} from '../../helpers/mixed-torrents.ts';
import {click} from '../../helpers/mouse.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';
import {keys} from '../../helpers/screen-terminal.ts';

const head = (text: string) => text.split('\n').find(line => /name .*(?:done|ETA)/.test(line)) ?? '';

async function openList(columns = 120, rows = 40, stored = {}) {
	const screen = await openTestScreen(columns, rows, {list: true, stored});
	screen.engine.others = mixedTorrents(23);
	screen.engine.publish();
	await screen.terminal.settled();
	return screen;
}

test('columns are hidden, moved, widened and shown on the screen, which shows it at once and keeps it', async () => {
	const {terminal, saved, clock, close} = await openList();
	await terminal.press('|', 'j', 'j', 'j', ' ');
	assert.match(terminal.text(), /Columns of torrents/);
	await terminal.press(keys.enter);
	assert.doesNotMatch(head(terminal.text()), /size/);
	await terminal.press('|', ...'jj', 'K', 'K', '-', '-', keys.enter);
	assert.match(head(terminal.text()), /^┃ {2}name +# /, 'the name comes first');
	clock.turn(1000);
	const kept = saved.at(-1)?.columns?.large?.torrents ?? [];
	assert.equal(kept[0]?.id, 'name');
	assert.ok((kept[0]?.width ?? 0) > 20);
	assert.ok(!kept.some(({id}) => id === 'size'));
	await close();
	const again = await openList(120, 40, {columns: saved.at(-1)?.columns});
	assert.match(head(again.terminal.text()), /^┃ {2}name +# /);
	await again.terminal.resize(80, 24);
	assert.match(head(again.terminal.text()), /size/, 'another class of sizes has its own');
	await again.close();
});

test('Esc takes back what was chosen since the dialog was opened, 0 all that ever was', async () => {
	const {terminal, close} = await openList(120, 40, {
		columns: {large: {torrents: [{id: 'eta'}, {id: 'name'}, {id: 'done'}]}},
	});
	const before = head(terminal.text());
	assert.match(before, /^┃ +ETA +name +done/);
	await terminal.press('|', ' ', 'j', ' ', keys.escape);
	assert.equal(head(terminal.text()), before);
	await terminal.press('|', '0', keys.enter);
	assert.match(head(terminal.text()), /# +name +size +done/);
	await close();
});

test('a column has no place where there is none, and the dialog says so; the last one cannot be hidden', async () => {
	const {terminal, close} = await openList(120, 40, {
		columns: {
			large: {
				torrents: [
					{id: 'name', width: 100},
					{id: 'folder', width: 100},
				],
			},
		},
	});
	await terminal.press('|');
	assert.match(terminal.text(), /✓ folder +no room here/);
	await terminal.press('j', ' ', 'k', ' ', ' ');
	assert.match(terminal.text(), /✓ name/);
	await close();
});

test('every list with columns has the dialog, and a click shows or hides a column', async () => {
	for (const pane of ['3', '4', '5']) {
		const {terminal, close} = await openTestScreen(120, 40);
		await terminal.press(pane, '|');
		assert.match(terminal.text(), /Columns of (?:peers|trackers|files)/);
		await close();
	}
	const {terminal, close} = await openTestScreen(120, 40);
	await terminal.press('3', '|');
	await click(terminal, '✓ client');
	await click(terminal, '✓ client');
	await terminal.press(keys.enter);
	assert.doesNotMatch(terminal.text(), /address +client/);
	await terminal.press('6', '|');
	assert.match(terminal.line(39), /This list has no columns\./);
	await close();
});

test('what a file holds of columns that nobody understands is as if nothing was chosen', async () => {
	for (const columns of [
		[],
		{large: 7},
		{large: {torrents: 'x'}},
		{large: {torrents: [{id: 3}]}},
		{large: {torrents: [{id: 'name', width: -1}]}},
	]) {
		const {terminal, close} = await openList(120, 40, {columns});
		assert.match(head(terminal.text()), /# +name +size +done/);
		await close();
	}
});

test('no name of a file is cut to say on each row that its priority is normal', async () => {
	const {terminal, close} = await openTestScreen(80, 24);
	await terminal.press('5');
	assert.doesNotMatch(terminal.text(), /norm/);
	await terminal.press('j', 'j', '+');
	assert.match(terminal.text(), /high/);
	await close();
});
