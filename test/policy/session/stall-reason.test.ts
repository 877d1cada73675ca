import assert from 'node:assert/strict';
import test from 'node:test';
import {type Reason, reasonText} from '../../../source/base/reason.ts';
import {
	type StallFacts,
	type TrackerFacts,
	whyNothingMoves,
} from '../../../source/policy/session/stall-reason.ts';

type Change = Omit<Partial<StallFacts>, 'trackers'> & {readonly trackers?: Partial<TrackerFacts>};

/** What is said at the beginning of 1970. */
const textOf = (reason: Reason | undefined) => (reason === undefined ? '' : reasonText(reason, 0));

/** A torrent that downloads from one of 12 peers, with what is named changed. */
function facts(change: Change = {}): StallFacts {
	return {
		state: 'downloading',
		failure: undefined,
		checked: undefined,
		queuedBehind: 0,
		filesWanted: 3,
		otherSources: true,
		known: 20,
		connecting: 0,
		nextDialAt: 5_000,
		connected: 12,
		interesting: 12,
		interestingChoking: 11,
		interestingSnubbed: 0,
		interested: 4,
		unavailable: 0,
		firstUnavailable: undefined,
		downloadRate: 0,
		uploadRate: 0,
		maxDownload: undefined,
		maxUpload: undefined,
		diskQueue: 0,
		diskBehind: false,
		port: 6881,
		incoming: 1,
		listeningFor: 60,
		...change,
		trackers: {
			count: 1,
			announcing: false,
			working: true,
			lastError: undefined,
			nextAt: 40_000,
			...change.trackers,
		},
	};
}

const alone: Change = {
	connected: 0,
	interesting: 0,
	interestingChoking: 0,
	interested: 0,
	known: 0,
	nextDialAt: undefined,
};

test('web seeds that are asked, and what is wrong with them where nobody else is, are said', () => {
	const say = (change: Change): string => textOf(whyNothingMoves(facts(change)));
	const webSeeds = {asked: 0, trouble: 'web seed a.example: 404 not found', nextAt: 90_000};
	assert.equal(say({...alone, webSeeds: {...webSeeds, asked: 2}}), 'waiting for 2 web seeds to send');
	assert.equal(say({webSeeds: {...webSeeds, asked: 1}}), 'waiting for 1 web seed to send');
	assert.equal(
		say({...alone, webSeeds}),
		'no peer found yet, and web seed a.example: 404 not found (next try in 90 s)',
	);
	assert.equal(
		say({...alone, webSeeds: {...webSeeds, nextAt: undefined}}),
		'no peer found yet, and web seed a.example: 404 not found',
	);
	assert.match(say({...alone, known: 3, webSeeds}), /no peer can be reached/);
	assert.match(say({webSeeds}), /chokes us|choke us|to send/);
	assert.equal(whyNothingMoves(facts({...alone, webSeeds, downloadRate: 5000})), undefined);
});

/** A link of which the file list is asked for. */
function asking(metadata: Partial<StallFacts['metadata']>): Change {
	return {
		state: 'metadata',
		interesting: 0,
		interestingChoking: 0,
		metadata: {sources: 0, asked: 0, failures: 0, progress: 0, ...metadata},
	};
}

