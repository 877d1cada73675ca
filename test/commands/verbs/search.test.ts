import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {type TestContext, test} from 'node:test';
import {stripVTControlCharacters} from 'node:util';
import type {FoundTorrent} from '../../../source/api/network-view.js';
import {
	foundLine,
	foundTable,
	peopleTable,
	sharedTable,
} from '../../../source/commands/network/network-tables.js';
import {readTokens} from '../../../source/commands/tracker/compose-catalogue.js';
import {machineClock} from '../../../source/io/machine/clock.js';
import {BackgroundEngine} from '../../helpers/background-engine.ts';
import {CatalogueServer} from '../../helpers/catalogue-server.ts';
import {until} from '../../helpers/deadline.ts';
import type {Running} from '../../helpers/processes.ts';
import {makeTorrent, writeFile} from '../../helpers/torrents.ts';
import {startTortui} from '../../helpers/tortui.ts';
import {Workspace} from '../../helpers/workspace.ts';

const now = 1_800_000_000_000;
const found: FoundTorrent[] = [
	{
		infoHash: 'a'.repeat(40),
		name: 'Blue Harbour (live)',
		size: 432_000_000,
		files: 11,
		nicks: ['bo', 'cy', 'dee'],
		seeders: 4,
		leechers: 1,
		since: now - 7_200_000,
		trackers: ['http://x/announce'],
		magnet: 'magnet:?xt=urn:btih:a',
		already: true,
	},
	{
		infoHash: 'b'.repeat(40),
		name: `An album of which the name is longer than any table has room for, ${'and '.repeat(20)}more`,
		size: 1,
		files: 1,
		nicks: [],
		seeders: 0,
		leechers: 0,
		since: 0,
		trackers: [],
		magnet: '',
		already: false,
	},
];

test('what is found is a numbered table that fits the terminal: the less it has, the fewer columns', async () => {
	const wide = (await foundTable(found, 120, now)).map(stripVTControlCharacters);
	assert.match(
		wide.join('\n'),
		/1 .*Blue Harbour \(live\) .*412 M .*11 .*4 .*1 .*bo, cy \+1 .*2:00:00 .*yes/,
	);
	for (const width of [120, 80, 60, 40]) {
		const lines = (await foundTable(found, width, now)).map(stripVTControlCharacters);
		assert.ok(
			lines.every(line => [...line].length <= width),
			`${width}: ${lines.join('\n')}`,
		);
		assert.match(lines.join('\n'), /Blue Harbour/);
	}
	assert.equal(
		foundLine(found[0]!),
		`${'a'.repeat(40)}\t432000000\t11\t4\t1\t${now - 7_200_000}\tbo,cy,dee\tBlue Harbour (live)`,
	);
});

test('people are told with whether others reach them, and with their tracker where there are two', async () => {
	const person = {nick: 'ada', catalogue: 'x:1', torrents: 3, size: 5, since: now - 1000};
	const one = (await peopleTable([{...person, reachable: false}], 80, now))
		.map(stripVTControlCharacters)
		.join('\n');
	assert.match(one, /ada .*3 .*5 .*0:01 .*behind a router/);
	assert.doesNotMatch(one, /x:1/);
	const two = await peopleTable(
		[
			{...person, you: true},
			{...person, nick: 'bo', catalogue: 'y:2'},
		],
		80,
		now,
	);
	assert.match(two.map(stripVTControlCharacters).join('\n'), /ada .*you .*x:1[\s\S]*bo .*y:2/);
	const mine = await sharedTable(
		[{id: 'ab'.repeat(20), name: 'thing', size: 5, catalogues: [], why: 'it does not run'}],
		80,
	);
	assert.match(mine.map(stripVTControlCharacters).join('\n'), /abababab .*– .*thing .*it does not run/);
});

test('a token is for both, or one of publishing and searching, and may lie in a file', t => {
	const space = new Workspace(t);
	writeFileSync(space.path('token'), 'from-a-file\n');
	assert.deepEqual(readTokens(['secret']), {publish: 'secret', search: 'secret'});
	assert.deepEqual(readTokens(['publish:one1', `search:@${space.path('token')}`]), {
		publish: 'one1',
		search: 'from-a-file',
	});
	assert.deepEqual(readTokens([]), {});
	for (const wrong of ['', 'abc', 'a b c d', 'publish:', '@/nowhere/at/all'])
		assert.throws(() => readTokens([wrong]), /--catalogue-token/, wrong);
});

async function open(t: TestContext) {
	const space = new Workspace(t);
	const server = new CatalogueServer(machineClock, {dir: space.path('kept')});
	await server.open();
	space.defer(() => server.server.close());
	const url = `http://127.0.0.1:${server.port}`;
	const content = writeFile(space.folder('ada-data'), 'harbour.flac', 50_000);
	const path = makeTorrent(content, 16_384, true).write(space.path('harbour.torrent'), []);
	const ada = await BackgroundEngine.start(space, 'ada', [
		...['--catalogue', url, '--nick', 'ada', '--no-dht', '--no-lsd', '--no-port-map'],
	]);
	const {id} = await ada.send({
		type: 'torrent.add',
		metainfo: readFileSync(path).toString('base64'),
		options: {dir: content.dir, publish: true},
	});
	await until('it to be shared, with its .torrent', 40_000, async () => {
		return server.catalogue.torrents?.has(id!) === true;
	});
	const run = (home: string, ...args: string[]): Running =>
		startTortui(space, args, {
			env: {TORTUI_HOME: space.path(home), XDG_CONFIG_HOME: space.path(`${home}-config`)},
		});
	const ended = async (program: Running) => {
		const {code} = await program.end(40_000);
		return {code, out: program.stdout, err: program.stderr};
	};
	return {space, server, url, ada, id: id!, content, run, ended};
}

