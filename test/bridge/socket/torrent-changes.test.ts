import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import type {TorrentView, Update, Watch} from '../../../source/api/snapshot.ts';
import {connectEngine} from '../../../source/bridge/socket/connect-engine.ts';
import {serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {changesBetween, withChanges} from '../../../source/bridge/socket/torrent-changes.ts';
import {until} from '../../helpers/deadline.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {seeded} from '../../policy/seeded.ts';

const folder = mkdtempSync(join(tmpdir(), 'tortui-changes-'));
after(() => rmSync(folder, {recursive: true}));

const torrent = (id: string, name = id) => ({id, name}) as unknown as TorrentView;
const ids = (torrents: readonly TorrentView[]) => torrents.map(({id, name}) => `${id}=${name}`).join(' ');

test('the list that changes make is the one that they were told from', () => {
	const random = seeded(5);
	let before: TorrentView[] = [];
	let whole = 0;
	for (let round = 0; round < 2000; round++) {
		let now = before.filter(() => random() > 0.05);
		now = now.map(one => (random() < 0.2 ? torrent(one.id, `${round}`) : one));
		while (random() < 0.4) now.push(torrent(`${round}-${now.length}`));
		if (random() < 0.05) now.reverse();
		const changes = changesBetween(before, now);
		if (changes === undefined) whole++;
		else {
			const made = withChanges(before, JSON.parse(JSON.stringify(changes)));
			assert.equal(ids(made), ids(now), `round ${round}`);
			for (const one of made)
				if (before.some(({id, name}) => id === one.id && name === one.name)) assert.ok(before.includes(one));
		}
		before = now;
	}
	assert.ok(whole > 10 && whole < 200, `${whole} times whole`);
});

test('one that went and came again at once is at the end', () => {
	const [a, b, c] = [torrent('a'), torrent('b'), torrent('c')];
	const after = [b, c, torrent('a', 'again')];
	const changes = changesBetween([a, b, c], after);
	assert.equal(changes === undefined ? ids(after) : ids(withChanges([a, b, c], changes)), ids(after));
});

/** An engine whose only watcher is told what the test says; what goes to it over its socket is counted. */
class ToldEngine extends EmptyEngine {
	say: (update: Update) => void = () => {};
	watched: Watch | undefined;

	override watch(watch: Watch, listener: (update: Update) => void) {
		this.watched = watch;
		this.say = listener;
		return {
			change: (changed: Watch) => {
				this.watched = changed;
			},
			stop: () => {},
		};
	}
}

test('over a socket a list of which one torrent has changed costs one torrent, and its listener has all of them', async () => {
	const engine = new ToldEngine();
	const path = join(folder, 'engine.sock');
	const served = await serveEngine(engine, path, {version: '1', about: {}});
	const client = await connectEngine(path, {version: '1'});
	const heard: Update[] = [];
	const watching = client.watch({interval: 100, torrents: true}, update => heard.push(update));
	await until('the watch', 10_000, () => engine.watched);
	assert.equal(engine.watched?.changes, true);
	const many = Array.from({length: 1000}, (_, n) => torrent(`${n}`, `torrent ${n}`));
	engine.say({revision: 1, torrents: many});
	await until('the list', 10_000, () => heard[0]?.torrents);
	assert.deepEqual(heard[0]!.torrents, many);
	const changed = many.with(500, torrent('500', 'another'));
	engine.say({revision: 2, torrents: changed});
	await until('the change', 10_000, () => heard[1]?.torrents);
	assert.deepEqual(heard[1]!.torrents, changed);
	assert.equal(heard[1]!.torrentChanges, undefined);
	assert.equal(heard[1]!.torrents![499], heard[0]!.torrents![499], 'what has not changed is the same object');
	// What is told before the engine has heard of another watch is of the one before; then all is told.
	watching.change({interval: 100, torrents: true, session: true});
	await until('the other watch', 10_000, () => engine.watched?.session);
	engine.say({revision: 3, torrents: changed});
	await until('all again', 10_000, () => heard[2]?.torrents);
	assert.deepEqual(heard[2]!.torrents, changed);
	// Who keeps what it was told is told what has changed since.
	watching.change({interval: 50, torrents: true, keeps: true});
	await until('the third watch', 10_000, () => engine.watched?.keeps);
	const fewer = changed.slice(1);
	engine.say({revision: 4, torrents: fewer});
	await until('one less', 10_000, () => heard[3]?.torrents);
	assert.deepEqual(heard[3]!.torrents, fewer);
	assert.equal(heard[3]!.torrents![0], heard[2]!.torrents![1]);
	client.close();
	await served.close('the test is over');
});
