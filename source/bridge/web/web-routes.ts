import type {EngineClient} from '../../api/engine-client.js';
import type {Clock} from '../../base/ports.js';
import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from '../http/http-route.js';
import {glance} from './glance.js';
import {PageFiles} from './page-files.js';
import {ReadOnlyClient} from './read-only-client.js';
import {SnapshotRoute} from './snapshot-route.js';
import type {VisitorRelay} from './visitor-relay.js';
import type {WebLogin} from './web-login.js';

/** What the web door leads to. */
export interface WebRouteSettings {
	readonly engine: EngineClient;
	readonly login: WebLogin;
	readonly relay: VisitorRelay;
	/** Where the page was built to; absolute. */
	readonly pageFolder: string;
	readonly clock: Clock;
	readonly version: string;
}

/** One path with its methods. */
function at(
	path: string,
	methods: Readonly<Record<string, (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>>>,
): HttpRoute {
	return {
		isPublic: true,
		handles: asked => asked === path,
		answer(request) {
			const method = request.method === 'HEAD' ? 'GET' : request.method;
			const act = Object.hasOwn(methods, method) ? methods[method] : undefined;
			if (act === undefined)
				throw new HttpRefusal(405, 'not that way', {Allow: Object.keys(methods).join(', ')});
			return act(request);
		},
	};
}

/** All that a web door answers: the page, who may come in, their screens, snapshots, metrics and how the engine is. */
export function webRoutes({
	engine,
	login,
	relay,
	pageFolder,
	clock,
	version,
}: WebRouteSettings): readonly HttpRoute[] {
	const onlyLooking = new ReadOnlyClient(engine);
	const json = (status: number, value: unknown): HttpAnswer => ({
		status,
		type: 'application/json; charset=utf-8',
		body: `${JSON.stringify(value)}\n`,
	});
	return [
		new PageFiles(pageFolder),
		at('/login', {
			// Who has come in before goes on; the others are told what to show.
			GET(request) {
				const rights = login.rights(request);
				const answer = json(200, {rights: rights ?? null, password: login.takesPassword, version});
				return rights === undefined ? answer : login.renew(request, rights, answer);
			},
			POST: request => login.enter(request),
			['DELETE']: () => login.leave(),
		}),
		at('/health', {
			async GET() {
				try {
					await glance(engine, {session: true}, clock);
					return json(200, {status: 'ok'});
				} catch {
					return json(503, {status: 'the engine does not answer'});
				}
			},
		}),
		{
			handles: path => path === '/screen',
			answer() {
				throw new HttpRefusal(426, 'a WebSocket is expected here', {Upgrade: 'websocket'});
			},
			upgrade(request, upgrade) {
				// A password alone would do, but no page of ours comes without a cookie.
				const rights = login.rights(request);
				if (rights === undefined) throw new HttpRefusal(401, 'log in first');
				relay.take(rights, upgrade);
			},
		},
		new SnapshotRoute({
			engine: request => (login.rights(request) === 'look' ? onlyLooking : engine),
			clock,
			visitors: () => relay.visitors,
		}),
	];
}
