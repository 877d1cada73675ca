import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {SessionView, TorrentView} from '../../../source/api/snapshot.ts';
import {plainReport} from '../../../source/commands/transfer/plain-report.ts';
import {transfer} from '../../../source/commands/transfer/transfer.ts';
import type {TransferReport} from '../../../source/commands/transfer/transfer-report.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';
import {torrentView} from '../torrent-view.ts';

const never = new Promise<never>(() => {});

function start(
	ids: readonly string[],
	seeds: boolean,
	links: readonly string[] = [],
	stopped: Promise<unknown> = never,
) {
	const engine = new EmptyEngine();
	const told: string[] = [];
	const tell = (what: string) => (view: TorrentView, text?: string | boolean) => {
		told.push([what, view.name, ...(typeof text === 'string' ? [text] : [])].join(' '));
	};
	const report: TransferReport = {
		added: tell('added'),
		metadata: tell('metadata'),
		progress() {},
		complete: tell('complete'),
		seeding: tell('seeding'),
		failed: tell('failed'),
		warning: tell('warning'),
		trouble: text => told.push(`trouble ${text}`),
		ended() {},
		end: () => told.push('end'),
	};
	const outcome = transfer({engine, ids, links: new Set(links), seeds, report, stopped});
	const show = (...torrents: Array<Partial<TorrentView>>) =>
		engine.tell(() => ({torrents: torrents.map(more => torrentView({id: more.name ?? '', ...more}))}));
	return {engine, told, outcome, show};
}

const done = {state: 'seeding', completed: 1000} as const;

test('it ends when every torrent is complete', async () => {
	const {told, outcome, show, engine} = start(['a', 'b'], false);
	show({name: 'a'}, {name: 'b'}, {name: 'somebody else'});
	show({name: 'a', ...done}, {name: 'b', completed: 999});
	show({name: 'a', ...done}, {name: 'b', ...done});
	assert.equal(await outcome, 'done');
	assert.deepEqual(told, ['added a', 'added b', 'complete a', 'complete b', 'end']);
	assert.equal(engine.watchers.size, 0);
});

test('a blocklist that cannot be read is told, once', async () => {
	const {told, outcome, show, engine} = start(['a'], false);
	const session = {blocklist: {from: '/list', ranges: 0, trouble: 'the blocklist /list cannot be read'}};
	engine.tell(() => ({session: session as SessionView}));
	engine.tell(() => ({session: session as SessionView}));
	show({name: 'a', ...done});
	assert.equal(await outcome, 'done');
	assert.deepEqual(told, ['trouble the blocklist /list cannot be read', 'added a', 'complete a', 'end']);
	assert.equal(engine.watchers.size, 0);
});

test('having all bytes is not complete while they are still checked', async () => {
	const {told, outcome, show} = start(['a'], false);
	show({name: 'a', state: 'checking', completed: 1000});
	show({name: 'a', state: 'downloading', completed: 1000});
	assert.deepEqual(told, ['added a']);
	show({name: 'a', state: 'finished', completed: 1000});
	assert.equal(await outcome, 'done');
});

test('metadata is told once, and only of links', async () => {
	const {told, outcome, show} = start(['a', 'b'], false, ['a']);
	show({name: 'a', state: 'metadata', pieces: 0}, {name: 'b'});
	show({name: 'a', state: 'checking'}, {name: 'b'});
	show({name: 'a', ...done}, {name: 'b', ...done});
	await outcome;
	assert.deepEqual(told, ['added a', 'added b', 'metadata a', 'complete a', 'complete b', 'end']);
});

test('it seeds until the engine says that the goal is reached', async () => {
	const {told, outcome, show} = start(['a'], true);
	show({name: 'a', ...done, ratio: 2});
	assert.deepEqual(told, ['added a', 'complete a', 'seeding a']);
	show({name: 'a', ...done, state: 'pausing', ratio: 2});
	show({name: 'a', ...done, ratio: 900});
	assert.deepEqual(told, ['added a', 'complete a', 'seeding a']);
	show({name: 'a', ...done, state: 'finished', ratio: 2});
	assert.equal(await outcome, 'done');
	assert.deepEqual(told, ['added a', 'complete a', 'seeding a', 'end']);
});

