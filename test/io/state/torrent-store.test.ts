import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import type {InfoHash} from '../../../source/base/units.js';
import {decodeResumeData, encodeResumeData, type ResumeData} from '../../../source/io/state/resume-data.js';
import {StateStore} from '../../../source/io/state/torrent-store.js';
import {Bitfield} from '../../../source/protocol/wire/bitfield.js';

const root = mkdtempSync(join(tmpdir(), 'tortui-state-'));
after(() => rmSync(root, {recursive: true, force: true}));

const id = 'ab'.repeat(20) as InfoHash;
const otherId = 'cd'.repeat(32) as InfoHash;

function resumeData(changes: Partial<ResumeData> = {}): ResumeData {
	const have = new Bitfield(11);
	for (const piece of [0, 3, 10]) have.set(piece);
	return {
		id,
		name: 'näme',
		dir: '/downloads',
		addedAt: 1_700_000_000_123,
		completedAt: undefined,
		active: true,
		queue: 2,
		have,
		partials: [
			{piece: 1, blocks: [0, 7, 8]},
			{piece: 9, blocks: [3]},
		],
		stamps: [{size: 2 ** 43 + 1, mtime: 1_700_000_000_123.456}, undefined, {size: 0, mtime: 1}],
		priorities: [2, 0, 4],
		piecePriorities: Uint8Array.from([255, 0, 1, 2, 3, 4, 255, 255, 255, 255, 0]),
		downloaded: 2 ** 50,
		uploaded: 7,
		wasted: 0,
		activeTime: 100,
		seedingTime: 50,
		trackers: [['http://a/announce', 'udp://b:1'], ['http://c/announce']],
		peers: [
			{host: '192.0.2.1', port: 6881},
			{host: '2001:db8::1', port: 51_413},
		],
		sequential: true,
		superSeeding: false,
		label: 'films',
		maxPeers: 20,
		maxDownload: undefined,
		maxUpload: 0,
		seedRatio: 1.25,
		seedTime: undefined,
		renamed: [[1, ['t', 'nëw']]],
		otherPlace: {dir: '/elsewhere', renamed: [[1, ['t', 'öld']]], files: [0, 1, 9], goal: true},
		link: undefined,
		...changes,
	};
}

let folders = 0;
function newStore(): {store: StateStore; folder: string; dir: string; lines: string[]} {
	const dir = join(root, String(folders++));
	const lines: string[] = [];
	const store = new StateStore(dir, (level, text) => lines.push(`${level} ${text}`));
	return {store, dir, folder: join(dir, 'resume'), lines};
}

test('resume data is read as it was written', () => {
	const data = resumeData();
	assert.deepEqual(decodeResumeData(encodeResumeData(data)), data);
	const bare = resumeData({
		have: new Bitfield(0),
		partials: [],
		stamps: [],
		priorities: [],
		piecePriorities: undefined,
		trackers: [],
		peers: [],
		label: undefined,
		maxUpload: undefined,
		seedRatio: undefined,
		renamed: [],
		link: 'magnet:?xt=urn:btih:ab',
	});
	assert.deepEqual(decodeResumeData(encodeResumeData(bare)), bare);
	const held = resumeData({active: false, heldWithAll: true, goalWaived: true, counted: resumeData().have});
	assert.deepEqual(decodeResumeData(encodeResumeData(held)), held);
	const hashes = [
		{root: new Uint8Array(32).fill(1), hashes: new Uint8Array(96).fill(2)},
		{
			root: new Uint8Array(32).fill(3),
			hashes: new Uint8Array(64).fill(4),
			range: {base: 2, index: 512, length: 2, proofLayers: 5},
		},
	];
	const half = resumeData({hashes});
	assert.deepEqual(decodeResumeData(encodeResumeData(half)), half);
});

test('resume data is read from a Buffer as from any bytes, and left as it is', () => {
	const bytes = Buffer.from(encodeResumeData(resumeData()));
	const before = bytes.toString('hex');
	assert.deepEqual(decodeResumeData(bytes), resumeData());
	assert.equal(bytes.toString('hex'), before);
});

