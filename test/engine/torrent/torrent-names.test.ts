import assert from 'node:assert/strict';
import {
	closeSync,
	ftruncateSync,
	globSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import type {TestContext} from 'node:test';
import test, {describe} from 'node:test';
import {createTorrent} from '../../../source/creator/create-torrent.js';
import {decodeResumeData, encodeResumeData} from '../../../source/io/state/resume-data.js';
import type {Metainfo} from '../../../source/protocol/metainfo/metainfo.js';
import {nameFromBytes, nameToBytes} from '../../../source/protocol/metainfo/name-bytes.js';
import {sanitizePathElement} from '../../../source/protocol/metainfo/sanitize-path.js';
import {run} from '../../commands/printed.ts';
import {openTestSession, type TestSession, type TestTorrent} from '../../helpers/sessions.ts';
import {bytesFrom} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** A path as the system takes it, not trusting the program to say so. */
const bytesOf = (path: string): Buffer => Buffer.from(nameToBytes(path));

/** The same chance for the same seed. */
function chance(seed: number): (below: number) => number {
	let state = seed;
	return below => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
		return (state >>> 12) % below;
	};
}

const parts = [
	...[
		'a',
		'A',
		'b',
		'.',
		' ',
		'-',
		'_',
		'\\',
		'\n',
		'\t',
		'\u001b',
		'%',
		'"',
		"'",
		'*',
		'?',
		':',
		'|',
		'.1',
		'.txt',
		'.TXT',
	],
	...[
		'é',
		'e\u0301',
		'\u200d',
		'\u200c',
		'\u200b',
		'\u202e',
		'\u2066',
		'\ufeff',
		'日',
		'😀',
		'\u0085',
		'\ufffd',
	],
	...[
		'\udcff',
		'\udcc3',
		'\udce2\udc82',
		'\udced\udca0\udc80',
		'x'.repeat(100),
		'日'.repeat(40),
		'_____padding_file',
	],
];

/** A name that a disk can have and a person would not. */
function nastyName(pick: (below: number) => number): string {
	for (;;) {
		let name = '';
		for (let n = 1 + pick(4); n > 0; n--) name += parts[pick(parts.length)]!;
		// In bytes and back: parts may join to valid characters.
		name = nameFromBytes(nameToBytes(name).subarray(0, 255));
		if (!/^\.{0,2}$/.test(name) && !sanitizePathElement(nameToBytes(name)).startsWith('_____padding_file_'))
			return name;
	}
}

interface Tree {
	readonly root: string;
	/** Content by path below the root; a link is `-> target`. */
	readonly files: Map<string, Buffer | string>;
}

function nastyTree(dir: string, seed: number): Tree {
	const pick = chance(seed);
	const root = `${dir}/${nastyName(pick)}`;
	mkdirSync(bytesOf(root));
	const files = new Map<string, Buffer | string>();
	const folders = [''];
	for (let n = 0; n < 25; n++) {
		const folder = folders[pick(folders.length)]!;
		const path = `${folder}${nastyName(pick)}`;
		const at = `${root}/${path}`;
		try {
			if (n % 6 === 5) {
				mkdirSync(bytesOf(at));
				folders.push(`${path}/`);
			} else if (n % 9 === 8) {
				const [target] = [...files.keys()].filter(name => typeof files.get(name) !== 'string');
				const climb = '../../'.repeat(path.split('/').length - 1);
				symlinkSync(bytesOf(`${climb}${target}`), bytesOf(at));
				files.set(path, `-> ${target}`);
			} else {
				const length = [0, 1, 16_384, 40_000, 70_001][pick(5)]!;
				const file = openSync(bytesOf(at), 'wx');
				if (n % 5 === 4) ftruncateSync(file, length);
				else writeSync(file, bytesFrom(`${seed}/${n}`, length));
				closeSync(file);
				files.set(path, n % 5 === 4 ? Buffer.alloc(length) : bytesFrom(`${seed}/${n}`, length));
			}
		} catch (error) {
			// The same name again, or one this file system does not take.
			if (!['EEXIST', 'EILSEQ', 'EINVAL', 'ENAMETOOLONG'].includes((error as {code?: string}).code ?? ''))
				throw error;
		}
	}
	writeFileSync(bytesOf(`${root}/last`), bytesFrom(`${seed}`, 100_000));
	files.set('last', bytesFrom(`${seed}`, 100_000));
	return {root, files};
}

