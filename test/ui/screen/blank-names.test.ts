import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

for (const [name, shown] of [
	['   ', '"   "'],
	['\u200b', '"\\u{200b}"'],
	['\u0007', '"\\u{7}"'],
] as const) {
	test(`a torrent called ${JSON.stringify(name)} is seen in the list, its header, details and questions`, async () => {
		const {terminal, engine, close} = await openTestScreen(80, 24, {list: true, silent: true});
		const torrents = [{...engine.overview(), name}];
		for (const listener of engine.listeners()) listener({revision: 500, torrents});
		await terminal.settled();
		assert.ok(terminal.text().includes(`▼ ${shown} `), terminal.text());
		await terminal.press('i');
		assert.match(terminal.text(), /Details/);
		const squeezed = shown.replace(/ +/g, ' ');
		assert.ok(terminal.text().includes(squeezed), terminal.text());
		await terminal.press('q', 'd');
		assert.match(terminal.text(), /Remove it from the list/);
		assert.ok(terminal.text().includes(shown), terminal.text());
		await close();
	});
}

test('a file called nothing but blanks is seen in the tree', async () => {
	const {terminal, engine, close} = await openTestScreen(80, 24, {silent: true});
	const torrent = {
		id: engine.id,
		files: [
			{index: 0, path: ['a', '   '], length: 5},
			{index: 1, path: ['a', '\u2800'], length: 5},
		],
	};
	for (const listener of engine.listeners()) listener({revision: 500, torrent: torrent as never});
	await terminal.press('5');
	assert.ok(terminal.text().includes('"   "'), terminal.text());
	assert.ok(terminal.text().includes('"\\u{2800}"'), terminal.text());
	await close();
});