test('resume data without a checksum, as earlier versions wrote it, is read', () => {
	const bytes = Buffer.from(encodeResumeData(resumeData()));
	const old = Buffer.concat([bytes.subarray(0, bytes.lastIndexOf('4:~sum')), Buffer.from('e')]);
	assert.deepEqual(decodeResumeData(old), resumeData());
});

test('resume data with a folder that no system can have is refused', () => {
	for (const change of [
		{dir: '/a\0b'},
		{otherPlace: {dir: '/a\0b', renamed: [], files: [], goal: true}},
		{whenComplete: {dir: '/a\0b'}},
	])
		assert.throws(() => decodeResumeData(encodeResumeData(resumeData(change))), ProtocolError);
});

test('a seeding goal that is out of all bounds is kept as one that can be read again', () => {
	const goal = {ratio: 1e308, idle: Number.MAX_SAFE_INTEGER * 60, atGoal: Infinity, match: 'all'} as const;
	const most = Number.MAX_SAFE_INTEGER;
	assert.deepEqual(decodeResumeData(encodeResumeData(resumeData({goal}))).goal, {
		ratio: most,
		idle: most,
		atGoal: most,
		match: 'all',
	});
});

test('resume data cut off anywhere, or with any byte changed, is refused or read, and never breaks the reader', () => {
	const bytes = encodeResumeData(resumeData());
	for (let length = 0; length < bytes.length; length++) {
		assert.throws(() => decodeResumeData(bytes.subarray(0, length)), ProtocolError);
	}
	for (let at = 0; at < bytes.length; at++) {
		const changed = bytes.slice();
		changed[at]! ^= 1 + (at % 255);
		try {
			decodeResumeData(changed);
		} catch (error) {
			assert.ok(error instanceof ProtocolError, String(error));
		}
	}
});

test('what was saved is loaded in the order of the queue, with its metadata where that is known', async () => {
	const {store} = newStore();
	assert.deepEqual(await store.load(), []);
	const first = resumeData();
	const second = resumeData({id: otherId, queue: 1, link: 'magnet:?xt=urn:btmh:cd'});
	const metainfo = Buffer.from('d4:infod4:name1:aee');
	assert.equal(await store.saveMetainfo(id, metainfo), undefined);
	assert.equal(await store.save(first), undefined);
	assert.equal(await store.save(second), undefined);
	const [a, b] = await store.load();
	assert.deepEqual(a, {resume: second, metainfo: undefined});
	assert.deepEqual(b?.resume, first);
	assert.deepEqual(Buffer.from(b?.metainfo ?? []), metainfo);
});

test('of saves that come while one is going on only the latest is made', async () => {
	const {store, folder} = newStore();
	const saves = [1, 2, 3, 4].map(uploaded => store.save(resumeData({uploaded})));
	assert.equal(saves[2], saves[3]);
	await store.settled();
	assert.deepEqual(await Promise.all(saves), [undefined, undefined, undefined, undefined]);
	assert.equal((await store.load())[0]?.resume.uploaded, 4);
	assert.deepEqual(readdirSync(folder), [`${id}.resume`]);
	await store.save(resumeData({uploaded: 5}));
	assert.equal((await store.load())[0]?.resume.uploaded, 5);
});

test('a save cut short by a crash leaves the one before it', async () => {
	const {store, folder, lines} = newStore();
	await store.save(resumeData({uploaded: 1}));
	writeFileSync(join(folder, `${id}.resume.tmp`), 'd7:version');
	assert.equal((await store.load())[0]?.resume.uploaded, 1);
	assert.deepEqual(readdirSync(folder), [`${id}.resume`]);
	assert.deepEqual(lines, []);
});