/** Everything below a folder, names byte for byte. */
function listing(root: string, below = ''): string[] {
	return readdirSync(bytesOf(`${root}/${below}`), {withFileTypes: true, encoding: 'buffer'}).flatMap(
		entry => {
			const path = `${below}${nameFromBytes(entry.name)}`;
			return entry.isDirectory() ? [path, ...listing(root, `${path}/`)] : [path];
		},
	);
}

async function addTo(engine: TestSession, bytes: Uint8Array, dir: string): Promise<string> {
	const metainfo = Buffer.from(bytes).toString('base64');
	return engine.add({metainfo} as TestTorrent, {dir});
}

const idOf = ({infoHash, infoHashV2}: Metainfo): string => (infoHash ?? infoHashV2)!;

describe('what is made here is seeded from where it is', () => {
	for (let seed = 1; seed <= 9; seed++) {
		const version = (['1', '2', 'hybrid'] as const)[seed % 3]!;
		test(`a folder of nasty names (${seed}, version ${version}) is made, verified, seeded, kept, and arrives whole`, async t => {
			const space = new Workspace(t);
			const dir = space.folder('here');
			const {root, files} = nastyTree(dir, seed);
			const told: string[] = [];
			const {bytes, metainfo} = await createTorrent({
				path: root,
				version,
				includeHidden: true,
				onSkipped: what => told.push(what),
			});
			const left = metainfo.files.filter(({pad}) => !pad);
			assert.equal(left.length + told.length, files.size);
			writeFileSync(space.path('x.torrent'), bytes);
			const verified = await run(['verify', space.path('x.torrent'), dir, '--json']);
			assert.equal(verified.status, 0, verified.out);
			const before = listing(dir);
			// No engine downloads or seeds these yet.
			if (version === '2') return;

			const engine = await openTestSession(space, 'seeder');
			const id = await addTo(engine, bytes, dir);
			assert.equal(id, idOf(metainfo));
			const view = await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
			assert.equal(view.completed, view.wanted);
			assert.deepEqual(listing(dir), before);

			const other = await openTestSession(space, 'other');
			const there = space.folder('there');
			await addTo(other, bytes, there);
			await other.send({type: 'peer.add', id, address: `127.0.0.1:${engine.port}`});
			await other.sees(id, 'arrived', ({state}) => state === 'seeding');
			for (const {path, symlink, length} of left) {
				if (symlink) continue;
				assert.equal(readFileSync(join(there, ...path)).length, length);
				for (const element of path) {
					assert.ok(Buffer.byteLength(element) <= 255);
					// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
					assert.doesNotMatch(element, /[\u0000-\u001f\u007f-\u009f\u202e\u200b/\\]|^\.{0,2}$/);
				}
			}

			await engine.session.stop();
			const again = await openTestSession(space, 'seeder');
			await again.sees(id, 'seeded again', ({state}) => state === 'seeding');
			assert.deepEqual(listing(dir), before);
		});
	}

	test('a single file of a name that is no UTF-8 is made and seeded', async t => {
		const space = new Workspace(t);
		const path = `${space.dir}/a\udcff\n\\`;
		writeFileSync(bytesOf(path), bytesFrom('one', 50_000));
		const {bytes, metainfo} = await createTorrent({path});
		assert.equal(metainfo.name, 'a__');
		const engine = await openTestSession(space, 'engine');
		const id = await addTo(engine, bytes, space.dir);
		await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
	});
});

