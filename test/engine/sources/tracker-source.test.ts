import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ProtocolError} from '../../../source/base/errors.js';
import type {AnnouncedTorrent} from '../../../source/engine/sources/announce-request.js';
import {HttpStatusError} from '../../../source/engine/sources/tracker-client.js';
import type {TrackerTiers} from '../../../source/engine/sources/tracker-list.js';
import {type TrackerServices, TrackerSource} from '../../../source/engine/sources/tracker-source.js';
import type {HttpRequest} from '../../../source/io/net/http/http-client.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import type {AnnounceRequest, AnnounceResponse} from '../../../source/protocol/tracker/announce.js';
import {HandClock, settled} from '../../helpers/hand-clock.ts';
import {seeded} from '../../policy/seeded.ts';

const [one, two, three] = ['udp://one:1', 'udp://two:2', 'http://three/announce'] as const;
const peer = {host: '192.0.2.1', port: 6881};
const fine: AnnounceResponse = {kind: 'peers', peers: [peer], interval: 900, seeders: 3, leechers: 4};

type Answer = AnnounceResponse | Error | 'never';

/** Trackers that answer what a test says, and note what they heard as `url event`. */
function stage(
	tiers: TrackerTiers['tiers'],
	answers: Partial<Record<string, Answer>>,
	more: Partial<AnnouncedTorrent & TrackerTiers & TrackerServices> = {},
) {
	const clock = new HandClock();
	const heard: string[] = [];
	const requests: AnnounceRequest[] = [];
	const found: unknown[] = [];
	const log: string[] = [];
	const votes: unknown[] = [];
	const facts = {uploaded: 1, downloaded: 2};
	const random = seeded(7);
	const reply = async (url: string, event: string | undefined, signal: AbortSignal | undefined) => {
		heard.push(`${url} ${event ?? '-'}`);
		const answer = answers[url] ?? fine;
		if (answer === 'never') {
			await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
		}
		if (answer instanceof Error) throw answer;
		return answer as AnnounceResponse;
	};
	const torrent: {-readonly [Key in keyof AnnouncedTorrent]: AnnouncedTorrent[Key]} = {
		swarmKeys: {v1: new Uint8Array(20).fill(1), v2: undefined},
		stats: facts,
		left: 3,
		isOwn: ({host, port}) => port === 6881 && host === '127.0.0.1',
		found: peers => found.push(...peers),
		log: (level, text) => log.push(`${level} ${text}`),
		...more,
	};
	const services: TrackerServices = {
		peerId: new Uint8Array(20).fill(2),
		key: -1,
		portFor: () => 6881,
		clock,
		random: {next: random, bytes: length => new Uint8Array(length)},
		externalAddress: {heardOurAddress: (...vote) => votes.push(vote)},
		resolver: {first: async () => undefined},
		http: {
			async get(url, {signal}) {
				const {origin, pathname, searchParams} = new URL(url);
				await reply(origin + pathname, searchParams.get('event') ?? undefined, signal);
				return {
					status: 200,
					url,
					body: encodeBencode({interval: 900, complete: 1, incomplete: 1, downloaded: 5}),
				};
			},
		},
		udpTrackers: {
			async announce(url, request, {signal} = {}) {
				requests.push(request);
				return reply(url, request.event, signal);
			},
			async scrape(url) {
				heard.push(`${url} scrape`);
				return {kind: 'counts', seeders: 30, leechers: 40, completed: 50};
			},
		},
		...more,
	};
	const trackers = new TrackerSource(torrent, {tiers, ...more}, services);
	const view = (url: string) => trackers.views(clock.now()).find(row => row.url === url);
	return {trackers, torrent, clock, heard, requests, found, votes, log, facts, answers, view};
}

test('starting announces at once and hands on the peers', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await settled();
	assert.deepEqual(s.heard, [`${one} started`]);
	assert.deepEqual(s.found, [peer]);
	assert.deepEqual(s.view(one), {
		tier: 1,
		kind: 'tracker',
		url: one,
		state: 'working',
		status: 'working',
		seeders: 3,
		leechers: 4,
		peers: 1,
		nextAt: s.clock.wall() + 900_000,
		askedAt: s.clock.wall(),
		answeredAt: s.clock.wall(),
	});
	const {numwant, key, port, left, uploaded, downloaded} = s.requests[0]!;
	assert.deepEqual(
		{numwant, key, port, left, uploaded, downloaded},
		{numwant: 200, key: 0xffffffff, port: 6881, left: 3, uploaded: 1, downloaded: 2},
	);
});

