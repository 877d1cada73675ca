import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import test from 'node:test';
import type {AddOptions} from '../../../source/api/command.ts';
import {Session} from '../../../source/engine/session/session.ts';
import type {SessionOptions} from '../../../source/engine/session/session-options.ts';
import {bencode} from '../../helpers/bencode.ts';
import {weightlessDisk} from '../../helpers/weightless-disk.ts';
import {seeded} from '../../policy/seeded.ts';
import {VirtualClock} from '../../simulation/virtual-clock.ts';
import {VirtualNetwork} from '../../simulation/virtual-network.ts';

const second = 1000;
const pieceLength = 1 << 18;

/** A torrent nobody has the bytes of: whatever comes is right. */
interface Made {
	readonly id: string;
	readonly metainfo: string;
}

function make(name: string, pieces: number): Made {
	const length = pieces * pieceLength;
	const info = {length, name, 'piece length': pieceLength, pieces: Buffer.alloc(20 * pieces, 7)};
	return {
		id: createHash('sha1').update(bencode(info)).digest('hex'),
		metainfo: bencode({info}).toString('base64'),
	};
}

/** Two engines on virtual time, with a line between them that is faster than any limit. */
class World {
	readonly clock = new VirtualClock(5);
	readonly #network = new VirtualNetwork(this.clock);
	readonly #random = seeded(4);
	readonly #sessions: Session[] = [];

	async open(host: string, full: boolean, limits: Partial<SessionOptions>): Promise<Session> {
		const random = this.#random;
		const session = await Session.open({
			stateDir: '/nowhere',
			dir: '/nowhere',
			port: 6881,
			portFixed: true,
			bind: [host],
			maxPeers: 50,
			trackers: false,
			persist: false,
			version: '0.0.0',
			log: () => {},
			clock: this.clock,
			random: {
				next: random,
				bytes: length => Uint8Array.from({length}, () => Math.floor(random() * 256)),
			},
			sockets: {tcp: this.#network.join(host, {up: 50e6, down: 50e6, latency: 1})},
			openDisk: pool => weightlessDisk(pool, full),
			store: {
				find: async () => undefined,
				load: async () => [],
				save: async () => undefined,
				saveMetainfo: async () => undefined,
				remove: async () => undefined,
				settled: async () => {},
			},
			...limits,
		});
		this.#sessions.push(session);
		return session;
	}

	/** A seeder and a leecher of these torrents, which have met. */
	async meet(
		torrents: readonly Made[],
		seeds: Partial<SessionOptions>,
		leeches: Partial<SessionOptions>,
		own: {readonly seeder?: AddOptions; readonly leecher?: AddOptions} = {},
	) {
		const seeder = await this.open('10.0.0.1', true, seeds);
		const leecher = await this.open('10.0.0.2', false, leeches);
		for (const {metainfo} of torrents) {
			await seeder.send({type: 'torrent.add', metainfo, options: {check: 'none', ...own.seeder}});
			await this.clock.pass(second);
			const options = {peers: ['10.0.0.1:6881'], ...own.leecher};
			await leecher.send({type: 'torrent.add', metainfo, options});
		}
		const begun = async (): Promise<boolean> =>
			(await views(leecher)).every(({downloaded}) => downloaded > 0);
		for (let waited = 0; !(await begun()); waited++) {
			assert.ok(waited < 60, 'it has not begun after a minute');
			await this.clock.pass(second);
		}
		return {seeder, leecher};
	}

	/** Bytes a second over so many seconds. */
	async rate(count: () => Promise<number>, seconds: number): Promise<number> {
		const from = await count();
		await this.clock.pass(seconds * second);
		return ((await count()) - from) / seconds;
	}

	async end(): Promise<void> {
		const stopped = Promise.all(this.#sessions.map(session => session.stop()));
		await this.clock.pass(6 * second);
		await stopped;
	}
}

async function views(session: Session) {
	return (await session.send({type: 'session.list'})).torrents!;
}

/** Bytes that all torrents of an engine have moved, counted by itself. */
const counted = (session: Session, way: 'downloaded' | 'uploaded') => async (): Promise<number> =>
	(await views(session)).reduce((sum, view) => sum + view[way], 0);

for (const limit of [10_000, 100_000, 2_000_000]) {
	for (const direction of ['download', 'upload'] as const) {
		test(`${limit} B/s of ${direction} are kept, for all torrents together`, async () => {
			const world = new World();
			const pieces = Math.ceil((40 * limit) / pieceLength) + 10;
			const {seeder, leecher} = await world.meet(
				['one', 'two'].map(name => make(name, pieces)),
				direction === 'upload' ? {maxUpload: limit} : {},
				direction === 'download' ? {maxDownload: limit} : {},
			);
			// By the engine that is limited.
			const count = direction === 'upload' ? counted(seeder, 'uploaded') : counted(leecher, 'downloaded');
			await world.clock.pass(5 * second);
			const measured = await world.rate(count, 10);
			assert.ok(Math.abs(measured / limit - 1) < 0.05, `${Math.round(measured)} B/s`);
			await world.end();
		});
	}
}

test('a limit set while it downloads is not exceeded, is soon met, and lifted gives full speed at once', async () => {
	const world = new World();
	const torrent = make('turned', 400);
	const {leecher} = await world.meet([torrent], {}, {maxDownload: 1_000_000});
	const {id} = torrent;
	const count = counted(leecher, 'downloaded');
	await world.clock.pass(5 * second);
	await leecher.send({type: 'torrent.limits', id, maxDownload: 20_000});
	await world.clock.pass(1.5 * second);
	// What had been asked for before came all the same and is paid back first: slower for a while, never faster. Blocks
	// come whole here: one more or less in 20 s is 4 %.
	const rates: number[] = [];
	for (let round = 0; round < 5; round++) rates.push(await world.rate(count, 20));
	assert.ok(
		rates.every(slow => slow < 20_000 * 1.15),
		`${rates.map(Math.round)} B/s`,
	);
	const mean = rates.slice(1).reduce((sum, slow) => sum + slow, 0) / (rates.length - 1);
	assert.ok(Math.abs(mean / 20_000 - 1) < 0.05, `${rates.map(Math.round)} B/s`);
	await leecher.send({type: 'torrent.limits', id, maxDownload: null});
	await leecher.send({type: 'session.limits', maxDownload: null});
	const lifted = await world.rate(count, 2);
	assert.ok(lifted > 5_000_000, `${Math.round(lifted)} B/s`);
	await world.end();
});

for (const limit of [30_000, 100_000]) {
	for (const direction of ['download', 'upload'] as const) {
		test(`${limit} B/s of ${direction}, said with the torrent that is added and nowhere else, are met`, async () => {
			const world = new World();
			const own = direction === 'upload' ? {seeder: {maxUpload: limit}} : {leecher: {maxDownload: limit}};
			const {leecher} = await world.meet([make('limited', 200)], {}, {}, own);
			await world.clock.pass(10 * second);
			const measured = await world.rate(counted(leecher, 'downloaded'), 40);
			assert.ok(Math.abs(measured / limit - 1) < 0.05, `${Math.round(measured)} B/s`);
			await world.end();
		});
	}
}
