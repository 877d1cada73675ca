import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'node:test';
import {findProgram} from '../../helpers/processes.ts';
import {tableLines} from '../table.ts';
import {clients, requestsFor, whyUnable} from './clients.ts';
import {forgetCached} from './cold-file.ts';
import {compareHelp, readCompareOptions} from './options.ts';
import {machineLine, markdownTable, median, type Outcome, rowLines, wrapped} from './report.ts';
import {needs, type Row, rows} from './rows.ts';

const known = {clients: ['tortui', 'libtorrent', 'aria2'], rows: ['1-seeder', 'small']};

test('without names everything is compared, three times', () => {
	assert.deepEqual(readCompareOptions(['--compare'], known), {
		clients: undefined,
		rows: undefined,
		runs: 3,
		size: undefined,
		help: false,
	});
});

test('clients and rows are chosen by name, each once', () => {
	const {clients, rows, runs, size} = readCompareOptions(
		['--compare=libtorrent,aria2,aria2', '--rows', 'small', '--runs', '5', '--size=4'],
		known,
	);
	assert.deepEqual(
		{clients, rows, runs, size},
		{
			clients: ['libtorrent', 'aria2'],
			rows: ['small'],
			runs: 5,
			size: 4,
		},
	);
});

test('names of clients may stand as a word of their own, and all rows are asked for at once', () => {
	const {clients, rows} = readCompareOptions(['--compare', 'aria2', '--rows', 'all'], known);
	assert.deepEqual({clients, rows}, {clients: ['aria2'], rows: known.rows});
});

test('a name that nobody has is told with those there are', () => {
	assert.throws(
		() => readCompareOptions(['--compare=vuze'], known),
		/no client is called vuze: there are tortui, libtorrent, aria2/,
	);
	assert.throws(
		() => readCompareOptions(['--rows=9-seeders'], known),
		/no row is called 9-seeders: there are 1-seeder, small/,
	);
});

test('numbers that are none are refused', () => {
	for (const words of [['--runs=0'], ['--runs', 'many'], ['--runs=1e2'], ['--size=-1'], ['--runs=101']])
		assert.throws(() => readCompareOptions(['--compare', ...words], known), /takes a whole number|ambiguous/);
	assert.throws(() => readCompareOptions(['--compare', '--fast'], known), /--fast/);
});

test('the help names every client with its package, and every row', () => {
	const help = compareHelp(clients, rows);
	for (const {name, package: from} of clients) assert.match(help, new RegExp(`${name} .*${from}`));
	for (const {name, title} of rows) assert.match(help, new RegExp(`${name} .*${title}`));
});

test('columns of figures stand under each other, to the right', () => {
	assert.deepEqual(
		tableLines(
			['torrents', '50', '5,000'],
			[
				['add', '1 s', '12.5 s'],
				['memory', '', '9 MiB'],
			],
		),
		['torrents   50   5,000', 'add       1 s  12.5 s', 'memory          9 MiB'],
	);
});

test('the middle of an even number of runs is the mean of the two in the middle', () => {
	assert.equal(median([3, 1, 2]), 2);
	assert.equal(median([4, 1, 2, 3]), 2.5);
	assert.equal(median([]), undefined);
});

const [row, small] = ['1-seeder', 'small'].map(name => rows.find(one => one.name === name)!) as [Row, Row];
const outcomes: readonly Outcome[] = [
	{client: 'tortui', wall: 1.5, rate: 700, cpu: 1.9, memory: 58 * 2 ** 20, announce: 0.1, right: true},
	{client: 'tortui', wall: 1.7, rate: 600, cpu: 2.1, memory: 60 * 2 ** 20, announce: 0.1, right: true},
	{client: 'tortui', wall: 1.6, rate: 650, cpu: 2.0, memory: 59 * 2 ** 20, announce: 0.1, right: true},
	{client: 'aria2', wall: 2.6, rate: 655, cpu: 1.35, memory: 7 * 2 ** 20, announce: 0.02, right: true},
	{client: 'rtorrent', trouble: 'it ended'},
];

test('a row tells the median of each client, and the least and the most of what is compared', () => {
	assert.deepEqual(rowLines(row, ['tortui', 'aria2', 'rtorrent'], outcomes), [
		'          seconds          MiB/s             CPU s  MiB  announce  right',
		'tortui       1.60  650 (600–700)  2.00 (1.90–2.10)   59      0.10    3/3',
		'aria2        2.60            655              1.35    7      0.02    1/1',
		'rtorrent        –              –                 –    –         –',
	]);
});

test('what is told of a row, of options and of the machine fits in 80 columns', () => {
	const slow = {wall: 115.21, rate: 1021, cpu: 113.99, memory: 1063 * 2 ** 20, announce: 10.31, right: true};
	const slower = {...slow, wall: 119.9, rate: 1131, cpu: 118.12};
	const wide = ['transmission', 'qbittorrent'].flatMap(client =>
		[slow, slower].map(outcome => ({client, ...outcome})),
	);
	const versions = clients.map(({name}) => [name, '10.11.12'] as const);
	const lines = [
		...rows.flatMap(each => rowLines(each, ['transmission', 'qbittorrent'], wide)),
		...compareHelp(clients, rows).split('\n'),
		...wrapped(machineLine(versions, new Date())),
	];
	for (const line of lines) assert.ok(line.length <= 80, `${line.length}: ${line}`);
});

test('no two rows or clients have the same name, and extra ones stand after the others', () => {
	for (const named of [rows, clients]) assert.equal(new Set(named.map(({name}) => name)).size, named.length);
	const extra = rows.map(({isExtra}) => isExtra === true);
	assert.deepEqual(
		extra,
		[...extra].sort((one, other) => Number(one) - Number(other)),
	);
});

