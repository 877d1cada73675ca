import assert from 'node:assert/strict';
import type {TestContext} from 'node:test';
import {openRpc, type RpcDoorOptions} from '../../../source/bridge/rpc/open-rpc.ts';
import type {FixedSettings} from '../../../source/bridge/rpc/rpc-ground.ts';
import type {SessionOptions} from '../../../source/engine/session/session-options.ts';
import {openTestSession, PushedClock, type TestSession, testTorrent} from '../../helpers/sessions.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {ask} from '../http/doors.ts';

type Loose = Record<string, unknown>;

/** An engine with a server of remotes, and a client of it that speaks both ways. */
export interface RpcStage {
	readonly space: Workspace;
	readonly engine: TestSession;
	readonly clock: PushedClock;
	readonly port: number;
	readonly session: string;
	/** Sends a body as it is; answers the body, with its status before it when that is not 200. */
	post(body: string | Buffer, headers?: Record<string, string>): Promise<string>;
	/** As before 4.1; fails when the answer is no success. */
	older(method: string, args?: unknown): Promise<Loose>;
	/** The same, answering what `result` says. */
	refusal(method: string, args?: unknown): Promise<string>;
	/** JSON-RPC 2.0; fails when the answer is an error. */
	today(method: string, params?: unknown): Promise<Loose>;
	/** The fields of one torrent, as before 4.1. */
	field(id: number | string, ...fields: string[]): Promise<unknown>;
	/** A torrent of two files in two folders, not added yet: base64. */
	metainfo(name: string, trackers?: readonly string[]): string;
	readonly fixed: FixedSettings;
	/** Ends the server; the engine stays. */
	close(): Promise<void>;
	/** Adds one, paused; answers its number. */
	add(name: string, args?: Loose): Promise<number>;
}

export async function openStage(
	t: TestContext,
	door: Partial<RpcDoorOptions> = {},
	options: Partial<SessionOptions> = {},
): Promise<RpcStage> {
	const space = new Workspace(t);
	const engine = await openTestSession(space, 'state', {
		trackers: false,
		queue: {downloads: 5, seeds: undefined, total: Infinity},
		seedRules: {all: {}, rules: []},
		...options,
	});
	return serve(space, engine, door);
}

/** Serves an engine that is open. */
export async function serve(
	space: Workspace,
	engine: TestSession,
	door: Partial<RpcDoorOptions> = {},
): Promise<RpcStage> {
	const clock = new PushedClock();
	const fixed = {dht: false, pex: true, lsd: false, utp: true, portMap: false, encryption: 'prefer'} as const;
	const rpc = await openRpc(
		{where: {host: '127.0.0.1', port: 0}, hosts: [], ...door},
		{engine: engine.session, clock, fixed, stateDir: space.folder('state')},
	);
	space.defer(() => rpc.close());
	const port = 'port' in rpc.where ? rpc.where.port : 0;
	const authorization: Record<string, string> =
		door.password === undefined ? {} : {authorization: basic(`${door.user ?? ''}:${door.password}`)};
	const greeting = await ask(port, '/transmission/rpc', {headers: authorization});
	assert.equal(greeting.status, 409);
	const session = greeting.headers['x-transmission-session-id'] as string;
	const post: RpcStage['post'] = async (body, headers = {}) => {
		const {status, body: answer} = await ask(port, '/transmission/rpc', {
			method: 'POST',
			headers: {'x-transmission-session-id': session, ...authorization, ...headers},
			body,
		});
		return status === 200 ? answer.toString() : `${status} ${answer}`;
	};
	const call = async (method: string, args?: unknown) =>
		JSON.parse(await post(JSON.stringify({method, arguments: args, tag: 7}))) as {
			result: string;
			arguments: Loose;
			tag: number;
		};
	const older: RpcStage['older'] = async (method, args) => {
		const answer = await call(method, args);
		assert.equal(answer.tag, 7);
		assert.equal(answer.result, 'success', `${method} ${JSON.stringify(args)}`);
		return answer.arguments;
	};
	const metainfo: RpcStage['metainfo'] = (name, trackers = []) =>
		testTorrent(
			space,
			name,
			[
				['one.mkv', 100_000],
				['extra/two.txt', 50_000],
			],
			32_768,
			trackers,
		).metainfo;
	return {
		space,
		engine,
		clock,
		port,
		session,
		fixed,
		close: () => rpc.close(),
		post,
		older,
		metainfo,
		refusal: async (method, args) => (await call(method, args)).result,
		today: async (method, params) => {
			const answer = JSON.parse(await post(JSON.stringify({jsonrpc: '2.0', method, params, id: 'x'})));
			assert.deepEqual([answer.jsonrpc, answer.id, answer.error], ['2.0', 'x', undefined]);
			return answer.result;
		},
		field: async (id, ...fields) => {
			const {torrents} = await older('torrent-get', {ids: [id], fields});
			const [torrent] = torrents as Loose[];
			return fields.length === 1 ? torrent?.[fields[0]!] : torrent;
		},
		add: async (name, args = {}) => {
			const answer = await older('torrent-add', {metainfo: metainfo(name), paused: true, ...args});
			return (answer['torrent-added'] as {id: number}).id;
		},
	};
}

/** What a client says that has a password. */
export function basic(text: string): string {
	return `Basic ${Buffer.from(text).toString('base64')}`;
}