test('a damaged file is set aside with a line, and what people chose comes from its spare', async () => {
	const {store, dir, folder, lines} = newStore();
	await store.save(resumeData());
	await store.save(resumeData({id: otherId, uploaded: 9}));
	const path = join(folder, `${otherId}.resume`);
	for (const [kept, damaged] of [
		[100, '.damaged'],
		[0, '.damaged-2'],
	] as const) {
		writeFileSync(path, readFileSync(path).subarray(0, kept));
		lines.length = 0;
		const [first, second] = await new StateStore(dir, (level, text) => lines.push(`${level} ${text}`)).load();
		assert.deepEqual(first, {resume: resumeData(), metainfo: undefined});
		assert.deepEqual(second, {
			resume: {
				...resumeData({id: otherId, uploaded: 9}),
				have: new Bitfield(11),
				partials: [],
				stamps: [],
				peers: [],
			},
			metainfo: undefined,
			doubtful: true,
		});
		assert.equal(readFileSync(`${path}${damaged}`).length, kept);
		assert.equal(existsSync(path), false);
		assert.match(lines[0]!, /^error .*: set aside as .*\.resume\.damaged(-2)?: its files are checked then/);
		assert.match(lines[1]!, /^warn what was known of its data is lost: its files are checked$/);
		assert.equal(lines.length, 2);
		writeFileSync(path, '');
	}
});

test('one that was killed between its .torrent and its first save is in its folder, and is checked', async () => {
	const {store, dir} = newStore();
	const first = resumeData();
	await store.saveMetainfo(id, Buffer.from('de'), first);
	await store.settled();
	const again = new StateStore(dir, () => {});
	const [found] = await again.load();
	assert.deepEqual(again.held, []);
	assert.equal(found?.resume.dir, first.dir);
	assert.equal(found.doubtful, true);
});

test('with its spare gone too there is only the .torrent left, and nobody knows its folder', async () => {
	const {store, dir, folder} = newStore();
	await store.saveMetainfo(id, Buffer.from('de'));
	await store.save(resumeData());
	await store.settled();
	rmSync(join(folder, `${id}.resume`));
	rmSync(join(dir, 'spare', `${id}.resume`));
	const again = new StateStore(dir, () => {});
	assert.deepEqual(await again.load(), []);
	assert.deepEqual(again.held, [{id, metainfo: new Uint8Array(Buffer.from('de')), why: 'lost'}]);
	assert.equal(await again.find(id), undefined);
});

test('the folder and the choices in the spare are those of the last save that changed them', async () => {
	const {store, dir, folder} = newStore();
	await store.save(resumeData({uploaded: 1}));
	const written = () => readFileSync(join(dir, 'spare', `${id}.resume`));
	const first = written();
	await store.save(resumeData({uploaded: 2, have: new Bitfield(11), queue: 7}));
	assert.deepEqual(written(), first, 'nothing was chosen');
	await store.save(resumeData({uploaded: 3, dir: '/moved'}));
	rmSync(join(folder, `${id}.resume`));
	writeFileSync(join(folder, `${id}.resume`), '');
	const [saved] = await new StateStore(dir, () => {}).load();
	assert.equal(saved?.resume.dir, '/moved');
});

test('resume data of a later version is left where it is, neither read nor written over', async () => {
	const {store, dir, folder, lines} = newStore();
	await store.saveMetainfo(id, Buffer.from('de'));
	await store.save(resumeData());
	await store.settled();
	const path = join(folder, `${id}.resume`);
	const later = Buffer.from(
		readFileSync(path).toString('latin1').replace('7:versioni1e', '7:versioni2e'),
		'latin1',
	);
	writeFileSync(path, later);
	const again = new StateStore(dir, (level, text) => lines.push(`${level} ${text}`));
	assert.deepEqual(await again.load(), []);
	assert.equal(again.held[0]?.why, 'later');
	assert.match(
		lines.join('\n'),
		/^warn .*: a later version of tortui keeps this torrent: .*: it is left where it is$/,
	);
	await assert.rejects(again.find(id), /a later version of tortui keeps this torrent/);
	assert.match((await again.save(resumeData()))?.message ?? '', /is of a later version: it is left as it is/);
	assert.deepEqual(readFileSync(path), later);
	assert.deepEqual(readdirSync(folder).sort(), [`${id}.resume`, `${id}.torrent`]);
	assert.equal(await again.remove(id), undefined);
	assert.deepEqual(readdirSync(folder), []);
});

test('removing is finished after a crash in the middle of it', async () => {
	const {store, dir, folder} = newStore();
	await store.saveMetainfo(id, Buffer.from('de'));
	await store.save(resumeData());
	await store.settled();
	renameSync(join(folder, `${id}.resume`), join(folder, `${id}.removed`));
	const again = new StateStore(dir, () => {});
	assert.deepEqual(await again.load(), []);
	assert.deepEqual(again.held, []);
	assert.deepEqual(readdirSync(folder), []);
	assert.deepEqual(readdirSync(join(dir, 'spare')), []);
});

