import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Autosave, type AutosaveSetup} from '../../../source/engine/session/autosave.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import type {StorageFailure} from '../../../source/io/disk/storage.ts';
import type {ResumeData} from '../../../source/io/state/resume-data.ts';
import {settled} from '../../helpers/hand-clock.ts';

interface FakeTorrent {
	readonly id: string;
	readonly resumeState: {revision: number; known: ResumeData | undefined; nothing: () => ResumeData};
	readonly stats: {movedAt: number; history: string};
	wanted: boolean;
	readonly activity: {name: string};
	/** Open files, where there are any to be looked at. */
	readonly content: {storage: object} | undefined;
	rememberNow(): Promise<ResumeData>;
}

function fake(id: string, isNew = false): FakeTorrent {
	const data = (what: string) => ({id, what}) as unknown as ResumeData;
	const resumeState = {revision: 1, known: isNew ? undefined : data('known'), nothing: () => data('nothing')};
	return {
		id,
		resumeState,
		stats: {movedAt: 0, history: `speeds of ${id}`},
		wanted: true,
		activity: {name: 'active'},
		content: isNew ? {storage: {}} : undefined,
		rememberNow: async () => data(`revision ${resumeState.revision}`),
	};
}

function open(...fakes: FakeTorrent[]) {
	const saves: string[] = [];
	const speeds: string[] = [];
	const log: string[] = [];
	const disk: {failure: StorageFailure | undefined} = {failure: undefined};
	const torrents = new Map(fakes.map(torrent => [torrent.id, torrent as unknown as Torrent]));
	const saver = new Autosave(
		{
			torrents,
			traffic: {} as AutosaveSetup['traffic'],
			store: {
				save: async resume => {
					saves.push(`${resume.id}: ${(resume as unknown as {what: string}).what}`);
					return disk.failure;
				},
				settled: async () => {},
			},
			speeds: {
				save: async () => void speeds.push('session'),
				saveTorrent: async (id: string) => void speeds.push(id),
			} as unknown as NonNullable<AutosaveSetup['speeds']>,
			log: (level, text, torrent) => void log.push(`${level} ${torrent}: ${text}`),
		},
		0,
	);
	/** A second passes, at `at`; answers what was saved. */
	const tick = async (at: number): Promise<string[]> => {
		saver.tick(at);
		await settled();
		return saves.splice(0);
	};
	return {saver, tick, torrents, speeds, log, disk};
}

test('what has changed is saved every 30 s, and what has not is left alone', async () => {
	const [one, two] = [fake('one'), fake('two')];
	const {tick} = open(one, two);
	assert.deepEqual(await tick(1000), []);
	assert.deepEqual(await tick(29_999), []);
	assert.deepEqual(await tick(30_000), ['one: revision 1', 'two: revision 1']);
	assert.deepEqual(await tick(60_000), [], 'nothing has changed');
	two.resumeState.revision++;
	assert.deepEqual(await tick(60_001), [], 'it is not time yet');
	assert.deepEqual(await tick(90_000), ['two: revision 2']);
	assert.deepEqual(await tick(120_000), []);
});

test('what changes while it is being saved is saved again', async () => {
	const torrent = fake('one');
	const {tick} = open(torrent);
	torrent.rememberNow = async () => {
		torrent.resumeState.revision = 2;
		return {id: 'one', what: 'as it was'} as unknown as ResumeData;
	};
	assert.deepEqual(await tick(30_000), ['one: as it was']);
	assert.deepEqual(await tick(60_000), ['one: as it was']);
	assert.deepEqual(await tick(90_000), []);
});

test('that there is a new torrent is put down in the next second, before its data was looked at', async () => {
	const {tick, torrents} = open(fake('old'));
	torrents.set('new', fake('new', true) as unknown as Torrent);
	assert.deepEqual(await tick(1000), ['new: nothing']);
	assert.deepEqual(await tick(2000), []);
	assert.deepEqual(await tick(30_000), ['old: revision 1', 'new: revision 1']);
});

test('a new torrent that has no data to be looked at is put down once, and again when it changes', async () => {
	const {tick, torrents} = open();
	const link = {...fake('link', true), content: undefined};
	torrents.set('link', link as unknown as Torrent);
	assert.deepEqual(await tick(1000), ['link: nothing']);
	assert.deepEqual(await tick(30_000), []);
	link.resumeState.revision++;
	assert.deepEqual(await tick(60_000), ['link: revision 2']);
});

test('a new one that could not be put down is tried again', async () => {
	const {tick, torrents, disk} = open();
	torrents.set('link', {...fake('link', true), content: undefined} as unknown as Torrent);
	disk.failure = {code: 'disk-full', message: 'no room'};
	assert.deepEqual(await tick(1000), ['link: nothing']);
	disk.failure = undefined;
	assert.deepEqual(await tick(30_000), ['link: revision 1']);
	assert.deepEqual(await tick(60_000), []);
});

test('one that was taken up as it is on the disk is saved when it changes, not before', async () => {
	const torrent = fake('one');
	const {saver, tick} = open(torrent);
	saver.kept(torrent as unknown as Torrent);
	assert.deepEqual(await tick(30_000), []);
	assert.equal(saver.unsaved, 0);
	torrent.resumeState.revision++;
	assert.equal(saver.unsaved, 1);
	assert.deepEqual(await tick(60_000), ['one: revision 2']);
});

