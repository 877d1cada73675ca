import {join} from 'node:path';
import type {TestContext} from 'node:test';
import {WebSocket} from 'ws';
import {HttpDoor} from '../../../source/bridge/http/http-door.ts';
import {LoginDelays} from '../../../source/bridge/http/login-delays.ts';
import {LoginCookies} from '../../../source/bridge/web/login-cookies.ts';
import {OneTimeLinks} from '../../../source/bridge/web/one-time-links.ts';
import type {Visitor} from '../../../source/bridge/web/visitor.ts';
import {VisitorRelay} from '../../../source/bridge/web/visitor-relay.ts';
import {serveVisitors} from '../../../source/bridge/web/visitor-server.ts';
import {WebLogin} from '../../../source/bridge/web/web-login.ts';
import {webRoutes} from '../../../source/bridge/web/web-routes.ts';
import {until, within} from '../../helpers/deadline.ts';
import {FakeEngine} from '../../helpers/fake-engine.ts';
import {HandClock} from '../../helpers/hand-clock.ts';
import {Workspace} from '../../helpers/workspace.ts';
import {type Answered, ask} from '../http/doors.ts';

export const password = 'correct horse';

/** A web door on loopback with a fake engine behind it, and visitors whose terminals the test holds. */
export async function openWeb(t: TestContext, {base = '/', hosts = [] as readonly string[]} = {}) {
	const space = new Workspace(t);
	const clock = new HandClock();
	const engine = new FakeEngine();
	const links = new OneTimeLinks(space.path('links'), Date.now);
	const cookies = new LoginCookies('a key', password, clock.wall.bind(clock));
	const login = new WebLogin({cookies, links, password, base, delays: new LoginDelays(clock)});
	const visitors: Visitor[] = [];
	const path = space.path('s');
	const served = await serveVisitors({
		path,
		dropFolder: space.path('dropped'),
		clock,
		opened: visitor => visitors.push(visitor),
	});
	let idle = 0;
	const relay = new VisitorRelay(
		{
			ready: async () => path,
			idle: () => {
				idle++;
			},
			stop: () => served.close(),
		},
		clock,
	);
	const failures: unknown[] = [];
	const door = new HttpDoor({
		where: {host: '127.0.0.1', port: 0},
		base,
		home: base,
		hosts,
		routes: webRoutes({
			engine,
			login,
			relay,
			pageFolder: space.path('page'),
			clock,
			version: '1.2.3',
		}),
		login,
		clock,
		failed: (_path, error) => failures.push(error),
	});
	const where = await door.open();
	const port = 'port' in where ? where.port : 0;
	t.after(async () => {
		await relay.stop();
		const closed = door.close();
		await clock.pass(2000);
		await closed;
	});

	/** Logs in; answers the cookie. */
	async function enter(shown: object, headers: Record<string, string> = {}): Promise<Answered> {
		return ask(port, `${base}login`, {
			method: 'POST',
			headers: {'content-type': 'application/json', ...headers},
			body: JSON.stringify(shown),
		});
	}

	return {
		space,
		clock,
		engine,
		links,
		relay,
		door,
		port,
		failures,
		visitors,
		base,
		enter,
		idle: () => idle,
		/** A cookie for somebody who may do that. */
		async cookie(rights: 'all' | 'look' = 'all'): Promise<string> {
			return cookieOf(await enter({link: links.mint(rights)}));
		},
		/** A page's line to its screen. */
		dial: (cookie: string, headers: Record<string, string> = {}) =>
			Page.dial(`ws://127.0.0.1:${port}${base}screen`, {cookie, ...headers}),
		/** The visitor that came as the nth. */
		visitor: (at: number) => until(`visitor ${at}`, 5000, () => visitors[at], 2),
		join: (...names: string[]) => join(space.dir, ...names),
	};
}

/** The cookie that an answer sets, as a browser sends it back. */
export function cookieOf({headers}: Answered): string {
	return String(headers['set-cookie']?.[0]).split(';')[0]!;
}

/** What a page is to its screen. */
export class Page {
	readonly socket: WebSocket;
	readonly heard: string[] = [];
	readonly closed: Promise<number>;

	private constructor(socket: WebSocket) {
		this.socket = socket;
		this.closed = new Promise(resolve => socket.on('close', code => resolve(code)));
		socket.on('message', data => this.heard.push(String(data)));
		socket.on('error', () => {});
	}

	/** Rejects with the status of who is not let in. */
	static dial(url: string, headers: Record<string, string>): Promise<Page> {
		const socket = new WebSocket(url, {headers});
		const page = new Page(socket);
		return within(
			10_000,
			'a WebSocket',
			new Promise<Page>((resolve, reject) => {
				socket.on('open', () => resolve(page));
				socket.on('unexpected-response', (_request, answer) => {
					reject(new Error(`status ${answer.statusCode}`));
					socket.terminate();
				});
				socket.on('error', reject);
			}),
		);
	}

	say(message: object): void {
		this.socket.send(JSON.stringify(message));
	}

	/** What was drawn so far. */
	get drawn(): string {
		return this.heard
			.filter(text => text.startsWith('>'))
			.map(text => text.slice(1))
			.join('');
	}

	get notes(): unknown[] {
		return this.heard.filter(text => !text.startsWith('>')).map(text => JSON.parse(text));
	}

	/** Waits until it was closed; answers the code. */
	end(): Promise<number> {
		return within(10_000, 'the end of a WebSocket', this.closed);
	}
}