test('the next tier is asked when the first does not answer', async () => {
	const s = stage([[one], [two]], {[one]: new Error('connection refused')});
	s.trackers.start();
	await settled();
	assert.deepEqual(s.heard, [`${one} started`, `${two} started`]);
	assert.equal(s.view(one)?.state, 'retrying');
	assert.equal(s.view(one)?.status, 'connection refused');
	assert.equal(Math.ceil((s.view(one)!.nextAt! - s.clock.wall()) / 1000), 18);
	assert.equal(s.view(two)?.state, 'working');
});

test('a tracker that says nothing, or a byte now and then, keeps nobody from the next one for more than 10 s', async () => {
	for (const silent of [one, three]) {
		const s = stage([[silent], [two]], {[silent]: 'never'});
		s.trackers.start();
		await settled();
		await s.clock.pass(9000);
		assert.deepEqual(s.heard, [`${silent} started`]);
		await s.clock.pass(1000);
		assert.deepEqual(s.heard, [`${silent} started`, `${two} started`]);
		assert.equal(s.view(two)?.state, 'working');
	}
});

test('announces come at the interval, without any timer in between', async () => {
	const s = stage([[three]], {});
	s.trackers.start();
	await settled();
	assert.equal(s.clock.next, 900_000);
	await s.clock.pass(900_000);
	assert.deepEqual(s.heard, [`${three} started`, `${three} -`]);
});

test('completed and stopped are each told once, and stop waits for them', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await settled();
	s.torrent.left = 0;
	s.trackers.completed();
	s.trackers.completed();
	await s.trackers.stop();
	await s.trackers.stop();
	assert.deepEqual(s.heard, [`${one} started`, `${one} completed`, `${one} stopped`]);
	assert.equal(s.requests.at(-1)?.numwant, 0);
	assert.equal(s.requests.at(-1)?.left, 0);
	assert.equal(s.view(one)?.status, 'stopped');
	assert.equal(s.clock.next === undefined || s.clock.next <= 5000, true);
});

test('a torrent that was never started tells nobody that it stopped', async () => {
	const s = stage([[one]], {});
	await s.trackers.stop();
	assert.deepEqual(s.heard, []);
});

test('stopping takes 5 s at most, however deaf a tracker is', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await settled();
	s.answers[one] = 'never';
	let stopped = false;
	const stopping = s.trackers.stop().then(() => {
		stopped = true;
	});
	await s.clock.pass(4999);
	assert.equal(stopped, false);
	await s.clock.pass(1);
	await stopping;
	assert.equal(s.heard.at(-1), `${one} stopped`);
});

test('a tracker that never answered holds a stop up for 1.5 s only, and hears nothing more', async () => {
	const s = stage([[one]], {[one]: 'never'});
	s.trackers.start();
	await settled();
	const stopping = s.trackers.stop();
	await s.clock.pass(1500);
	await stopping;
	assert.deepEqual(s.heard, [`${one} started`]);
});

test('paused and resumed, the tracker hears started again', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await settled();
	const stopping = s.trackers.stop();
	s.trackers.start();
	await stopping;
	await settled();
	assert.deepEqual(s.heard, [`${one} started`, `${one} stopped`, `${one} started`]);
	assert.equal(s.view(one)?.state, 'working');
});

test('stopped again while a resume waits, it stays stopped', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await settled();
	void s.trackers.stop();
	s.trackers.start();
	await s.trackers.stop();
	await settled();
	assert.deepEqual(s.heard, [`${one} started`, `${one} stopped`]);
});

test('a refusal is shown in the tracker’s own words, made safe', async () => {
	const s = stage([[one]], {
		[one]: {kind: 'failure', reason: '\u001b]0;evil\u0007not \u202eregistered', retryIn: 'never'},
	});
	s.trackers.start();
	await settled();
	assert.equal(s.view(one)?.state, 'off');
	assert.equal(s.view(one)?.status, ']0;evil not registered');
	assert.equal(s.clock.next, undefined);
});

test('warnings are shown beside the state and logged', async () => {
	const s = stage([[one]], {[one]: {...fine, warning: 'ratio\nlow'} as AnnounceResponse});
	s.trackers.start();
	await settled();
	assert.equal(s.view(one)?.warning, 'ratio low');
	assert.deepEqual(s.log[0], 'warn tracker one:1 warns: ratio low');
});

