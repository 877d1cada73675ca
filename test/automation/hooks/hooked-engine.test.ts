import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import type {HookSettings} from '../../../source/automation/hooks/hook-settings.ts';
import {Hooks} from '../../../source/automation/hooks/hooks.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, type TestTorrent, testTorrent} from '../../helpers/sessions.ts';
import {mountDisk} from '../../helpers/small-disk.ts';
import {wholeLines} from '../../helpers/whole-lines.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {noHooks} from './hook-world.ts';

/** An engine that downloads, with hooks, and one that has what it downloads. */
async function downloading(
	space: Workspace,
	torrents: readonly TestTorrent[],
	settings: Partial<HookSettings>,
) {
	const seeder = await openTestSession(space, 'seeder');
	for (const torrent of torrents) await seedTorrent(seeder, torrent);
	const engine = await openTestSession(space, 'engine');
	const hooks = await Hooks.open(
		{
			engine: engine.session,
			clock: machineClock,
			http: {get: () => Promise.reject(new Error('nobody is told'))},
			stateDir: space.path('engine'),
			env: process.env,
			version: '0.0.0',
		},
		{...noHooks, ...settings},
	);
	space.defer(() => hooks.stop());
	const options = {peers: [`127.0.0.1:${seeder.port}`]};
	return {engine, options};
}

describe('an engine with hooks', {concurrency: true}, () => {
	test('tells of what is added, is complete, is removed at its goal, and fails', async t => {
		const space = new Workspace(t);
		const notes = space.path('notes');
		const script = space.path('hook');
		writeFileSync(script, `#!/bin/sh\necho "$TORTUI_EVENT $TORTUI_NAME $TORTUI_ERROR" >> ${notes}\n`, {
			mode: 0o755,
		});
		const program = {kind: 'program', words: [script]} as const;
		const torrent = testTorrent(space, 'film', [['x.bin', 100_000]]);
		const own = testTorrent(space, 'show', [['y.bin', 100_000]]);
		const {engine, options} = await downloading(space, [torrent], {
			targets: {added: program, complete: program, goal: program, error: program},
		});
		const noted = () => wholeLines(notes).sort();
		const id = await seedTorrent(engine, own);
		unlinkSync(join(own.content.root, 'y.bin'));
		await engine.sees(id, 'it failed', ({state}) => state === 'failed');
		await engine.add(torrent, {...options, goal: {time: 0, atGoal: 'remove'}});
		await until(
			() => `all are told: ${noted().join(' | ')}; ${engine.log.join(' | ')}`,
			30_000,
			() => noted().length === 5 || undefined,
		);
		const {reason} = await engine.view(id);
		assert.deepEqual(
			noted().map(line => line.trim()),
			['added film', 'added show', 'complete film', `error show ${reason?.text}`, 'goal film'],
		);
		const {torrents = []} = await until('it is removed', 10_000, async () => {
			const reply = await engine.send({type: 'session.list'});
			return reply.torrents?.length === 1 ? reply : undefined;
		});
		assert.equal(torrents[0]!.id, id);
	});

	test('overwrites nothing when it moves what is complete: what has the name of something that is there stays where it was downloaded', async t => {
		const space = new Workspace(t);
		const done = space.path('done');
		const torrent = testTorrent(space, 'film', [['x.bin', 100_000]]);
		const {engine, options} = await downloading(space, [torrent], {moveTo: done});
		mkdirSync(join(done, 'film'), {recursive: true});
		writeFileSync(join(done, 'film/x.bin'), 'mine');
		const id = await engine.add(torrent, options);
		await engine.sees(id, 'it is told', () =>
			engine.log.some(line => /^error: on-complete-move: /.test(line)),
		);
		assert.equal((await engine.view(id)).dir, space.path('engine-data'));
		assert.equal(readFileSync(join(done, 'film/x.bin'), 'utf8'), 'mine');
		assert.ok(existsSync(space.path('engine-data/film/x.bin')));
		assert.match(
			engine.log.join('\n'),
			/it stays in \S+engine-data, not \S+done: already there: \S+done\/film\/x\.bin/,
		);
	});

	test('moves one of two torrents with the same names, and both are whole', async t => {
		const space = new Workspace(t);
		const done = space.path('done');
		const first = testTorrent(space, 'film', [['x.bin', 100_000]]);
		// The same, and another one by its pieces.
		const second = testTorrent(space, 'film', [['x.bin', 100_000]], 65_536);
		const {engine, options} = await downloading(space, [first, second], {moveTo: done});
		const ids = [
			await engine.add(first, options),
			await engine.add(second, {...options, dir: space.path('other')}),
		];
		for (const id of ids) await engine.sees(id, 'complete', ({state}) => state === 'seeding');
		await engine.sees(ids[0]!, 'the other is told of', () =>
			engine.log.some(line => /^error: on-complete-move: /.test(line)),
		);
		const views = await Promise.all(ids.map(id => engine.view(id)));
		assert.equal(views.filter(({dir}) => dir === done).length, 1);
		for (const {dir, state} of views) {
			assert.equal(state, 'seeding');
			assert.equal(readFileSync(join(dir, 'film/x.bin')).length, 100_000);
		}
	});

	test('moves nothing where there is no room for it: it stays where it was downloaded', async t => {
		const space = new Workspace(t);
		const disk = mountDisk(space, '1m');
		if (disk === undefined) return;
		const torrent = testTorrent(space, 'film', [['x.bin', 3_000_000]]);
		const small = testTorrent(space, 'show', [['y.bin', 300_000]]);
		const {engine, options} = await downloading(space, [torrent, small], {moveTo: join(disk, 'done')});
		const id = await engine.add(torrent, options);
		await engine.sees(id, 'it is told', () =>
			engine.log.some(line => /on-complete-move.*disk full/.test(line)),
		);
		assert.equal((await engine.view(id)).dir, space.path('engine-data'));
		const other = await engine.add(small, options);
		await engine.sees(
			other,
			'it is there',
			({dir, state}) => dir === join(disk, 'done') && state === 'seeding',
		);
		assert.equal(readFileSync(join(disk, 'done/show/y.bin')).length, 300_000);
	});
});
