import assert from 'node:assert/strict';
import {statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'node:test';
import type {InfoHash} from '../../../source/base/units.ts';
import type {ResumeData} from '../../../source/io/state/resume-data.ts';
import {StateStore} from '../../../source/io/state/torrent-store.ts';
import {Bitfield} from '../../../source/protocol/wire/bitfield.ts';
import {until} from '../../helpers/deadline.ts';
import {openTestSession, seedTorrent, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

const all = (pieces: number): Bitfield => {
	const have = new Bitfield(pieces);
	have.fill();
	return have;
};

// What a person sees of it may differ; that it is not believed may not.
for (const [what, change] of [
	['fewer pieces', resume => ({...resume, have: all(3)})],
	['more pieces', resume => ({...resume, have: all(resume.have.length + 5)})],
	['fewer files', resume => ({...resume, priorities: [2]})],
	['more files', resume => ({...resume, priorities: [2, 2, 2, 2, 2]})],
] satisfies ReadonlyArray<readonly [string, (resume: ResumeData) => ResumeData]>) {
	test(`resume data of a torrent of ${what} is not believed: nothing is had that was not looked at`, async t => {
		const space = new Workspace(t);
		const torrent = testTorrent(space, 'shaped', [
			['a.bin', 100_000],
			['b.bin', 100_000],
			['c.bin', 100_000],
		]);
		const engine = await openTestSession(space, 'engine');
		const id = await seedTorrent(engine, torrent);
		await engine.session.stop();

		const store = new StateStore(space.path('engine'), () => {});
		const saved = await store.find(id as InfoHash);
		assert.ok(saved);
		assert.equal(await store.save(change(saved.resume)), undefined);
		// Not one byte of it is right any more, and nothing shows that.
		for (const {path} of torrent.content.files) {
			const file = join(torrent.content.root, ...path);
			const {atime, mtime, size} = statSync(file);
			writeFileSync(file, Buffer.alloc(size, 1));
			utimesSync(file, atime, mtime);
		}
		const again = await openTestSession(space, 'engine');
		const view = await until('it to be known what is there', 15_000, async () => {
			const {torrents} = await again.send({type: 'session.list'});
			const found = torrents?.find(each => each.id === id);
			if (found === undefined) return 'gone';
			return found.state === 'checking' || found.state === 'queued' ? undefined : found;
		});
		if (view !== 'gone') assert.equal(view.piecesHave, 0);
	});
}
