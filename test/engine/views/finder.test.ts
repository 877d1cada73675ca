import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Finder} from '../../../source/engine/views/finder.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';

type Torrents = ConstructorParameters<typeof Finder>[0];

/** A torrent as far as the finder looks at it. */
function torrent(id: string, name: string, paths: readonly string[], label?: string) {
	const files = paths.map(path => ({path: [name, ...path.split('/')], pad: path.startsWith('.pad')}));
	return {
		id,
		name,
		settings: {queue: Number(id), label},
		activity: {name: 'paused'},
		goal: {reached: false},
		content: {filesRevision: 0, renamed: new Map<number, readonly string[]>(), metainfo: {files}},
	};
}

function finderOf(torrents: ReadonlyArray<ReturnType<typeof torrent>>): Finder {
	const map = new Map(torrents.map(each => [each.id, each]));
	return new Finder(map as unknown as Torrents, machineClock);
}

const world = [
	torrent('1', 'Field Recordings', ['dawn/rain.flac', 'notes.txt', '.pad/64'], 'music'),
	torrent('2', 'Rain films', ['a.mkv'], 'films'),
	torrent('3', 'debian-12.8.0', ['debian-12.8.0.iso']),
];

test('torrents, files and labels are found by their names, the best of each first', async () => {
	const {torrents, files, labels} = await finderOf(world).find('rain', 10);
	assert.deepEqual(
		torrents.map(({name, state}) => [name, state]),
		[['Rain films', 'paused']],
	);
	assert.deepEqual(
		files.map(({id, index, path}) => [id, index, path.join('/')]),
		[
			['1', 0, 'Field Recordings/dawn/rain.flac'],
			['2', 0, 'Rain films/a.mkv'],
		],
	);
	assert.deepEqual(labels, []);
	assert.deepEqual(
		(await finderOf(world).find('musc', 10)).labels.map(({label}) => label),
		['music'],
	);
});

test('without words the first torrents are told, and no files', async () => {
	const {torrents, files, more} = await finderOf(world).find('', 2);
	assert.deepEqual(
		torrents.map(({id}) => id),
		['1', '2'],
	);
	assert.deepEqual(files, []);
	assert.equal(more, 1);
});

test('a file is found by the name it has now, and pad files are not', async () => {
	const [first] = world;
	assert.ok(first);
	const finder = finderOf([first]);
	assert.deepEqual((await finder.find('pad 64', 10)).files, []);
	await finder.find('notes', 10);
	first.content.renamed.set(1, ['Field Recordings', 'read me.txt']);
	first.content.filesRevision++;
	assert.deepEqual((await finder.find('notes', 10)).files, []);
	assert.equal((await finder.find('read me', 10)).files.length, 1);
});

test('among 5,000 torrents and 100,000 files the answer is bounded, and everything else has its turn meanwhile', async () => {
	const many = Array.from({length: 5000}, (_, at) =>
		torrent(
			String(at),
			`release ${at} with a rather long name`,
			Array.from({length: 20}, (__, file) => `disc ${file % 3}/track ${file} of ${at}.flac`),
		),
	);
	const finder = finderOf(many);
	await finder.find('warm', 1);
	let turns = 0;
	let isOver = false;
	const turning = (async () => {
		while (!isOver) {
			await new Promise(resolve => setImmediate(resolve));
			turns++;
		}
	})();
	const {torrents, files, more} = await finder.find('track 4321', 60);
	isOver = true;
	await turning;
	assert.ok(turns > 3, `${turns} turns`);
	assert.equal(torrents.length, 0);
	assert.ok(files.length <= 60 && files.length >= 20);
	assert.ok(files.slice(0, 20).every(({id}) => id.includes('4321')));
	assert.equal(typeof more, 'number');
});
