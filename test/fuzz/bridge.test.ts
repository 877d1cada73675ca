import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Command} from '../../source/api/command.js';
import {ProtocolError, UserError} from '../../source/base/errors.js';
import {encodeFrame, FrameReader} from '../../source/bridge/socket/frame.js';
import {asClientMessage, asEngineMessage, type ClientMessage} from '../../source/bridge/socket/message.js';
import {Session} from '../../source/engine/session/session.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {HandClock} from '../helpers/hand-clock.ts';
import {FakeStorage, LoneTorrent} from '../helpers/lone-torrent.ts';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(41);
const rounds = fuzzRounds(12_000);

const metainfo = encodeBencode({
	info: {length: 100_000, name: 'x', 'piece length': 16_384, pieces: new Uint8Array(140)},
});
const id = '\u0000';
const commands: ReadonlyArray<Readonly<Record<string, unknown>>> = [
	{
		type: 'torrent.add',
		metainfo: Buffer.from(metainfo).toString('base64'),
		options: {dir: '/nowhere', select: '1', paused: false},
	},
	{type: 'torrent.pause', id},
	{type: 'torrent.resume', id},
	{type: 'torrent.verify', id},
	{type: 'torrent.sequential', id, on: true},
	{type: 'torrent.label', id, label: 'x'},
	{type: 'torrent.queue', id, position: 1},
	{type: 'torrent.limits', id, maxDownload: 1000, maxUpload: null, seedRatio: 1, seedTime: 5},
	{type: 'torrent.superSeed', id, on: true},
	{type: 'torrent.reannounce', id},
	{type: 'files.priority', id, files: [0, 7], priority: 4},
	{type: 'piece.priority', id, pieces: [0, [2, 5], 6], priority: 4},
	{type: 'piece.deadline', id, pieces: [[0, 6], 3], within: 1500},
	{type: 'tracker.add', id, url: 'http://t.example/announce', tier: 1},
	{type: 'tracker.remove', id, url: 'http://t.example/announce'},
	{type: 'peer.kick', id, peer: 3},
	{type: 'piece.inspect', id, cell: 1, cells: 5},
	{type: 'session.limits', maxDownload: 5, maxUpload: null},
	{type: 'session.slowMode', on: true},
	{type: 'session.pauseAll'},
	{type: 'session.resumeAll'},
	{type: 'session.list'},
	{type: 'session.log', level: 'info', text: 'x', torrent: id},
	{type: 'torrent.publish', id, on: true},
	{type: 'torrent.export', id: 'x'},
	{type: 'session.dht'},
	{type: 'folders.list'},
	{
		type: 'feeds.add',
		url: 'https://h.example/',
		headers: {a: 'b'},
		rules: [{name: 'x', title: ['a'], goal: {ratio: 1}}],
	},
	{type: 'feeds.rule', feed: 'x', rule: {name: 'y', size: '>1M'}},
	{type: 'folders.share', dir: '/x', trackers: ['http://t.example/announce'], label: 'l', publish: false},
	{type: 'folders.unshare', dir: '/x'},
];
const watches: ReadonlyArray<Readonly<Record<string, unknown>>> = [
	{interval: 100, session: true, torrents: true, log: 5, speed: {range: 600, samples: 60}},
	{
		interval: 0,
		torrent: {
			id,
			overview: true,
			pieces: 20,
			peers: true,
			trackers: true,
			files: true,
			speed: {range: 1, samples: 1},
		},
	},
];
const samples: readonly string[] = [
	...commands.map(command => JSON.stringify({type: 'send', id: 1, command})),
	...watches.map(what => JSON.stringify({type: 'watch', watch: 1, generation: 2, what})),
	JSON.stringify({type: 'unwatch', watch: 1}),
	JSON.stringify({type: 'hello', protocol: 1, version: '1', pid: 1, about: {}}),
];