describe('what earlier versions left', () => {
	const names = ['Film.mkv', 'film.mkv', 'می\u200cخواهم.mkv', `${'x'.repeat(250)}.mkv`];
	const former = ['Film.mkv', 'film.1.mkv', 'میخواهم.mkv', `${'x'.repeat(236)}.mkv`];

	/** A torrent of such names, and its data as an earlier version named it. */
	async function made(t: TestContext) {
		const space = new Workspace(t);
		const root = space.folder('set');
		for (const [n, name] of names.entries()) writeFileSync(join(root, name), bytesFrom(name, 50_000 + n));
		const {bytes, metainfo} = await createTorrent({path: root});
		for (const [n, name] of names.entries())
			if (name !== former[n]) renameSync(join(root, name), join(root, former[n]!));
		return {space, root, bytes, id: idOf(metainfo)};
	}

	test('is found when the torrent is added anew', async t => {
		const {space, root, bytes} = await made(t);
		const engine = await openTestSession(space, 'engine');
		const id = await addTo(engine, bytes, space.dir);
		await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
		assert.deepEqual(readdirSync(root).sort(), former.toSorted());
	});

	test('is found by verify', async t => {
		const {space, bytes} = await made(t);
		writeFileSync(space.path('x.torrent'), bytes);
		assert.equal((await run(['verify', space.path('x.torrent'), space.dir])).status, 0);
	});

	test('is taken up with its resume data, which says nothing of names, and removed with its data', async t => {
		const {space, root, bytes} = await made(t);
		const engine = await openTestSession(space, 'engine');
		const id = await addTo(engine, bytes, space.dir);
		await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
		await engine.session.stop();
		const [path] = globSync(space.path('engine', 'resume', '*.resume'));
		const {names: _, ...resume} = decodeResumeData(new Uint8Array(readFileSync(path!)));
		writeFileSync(path!, encodeResumeData({...resume, renamed: []}));

		const again = await openTestSession(space, 'engine');
		await again.sees(id, 'seeded', ({state}) => state === 'seeding');
		assert.deepEqual(
			again.log.filter(line => line.startsWith('error')),
			[],
		);
		await again.send({type: 'torrent.remove', id, withData: true});
		assert.deepEqual(globSync(join(root, '**')), []);
	});

	test('is renamed and moved from where it is, though it has not run since', async t => {
		const {space, bytes, id} = await made(t);
		const engine = await openTestSession(space, 'engine');
		await addTo(engine, bytes, space.dir);
		await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
		await engine.session.stop();
		const [path] = globSync(space.path('engine', 'resume', '*.resume'));
		const {names: _, ...resume} = decodeResumeData(new Uint8Array(readFileSync(path!)));
		writeFileSync(path!, encodeResumeData({...resume, renamed: [], active: false}));

		const again = await openTestSession(space, 'engine');
		await again.send({type: 'torrent.rename', id, fileIndex: 1, name: 'other.mkv'});
		await again.send({type: 'torrent.move', id, dir: space.folder('there')});
		assert.deepEqual(
			readdirSync(space.path('there', 'set')).sort(),
			['other.mkv', ...former.filter(name => name !== 'film.1.mkv')].sort(),
		);
		await again.send({type: 'torrent.resume', id});
		await again.sees(id, 'seeded', ({state}) => state === 'seeding');
	});

	test('goes on under the names it had, and under those only', async t => {
		const {space, root, bytes} = await made(t);
		const engine = await openTestSession(space, 'engine');
		const id = await addTo(engine, bytes, space.dir);
		await engine.sees(id, 'seeded', ({state}) => state === 'seeding');
		await engine.send({type: 'torrent.verify', id});
		await engine.sees(id, 'verified', ({state}) => state === 'seeding');
		assert.deepEqual(readdirSync(root).sort(), former.toSorted());
	});
});
