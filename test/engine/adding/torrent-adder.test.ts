import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {test} from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import {asCommand} from '../../../source/api/command-guard.ts';
import type {FilePriority} from '../../../source/api/snapshot.ts';
import {AdoptedTorrents} from '../../../source/engine/adding/adopted-torrents.ts';
import {TorrentAdder} from '../../../source/engine/adding/torrent-adder.ts';
import {TorrentTwins} from '../../../source/engine/adding/torrent-twins.ts';
import {QueueManager} from '../../../source/engine/session/queue-manager.ts';
import {TorrentIndex} from '../../../source/engine/session/torrent-index.js';
import {FileSelection} from '../../../source/engine/torrent/file-selection.ts';
import type {Torrent} from '../../../source/engine/torrent/torrent.ts';
import type {SavedTorrent} from '../../../source/io/state/torrent-store.ts';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.ts';
import {LoneTorrent} from '../../helpers/lone-torrent.ts';

const fileCount = 10_000;
const metainfo = Uint8Array.from(
	encodeBencode({
		info: {
			files: Array.from({length: fileCount}, (_, n) => ({length: 4, path: [`f${n}`]})),
			name: 'many',
			'piece length': 16_384,
			pieces: Buffer.concat(
				Array.from({length: Math.ceil((fileCount * 4) / 16_384)}, () => createHash('sha1').digest()),
			),
		},
	}),
);

/** Adds ten thousand small files in one torrent; `saved` is what an earlier run that was to be no session knew of it. */
async function add(options: AddOptions, saved?: SavedTorrent): Promise<Torrent | undefined> {
	const {services} = new LoneTorrent();
	const torrents = new TorrentIndex();
	const session = {
		services,
		torrents,
		twins: new TorrentTwins({torrents, queue: undefined as never, remove: async () => {}}),
		limited() {},
		queue: new QueueManager(torrents, undefined, services.clock),
		store: {
			find: async () => saved,
			load: async () => [],
			save: async () => undefined,
			saveMetainfo: async () => undefined,
			remove: async () => undefined,
		},
		changed() {},
		keep: async () => {},
	};
	const adder = new TorrentAdder({
		...session,
		adopted: new AdoptedTorrents(session),
		lasting: saved === undefined,
		settings: {dir: '/nowhere/at/all', maxPeers: 50, name: undefined},
		trackers: true,
	});
	const {id} = await adder.add(metainfo, {paused: true, ...options});
	return torrents.get(id!);
}

test('thousands of priorities in one add are worked out once a priority, the last said of a file holds', async t => {
	const worked = t.mock.method(FileSelection.prototype, 'apply');
	const chosen = Array.from({length: 9999}, (_, n) => [n, (n % 5) as FilePriority] as const);
	const torrent = await add({priorities: [[7, 4], ...chosen, [8, 1]]});
	assert.deepEqual(
		[...torrent!.content!.files.priorities],
		Array.from({length: fileCount}, (_, n) => (n === 8 ? 1 : n < 9999 ? n % 5 : 2)),
	);
	const times = worked.mock.callCount();
	assert.ok(times > 0 && times <= 12, `${times} times`);
});

test('a file that is not there refuses the add, and nothing is added', async () => {
	await assert.rejects(
		add({
			priorities: [
				[1, 0],
				[fileCount, 0],
			],
		}),
		/there is no file 10000/,
	);
});

test('more trackers or peers than anybody means are refused in one line', async () => {
	const trackers = Array.from({length: 501}, (_, n) => `http://t${n}.example/announce`);
	await assert.rejects(add({trackers}), /^UserError: no more than 500 trackers can be added with a torrent$/);
	const peers = Array.from({length: 1001}, (_, n) => `p${n}.example:1`);
	await assert.rejects(add({peers}), /^UserError: no more than 1000 peers can be added with a torrent$/);
});

test('longer lists of files than any torrent has are no command', () => {
	const files = new Array<number>(3_000_001).fill(0);
	assert.equal(asCommand({type: 'files.priority', id: 'x', files, priority: 1}), undefined);
	assert.notEqual(
		asCommand({type: 'files.priority', id: 'x', files: files.slice(0, 1000), priority: 1}),
		undefined,
	);
});

test('a label is cut to what a column shows, however it is given', async () => {
	const torrent = await add({label: `  ${'x'.repeat(1_000_000)}`});
	assert.equal(torrent?.settings.label, 'x'.repeat(100));
	assert.equal((await add({label: ' \t '}))?.settings.label, undefined);
});

test('what one run was asked to seed is not asked of the next, and its time is counted anew', async () => {
	const first = await add({dir: '/data'});
	const resume = {...first!.resumeState.nothing(), seedRatio: 2, seedTime: 60, seedingTime: 500, uploaded: 7};
	const saved = {resume, metainfo: undefined, doubtful: false} as unknown as SavedTorrent;
	const second = await add({dir: '/data'}, saved);
	assert.equal(second!.stats.uploaded, 7, 'it is remembered');
	assert.deepEqual([second!.goal.ratio, second!.goal.time], [undefined, undefined]);
	const third = await add({dir: '/data', seedTime: 30}, saved);
	assert.deepEqual([third!.goal.ratio, third!.goal.time, third!.goal.met], [undefined, 530, false]);
});
