import {join} from 'node:path';
import type {EngineClient} from '../../api/engine-client.js';
import type {Clock} from '../../base/ports.js';
import {BasicLogin} from '../http/basic-login.js';
import {HttpDoor} from '../http/http-door.js';
import {formatListenAddress, type ListenAddress, requireGuard} from '../http/listen-address.js';
import {LoginDelays} from '../http/login-delays.js';
import {basePath} from '../http/request-path.js';
import {StaticFiles} from '../http/static-files.js';
import {GuardedEngine} from './guarded-engine.js';
import type {FixedSettings} from './rpc-ground.js';
import {RpcMemory} from './rpc-memory.js';
import {RpcRoute} from './rpc-route.js';
import {RpcServer} from './rpc-server.js';
import {RpcTorrents} from './rpc-torrents.js';
import {wishAgain} from './session-wishes.js';
import {TrackerNumbers} from './tracker-numbers.js';

/** How remotes get in. */
export interface RpcDoorOptions {
	readonly where: ListenAddress;
	/** The path below which it is: `/transmission/` when left out. */
	readonly base?: string | undefined;
	/** Names by which it may be called beside addresses and localhost. */
	readonly hosts: readonly string[];
	/** Without one only this machine may be listened on. */
	readonly password?: string | undefined;
	/** Any name will do when left out. */
	readonly user?: string | undefined;
	/** Absolute; the folder of a web client for Transmission. */
	readonly web?: string | undefined;
}

/** What is served. */
export interface RpcEngine {
	readonly engine: EngineClient;
	readonly fixed: FixedSettings;
	/** Absolute: numbers of torrents are remembered there. */
	readonly stateDir: string;
	readonly clock: Clock;
}

/** A server of remotes that is open. */
export interface OpenRpc {
	/** With the port it got. */
	readonly where: ListenAddress;
	close(): Promise<void>;
}

const usualBase = '/transmission/';

/**
 * Lets remotes of Transmission speak to an engine. Rejects with a `UserError` when the address cannot be had, or would let
 * in everybody.
 */
export async function openRpc(options: RpcDoorOptions, served: RpcEngine): Promise<OpenRpc> {
	const {where, hosts, user, password, web} = options;
	const {engine, clock, stateDir, fixed} = served;
	requireGuard(where, password !== undefined, '--rpc', '--rpc-password-file or TORTUI_RPC_PASSWORD');
	const say = (level: 'info' | 'warn', text: string): void =>
		void engine.send({type: 'session.log', level, text}).catch(() => undefined);
	const memory = await RpcMemory.open(join(stateDir, 'rpc.json'), clock, why =>
		say('warn', `rpc: numbers of torrents are not kept: ${why}`),
	);
	await wishAgain(engine, memory).catch((error: Error) => say('warn', `rpc: ${error.message}`));
	const guarded = new GuardedEngine(engine);
	const torrents = new RpcTorrents(guarded, memory, clock);
	const trackers = new TrackerNumbers();
	const failed = (what: string, error: unknown): void =>
		say('warn', `rpc: ${what} has failed: ${(error as Error).stack ?? String(error)}`);
	const server = new RpcServer({engine: guarded, torrents, trackers, memory, clock, fixed, stateDir}, failed);
	const base = basePath(options.base ?? usualBase);
	const door = new HttpDoor({
		where,
		base,
		home: `${base}web/`,
		// Who has the password may come from anywhere, under any name.
		hosts: password === undefined ? hosts : 'any',
		origins: password === undefined ? 'own' : 'any',
		routes: [
			new RpcRoute(server, memory.session),
			...(web === undefined ? [] : [new StaticFiles('/web/', web)]),
		],
		login:
			password === undefined
				? undefined
				: new BasicLogin(new LoginDelays(clock), {user, password, realm: 'Transmission'}),
		clock,
		failed,
	});
	const opened = await door.open();
	say('info', `remotes of Transmission are answered at ${formatListenAddress(opened)}${base}rpc`);
	return {
		where: opened,
		async close() {
			await door.close();
			await memory.close();
		},
	};
}