/** Another number, text or nothing where a value was: JSON stays JSON. */
function disturb(text: string, random: () => number): string {
	const odd = [
		'-1',
		'1e308',
		'0.5',
		'9007199254740993',
		'null',
		'""',
		'[]',
		'{}',
		'true',
		'"\\u001b"',
		'0',
		'10000',
	];
	return text.replace(/(?<=[:[,])(?:-?\d+(?:\.\d+)?|true|false|null|"[^"]{0,40}")(?=[,\]}])/g, value =>
		random() < 0.12 ? odd[Math.floor(random() * odd.length)]! : value,
	);
}

function refusal(error: unknown): void {
	if (!(error instanceof ProtocolError)) throw error;
}

test(`damaged frames are read or end the connection (seed ${seed})`, () => {
	const random = seeded(seed);
	for (let round = 0; round < rounds; round++) {
		const frames = Buffer.concat(
			Array.from({length: 3}, (_, n) => encodeFrame(JSON.parse(samples[(round + n) % samples.length]!))),
		);
		const bytes = mutate(frames, random);
		const reader = new FrameReader();
		try {
			for (let at = 0; at < bytes.length; ) {
				const count = 1 + Math.floor(random() * 700);
				for (const value of reader.push(bytes.slice(at, at + count))) {
					try {
						asClientMessage(value);
					} catch (error) {
						refusal(error);
					}
					asEngineMessage(value);
				}
				at += count;
			}
		} catch (error) {
			refusal(error);
		}
	}
});

test('whatever a client may say, the engine answers or refuses it with one line, and goes on', async () => {
	const random = seeded(seed + 1);
	const clock = new HandClock();
	const lone = new LoneTorrent({pieces: 7, pieceLength: 16_384, short: 14_688});
	const session = await Session.open({
		stateDir: '/nowhere/state',
		dir: '/nowhere',
		port: 0,
		portFixed: false,
		bind: [],
		maxPeers: 50,
		trackers: false,
		persist: false,
		version: '1.0.0',
		log() {},
		clock,
		random: {next: random, bytes: length => new Uint8Array(length)},
		sockets: {
			tcp: {
				dial: () => assert.fail('nobody is to be dialled'),
				listen: async () => ({port: 6881, close: async () => {}}),
			},
		},
		openDisk: () => ({
			open: (_, events) => new FakeStorage(lone, events),
			exists: async () => false,
			freeSpace: async () => 1,
			close: async () => {},
		}),
		store: {
			find: async () => undefined,
			load: async () => [],
			save: async () => undefined,
			saveMetainfo: async () => undefined,
			remove: async () => undefined,
			settled: async () => {},
		},
	});
	let known = '';
	const watchings = new Map<number, ReturnType<Session['watch']>>();
	let obeyed = 0;
	let told = 0;
	for (let round = 0; round < rounds / 4; round++) {
		const sample = samples[Math.floor(random() * samples.length)]!.replaceAll(
			JSON.stringify(id),
			JSON.stringify(known),
		);
		let message: ClientMessage;
		try {
			message = asClientMessage(JSON.parse(disturb(sample, random)));
		} catch (error) {
			refusal(error);
			continue;
		}
		if (message.type === 'send') {
			try {
				const reply = await session.send(message.command as Command);
				if (reply.id !== undefined) known = reply.id;
				obeyed++;
			} catch (error) {
				assert.ok(error instanceof UserError, `${JSON.stringify(message)}: ${(error as Error).stack}`);
				assert.doesNotMatch(error.message, /\n/);
			}
		} else if (message.type === 'watch') {
			const {watch, what} = message;
			if (watchings.has(watch)) watchings.get(watch)!.change(what);
			else if (watchings.size < 5)
				watchings.set(
					watch,
					session.watch(what, () => told++),
				);
		} else if (message.type === 'unwatch') {
			watchings.get(message.watch)?.stop();
			watchings.delete(message.watch);
		}
		if (round % 20 === 0) await clock.pass(1000);
	}
	assert.ok(obeyed > rounds / 40 && told > 20, `${obeyed} were obeyed, ${told} updates`);
	const stopping = session.stop();
	await clock.pass(10_000);
	await stopping;
});