test("we are not handed to ourselves; but what a tracker calls our address may be a stranger's", async () => {
	const us = ['127.0.0.1', '203.0.113.9', '192.0.2.1'].map(host => ({host, port: 6881}));
	const answer: AnnounceResponse = {...fine, peers: us, externalIp: '203.0.113.9'} as AnnounceResponse;
	const everywhere = stage([[one]], {[one]: answer});
	everywhere.trackers.start();
	await settled();
	assert.deepEqual(everywhere.found, [us[1], us[2]]);
	assert.deepEqual(everywhere.votes, [['203.0.113.9', 'one', 'tracker']]);
	const bound = stage([[one]], {[one]: answer}, {isOwn: ({host}) => host === '127.0.0.1'});
	bound.trackers.start();
	await settled();
	assert.deepEqual(bound.found, [us[1], us[2]]);
});

test('what an announce does not tell, a scrape does', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await s.clock.pass(5000);
	assert.deepEqual(s.heard, [`${one} started`, `${one} scrape`]);
	const {seeders, leechers, completed} = s.view(one)!;
	assert.deepEqual({seeders, leechers, completed}, {seeders: 30, leechers: 40, completed: 50});
	await s.clock.pass(1_700_000);
	assert.equal(s.heard.filter(line => line.endsWith('scrape')).length, 1);
});

test('trackers can be added and removed while it runs', async () => {
	const s = stage([[one]], {});
	s.trackers.start();
	await settled();
	const before = s.trackers.revision;
	s.trackers.list.add(` ${two} `);
	await settled();
	assert.ok(s.trackers.revision > before);
	assert.deepEqual(s.trackers.list.tiers, [[one], [two]]);
	s.trackers.list.remove(one);
	await settled();
	assert.deepEqual(s.heard, [`${one} started`, `${two} started`, `${one} stopped`]);
	assert.deepEqual(s.trackers.list.tiers, [[two]]);
	for (const bad of ['ftp://x/announce', 'udp://x', 'nonsense', 'http://x/announce?info_hash=1']) {
		assert.throws(() => s.trackers.list.add(bad), {name: 'UserError'}, bad);
	}
});

test('a torrent with no usable tracker says so in the log and does nothing', async () => {
	const s = stage([['wss://x/announce'], ['udp://y']], {});
	s.trackers.start();
	await settled();
	assert.deepEqual(s.trackers.views(0), []);
	assert.equal(s.log.length, 2);
	await s.trackers.stop();
});

test('counters trackers cannot read are made whole numbers', async () => {
	const s = stage([[one]], {});
	s.torrent.left = Number.POSITIVE_INFINITY;
	Object.assign(s.facts, {uploaded: 1.5, downloaded: -1});
	s.trackers.start();
	await settled();
	const {left, uploaded, downloaded} = s.requests[0]!;
	assert.deepEqual([left, uploaded, downloaded], [Number.MAX_SAFE_INTEGER, 1, 0]);
});

test('peers told by a DNS name are looked up one by one, and those that have no address left out', async () => {
	const asked: string[] = [];
	const names = ['a.example', 'none.example', 'multicast.example', 'b.example'].map((host, at) => ({
		host,
		port: at + 1,
	}));
	const s = stage(
		[[one]],
		{[one]: {...fine, peers: [], names}},
		{
			resolver: {
				async first(host) {
					asked.push(host);
					return {'a.example': '192.0.2.7', 'b.example': '2001:DB8::1', 'multicast.example': '239.0.0.1'}[
						host
					];
				},
			},
		},
	);
	s.trackers.start();
	await settled();
	await settled();
	assert.deepEqual(
		asked,
		names.map(({host}) => host),
	);
	assert.deepEqual(s.found, [
		{host: '192.0.2.7', port: 1},
		{host: '2001:db8::1', port: 4},
	]);
	await s.trackers.stop();
});

