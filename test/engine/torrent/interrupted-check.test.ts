import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {BlockPool} from '../../../source/io/disk/block-pool.ts';
import type {Disk} from '../../../source/io/disk/disk.ts';
import {DiskService} from '../../../source/io/disk/disk-service.ts';
import type {Storage} from '../../../source/io/disk/storage.ts';
import {openTestSession, seedTorrent, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** A disk whose checks, once it is told to, look at ten pieces and then wait until they are stopped. */
class HesitantDisk {
	hesitates = false;

	mount(pool: BlockPool, stateDir: string): Disk {
		const disk = new DiskService(pool, {stateDir});
		return {
			open: (data, events) => this.#slowed(disk.open(data, events)),
			exists: (dir, path) => disk.exists(dir, path),
			freeSpace: dir => disk.freeSpace(dir),
			close: () => disk.close(),
		};
	}

	#slowed(storage: Storage): Storage {
		const check: Storage['check'] = (pieces, told) => {
			if (!this.hesitates) return storage.check(pieces, told);
			const begun = storage.check(Array.from(pieces).slice(0, 10), told);
			let stop = (): void => {};
			const stopped = new Promise<undefined>(resolve => {
				stop = () => resolve(undefined);
			});
			return {done: begun.done.then(() => stopped), stop: () => stop()};
		};
		return new Proxy(storage, {
			get(target, key) {
				if (key === 'check') return check;
				const value: unknown = Reflect.get(target, key, target);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		});
	}
}

/** A seeded torrent whose check has found ten of its pieces and not come to its end. */
async function checking(
	space: Workspace,
): Promise<{engine: TestSession; disk: HesitantDisk; id: string; pieces: number}> {
	const torrent = testTorrent(space, 'checked', [['x.bin', 1_000_000]]);
	const disk = new HesitantDisk();
	const engine = await openTestSession(space, 'engine', {
		openDisk: pool => disk.mount(pool, space.path('engine')),
	});
	const id = await seedTorrent(engine, torrent);
	disk.hesitates = true;
	await engine.send({type: 'torrent.verify', id});
	await engine.sees(id, 'checks', ({state, piecesHave}) => state === 'checking' && piecesHave === 10);
	return {engine, disk, id, pieces: torrent.pieces};
}

test('a check that is paused begins anew: what it had not come to is not missing', async t => {
	const {engine, disk, id, pieces} = await checking(new Workspace(t));
	await engine.send({type: 'torrent.pause', id});
	await engine.sees(id, 'paused', ({state}) => state === 'paused');
	disk.hesitates = false;
	await engine.send({type: 'torrent.resume', id});
	const view = await engine.sees(id, 'runs', ({state}) => state === 'seeding' || state === 'downloading');
	assert.deepEqual([view.state, view.piecesHave], ['seeding', pieces]);
});

test('a check that the end of the engine cut short is made at the next start', async t => {
	const space = new Workspace(t);
	const {engine, id, pieces} = await checking(space);
	await engine.session.stop();
	const again = await openTestSession(space, 'engine');
	const view = await again.sees(id, 'runs', ({state}) => state === 'seeding' || state === 'downloading');
	assert.deepEqual([view.state, view.piecesHave], ['seeding', pieces]);
});