test('a part file that is shorter than it was costs a check', async () => {
	const {store, dir} = newStore();
	mkdirSync(join(dir, 'parts'), {recursive: true});
	const part = join(dir, 'parts', `${id}.part`);
	writeFileSync(part, Buffer.alloc(1000));
	await store.save(resumeData());
	const load = async () => (await new StateStore(dir, () => {}).load())[0];
	assert.equal((await load())?.doubtful, undefined);
	writeFileSync(part, Buffer.alloc(2000));
	assert.equal((await load())?.doubtful, undefined);
	writeFileSync(part, Buffer.alloc(999));
	assert.equal((await load())?.doubtful, true);
	rmSync(part);
	assert.equal((await load())?.doubtful, undefined);
});

test('a pipe or a folder in the place of a file hold nothing up', async () => {
	const {store, dir, folder, lines} = newStore();
	await store.save(resumeData());
	const path = join(folder, `${id}.resume`);
	rmSync(path);
	spawnSync('mkfifo', [path]);
	mkdirSync(join(folder, `${otherId}.resume`));
	const [saved] = await new StateStore(dir, (_, text) => lines.push(text)).load();
	assert.equal(saved?.resume.dir, '/downloads');
	assert.match(lines.join('\n'), /is a pipe, not a file: set aside/);
	assert.match(lines.join('\n'), /is a folder, not a file: set aside/);
});

test('resume data under the name of another torrent is set aside, other files are left alone', async () => {
	const {store, folder, lines} = newStore();
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, `${otherId}.resume`), encodeResumeData(resumeData()));
	writeFileSync(join(folder, 'notes.resume'), 'mine');
	assert.deepEqual(await store.load(), []);
	assert.deepEqual(readdirSync(folder).sort(), [`${otherId}.resume.damaged`, 'notes.resume']);
	assert.equal(lines.length, 1);
});

test('removing forgets a torrent, whatever was being saved', async () => {
	const {store, dir, folder} = newStore();
	void store.saveMetainfo(id, Buffer.from('de'));
	void store.save(resumeData({uploaded: 1}));
	void store.save(resumeData({uploaded: 2}));
	assert.equal(await store.remove(id), undefined);
	assert.deepEqual(readdirSync(folder), []);
	assert.deepEqual(readdirSync(join(dir, 'spare')), []);
	assert.equal(await store.remove(id), undefined);
});

test('a state folder that cannot be written is told in a plain line', async () => {
	const {store, dir} = newStore();
	writeFileSync(dir, 'in the way');
	const failure = await store.save(resumeData());
	assert.match(failure?.message ?? '', /^a file is where a folder should be: .*: move it away, then resume$/);
});

test('a save that fails leaves nothing behind', async () => {
	const {store, folder} = newStore();
	await store.save(resumeData());
	rmSync(join(folder, `${id}.resume`));
	mkdirSync(join(folder, `${id}.resume`));
	assert.match((await store.save(resumeData()))?.message ?? '', /a folder is where a file should be/);
	assert.deepEqual(readdirSync(folder), [`${id}.resume`]);
});

test('folders in the place of what a save leaves hold neither the start nor a save up', async () => {
	const {store, folder, dir} = newStore();
	await store.saveMetainfo(id, Uint8Array.of(1));
	await store.save(resumeData());
	for (const path of [
		join(folder, `${id}.resume.tmp`),
		join(dir, 'spare', `${id}.resume.tmp`),
		join(folder, `${otherId}.removed`),
		join(folder, `${id}.removed`),
	])
		mkdirSync(join(path, 'mine'), {recursive: true});
	const again = new StateStore(dir, () => {});
	assert.equal((await again.load()).length, 1);
	assert.equal(await again.save(resumeData({label: 'other'})), undefined);
	assert.equal((await new StateStore(dir, () => {}).load())[0]?.resume.label, 'other');
	assert.ok(existsSync(join(folder, `${id}.resume.tmp.damaged`, 'mine')), 'what is in one is lost');
});