test('what has reached its goal before anybody looks is not told to seed', async () => {
	const {told, outcome, show} = start(['a'], true);
	show({name: 'a', ...done, state: 'finished'});
	assert.equal(await outcome, 'done');
	assert.deepEqual(told, ['added a', 'complete a', 'end']);
});

test('one that has reached its goal waits for another that has not', async () => {
	const {told, outcome, show} = start(['a', 'b'], true);
	show({name: 'a', ...done, state: 'finished'}, {name: 'b', ...done});
	show({name: 'a', ...done, state: 'finished'}, {name: 'b', ...done, state: 'finished'});
	assert.equal(await outcome, 'done');
	assert.deepEqual(told, ['added a', 'complete a', 'added b', 'complete b', 'seeding b', 'end']);
});

test('one that fails does not end the others, but the whole', async () => {
	const {told, outcome, show} = start(['a', 'b'], false);
	show({name: 'a', state: 'failed', reason: {level: 'error', text: 'the disk is full'}}, {name: 'b'});
	show(
		{name: 'a', state: 'failed', reason: {level: 'error', text: 'the disk is full'}},
		{name: 'b', ...done},
	);
	assert.equal(await outcome, 'failed');
	assert.deepEqual(told, ['added a', 'failed a the disk is full', 'added b', 'complete b', 'end']);
});

test('a warning is told once as long as it stays the same', async () => {
	const {told, outcome, show} = start(['a'], false);
	const reason = {level: 'warn', text: 'no tracker answers'} as const;
	show({name: 'a', reason});
	show({name: 'a', reason});
	show({name: 'a', reason: {level: 'info', text: 'all is well'}});
	show({name: 'a', ...done});
	await outcome;
	assert.deepEqual(told, ['added a', 'warning a no tracker answers', 'complete a', 'end']);
});

test('it ends when it is stopped, and when the engine is gone', async () => {
	const stop = Promise.withResolvers<void>();
	const first = start(['a'], false, [], stop.promise);
	first.show({name: 'a'});
	stop.resolve();
	assert.equal(await first.outcome, 'stopped');
	const second = start(['a'], false);
	second.show({name: 'a'});
	second.engine.stop('the engine has ended');
	assert.equal(await second.outcome, 'failed');
	assert.deepEqual(second.told, ['added a', 'failed a the engine has ended', 'end']);
});

test('without a terminal, what was there already is told as seeding alone', () => {
	const run = (tell: (report: TransferReport) => void): string[] => {
		let out = '';
		const stdout = {write: (text: string) => (out += text)} as unknown as NodeJS.WriteStream;
		tell(plainReport({stdout, warn() {}}));
		return out.trimEnd().split('\n');
	};
	const view = torrentView({name: 'a', ...done});
	assert.deepEqual(
		run(report => {
			report.complete(view, true);
			report.seeding(view);
		}),
		['a: seeding'],
	);
	assert.deepEqual(
		run(report => report.complete(view, false)),
		['a: complete, everything was there'],
	);
	const [line, more] = run(report => {
		report.complete({...view, downloaded: 1000}, true);
		report.seeding(view);
	});
	assert.match(line ?? '', /^a: complete, 0\.98 K in \d\.\d s$/);
	assert.equal(more, 'a: seeding');
});

test('without a terminal, what an earlier run had fetched is not called fetched now', () => {
	let out = '';
	const stdout = {write: (text: string) => (out += text)} as unknown as NodeJS.WriteStream;
	const view = torrentView({name: 'a', ...done, downloaded: 1000});
	const report = plainReport({stdout, warn() {}}, new Map([[view.id, view]]));
	report.complete(view, true);
	report.complete(view, false);
	assert.equal(out, 'a: complete, everything was there\n');
});