test('a client that cannot what a row is about has no part in it, and is told why', () => {
	const named = <T extends {readonly name: string}>(all: readonly T[], name: string): T =>
		all.find(each => each.name === name)!;
	const why = (client: string, row: string) => whyUnable(named(clients, client), needs(named(rows, row)));
	for (const {name} of rows) assert.equal(why('tortui', name), undefined);
	assert.match(why('rtorrent', 'utp')!, /does not speak uTP/);
	assert.match(why('rtorrent', 'web-seed')!, /web seeds/);
	assert.match(why('aria2', 'v2')!, /v2/);
	assert.match(why('aria2', 'hybrid')!, /hybrid/);
	assert.match(why('tortui-bare', 'rc4')!, /RC4/);
});

test('what a client is told of RC4 and uTP is what the row is about', async () => {
	const space = mkdtempSync(join(tmpdir(), 'tortui-compare-test-'));
	try {
		const run = {torrent: '/a', dir: '/b', host: '127.0.0.1', port: 1, work: space, requests: 1} as const;
		const args = async (wire: 'tcp' | 'rc4' | 'utp') =>
			(await clients[0]!.launch({...run, mode: 'leech', wire})).args.join(' ');
		assert.match(await args('rc4'), /--encryption require/);
		assert.match(await args('utp'), /--no-tcp/);
		assert.doesNotMatch(await args('tcp'), /--no-tcp|--encryption/);
	} finally {
		rmSync(space, {recursive: true});
	}
});

test('the table for the README has a row each line, with the best one bold', () => {
	const names = ['tortui', 'aria2', 'rtorrent'];
	assert.deepEqual(
		markdownTable(names, [
			{row, outcomes},
			{row: small, outcomes},
		]),
		[
			'|  | tortui | aria2 | rtorrent |',
			'| --- | --- | --- | --- |',
			'| 1 seeder, 1 GiB | 650 MiB/s, 2.00 s, 59 MiB | **655 MiB/s, 1.35 s, 7 MiB** | – |',
			'| 64 MiB: launch to complete | **1.60 s, 2.00 s, 59 MiB** | 2.60 s, 1.35 s, 7 MiB | – |',
		],
	);
});

test('a client that got something else has no figure', () => {
	const wrong = outcomes.map(outcome => (outcome.client === 'aria2' ? {...outcome, right: false} : outcome));
	assert.match(
		markdownTable(['tortui', 'aria2'], [{row, outcomes: wrong}]).at(-1)!,
		/\*\*650 MiB\/s.*\| – \|$/,
	);
});

test('the machine is told with the versions and the day', () => {
	const line = machineLine(
		[
			['tortui', '0.1.0'],
			['aria2', ''],
		],
		new Date('2026-11-27T12:00:00Z'),
	);
	assert.match(line, /^\d+ cores? of .+, Node v\d+\.\d+\.\d+, 2026-11-27; tortui 0\.1\.0, aria2$/);
});

test('a peer at each of many addresses is one program where there is one that can be', async () => {
	const run = {
		mode: 'serve',
		torrent: 't',
		dir: 'd',
		host: '127.0.0.2',
		port: 1,
		work: 'w',
		requests: 5,
	} as const;
	const libtorrent = clients.find(client => client.name === 'libtorrent')!;
	const {args} = await libtorrent.launch({...run, wire: 'tcp', others: ['127.0.0.3', '127.0.0.4']});
	assert.equal(args[4], '127.0.0.2,127.0.0.3,127.0.0.4');
	assert.equal(libtorrent.manyPeers, true);
});

test('who asks for many blocks at a time is let', () => {
	const of = (name: string) => requestsFor(clients.find(client => client.name === name)!);
	assert.ok(of('rtorrent') > of('libtorrent'));
});

test('who can be told that all is there is told so, and checks nothing that would bring it into memory', async () => {
	const space = mkdtempSync(join(tmpdir(), 'tortui-compare-test-'));
	try {
		const run = {torrent: '/a', dir: '/b', host: '127.0.0.1', port: 1, requests: 1, wire: 'tcp'} as const;
		const trusting = clients.filter(({trusts}) => trusts);
		assert.deepEqual(
			trusting.map(({name}) => name),
			['tortui', 'tortui-bare', 'libtorrent', 'aria2'],
		);
		for (const client of trusting.filter(each => each.absent() === undefined)) {
			const {args} = await client.launch({...run, mode: 'trust', work: space});
			assert.match(args.join(' '), /--check none| trust |--check-integrity=false --bt-seed-unverified=true/);
		}
	} finally {
		rmSync(space, {recursive: true});
	}
});

test('what is to be read from a disk is not in memory any more, or the row is passed over with the reason', t => {
	const space = mkdtempSync(join(tmpdir(), 'tortui-compare-test-'));
	try {
		assert.match(forgetCached(space, 1)!, /no dd here/);
		const file = join(space, 'file');
		writeFileSync(file, Buffer.alloc(2 ** 22, 1));
		const isExt = statfsSync(space).type === 0xef53;
		if (!isExt) return t.skip('what is temporary is on another file system than ext4');
		if (findProgram('fincore') === undefined) return t.skip('fincore is not installed');
		assert.equal(forgetCached(file, 2 ** 22), undefined);
		readFileSync(file);
		const kept = spawnSync('fincore', ['--bytes', '--noheadings', '--output', 'RES', file], {
			encoding: 'utf8',
		});
		assert.ok(Number(kept.stdout) >= 2 ** 21, kept.stdout);
	} finally {
		rmSync(space, {recursive: true});
	}
});
