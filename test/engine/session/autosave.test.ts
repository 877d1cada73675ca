import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Millis} from '../../../source/base/units.ts';
import {Autosave} from '../../../source/engine/session/autosave.ts';
import type {SessionStats} from '../../../source/engine/session/session-stats.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import type {StatsStore} from '../../../source/io/state/stats-store.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** Five hundred torrents that have all changed, on a disk that takes its time for each, however many wait for it. */
function slowDisk(time: Millis) {
	const clock = new HandClock();
	const saved: string[] = [];
	let waiting = 0;
	let most = 0;
	const slowly = async (id: string): Promise<undefined> => {
		most = Math.max(most, ++waiting);
		await new Promise<void>(resolve => clock.after(time, resolve));
		waiting--;
		saved.push(id);
		return undefined;
	};
	const torrents = new Map<string, Torrent>();
	for (let n = 0; n < 500; n++) {
		const id = `t${n}`;
		torrents.set(id, {
			id,
			held: undefined,
			resumeState: {revision: 1, known: {}},
			stats: {movedAt: n, history: {}},
			rememberNow: async () => ({id}),
		} as unknown as Torrent);
	}
	const saver = new Autosave(
		{
			torrents,
			traffic: {} as SessionStats,
			store: {save: ({id}) => slowly(id), settled: async () => {}},
			speeds: {save: async () => {}, saveTorrent: slowly} as unknown as StatsStore,
			log: () => assert.fail('nothing is to be told'),
		},
		0,
	);
	return {clock, saver, saved, torrents, most: () => most};
}

test('in the end five hundred torrents are saved side by side, each once', async () => {
	const {clock, saver, saved, most} = slowDisk(100);
	let done = false;
	void Promise.all([saver.saveAll(32), saver.saveSpeeds(32)]).then(() => {
		done = true;
	});
	await clock.pass(1700);
	assert.ok(done, `${saved.length} saves`);
	assert.equal(saved.length, 1000);
	assert.equal(new Set(saved).size, 500);
	assert.equal(most(), 64);
});

test('while it runs torrents are saved one after the other, and what was saved is not saved again', async () => {
	const {clock, saver, saved, torrents, most} = slowDisk(1);
	void saver.saveAll();
	await clock.pass(600);
	assert.equal(saved.length, 500);
	assert.equal(most(), 1);
	torrents.get('t7')!.resumeState.revision++;
	void saver.saveAll();
	await clock.pass(10);
	assert.deepEqual(saved.slice(500), ['t7']);
});

test('a torrent of which nobody knows where it is does not take the place of what is on the disk', async () => {
	const {clock, saver, saved, torrents} = slowDisk(1);
	Object.assign(torrents.get('t3')!, {held: {why: 'later', text: ''}});
	void saver.saveAll(4);
	await clock.pass(600);
	assert.equal(saved.length, 499);
	assert.ok(!saved.includes('t3'));
});
