import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {HttpDoor} from '../../bridge/http/http-door.js';
import {isForThisMachine, parseListenAddress} from '../../bridge/http/listen-address.js';
import {LoginDelays} from '../../bridge/http/login-delays.js';
import {LoginCookies, readLoginKey} from '../../bridge/web/login-cookies.js';
import {OneTimeLinks} from '../../bridge/web/one-time-links.js';
import {VisitorRelay} from '../../bridge/web/visitor-relay.js';
import {WebLogin} from '../../bridge/web/web-login.js';
import {webRoutes} from '../../bridge/web/web-routes.js';
import {machineClock} from '../../io/machine/clock.js';
import type {Flags} from '../arguments/command.js';
import type {webDoorOptions} from '../arguments/web-options.js';
import type {CompanionGround} from '../engine-process/companion.js';
import {reachableHosts} from '../tracker/reachable-hosts.js';
import {ScreensProcess} from './screens-process.js';
import {webPassword} from './web-password.js';
import {forgetWebPlace, writeWebPlace} from './web-place.js';

/** An open web door. */
export interface WebDoor {
	/** Where it is, for people: ends with `/`. */
	readonly url: string;
	/** Whether nobody but those on this machine can get there. */
	readonly isLocal: boolean;
	stop(): Promise<void>;
}

/** The page as it was built, beside the program. */
const pageFolder = fileURLToPath(
	import.meta.url.endsWith('.ts')
		? new URL('../../../dist/web/', import.meta.url)
		: new URL('./web/', import.meta.url),
);

/** Links with which somebody may come in once, of all web doors of a state folder. */
export function webLinks(stateDir: string): OneTimeLinks {
	return new OneTimeLinks(join(stateDir, 'web', 'links'), machineClock.wall);
}

/** Opens the web door of an engine at `HOST:PORT` or `unix:PATH`. Rejects with a `UserError`. */
export async function openWebDoor(
	ground: CompanionGround,
	address: string,
	{webBase = '/', webHost, webPasswordFile}: Flags<typeof webDoorOptions>,
): Promise<WebDoor> {
	const {engine, stateDir, env, version} = ground;
	const password = webPassword(webPasswordFile, env);
	const where = parseListenAddress(address, 'web');
	const clock = machineClock;
	const login = new WebLogin({
		cookies: new LoginCookies(readLoginKey(join(stateDir, 'web', 'key')), password, clock.wall),
		links: webLinks(stateDir),
		password,
		base: webBase,
		delays: new LoginDelays(clock),
	});
	const relay = new VisitorRelay(new ScreensProcess(ground), clock);
	const door = new HttpDoor({
		where,
		base: webBase,
		home: webBase,
		hosts: webHost,
		routes: webRoutes({engine, login, relay, pageFolder, clock, version}),
		login,
		clock,
		failed(path, error) {
			const text = `web: ${path}: ${(error as Error).message}`;
			engine.send({type: 'session.log', level: 'warn', text}).catch(() => {});
		},
	});
	const opened = await door.open();
	const [name] = webHost;
	const proxied = name === undefined ? undefined : `https://${name}${webBase}`;
	const url = 'path' in opened ? (proxied ?? `unix:${opened.path}`) : urlOf(opened, webBase);
	writeWebPlace(stateDir, url);
	return {
		url,
		isLocal: isForThisMachine(opened),
		async stop() {
			forgetWebPlace(stateDir);
			await Promise.all([relay.stop(), door.close()]);
		},
	};
}

function urlOf({host, port}: {readonly host: string; readonly port: number}, base: string): string {
	// The first is this machine's own.
	const reachable = reachableHosts(host).at(host === '0.0.0.0' || host === '::' ? 1 : 0) ?? '127.0.0.1';
	return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}${base}`;
}