test('without an engine trackers are asked directly, and what is found is downloaded here', async t => {
	const {space, server, url, id, content, run, ended} = await open(t);
	const searched = await ended(run('bo', 'search', 'harb', '--tracker', url));
	assert.equal(searched.code, 0);
	assert.match(searched.out, new RegExp(`^${id}\t50000\t1\t1\t0\t\\d+\tada\tharbour.flac\n$`));
	const [json] = JSON.parse((await ended(run('bo', 'search', '--json', '--tracker', url))).out);
	assert.equal(json.torrent, `${url}/catalogue/v1/torrents/${id}/torrent`);
	const nothing = await ended(run('bo', 'search', 'nothing', '--tracker', url));
	assert.deepEqual([nothing.code, nothing.out, nothing.err], [0, '', 'nothing of that name is shared now\n']);
	const small = await ended(run('bo', 'search', '--min', '1G', '--tracker', url));
	assert.deepEqual([small.code, small.err], [0, 'nothing of that size is shared now\n']);
	const wrong = await ended(run('bo', 'search', 'harb', '--tracker', url, '--get', '2'));
	assert.deepEqual(
		[wrong.code, wrong.err],
		[2, 'tortui: --get 2: 1 were found, give a number from 1 to 1 or an info-hash\n'],
	);
	const dir = space.folder('bo-data');
	const got = await ended(
		run('bo', 'search', 'harb', '--tracker', url, '--get', '1', '-d', dir, '--bind', '127.0.0.1'),
	);
	assert.equal(got.code, 0, got.err);
	assert.deepEqual(readFileSync(`${dir}/harbour.flac`), readFileSync(content.root));
	const people = await ended(run('bo', 'users', '--tracker', url));
	assert.match(people.out, /^ada\t1\t50000\t\d+\t(?:yes|)\t127\.0\.0\.1:\d+\n$/);
	assert.match((await ended(run('bo', 'users', 'ada', '--tracker', url))).out, /harbour\.flac\n$/);
	const nobody = await ended(run('bo', 'users', 'eve', '--tracker', url));
	assert.deepEqual([nobody.code, nobody.err], [1, 'tortui: nobody called eve shares anything now\n']);
	await server.server.close();
	const gone = await ended(run('bo', 'search', 'x', '--tracker', url));
	assert.equal(gone.code, 1);
	assert.match(gone.err, /^tortui: the catalogue of 127\.0\.0\.1:\d+: [^\n]+\n$/);
	const unknown = await ended(run('bo', 'search', 'x'));
	assert.equal(unknown.code, 1);
	assert.match(
		unknown.err,
		/name one with --tracker http:\/\/HOST:PORT, or set "catalogue" in the config file\n$/,
	);
});

test('the running engine is asked where there is one, and gets what is found', async t => {
	const {space, url, run, ended} = await open(t);
	await BackgroundEngine.start(space, 'bo', [
		'--no-dht',
		'--no-lsd',
		'--no-port-map',
		'--dir',
		space.folder('bo-data'),
	]);
	const none = await ended(run('bo', 'search', 'harb'));
	assert.match(none.err, /no tracker with a catalogue is known/);
	const got = await ended(
		run('bo', 'search', 'harb', '--tracker', url, '--get', '1', '-d', space.path('bo-data')),
	);
	assert.match(got.out, /^[\da-f]{40} harbour\.flac: the engine downloads it, see tortui list\n$/);
	await until(
		'it to be there',
		40_000,
		async () => /seeding/.test((await ended(run('bo', 'list'))).out),
		500,
	);
	const again = await ended(run('bo', 'search', 'harb', '--tracker', url, '--get', '1'));
	assert.match(again.out, /was there already/);
	const shared = await ended(run('ada', 'shared'));
	assert.match(shared.out, /^[\da-f]{40}\t50000\t127\.0\.0\.1:\d+\t\tharbour\.flac\n$/);
	const named = JSON.parse((await ended(run('ada', 'shared', '--nick', 'Ada-2', '--json'))).out);
	assert.equal(named.nick, 'Ada-2');
	assert.match((await ended(run('bo', 'shared'))).err, /no tracker with a catalogue is known/);
	const alone = await ended(run('cy', 'shared'));
	assert.deepEqual(
		[alone.code, alone.err],
		[1, 'tortui: no engine is running; start one with: tortui engine\n'],
	);
	const bad = await ended(run('ada', 'shared', '--nick', 'a b'));
	assert.deepEqual([bad.code, /a nickname has 1 to 32/.test(bad.err)], [2, true]);
});
