import assert from 'node:assert/strict';
import {type TestContext, test} from 'node:test';
import type {TorrentState} from '../../../source/api/snapshot.ts';
import {openTestScreen} from '../../helpers/open-test-screen.ts';

/** The list of torrents in these states, all marked. */
async function marked(t: TestContext, states: readonly TorrentState[]) {
	const screen = await openTestScreen(100, 30, {list: true});
	t.after(() => screen.close());
	const {engine, terminal} = screen;
	const torrents = states.map((state, n) => ({
		...engine.overview(),
		id: String(n).repeat(40),
		name: `torrent ${n}`,
		queue: n + 1,
		state,
	}));
	for (const listener of engine.listeners()) listener({revision: 99, torrents});
	await terminal.settled();
	for (const _ of states) await terminal.press(' ');
	return {
		press: async (key: string) => {
			await terminal.press(key);
			return engine.sent
				.filter(({type}) => /pause|resume/.test(type))
				.map(command => `${command.type} ${'id' in command ? command.id?.[0] : ''}`);
		},
	};
}

test('while one of the marked torrents runs, none of them is started by the key that stops them', async t => {
	for (const states of [
		['paused', 'downloading'],
		['downloading', 'paused'],
		['failed', 'seeding', 'paused'],
	] as const) {
		await t.test(states.join(' and '), async inner => {
			const sent = await (await marked(inner, states)).press('p');
			for (const [n, state] of states.entries())
				if (state === 'downloading' || state === 'seeding') assert.ok(sent.includes(`torrent.pause ${n}`));
			assert.ok(!sent.some(command => command.startsWith('torrent.resume')), sent.join());
		});
	}
});

test('when none of them runs all go on', async t => {
	const sent = await (await marked(t, ['paused', 'paused', 'failed'])).press('p');
	assert.deepEqual(sent.sort(), ['torrent.resume 0', 'torrent.resume 1', 'torrent.resume 2']);
});
