import {ProtocolError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {asInfoHash} from '../../base/units.js';
import type {CatalogueIndex} from '../../policy/catalogue/catalogue-index.js';
import {cataloguePath} from '../../protocol/catalogue/catalogue-url.js';
import {longestRequest, readPublications} from '../../protocol/catalogue/publication.js';
import {readSearchQuery} from '../../protocol/catalogue/search-query.js';
import {percentDecode} from '../../protocol/tracker/query.js';
import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from '../http/http-route.js';
import type {CatalogueAccess} from './catalogue-access.js';
import {type CatalogueTorrents, longestTorrent} from './catalogue-torrents.js';
import type {CatalogueWatchers} from './catalogue-watchers.js';

const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder('utf-8', {fatal: true});
const decode = (text: string): string => utf8.decode(percentDecode(text));

/** A private tracker has a passkey before it. */
const pathPattern = new RegExp(`^(?:/([\\w-]{8,128}))?${cataloguePath}(?:/(.*))?$`);

/** What the routes work on. */
export interface CatalogueGround {
	readonly index: CatalogueIndex;
	readonly access: CatalogueAccess;
	readonly watchers: CatalogueWatchers;
	/** Undefined when nothing is kept. */
	readonly torrents: CatalogueTorrents | undefined;
	/** @throws {ProtocolError} when the tracker is private and this is no passkey of it */
	requirePasskey(passkey: string | undefined): void;
	now(): number;
	wall(): number;
}

/** Answers everything below `/catalogue/v1`: see media/catalogue.md. */
export class CatalogueRoute implements HttpRoute {
	readonly #ground: CatalogueGround;

	constructor(ground: CatalogueGround) {
		this.#ground = ground;
	}

	handles(path: string): boolean {
		return pathPattern.test(path);
	}

	handle(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
		const [, passkey, rest = ''] = pathPattern.exec(request.path) ?? [];
		try {
			this.#ground.requirePasskey(passkey);
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			throw new HttpRefusal(403, error.message);
		}
		const [first = '', second, third, ...more] = rest.split('/');
		if (more.length > 0) return notFound();
		if (first === 'torrents') return this.#torrents(request, second, third);
		if (third !== undefined) return notFound();
		switch (first) {
			case '':
				return second === undefined ? this.#about(request) : notFound();
			case 'me':
				return second === undefined ? this.#me(request) : notFound();
			case 'users':
				return second === undefined || second === ''
					? this.#people(request)
					: this.#person(request, decode(second));
			case 'search':
				return second === undefined ? this.#search(request) : notFound();
			case 'events':
				return second === undefined ? this.#events(request) : notFound();
			default:
				return notFound();
		}
	}

	#about(request: HttpRequest): HttpAnswer {
		const {access, index} = this.#ground;
		requireMethod(request, 'GET');
		return json(200, {...index.totals, token: access.wanted});
	}

	#search(request: HttpRequest): HttpAnswer {
		requireMethod(request, 'GET');
		this.#ground.access.requireSearcher(request);
		return json(200, this.#ground.index.search(readSearchQuery(request.query, decode)));
	}

	#people(request: HttpRequest): HttpAnswer {
		requireMethod(request, 'GET');
		this.#ground.access.requireReader(request);
		return json(200, {users: this.#ground.index.people()});
	}

	#person(request: HttpRequest, nick: string): HttpAnswer {
		requireMethod(request, 'GET');
		this.#ground.access.requireReader(request);
		const person = this.#ground.index.person(nick);
		return person === undefined ? notFound('nobody of that name is here') : json(200, person);
	}

	#events(request: HttpRequest): HttpAnswer {
		requireMethod(request, 'GET');
		this.#ground.access.requireReader(request);
		return this.#ground.watchers.admit(request.host);
	}

	/** What the publisher with this key has here, and how they take leave. */
	#me(request: HttpRequest): HttpAnswer {
		const {access, index} = this.#ground;
		requireMethod(request, 'GET', 'DELETE');
		const key = access.requireWriter(request);
		if (request.method === 'DELETE') return json(200, {withdrawn: index.goodbye(key)});
		return json(200, index.entriesOf(key) ?? {torrents: 0});
	}

	#torrents(
		request: HttpRequest,
		name: string | undefined,
		part: string | undefined,
	): HttpAnswer | Promise<HttpAnswer> {
		if (name === undefined || name === '') return this.#publish(request);
		const infoHash = asInfoHash(name);
		if (infoHash === undefined) return notFound('an info-hash has 40 or 64 hex digits');
		if (part === 'torrent') return this.#torrentFile(request, infoHash);
		if (part !== undefined) return notFound();
		const {access, index} = this.#ground;
		requireMethod(request, 'GET', 'DELETE');
		if (request.method === 'DELETE') {
			const key = access.requireWriter(request);
			return index.withdraw(key, infoHash)
				? json(200, {withdrawn: 1})
				: notFound('you have published no such torrent');
		}
		access.requireReader(request);
		const torrents = index.entries(infoHash);
		return torrents.length === 0 ? notFound('nobody shares that torrent') : json(200, {torrents});
	}

	async #publish(request: HttpRequest): Promise<HttpAnswer> {
		const {access, index, now, wall} = this.#ground;
		requireMethod(request, 'PUT', 'POST');
		const key = access.requireWriter(request);
		const body = await request.body(longestRequest);
		const answer = index.publish(
			key,
			understood(() => readPublications(textOf(body))),
			now(),
			wall(),
		);
		if (answer.failure !== undefined) {
			if (answer.failure === 'full') throw new HttpRefusal(507, 'this catalogue is full');
			throw new HttpRefusal(409, 'that nickname is somebody else’s: choose another');
		}
		const {refused} = answer;
		if (refused.some(({why}) => why === 'full')) return json(507, answer);
		const isAllRefused = refused.length > 0 && answer.published === 0;
		return json(isAllRefused ? 422 : 201, answer);
	}

	async #torrentFile(request: HttpRequest, infoHash: string): Promise<HttpAnswer> {
		const {access, index, torrents} = this.#ground;
		requireMethod(request, 'GET', 'HEAD', 'PUT');
		if (request.method !== 'PUT') {
			access.requireReader(request);
			const bytes = await torrents?.read(infoHash);
			if (bytes === undefined) return notFound('nobody has given the .torrent');
			return {status: 200, type: 'application/x-bittorrent', body: bytes};
		}
		const key = access.requireWriter(request);
		if (!index.shares(key, infoHash)) return notFound('you have published no such torrent');
		const bytes = await request.body(longestTorrent);
		if (torrents === undefined) throw new HttpRefusal(507, 'this tracker keeps no .torrents');
		if (torrents.has(infoHash)) return json(200, {kept: true});
		try {
			if (await torrents.keep(infoHash, bytes)) return json(201, {kept: true});
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			throw new HttpRefusal(422, `not the .torrent: ${error.message}`);
		}
		throw new HttpRefusal(507, 'there is no room for it');
	}
}

function textOf(body: Uint8Array): string {
	try {
		return strictUtf8.decode(body);
	} catch {
		throw new HttpRefusal(400, 'this is not UTF-8');
	}
}

function understood<Value>(read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		throw new HttpRefusal(400, error.message);
	}
}

function requireMethod({method}: HttpRequest, ...allowed: readonly string[]): void {
	if (allowed.includes(method)) return;
	throw new HttpRefusal(405, `only ${allowed.join(', ')}`, {Allow: allowed.join(', ')});
}

function json(status: number, value: unknown): HttpAnswer {
	return {status, type: 'application/json; charset=utf-8', body: `${terminalJson(value)}\n`};
}

function notFound(what = 'no such thing: see media/catalogue.md'): HttpAnswer {
	return {status: 404, type: 'text/plain; charset=utf-8', body: `${what}\n`};
}
