import {fromHex} from '../../base/hex.js';
import {parseIp} from '../../base/ip-address.js';
import type {Clock, Random} from '../../base/ports.js';
import type {Millis} from '../../base/units.js';
import type {CompactPeers, SwarmAnnounce, SwarmCounts} from '../../policy/tracker/swarm-table.js';
import {peerRecord, type SwarmRecord} from '../../protocol/tracker/swarm-file.js';
import {type PipelineReplies, type RedisClient, type RedisPipeline, redisClient} from './redis-client.js';
import type {SharedStore, SharedStoreEvents} from './shared-store.js';

/**
 * A swarm is one sorted set. The score of a peer is the second it expires, plus this much for each step of its group, so
 * that each group is a range of scores: leechers of IPv4, of IPv6, seeders of IPv4, of IPv6.
 */
const groupStep = 2 ** 40;
const seederGroup = 2;
const ipv6Group = 1;
const groups = [0, 1, 2, 3] as const;
/** How long the count of completed downloads outlives the swarm. */
const countLife: Millis = 30 * 86_400_000;
/** More questions than this under way, and the store is overwhelmed. */
const maximumOpen = 2000;
const replayBatch = 500;
/** One announce in so many takes out who fell silent. */
const sweepChance = 1 / 16;
/** A count of each group, and that of completed downloads. */
const countReplies = groups.length + 1;

/** Swarms in Redis or Valkey. Writing an announce down and reading its answer are one pipeline, one round trip. */
export class RedisStore implements SharedStore {
	readonly #url: string;
	readonly #clock: Clock;
	readonly #random: Random;
	#client: RedisClient | undefined;
	#isConnected = false;
	#state = 'connecting';
	#open = 0;

	/** @param url `redis://` or `rediss://`, its password is never told to anybody */
	constructor(url: string, clock: Clock, random: Random) {
		this.#url = url;
		this.#clock = clock;
		this.#random = random;
	}

	get isReady(): boolean {
		return this.#isConnected && this.#open < maximumOpen;
	}

	get state(): string {
		return this.#state;
	}