test('one that was removed and added again is another', async () => {
	const {tick, torrents} = open(fake('one'));
	await tick(30_000);
	torrents.set('one', fake('one') as unknown as Torrent);
	assert.deepEqual(await tick(60_000), ['one: revision 1']);
});

test('what is removed while it is remembered is not saved any more', async () => {
	const torrent = fake('one');
	const {tick, torrents} = open(torrent);
	torrent.rememberNow = async () => {
		torrents.delete('one');
		return {id: 'one', what: 'gone'} as unknown as ResumeData;
	};
	assert.deepEqual(await tick(30_000), []);
});

test('what could not be saved is tried again each time, and told once until it works', async () => {
	const {tick, log, disk} = open(fake('one'));
	disk.failure = {code: 'io', message: 'the disk is broken'};
	for (const at of [30_000, 60_000, 90_000]) assert.equal((await tick(at)).length, 1);
	assert.equal(log.length, 1);
	assert.match(log[0]!, /^error one: .*the disk is broken/);
	disk.failure = {code: 'io', message: 'the disk is full'};
	await tick(120_000);
	assert.equal(log.length, 2, 'another reason is told');
	disk.failure = undefined;
	await tick(150_000);
	assert.equal(log.length, 3);
	assert.match(log[2]!, /^info one: /);
	assert.deepEqual(await tick(180_000), []);
	assert.equal(log.length, 3);
});

test('speeds are put down every five minutes, of torrents only when they have moved anything', async () => {
	const [one, two] = [fake('one'), fake('two')];
	const {tick, speeds} = open(one, two);
	await tick(270_000);
	assert.deepEqual(speeds, []);
	await tick(300_000);
	assert.deepEqual(speeds.splice(0), ['session', 'one', 'two']);
	one.stats.movedAt = 400_000;
	await tick(590_000);
	assert.deepEqual(speeds, []);
	await tick(620_000);
	assert.deepEqual(speeds.splice(0), ['session', 'one']);
});

test('what a person chose is saved with the next second, once, however often they chose', async () => {
	const [one, two] = [fake('one'), fake('two')];
	const {saver, tick} = open(one, two);
	for (let time = 0; time < 5; time++) saver.chosen([one as unknown as Torrent]);
	assert.deepEqual(await tick(1000), ['one: revision 1']);
	assert.deepEqual(await tick(2000), []);
	saver.chosen([one, two] as unknown as Torrent[]);
	assert.deepEqual((await tick(3000)).sort(), ['one: revision 1', 'two: revision 1']);
	assert.deepEqual(await tick(30_000), [], 'nothing has changed since');
});

test('what is chosen while choices are being saved waits for that, and is saved then', async () => {
	const torrent = fake('one');
	const {saver, tick} = open(torrent);
	let letGo = () => {};
	torrent.rememberNow = () =>
		new Promise(resolve => {
			letGo = () => resolve({id: 'one', what: `at ${torrent.resumeState.revision}`} as unknown as ResumeData);
		});
	saver.chosen([torrent as unknown as Torrent]);
	assert.deepEqual(await tick(1000), []);
	assert.equal(saver.unsaved, 1, 'it is not on the disk yet');
	saver.chosen([torrent as unknown as Torrent]);
	assert.deepEqual(await tick(2000), []);
	letGo();
	assert.deepEqual(await tick(3000), ['one: at 1']);
	assert.deepEqual(await tick(4000), []);
	letGo();
	assert.deepEqual(await tick(5000), ['one: at 1']);
	assert.equal(saver.unsaved, 0);
});

test('what was paused is saved when it has come to rest, with its figures', async () => {
	const torrent = fake('a');
	const {saver, tick} = open(torrent);
	torrent.activity.name = 'pausing';
	saver.chosen([torrent as unknown as Torrent]);
	assert.deepEqual(await tick(1000), []);
	assert.deepEqual(await tick(2000), []);
	torrent.activity.name = 'paused';
	assert.deepEqual(await tick(3000), ['a: revision 1']);
	assert.deepEqual(await tick(4000), []);
});

test('what may be lost is counted by torrents: one that changes while it is saved is one, one that is never saved none', async () => {
	const [one, two, held] = [fake('one'), fake('two'), {...fake('held'), held: {why: 'lost', text: ''}}];
	const {saver, tick} = open(one, two, held);
	await tick(1000);
	const written = Promise.withResolvers<ResumeData>();
	one.rememberNow = () => written.promise;
	const saving = [saver.save(one as unknown as Torrent), saver.save(two as unknown as Torrent)];
	await saving[1];
	assert.equal(saver.unsaved, 1);
	one.resumeState.revision++;
	assert.equal(saver.unsaved, 1);
	saving.push(saver.save(one as unknown as Torrent));
	assert.equal(saver.unsaved, 1, 'it is on its way twice');
	written.resolve(one.resumeState.nothing());
	await Promise.all(saving);
	assert.equal(saver.unsaved, 0);
});
