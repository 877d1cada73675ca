import assert from 'node:assert/strict';
import {hash} from 'node:crypto';
import {existsSync, rmSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {StateStore} from '../../../source/io/state/torrent-store.ts';
import {openTestSession, type TestSession} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const many = 60;
const link = (n: number): string =>
	`magnet:?xt=urn:btih:${hash('sha1', `many ${n}`)}&dn=${encodeURIComponent(`link ${n}`)}`;

/** Counts what is saved, by torrent. */
class CountingStore extends StateStore {
	readonly saves = new Map<string, number>();

	override save(...[resume]: Parameters<StateStore['save']>): ReturnType<StateStore['save']> {
		this.saves.set(resume.id, (this.saves.get(resume.id) ?? 0) + 1);
		return super.save(resume);
	}
}

/** An engine that runs one download at a time. */
async function open(space: Workspace): Promise<{engine: TestSession; store: CountingStore}> {
	const store = new CountingStore(space.folder('home'), () => {});
	const engine = await openTestSession(space, 'home', {
		store,
		queue: {downloads: 1, seeds: undefined, total: Number.POSITIVE_INFINITY},
	});
	return {engine, store};
}

/** A home with many links of which one runs, the last is paused, and the others wait. */
async function made(t: TestContext): Promise<Workspace> {
	const space = new Workspace(t);
	const {engine} = await open(space);
	for (let n = 0; n < many; n++) {
		const options = {paused: n === many - 1};
		await engine.send({type: 'torrent.addLink', link: link(n), options});
	}
	await engine.session.stop();
	return space;
}

test('torrents that only waited since the start are not saved when the engine ends, and those that ran are', async t => {
	const space = await made(t);
	const {engine, store} = await open(space);
	const {torrents = []} = await engine.send({type: 'session.list'});
	assert.equal(torrents.length, many);
	assert.deepEqual(
		torrents.filter(({state}) => state === 'metadata').map(({name}) => name),
		['link 0'],
	);
	await engine.session.stop();
	assert.deepEqual([...store.saves.keys()], [torrents[0]!.id]);
	const again = await open(space);
	const after = await again.engine.send({type: 'session.list'});
	assert.deepEqual(
		after.torrents?.map(({id, state, queue}) => [id, state, queue]),
		torrents.map(({id, state, queue}) => [id, state, queue]),
	);
});

test('what was chosen of one that waits is saved, and nothing of the others', async t => {
	const space = await made(t);
	const {engine, store} = await open(space);
	const {torrents = []} = await engine.send({type: 'session.list'});
	const [first, , third] = torrents;
	await engine.send({type: 'torrent.label', id: third!.id, label: 'films'});
	await engine.session.stop();
	assert.deepEqual(new Set(store.saves.keys()), new Set([first!.id, third!.id]));
	const again = await open(space);
	assert.equal((await again.engine.view(third!.id)).label, 'films');
});

test('a paused one that is told to run, and one that waits and is paused, are as told after the next start', async t => {
	const space = await made(t);
	const first = await open(space);
	const {torrents = []} = await first.engine.send({type: 'session.list'});
	const waiting = torrents[1]!.id;
	const paused = torrents.at(-1)!.id;
	await first.engine.send({type: 'torrent.pause', id: waiting});
	await first.engine.send({type: 'torrent.resume', id: paused});
	await first.engine.session.stop();
	const {engine} = await open(space);
	assert.equal((await engine.view(waiting)).state, 'paused');
	assert.equal((await engine.view(paused)).state, 'queued');
});

test('a copy of what was chosen that is lost is made anew though nothing has changed', async t => {
	const space = await made(t);
	const first = await open(space);
	const {torrents = []} = await first.engine.send({type: 'session.list'});
	await first.engine.session.stop();
	const {id} = torrents[5]!;
	const copy = space.path(`home/spare/${id}.resume`);
	rmSync(copy);
	const {engine} = await open(space);
	await engine.session.stop();
	assert.ok(existsSync(copy));
});
