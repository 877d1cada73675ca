import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {test} from 'node:test';
import type {TorrentView} from '../../../source/api/snapshot.ts';
import {CompletionJournal} from '../../../source/automation/hooks/completion-journal.ts';
import {seeded} from '../../helpers/fake-engine.ts';
import {Workspace} from '../../helpers/workspace.ts';

const start = 1_700_000_000_000;

const view = (id: string, change: Partial<TorrentView>): TorrentView =>
	({id, wanted: 100, completed: 0, downloaded: 0, addedAt: start + 10, ...change}) as TorrentView;

const done = (id: string): TorrentView =>
	view(id, {state: 'seeding', completed: 100, downloaded: 100, completedAt: start + 20});

test('wherever a kill cuts the journal off, each torrent is due again unless it was told, and none that was', async t => {
	const space = new Workspace(t);
	const path = space.path('completed.journal');
	const random = seeded(5);
	const ids = Array.from({length: 30}, (_, n) => `t${n}`);
	const journal = new CompletionJournal(space.dir, assert.fail);
	await journal.open(start);
	const complete = new Set<string>();
	// Some are seen to download, others are complete before anybody looks.
	for (const id of ids) {
		const views = ids
			.slice(0, ids.indexOf(id) + 1)
			.map(each =>
				complete.has(each) ? done(each) : view(each, {state: random() < 0.3 ? 'checking' : 'downloading'}),
			);
		for (const due of journal.look(views, start)) if (random() < 0.5) await journal.told(due.id);
		for (const {id: other} of views) if (random() < 0.3) complete.add(other);
	}
	const all = ids.map(done);
	for (const due of journal.look(all, start)) if (random() < 0.8) await journal.told(due.id);
	const written = readFileSync(path, 'utf8');
	const first = written.indexOf('\n') + 1;
	for (let cut = first; cut <= written.length; cut += 1 + Math.floor(random() * 40)) {
		const rest = written.slice(0, cut);
		writeFileSync(path, rest);
		const again = new CompletionJournal(space.dir, assert.fail);
		await again.open(start + 60_000);
		const due = again.look(all, start).map(({id}) => id);
		const told = new Set(
			rest.split('\n').flatMap(line => (line.endsWith(',"told"]') ? [JSON.parse(line)[0] as string] : [])),
		);
		assert.deepEqual(
			due,
			ids.filter(id => !told.has(id)),
			`cut off after ${cut} bytes`,
		);
		for (const id of due) await again.told(id);
		assert.deepEqual(again.look(all, start), []);
		await again.close();
	}
});

test('one that had everything when it was added is not due, also when a piece of it is fetched again later', async t => {
	const space = new Workspace(t);
	const journal = new CompletionJournal(space.dir, assert.fail);
	await journal.open(start);
	journal.look([view('seed', {state: 'checking'})], start);
	const seed = view('seed', {state: 'seeding', completed: 100, completedAt: start + 20});
	assert.deepEqual(journal.look([seed], start), []);
	journal.look([view('seed', {state: 'downloading', completed: 90})], start);
	assert.deepEqual(journal.look([{...seed, downloaded: 10}], start), []);
	await journal.close();
});

test('what is being checked, is paused, waits for a choice or wants nothing is neither open nor complete', async t => {
	const space = new Workspace(t);
	const journal = new CompletionJournal(space.dir, assert.fail);
	await journal.open(start);
	const views = [
		view('checked', {state: 'checking', completed: 100, downloaded: 100}),
		view('link', {state: 'metadata', wanted: 0}),
		view('nothing', {state: 'downloading', wanted: 0, downloaded: 5}),
		view('choosing', {state: 'paused', choosing: true, completed: 100}),
		view('paused', {state: 'paused', completed: 50}),
	];
	assert.deepEqual(journal.look(views, start), []);
	await journal.close();
	assert.equal(
		readFileSync(space.path('completed.journal'), 'utf8').split('\n').length,
		3,
		'only of the run itself',
	);
});

test('what another program had downloaded is not due, however lately it was complete there; what is downloaded here is', async t => {
	const space = new Workspace(t);
	const journal = new CompletionJournal(space.dir, assert.fail);
	await journal.open(start);
	const now = start + 3_600_000;
	const waiting = view('waiting', {state: 'paused', downloaded: 40});
	const hashed = view('hashed', {state: 'checking', downloaded: 100});
	assert.deepEqual(journal.look([waiting, hashed], now), []);
	const lately = {addedAt: now - 60_000, completedAt: now + 30_000};
	const found = {...done('hashed'), ...lately};
	const brought = {...done('brought'), ...lately};
	const fast = {...done('fast'), addedAt: now + 10_000, completedAt: now + 10_500};
	const views = [{...done('waiting'), completedAt: now + 30_000}, found, brought, fast];
	const due = journal.look(views, now + 60_000).map(({id}) => id);
	assert.deepEqual(due, ['waiting', 'fast']);
	await journal.close();
});
