import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TrackerClient} from '../../../source/engine/sources/tracker-client.js';
import type {HttpClient} from '../../../source/io/net/http/http-client.js';
import type {UdpTrackers} from '../../../source/io/net/udp-tracker-client.js';
import {encodeBencode} from '../../../source/protocol/bencode/bencode.js';
import type {
	AnnouncePeers,
	AnnounceRequest,
	AnnounceResponse,
} from '../../../source/protocol/tracker/announce.js';
import {settled} from '../../helpers/hand-clock.ts';

const request: AnnounceRequest = {
	infoHash: new Uint8Array(20),
	peerId: new Uint8Array(20),
	key: 7,
	port: 6881,
	uploaded: 0,
	downloaded: 0,
	left: 1,
	event: undefined,
	numwant: 200,
	trackerId: undefined,
};
const peersAt = (host: string): AnnounceResponse => ({
	kind: 'peers',
	interval: 1800,
	peers: [{host, port: 6881}],
});

/** A UDP tracker whose answers the test gives. */
function stage(families: readonly (4 | 6)[]) {
	const asked: Array<{
		readonly family: 4 | 6 | undefined;
		readonly event: string | undefined;
		readonly port: number;
		readonly slow: (() => void) | undefined;
		resolve(answer: AnnounceResponse): void;
		reject(error: Error): void;
	}> = [];
	const udpTrackers: UdpTrackers = {
		announce: (_, {event, port}, {family, onSlow} = {}) =>
			new Promise((resolve, reject) => asked.push({family, event, port, slow: onSlow, resolve, reject})),
		scrape: () => Promise.reject(new Error('not asked')),
	};
	const urls: string[] = [];
	const http: HttpClient = {
		async get(url, {family}) {
			urls.push(`${family} ${url}`);
			const host = Uint8Array.of(192, 0, 2, family ?? 0, 26, 225);
			return {status: 200, body: encodeBencode({interval: 1800, peers: host}), url};
		},
	};
	const client = new TrackerClient({
		http,
		udpTrackers,
		hostFamilies: async () => families,
		portFor: host => (host.includes(':') ? 7006 : 7004),
	});
	const more: AnnouncePeers[] = [];
	let slow = 0;
	const announce = (event?: 'stopped') =>
		client.announce(
			'udp://tracker.example:6969/announce',
			{...request, event},
			new AbortController().signal,
			false,
			() => slow++,
			answer => more.push(answer),
		);
	return {client, asked, urls, more, announce, slow: () => slow};
}

test('a tracker that is reached in both families is told of us in both, and tells of peers in both', async () => {
	const {asked, more, announce, slow} = stage([4, 6]);
	const answer = announce();
	await settled();
	assert.deepEqual(
		asked.map(({family, port}) => [family, port]),
		[
			[4, 6881],
			[6, 7006],
		],
	);
	asked[1]!.resolve(peersAt('2001:db8::9'));
	assert.deepEqual(await answer, peersAt('2001:db8::9'));
	asked[0]!.slow?.();
	asked[0]!.resolve(peersAt('192.0.2.9'));
	await settled();
	assert.deepEqual(more, [peersAt('192.0.2.9')]);
	assert.equal(slow(), 0, 'one that has answered in a family is not slow');
});

test('a family in which a tracker does not answer, or refuses, is no matter while the other does', async () => {
	for (const fail of ['rejects', 'refuses'] as const) {
		const {asked, more, announce} = stage([4, 6]);
		const answer = announce();
		await settled();
		if (fail === 'rejects') asked[0]!.reject(new Error('network not reachable'));
		else asked[0]!.resolve({kind: 'failure', reason: 'not here'});
		await settled();
		asked[1]!.resolve(peersAt('2001:db8::9'));
		assert.deepEqual(await answer, peersAt('2001:db8::9'));
		assert.deepEqual(more, []);
	}
});

test('when it answers in neither the first says why', async () => {
	const {asked, announce, slow} = stage([4, 6]);
	const answer = announce();
	await settled();
	for (const {slow: tell} of asked) tell?.();
	asked[1]!.reject(new Error('network not reachable'));
	asked[0]!.reject(new Error('no answer'));
	await assert.rejects(answer, /no answer/);
	assert.equal(slow(), 1);
});

test('that we go is told in both before it is done', async () => {
	const {asked, announce} = stage([4, 6]);
	let done = false;
	const answer = announce('stopped').then(() => {
		done = true;
	});
	await settled();
	asked[0]!.resolve(peersAt('192.0.2.9'));
	await settled();
	assert.equal(done, false);
	asked[1]!.reject(new Error('no answer'));
	await answer;
});

test('one that is reached in one family is asked once, over HTTP too', async () => {
	const single = stage([6]);
	void single.announce();
	await settled();
	assert.deepEqual(
		single.asked.map(({family}) => family),
		[undefined],
	);
	const both = stage([4, 6]);
	const {signal} = new AbortController();
	await both.client.announce('http://tracker.example/announce', request, signal, false);
	assert.deepEqual(
		both.urls.map(url => url.slice(0, 30)),
		['4 http://tracker.example/announ', '6 http://tracker.example/announ'].map(url => url.slice(0, 30)),
	);
});
