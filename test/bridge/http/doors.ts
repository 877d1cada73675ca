import {type IncomingHttpHeaders, request} from 'node:http';
import {connect, type Socket} from 'node:net';
import type {TestContext} from 'node:test';
import {HttpDoor, type HttpDoorOptions} from '../../../source/bridge/http/http-door.ts';
import type {HttpRoute} from '../../../source/bridge/http/http-route.ts';
import {within} from '../../helpers/deadline.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** Says what was asked, and how long its body was. */
export const echo: HttpRoute = {
	handles: path => path === '/echo',
	async answer(asked) {
		const body = await asked.body(1000);
		return {
			status: 200,
			type: 'application/json',
			body: JSON.stringify({method: asked.method, path: asked.path, body: body.length}),
		};
	},
};

/** An open door on loopback, closed when its test ends. */
export async function openDoor(t: TestContext, options: Partial<HttpDoorOptions> = {}) {
	const clock = new HandClock();
	const failures: string[] = [];
	const door = new HttpDoor({
		where: {host: '127.0.0.1', port: 0},
		hosts: [],
		routes: [echo],
		clock,
		failed: (path, error) => failures.push(`${path}: ${(error as Error).message}`),
		...options,
	});
	const where = await door.open();
	t.after(async () => {
		const closed = door.close();
		await clock.pass(2000);
		await closed;
	});
	return {door, clock, failures, port: 'port' in where ? where.port : 0};
}

/** What was answered. */
export interface Answered {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/** Asks once. */
export function ask(
	port: number,
	path: string,
	{
		method = 'GET',
		headers = {},
		body,
		socketPath,
	}: {
		method?: string;
		headers?: Record<string, string>;
		body?: string | Buffer;
		socketPath?: string;
	} = {},
): Promise<Answered> {
	return within(
		20_000,
		`${method} ${path}`,
		new Promise((resolve, reject) => {
			const options = socketPath === undefined ? {host: '127.0.0.1', port} : {socketPath};
			const asked = request({...options, path, method, headers, agent: false}, answer => {
				const parts: Buffer[] = [];
				answer.on('data', part => parts.push(part));
				answer.on('error', reject);
				answer.on('end', () =>
					resolve({status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts)}),
				);
			});
			asked.on('error', reject);
			asked.end(body);
		}),
	);
}

/** A bare connection, to say what no client would; everything that came is in `heard`. */
export function dial(port: number): Promise<{
	readonly socket: Socket;
	readonly heard: () => string;
	readonly ended: Promise<void>;
}> {
	return within(
		20_000,
		'a connection',
		new Promise((resolve, reject) => {
			let text = '';
			const ended = Promise.withResolvers<void>();
			const socket = connect(port, '127.0.0.1', () =>
				resolve({
					socket,
					heard: () => text,
					ended: within(20_000, () => `the end after ${text}`, ended.promise),
				}),
			);
			socket.on('data', bytes => {
				text += bytes.toString('latin1');
			});
			socket.on('error', reject);
			socket.on('close', () => ended.resolve());
		}),
	);
}