	async start({found, lost}: SharedStoreEvents): Promise<void> {
		const client = await redisClient(this.#url);
		this.#client = client;
		let why = 'it closed the connection';
		client.on('error', error => {
			why = reasonOf(error);
			if (this.#isConnected || this.#state === 'connecting') return;
			this.#state = `lost: ${why}`;
		});
		client.on('ready', () => {
			why = 'it closed the connection';
			this.#isConnected = true;
			this.#state = 'connected';
			found();
		});
		client.on('close', () => {
			const wasThere = this.#isConnected || this.#state === 'connecting';
			this.#isConnected = false;
			this.#state = `lost: ${why}`;
			if (wasThere && this.#client !== undefined) lost(why);
		});
		// It tries again by itself.
		await client.connect().catch(() => undefined);
	}

	async exchange(announce: SwarmAnnounce, life: Millis): Promise<SwarmCounts & CompactPeers> {
		const {infoHash, address, event, left, numwant, families} = announce;
		const now = this.#seconds;
		const key = swarmKey(infoHash);
		const member = memberOf(address.host, address.port);
		const pipeline = this.#pipeline();
		const isStopped = event === 'stopped';
		const mayComplete = event === 'completed' && left === 0;
		// Before the announce is written down: was it a leecher, at whichever tracker?
		if (mayComplete) pipeline.zscore(key, member);
		if (isStopped) pipeline.zrem(key, member);
		else {
			const group = (left === 0 ? seederGroup : 0) + (member.length === 18 ? ipv6Group : 0);
			pipeline.zadd(key, scoreOf(group, now + life / 1000), member);
		}
		pipeline.pexpire(key, Math.ceil(life));
		askCounts(pipeline, infoHash, now);
		// Counts and peers are of those who are not silent anyway.
		const swept = this.#random.next() < sweepChance ? sweep(pipeline, key, now) : 0;
		const ranges = this.#askPeers(pipeline, key, isStopped ? 0 : numwant, left === 0, families, now, life);
		const replies = await this.#run(pipeline);
		const counts = countsIn(replies, replies.length - ranges - swept - countReplies);
		const lists = ranges === 0 ? [] : replies.slice(-ranges).map(([, value]) => value as Buffer[]);
		const answer = {...counts, ...compactOf(lists.flat(), member, numwant)};
		const score = mayComplete ? (replies[0]?.[1] ?? null) : null;
		if (score === null || Number(score) >= scoreOf(seederGroup, 0)) return answer;
		const done = doneKey(infoHash);
		await this.#run(this.#pipeline().incr(done).pexpire(done, countLife));
		return {...answer, completed: answer.completed + 1};
	}

	async scrape(infoHashes: readonly string[]): Promise<SwarmCounts[]> {
		const now = this.#seconds;
		const pipeline = this.#pipeline();
		for (const infoHash of infoHashes) {
			askCounts(pipeline, infoHash, now);
		}
		const replies = await this.#run(pipeline);
		return infoHashes.map((_, at) => countsIn(replies, at * countReplies));
	}

	async replay(records: Iterable<SwarmRecord>, life: Millis): Promise<void> {
		let pipeline = this.#pipeline();
		let count = 0;
		for (const {infoHash, peers} of records) {
			const key = swarmKey(infoHash);
			const now = this.#seconds;
			const input = new DataView(peers.buffer, peers.byteOffset, peers.byteLength);
			for (let at = 0; at < peers.length; at += peerRecord.length) {
				const left = life - input.getUint32(at + peerRecord.age);
				if (left <= 0) continue;
				const flags = peers[at]!;
				const length = flags & peerRecord.ipv6Flag ? 16 : 4;
				const member = Buffer.alloc(length + 2);
				member.set(peers.subarray(at + peerRecord.address, at + peerRecord.address + length));
				member.set(peers.subarray(at + peerRecord.port, at + peerRecord.port + 2), length);
				const group = (flags & peerRecord.seederFlag ? seederGroup : 0) + (length === 16 ? ipv6Group : 0);
				// What another tracker knows better stays.
				pipeline.zadd(key, 'NX', scoreOf(group, now + left / 1000), member);
				count++;
			}
			pipeline.pexpire(key, Math.ceil(life));
			if (count < replayBatch) continue;
			await this.#run(pipeline);
			pipeline = this.#pipeline();
			count = 0;
		}
		if (count > 0) await this.#run(pipeline);
	}

	async close(): Promise<void> {
		const client = this.#client;
		this.#client = undefined;
		this.#isConnected = false;
		client?.disconnect();
	}

	get #seconds(): number {
		return this.#clock.wall() / 1000;
	}

	#pipeline(): RedisPipeline {
		if (!this.#client || !this.isReady) throw new Error(this.#state);
		return this.#client.pipeline();
	}

	async #run(pipeline: RedisPipeline): Promise<PipelineReplies> {
		this.#open++;
		try {
			const replies = (await pipeline.exec()) ?? [];
			for (const [error] of replies) if (error) throw error;
			return replies;
		} finally {
			this.#open--;
		}
	}

	/**
	 * Asks for peers of each group that is wanted, from a point in it that chance chooses, and round from its beginning.
	 * Answers how many questions these are.
	 */
	#askPeers(
		pipeline: RedisPipeline,
		key: string,
		numwant: number,
		isSeeder: boolean,
		families: SwarmAnnounce['families'],
		now: number,
		life: Millis,
	): number {
		if (numwant <= 0) return 0;
		let asked = 0;
		for (const group of groups) {
			const isIpv6 = group % 2 === ipv6Group;
			if (isSeeder && group >= seederGroup) continue;
			if (families !== 'both' && isIpv6 !== (families === 'ipv6')) continue;
			const from = scoreOf(group, now + this.#random.next() * (life / 1000));
			// One more: the asker may be among them.
			pipeline.zrangebyscoreBuffer(key, from, `(${scoreOf(group + 1, 0)}`, 'LIMIT', 0, numwant + 1);
			pipeline.zrangebyscoreBuffer(key, scoreOf(group, now), `(${from}`, 'LIMIT', 0, numwant + 1);
			asked += 2;
		}
		return asked;
	}
}

function swarmKey(infoHash: string): string {
	return `tortui:swarm:${infoHash}`;
}

function doneKey(infoHash: string): string {
	return `tortui:done:${infoHash}`;
}

function scoreOf(group: number, second: number): number {
	return group * groupStep + second;
}

/** Takes out who fell silent. Answers how many questions these are. */
function sweep(pipeline: RedisPipeline, key: string, now: number): number {
	for (const group of groups) pipeline.zremrangebyscore(key, scoreOf(group, 0), `(${scoreOf(group, now)}`);
	return groups.length;
}

/** Asks for what `countsIn` reads. */
function askCounts(pipeline: RedisPipeline, infoHash: string, now: number): void {
	const key = swarmKey(infoHash);
	for (const group of groups) pipeline.zcount(key, scoreOf(group, now), `(${scoreOf(group + 1, 0)}`);
	pipeline.get(doneKey(infoHash));
}

function countsIn(replies: PipelineReplies, at: number): SwarmCounts {
	const [leechers4 = 0, leechers6 = 0, seeders4 = 0, seeders6 = 0, completed = 0] = replies
		.slice(at, at + countReplies)
		.map(([, value]) => Number(value ?? 0));
	return {seeders: seeders4 + seeders6, leechers: leechers4 + leechers6, completed};
}

/** A peer in a swarm's set: 4 or 16 bytes of its address, 2 of its port. */
function memberOf(host: string, port: number): Buffer {
	const address = parseIp(host) ?? fromHex('00000000')!;
	const member = Buffer.alloc(address.length + 2);
	member.set(address);
	member.writeUInt16BE(port, address.length);
	return member;
}

/** What came, leechers first, without the asker; members of another length are not ours. */
function compactOf(members: readonly Buffer[], asker: Buffer, numwant: number): CompactPeers {
	const chosen = members.filter(member => !member.equals(asker)).slice(0, Math.max(0, numwant));
	return {
		peers4: new Uint8Array(Buffer.concat(chosen.filter(({length}) => length === 6))),
		peers6: new Uint8Array(Buffer.concat(chosen.filter(({length}) => length === 18))),
	};
}

/** In words, without what the URL holds. */
function reasonOf(error: Error): string {
	const {code, message} = error as NodeJS.ErrnoException;
	if (code !== undefined && /^E[A-Z]+$/.test(code)) return code;
	if (/WRONGPASS|NOAUTH|NOPERM/.test(message)) return 'it does not take the password';
	return message.split('\n', 1)[0]!.slice(0, 100);
}