test('a tracker on a local address needs announce in its path, unless a person named it', async () => {
	const local = (path: string): string => `http://127.0.0.1:1${path}`;
	const asked: string[] = [];
	const http = {
		async get(url: string, {localPath}: HttpRequest) {
			const {pathname} = new URL(url);
			if (localPath?.(pathname) === false) throw new Error('refused');
			asked.push(pathname);
			return {
				status: 200,
				url,
				body: encodeBencode({interval: 900, complete: 1, incomplete: 1, downloaded: 5}),
			};
		},
	};
	const ask = async (path: string, how: 'own' | 'named' | 'added' | 'allowed'): Promise<boolean> => {
		asked.length = 0;
		const url = local(path);
		const s = stage(
			[[url]],
			{},
			{http, named: how === 'named' ? [url] : [], localTrackers: how === 'allowed'},
		);
		s.trackers.start();
		await settled();
		if (how === 'added') {
			assert.equal(s.trackers.list.add(url), false);
			assert.deepEqual(s.trackers.list.named, [url]);
			await settled();
		}
		const heard = asked.length > 0;
		await s.trackers.stop();
		return heard;
	};
	for (const path of [
		'/announce',
		'/announce.php?passkey=1',
		'/announce/KEY',
		'/KEY/announce',
		'/a/announce.php',
	]) {
		assert.equal(await ask(path, 'own'), true, path);
	}
	for (const path of ['/', '/tracker', '/shutdown?x=/announce', '/xannounce', '/KEY/xannounce/']) {
		assert.equal(await ask(path, 'own'), false, path);
		for (const how of ['named', 'added', 'allowed'] as const)
			assert.equal(await ask(path, how), true, `${how} ${path}`);
	}
});

test('asking by hand answers who is asked, who has not answered yet, and who does not allow it yet', async () => {
	const s = stage([[one], [two], [three]], {[one]: {...fine, minInterval: 300}});
	assert.deepEqual(s.trackers.hurry(), {running: false, trackers: 3, asked: [], busy: [], waits: []});
	s.trackers.start();
	await settled();
	await s.clock.pass(60_000);
	assert.deepEqual(s.trackers.hurry().waits, [{tracker: 'tracker one:1', allowedIn: 240}]);
	assert.deepEqual(s.trackers.hurry().asked, []);
	await s.clock.pass(240_000);
	const announces = s.heard.filter(line => !line.endsWith('scrape'));
	assert.deepEqual(announces, [`${one} started`, `${one} -`], 'it is asked as soon as it allows');
	s.answers[one] = 'never';
	await s.clock.pass(300_000);
	assert.deepEqual(s.trackers.hurry().asked, ['tracker one:1']);
	assert.deepEqual(s.trackers.hurry().busy, ['tracker one:1']);
	await s.clock.pass(60_000);
});

test('what is wrong with a tracker is told apart: it refuses, answers what is of no use, or is silent', async () => {
	const refuses: AnnounceResponse = {kind: 'failure', reason: 'not registered'};
	for (const [answer, trouble] of [
		[refuses, 'refused'],
		[new HttpStatusError(403, 'HTTP 403: not permitted'), 'refused'],
		[new HttpStatusError(502, 'HTTP 502: the tracker is in trouble'), 'broken'],
		[new ProtocolError('bad-answer', 'the answer is no dictionary'), 'broken'],
		[new Error('connection refused'), 'silent'],
	] as const) {
		const s = stage([[one]], {[one]: {...fine, warning: 'old news'}});
		s.trackers.start();
		await settled();
		s.answers[one] = answer;
		await s.clock.pass(900_000);
		assert.equal(s.view(one)?.trouble, trouble);
		assert.equal(s.view(one)?.warning, undefined, 'what it said before is past');
		s.answers[one] = fine;
		await s.clock.pass(900_000);
		assert.equal(s.view(one)?.trouble, undefined);
	}
});

test('a tracker that has not answered for some seconds is seen to be silent', async () => {
	const s = stage([[three]], {[three]: 'never'});
	s.trackers.start();
	await s.clock.pass(2999);
	assert.equal(s.view(three)?.silentFor, undefined);
	const before = s.trackers.revision;
	await s.clock.pass(3001);
	assert.ok(s.trackers.revision > before);
	assert.deepEqual([s.view(three)?.silentFor, s.view(three)?.status], [6, 'no answer yet']);
});

test('an answer that names nobody but us is known as that', async () => {
	const us = {host: '127.0.0.1', port: 6881};
	const outside = {host: '198.51.100.9', port: 6881};
	const namesOnlyUs = async (ours: readonly (typeof us)[], ...peers: (typeof us)[]) => {
		const isOwn = ({host}: typeof us) => ours.some(own => own.host === host);
		const s = stage([[one]], {[one]: {...fine, peers}}, {isOwn});
		s.trackers.start();
		await settled();
		return s.trackers.namesOnlyUs;
	};
	assert.equal(await namesOnlyUs([us], us), true);
	assert.equal(await namesOnlyUs([us, outside], us, outside), true);
	assert.equal(await namesOnlyUs([us], us, outside), false);
	assert.equal(await namesOnlyUs([us]), false);
	assert.equal(await namesOnlyUs([us], ...Array(9).fill(us)), false, 'so many were not looked at');
});
