import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {FoldersView} from '../../../source/api/folders-view.ts';
import type {SessionView} from '../../../source/api/snapshot.ts';
import {sessionHeader} from '../../../source/ui/headers/session-header.ts';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {rowText} from '../../../source/ui/present/row.ts';

const session: SessionView = {
	name: 'tortui',
	version: '0.0.0',
	pid: 1,
	uptime: 1,
	port: 6881,
	portState: 'unknown',
	downloadRate: 0,
	uploadRate: 0,
	downloaded: 0,
	uploaded: 0,
	connected: 0,
	dhtNodes: 0,
	slowMode: false,
	dir: '/srv',
};
const look = {glyphs: glyphsFor(false), timezone: 0};
const facts = (more: Partial<SessionView>, columns = 160) =>
	rowText(sessionHeader({...session, ...more}, [], {columns, rows: 2}, look)[1]!);

test('a port that the gateway opened is called mapped until somebody came through it', () => {
	const portMapping = {state: 'open', text: 'port 6881 open through PCP until 14:20', port: 6881} as const;
	assert.match(facts({}), /^ port 6881 not tested {3}/);
	assert.match(facts({portMapping}), /^ port 6881 mapped {3}.*port 6881 open through PCP until 14:20/);
	assert.match(facts({portMapping, portState: 'open'}), /^ port 6881 open {3}/);
	assert.match(facts({portMapping: {...portMapping, port: 7001}}), /^ port 7001 mapped {3}/);
	assert.match(
		facts({portMapping: {state: 'failed', text: 'no gateway answered'}}),
		/^ port 6881 not tested {3}.*no gateway answered/,
	);
});

test('what is said of the mapping is left out where there is no room for all of it', () => {
	const text = 'port 6881 open through PCP until 14:20';
	const row = (columns: number) => facts({portMapping: {state: 'open', text, port: 6881}}, columns);
	assert.match(row(120), /until 14:20\s*$/);
	assert.match(row(80), /^ port 6881 mapped {3}0 peers {3}DHT /);
	assert.doesNotMatch(row(80), /port 6881 open/);
	assert.match(row(40), /^ port 6881 mapped {3}0 peers/);
});

test('downloads that wait for room are counted beside the torrents', () => {
	const title = (waitingForRoom: number | undefined, columns = 80) =>
		rowText(sessionHeader({...session, waitingForRoom}, [], {columns, rows: 2}, look)[0]!);
	assert.doesNotMatch(title(undefined), /room/);
	assert.match(title(1), /^ tortui 0 torrents {2}1 waits for room on the disk /);
	assert.match(title(12), /12 wait for room on the disk /);
	assert.doesNotMatch(title(12, 50), /room/);
});

test('what is hashed for a shared folder stands beside the torrents where there is room, and which folder is gone', () => {
	const folder = {
		dir: '/srv/share',
		from: 'share',
		state: 'sharing',
		shared: 3,
		waiting: 0,
		queued: 12,
		declined: 0,
		hashing: {name: 'a very long name of a large file.iso', done: 43, length: 100},
		faults: [],
		faultCount: 0,
		publish: true,
		trackers: [],
	} as const;
	const row = (folders: FoldersView, columns: number) =>
		rowText(sessionHeader(session, [], {columns, rows: 2}, look, folders)[0]!);
	const hashing = {shared: [folder], watched: []};
	assert.match(row(hashing, 120), /0 torrents {3}hashing a very long.*file\.iso 43 % {2}12 to come {2,}▼/);
	assert.doesNotMatch(row(hashing, 60), /hashing/);
	const {hashing: _, ...still} = folder;
	const gone = {...still, state: 'gone', why: 'it is not there', queued: 0} as const;
	assert.match(row({shared: [gone], watched: []}, 100), /0 torrents {3}\/srv\/share is gone {2,}▼/);
	assert.match(row({shared: [still], watched: []}, 100), /0 torrents {2,}▼/);
});

test('while everything waits by the schedule the header says until when', () => {
	assert.match(facts({slowMode: true, haltedUntil: '14:05'}), /^ all waits until 14:05 {3}port/);
	assert.doesNotMatch(facts({slowMode: true, haltedUntil: '14:05'}), /slow/);
});

test('slow mode stands first in the header, with its end when it ends by itself', () => {
	assert.match(facts({slowMode: true, slowUntil: 'Tue 06:00'}), /^ slow until Tue 06:00 {3}port/);
	assert.match(facts({slowMode: true}), /^ slow mode {3}port/);
	assert.doesNotMatch(facts({slowMode: false}), /slow/);
});

test('the interface that everything goes by stands before the port, and in full that it is gone', () => {
	const tun0 = {name: 'tun0', addresses: ['10.8.0.2']};
	assert.match(facts({interface: tun0}), /^ by tun0 10\.8\.0\.2 {3}port 6881/);
	assert.match(facts({interface: {name: '10.8.0.2', addresses: ['10.8.0.2']}}), /^ by 10\.8\.0\.2 {3}port/);
	const gone = 'tun0 is gone: nothing is sent until it is back';
	for (const columns of [160, 80, 60])
		assert.match(facts({interface: {...tun0, addresses: [], gone}}, columns), new RegExp(`^ ${gone} `));
});

test('with a proxy its state stands where the port was', () => {
	const url = 'socks5://127.0.0.1:1080';
	assert.match(facts({proxy: {url, state: 'up', udp: 'yes'}}), /^ proxy 127\.0\.0\.1:1080 up {3}0 peers/);
	assert.match(
		facts({proxy: {url, state: 'up', udp: 'no'}}, 80),
		/^ proxy 127\.0\.0\.1:1080 up, no UDP {3}0 peers {3}DHT/,
	);
	assert.match(
		facts({proxy: {url, state: 'unknown', udp: 'unknown'}}),
		/^ proxy 127\.0\.0\.1:1080 not tried {3}/,
	);
	const down = {url, state: 'down', why: 'connection refused', udp: 'unknown'} as const;
	assert.match(facts({proxy: down}, 80), /^ proxy 127\.0\.0\.1:1080 down: connection refused {3}0 peers/);
});

test('what has no room in the header is left out whole, what was moved today before a limit', () => {
	const more = {
		freeSpace: 59.6 * 1024 ** 3,
		maxDownload: 200 * 1024,
		connected: 48,
		portState: 'open',
	} as const;
	const whole =
		/^ port 6881 open {3}48 peers {3}DHT off {3}free 59\.6 G {3}all time ▼ 0 ▲ 0 {3}limit ▼ 200 K\/s *$/;
	assert.match(facts(more, 100), whole);
	assert.match(
		facts(more, 70),
		/^ port 6881 open {3}48 peers {3}DHT off {3}free 59\.6 G {3}limit ▼ 200 K\/s *$/,
	);
	assert.match(facts(more, 51), /^ port 6881 open {3}48 peers {3}limit ▼ 200 K\/s *$/);
	for (let columns = 32; columns < 110; columns++) assert.doesNotMatch(facts(more, columns), /…/);
});
