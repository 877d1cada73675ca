import {UserError} from '../../base/errors.js';

/** What a pipeline answers: for each command its error or its value. */
export type PipelineReplies = ReadonlyArray<readonly [error: Error | null, value: unknown]>;

/** Commands that go out together. As much of ioredis as is used. */
export interface RedisPipeline {
	zadd(key: string, score: number, member: Buffer): this;
	zadd(key: string, condition: 'NX', score: number, member: Buffer): this;
	zscore(key: string, member: Buffer): this;
	zrem(key: string, member: Buffer): this;
	pexpire(key: string, time: number): this;
	zremrangebyscore(key: string, low: number | string, high: number | string): this;
	zcount(key: string, low: number | string, high: number | string): this;
	zrangebyscoreBuffer(
		key: string,
		low: number | string,
		high: number | string,
		limit: 'LIMIT',
		offset: number,
		count: number,
	): this;
	get(key: string): this;
	incr(key: string): this;
	exec(): Promise<PipelineReplies | null>;
}

export interface RedisClient {
	pipeline(): RedisPipeline;
	on(event: 'ready' | 'close', listener: () => void): unknown;
	on(event: 'error', listener: (error: Error) => void): unknown;
	connect(): Promise<void>;
	disconnect(): void;
}

/** A client for a `redis://` or `rediss://` URL, not connected yet. Rejects with a UserError when ioredis is not installed. */
export async function redisClient(url: string): Promise<RedisClient> {
	// Optional: whoever runs one tracker only need not have it.
	const name: string = 'ioredis';
	let loaded: {readonly Redis: new (url: string, options: object) => RedisClient};
	try {
		const all = await import(name);
		loaded = all.Redis ? all : all.default;
	} catch {
		throw new UserError('no-ioredis', '--store needs the package ioredis: npm install --global ioredis');
	}
	return new loaded.Redis(url, {
		lazyConnect: true,
		// What cannot be asked now is answered from memory now: nothing waits for the store to come back.
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		autoResendUnfulfilledCommands: false,
		connectTimeout: 3000,
		// It takes what is sent and says nothing: that is as good as gone.
		socketTimeout: 3000,
		retryStrategy: (times: number) => Math.min(times * 200, 2000),
		connectionName: 'tortui-tracker',
		disableClientInfo: true,
	});
}