/** The change of the facts, and the level with the sentence that follows. */
const sentences: readonly (readonly [name: string, change: Change, expected: string | undefined])[] = [
	['a failure speaks for itself', {state: 'failed', failure: 'disk full: /data'}, 'error: disk full: /data'],
	['a failure without words points to the log', {state: 'failed'}, 'error: stopped by an error: see the log'],
	['paused, whatever else holds', {...alone, state: 'paused', filesWanted: 0}, 'info: paused'],
	['on the way to paused', {state: 'pausing'}, 'info: pausing: finishing what is being written'],
	[
		'checking, when that is done',
		{state: 'checking', allocating: true},
		'info: making room for the files on the disk',
	],
	['checking says how far', {state: 'checking', checked: 0.426}, 'info: checking the files: 42 %'],
	['queued behind nobody', {state: 'queued'}, 'info: queued: its turn comes when another makes room'],
	['queued behind one', {state: 'queued', queuedBehind: 1}, 'info: queued: 1 torrent goes first'],
	['queued behind several', {state: 'queued', queuedBehind: 3}, 'info: queued: 3 torrents go first'],
	[
		'too little room',
		{state: 'queued', room: {floor: 5_368_709_120, free: 1_288_490_189}},
		'warn: waits for room on the disk: 1.20 G free, 5.00 G are kept free',
	],
	[
		'room that nobody knows yet',
		{state: 'queued', room: {floor: 1024, free: undefined}},
		'info: finding out how much room there is on the disk',
	],
	['every file skipped', {filesWanted: 0}, 'warn: nothing wanted: every file is skipped'],
	[
		'every file skipped, called seeding',
		{state: 'seeding', filesWanted: 0},
		'warn: nothing wanted: every file is skipped',
	],
	['the seeding goal', {state: 'finished'}, 'info: finished: the seeding goal is reached'],
	[
		'seeding without the skipped files',
		{...alone, state: 'seeding', filesWanted: 2},
		'info: complete: nobody is connected',
	],
	['all is well', {downloadRate: 5000}, undefined],
	['a limit that is reached', {downloadRate: 190_000, maxDownload: 204_800}, 'info: limited to 200 K/s'],
	['a limit that is not reached', {downloadRate: 90_000, maxDownload: 204_800}, undefined],
	['a limit of nothing', {maxDownload: 0}, 'info: limited to 0 B/s'],
	[
		'a slow disk, even while data comes',
		{downloadRate: 5e7, diskBehind: true, diskQueue: 67_108_864},
		'warn: the disk is slow: 64.0 M wait to be written',
	],
	[
		'a missing piece',
		{interesting: 0, interestingChoking: 0, unavailable: 1, firstUnavailable: 88},
		'warn: nobody connected has piece 88',
	],
	[
		'several missing pieces',
		{interesting: 0, interestingChoking: 0, unavailable: 5, firstUnavailable: 88},
		'warn: nobody connected has piece 88 and 4 more',
	],
	[
		'peers without anything new',
		{interesting: 0, interestingChoking: 0},
		'info: 12 peers have nothing we need yet',
	],
	[
		'hashes that nobody has given yet',
		{hashesMissing: 512, interestingChoking: 12},
		'info: waiting for peers to give the hashes of 512 pieces',
	],
	['everyone chokes us', {interestingChoking: 12}, 'info: all 12 peers choke us'],
	[
		'the one peer chokes us',
		{connected: 1, interesting: 1, interestingChoking: 1},
		'info: the only peer chokes us',
	],
	[
		'those that matter choke us',
		{interesting: 3, interestingChoking: 3},
		'info: all 3 peers with what is missing choke us',
	],
	[
		'the one that matters chokes us',
		{interesting: 1, interestingChoking: 1},
		'info: the only peer with what is missing chokes us',
	],
	[
		'a missing piece is not the reason while others could come',
		{unavailable: 1, firstUnavailable: 88, interestingChoking: 12},
		'info: all 12 peers choke us',
	],
	[
		'everyone snubs us',
		{interestingChoking: 9, interestingSnubbed: 3},
		'warn: 3 peers should send, all have stopped',
	],
	['the one that may send snubs us', {interestingSnubbed: 1}, 'warn: the peer that should send has stopped'],
	['requests are on their way', {interestingChoking: 10}, 'info: waiting for 2 peers to send'],
	['a link, asking', asking({sources: 5, asked: 3}), 'info: asking 3 peers for the file list'],
	['a link, asking one', asking({sources: 1, asked: 1}), 'info: asking 1 peer for the file list'],
	[
		'a long file list',
		asking({sources: 5, asked: 3, progress: 0.456}),
		'info: asking 3 peers for the file list: 45 % is here',
	],
	[
		'a poisoned file list',
		asking({sources: 5, asked: 1, failures: 1, progress: 0.5}),
		'warn: the file list some peers gave was wrong: asking others',
	],
	[
		'a poisoned file list, and nobody else',
		asking({failures: 2}),
		'warn: the file list some peers gave was wrong: nobody else has it yet',
	],
	[
		'peers that refuse the file list',
		asking({sources: 2}),
		'info: 2 peers have the file list and do not give it yet',
	],
	[
		'a link, peers that came just now',
		{...asking({}), untold: 2},
		'info: waiting for 2 peers to say what they have',
	],
	['a link among others who have only that', asking({}), 'info: 12 peers do not have the file list either'],
	[
		'a link that nobody has',
		{...alone, state: 'metadata', dhtNodes: 112, trackers: {count: 2, answered: 2}},
		'info: no peer found yet: DHT has 100+ nodes, 2 trackers answered',
	],
	[
		'a link without trackers',
		{...alone, state: 'metadata', dhtNodes: 1, trackers: {count: 0, working: false}},
		'info: no peer found yet: DHT has 1 node',
	],
	[
		'no peers of any torrent, as the DHT and a tracker know it',
		{...alone, dhtNodes: 40, trackers: {answered: 1, onlyUs: true}},
		'info: no peer found yet: DHT has 40+ nodes, the tracker knows only us',
	],
	[
		'no peers, a tracker that fails',
		{...alone, dhtNodes: 40, trackers: {working: false, lastError: 'timed out', troubles: ['silent']}},
		'warn: no tracker answers: timed out; no peer found yet, DHT has 40+ nodes (next try in 40 s)',
	],
	[
		'no peers, a tracker that has not answered yet',
		{...alone, dhtNodes: 40, trackers: {working: false, silentFor: 3}},
		'info: no peer found yet: DHT has 40+ nodes, no answer from the tracker yet',
	],
	[
		'no peers, a tracker that was not asked yet',
		{...alone, dhtNodes: 0, trackers: {working: false}, listeningFor: 2},
		'info: no peer found yet: DHT has no node yet, waiting for the tracker',
	],
	[
		'a DHT without nodes for long',
		{...alone, dhtNodes: 0, trackers: {count: 0, working: false}},
		'warn: no peer found yet: no node of the DHT answers',
	],
	['dialling', {...alone, connecting: 3, known: 9}, 'info: connecting to 3 peers'],
	['announcing', {...alone, trackers: {announcing: true}}, 'info: asking the tracker for peers'],
	[
		'no tracker answers',
		{...alone, trackers: {working: false, lastError: 'connection refused'}},
		'warn: no tracker answers: connection refused (next try in 40 s)',
	],
	[
		'the one tracker does not answer, and where it is is known',
		{...alone, trackers: {working: false, lastError: 'connection refused', lastHost: 'tracker.example'}},
		'warn: tracker tracker.example does not answer: connection refused (next try in 40 s)',
	],
	[
		'the one tracker refuses, and where it is is known',
		{
			...alone,
			trackers: {working: false, lastError: 'no', troubles: ['refused'], lastHost: 'a.example'},
		},
		'warn: tracker a.example refuses: no (next try in 40 s)',
	],
	[
		'of several trackers one is named with what it said',
		{
			...alone,
			trackers: {
				count: 2,
				working: false,
				lastError: 'timed out',
				troubles: ['silent', 'silent'],
				lastHost: 'a.example',
			},
		},
		'warn: no tracker answers: a.example: timed out (next try in 40 s)',
	],
	[
		'a tracker that refuses for good',
		{
			...alone,
			trackers: {working: false, lastError: 'not registered', troubles: ['refused'], nextAt: undefined},
		},
		'warn: the tracker refuses: not registered',
	],
	[
		'all trackers refuse',
		{...alone, trackers: {count: 2, working: false, lastError: 'no', troubles: ['refused', 'refused']}},
		'warn: all 2 trackers refuse: no (next try in 40 s)',
	],
	[
		'one refuses, one is silent',
		{...alone, trackers: {count: 2, working: false, lastError: 'no', troubles: ['refused', 'silent']}},
		'warn: no tracker helps, one refuses: no (next try in 40 s)',
	],
	[
		'a tracker that answers nonsense',
		{
			...alone,
			trackers: {working: false, lastError: 'HTTP 502: the tracker is in trouble', troubles: ['broken']},
		},
		'warn: the tracker’s answer is of no use: HTTP 502: the tracker is in trouble (next try in 40 s)',
	],
	[
		'a tracker that takes its time',
		{...alone, trackers: {announcing: true, working: false, silentFor: 4}},
		'info: no answer from the tracker yet',
	],
	[
		'a tracker that is silent',
		{...alone, trackers: {announcing: true, working: false, silentFor: 9}},
		'warn: no answer from the tracker yet: asked over 5 s ago',
	],
	[
		'a tracker that is silent, and peers that cannot be reached',
		{...alone, known: 3, nextDialAt: 9_000, trackers: {announcing: true, working: false, silentFor: 9}},
		'warn: no answer from the tracker yet: asked over 5 s ago',
	],
	[
		'a tracker that knows only us',
		{...alone, trackers: {onlyUs: true, named: 1, nextAt: 1_700_000}},
		'info: the tracker knows only us (next try in 29 min)',
	],
	[
		'a tracker that counts a seed and names nobody',
		{...alone, trackers: {seeders: 1, nextAt: 1_700_000}},
		'info: the tracker counts 1 seed and names nobody (next try in 29 min)',
	],
	[
		'a tracker that named somebody who was given up',
		{...alone, trackers: {seeders: 1, named: 1, nextAt: 1_700_000}},
		'info: nobody whom the tracker named can be reached (next try in 29 min)',
	],
	[
		'peers that have just come',
		{interesting: 0, interestingChoking: 0, untold: 2, unavailable: 5, firstUnavailable: 0},
		'info: waiting for 2 peers to say what they have',
	],
	[
		'a tracker that was not asked yet',
		{...alone, trackers: {working: false}},
		'info: waiting for the tracker (next try in 40 s)',
	],
	[
		'a tracker that knows nobody',
		{...alone, trackers: {nextAt: 1_700_000}},
		'info: the tracker knows no peers (next try in 29 min)',
	],
	[
		'known peers, none reached',
		{...alone, known: 7, nextDialAt: 90_200},
		'warn: no peer can be reached, 7 known (next try in 91 s)',
	],
	[
		'known peers, none of whom encrypts as is required',
		{...alone, known: 7, nextDialAt: 90_400, encryptedOnly: true},
		'warn: no peer can be reached with encryption, which is required, 7 known (next try in 91 s)',
	],
	['known peers, dialled next', {...alone, known: 1, dialDue: true}, 'info: about to connect: 1 peer known'],
	[
		'known peers, and nobody ever came in',
		{...alone, known: 7, nextDialAt: 90_000, incoming: 0, listeningFor: 700},
		'warn: no peer can be reached, 7 known (next try in 90 s)',
	],
	[
		'searching without a tracker',
		{...alone, trackers: {count: 0, nextAt: undefined}},
		'info: no peers known yet: searching',
	],
	[
		'nothing to ask',
		{...alone, otherSources: false, trackers: {count: 0, nextAt: undefined}},
		'warn: no peers and no tracker to ask: add a tracker or a peer',
	],
	['seeding well', {state: 'seeding', uploadRate: 1}, undefined],
	[
		'seeding at the limit',
		{state: 'seeding', uploadRate: 1_048_000, maxUpload: 1_048_576},
		'info: limited to 1.0 M/s',
	],
	['seeding to nobody', {...alone, state: 'seeding'}, 'info: complete: nobody is connected'],
	[
		'seeding where nobody came in, which proves nothing',
		{...alone, state: 'seeding', incoming: 0, listeningFor: 601},
		'info: complete: nobody is connected, and nobody has come to port 6881 yet',
	],
	[
		'seeding, and the tracker refuses',
		{
			...alone,
			state: 'seeding',
			trackers: {working: false, lastError: 'not registered', troubles: ['refused'], nextAt: 100_000},
		},
		'warn: complete: the tracker refuses: not registered (next try in 100 s)',
	],
	[
		'nobody wants anything',
		{state: 'seeding', interested: 0},
		'info: complete: none of 12 peers wants anything',
	],
	[
		'the one peer wants nothing',
		{state: 'seeding', interested: 0, connected: 1},
		'info: complete: the only peer wants nothing',
	],
	['somebody is about to ask', {state: 'seeding'}, undefined],
];

for (const [name, change, expected] of sentences) {
	test(`${name}: ${expected ?? 'nothing to say'}`, () => {
		const reason = whyNothingMoves(facts(change));
		assert.equal(reason && `${reason.level}: ${textOf(reason)}`, expected);
	});
}

test('rates are told as people read them: a digit more where they are small', () => {
	for (const [maxDownload, words] of [
		[999, '999 B/s'],
		[1024, '1.0 K/s'],
		[9.5 * 1024, '9.5 K/s'],
		[10.4 * 1024, '10 K/s'],
		[512_000, '500 K/s'],
		[1.25 * 2 ** 20, '1.3 M/s'],
		[3 * 2 ** 30, '3.0 G/s'],
	] as const) {
		const reason = whyNothingMoves(facts({maxDownload, downloadRate: maxDownload}));
		assert.equal(reason?.text, `limited to ${words}`);
	}
});
