import {mkdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {missing, Running} from './processes.ts';
import type {Workspace} from './workspace.ts';

/** For a test's `skip`: the reason when there is no Redis here, or nothing to speak to it by, else false. */
export function noRedis(): string | false {
	const absent = missing('redis-server', 'redis-cli');
	if (absent) return absent;
	try {
		createRequire(import.meta.url).resolve('ioredis');
		return false;
	} catch {
		return 'ioredis not installed';
	}
}

/** Starts redis-server on loopback, which forgets everything when it ends. */
export async function startRedis(space: Workspace, port: number, ...more: string[]): Promise<Running> {
	const dir = space.path(`redis-${port}`);
	mkdirSync(dir, {recursive: true});
	const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', dir, ...more];
	const running = new Running(space, 'redis-server', args);
	await running.output(/Ready to accept connections/, 20_000);
	return running;
}
