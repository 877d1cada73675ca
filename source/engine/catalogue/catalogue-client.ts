import {safeText} from '../../base/safe-text.js';
import type {Bytes, Millis} from '../../base/units.js';
import type {HttpClient, HttpRequest} from '../../io/net/http/http-client.js';
import {
	asCatalogueEvent,
	type CatalogueAbout,
	type CatalogueEvent,
	type CataloguePage,
	type CataloguePerson,
	type PublishAnswer,
	readAbout,
	readOwnEntries,
	readPage,
	readPeople,
	readPublished,
} from '../../protocol/catalogue/answers.js';
import type {CatalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import {EventStreamReader} from '../../protocol/catalogue/event-stream.js';
import type {Publication} from '../../protocol/catalogue/publication.js';
import {type SearchQuery, searchQueryText} from '../../protocol/catalogue/search-query.js';

/** A page of 50, each of at most 4 KiB and its nicknames, and some more. */
const longestPage: Bytes = 512 * 1024;
/** A thousand of them. */
const longestShelf: Bytes = 4 * 1024 * 1024;
const longestTorrent: Bytes = 1 << 20;
const patience: Millis = 10_000;
const longestStream: Millis = 24 * 3_600_000;

/** It said no: `status` says how. Its message is ready for a person. */
export class CatalogueRefusal extends Error {
	override readonly name = 'CatalogueRefusal';
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/** Asks one catalogue. Rejections tell in a few words what went wrong; nothing that it answers is believed unseen. */
export class CatalogueClient {
	readonly address: CatalogueAddress;
	readonly #http: HttpClient;
	readonly #key: string | undefined;

	/** @param key what publishing there takes: 22 letters of base64url, for this catalogue alone */
	constructor(http: HttpClient, address: CatalogueAddress, key?: string) {
		this.#http = http;
		this.address = address;
		this.#key = key;
	}

	/** Whether there is a catalogue, and what it says of itself. */
	async about(): Promise<CatalogueAbout> {
		return readAbout(await this.#text('', longestPage));
	}

	async search(query: SearchQuery): Promise<CataloguePage> {
		const text = searchQueryText(query);
		return readPage(await this.#text(`/search${text === '' ? '' : `?${text}`}`, longestPage));
	}

	/** Every entry of a torrent. */
	async entries(infoHash: string): Promise<CataloguePage> {
		return readPage(await this.#text(`/torrents/${infoHash}`, longestPage));
	}

	async people(): Promise<CataloguePerson[]> {
		return readPeople(await this.#text('/users', longestPage));
	}

	/** What somebody shares; undefined when nobody of that name is there. */
	async shelf(nick: string): Promise<CataloguePage | undefined> {
		try {
			return readPage(await this.#text(`/users/${encodeURIComponent(nick)}`, longestShelf));
		} catch (error) {
			if (error instanceof CatalogueRefusal && error.status === 404) return undefined;
			throw error;
		}
	}

	/** The bytes of a .torrent, which are a stranger's; undefined when there is none. */
	async torrent(infoHash: string): Promise<Uint8Array | undefined> {
		const {status, body} = await this.#ask(`/torrents/${infoHash}/torrent`, {maximumBody: longestTorrent});
		if (status === 404) return undefined;
		if (status !== 200) throw refusal(status, body);
		return body;
	}

	async publish(batch: readonly Publication[]): Promise<PublishAnswer> {
		const {status, body} = await this.#send('PUT', '/torrents', JSON.stringify(batch));
		if (status !== 201 && status !== 422 && status !== 507) throw refusal(status, body);
		return readPublished(textOf(body));
	}

	/** Gives it the .torrent of what one has published. */
	async giveTorrent(infoHash: string, bytes: Uint8Array): Promise<void> {
		const {status, body} = await this.#send('PUT', `/torrents/${infoHash}/torrent`, bytes);
		if (status >= 300) throw refusal(status, body);
	}

	async withdraw(infoHash: string): Promise<void> {
		const {status, body} = await this.#send('DELETE', `/torrents/${infoHash}`, '');
		if (status >= 300 && status !== 404) throw refusal(status, body);
	}

	/** Takes everything back that one has published. */
	async goodbye(): Promise<void> {
		const {status, body} = await this.#send('DELETE', '/me', '');
		if (status >= 300) throw refusal(status, body);
	}

	/** How many entries of one's own it has. */
	async ownEntries(): Promise<number> {
		const {status, body} = await this.#ask('/me', {maximumBody: longestPage, headers: this.#identity});
		if (status !== 200) throw refusal(status, body);
		return readOwnEntries(textOf(body));
	}

	/** Hears what happens there until it is aborted or breaks off, which rejects. @param alive something was heard at all */
	async events(
		heard: (event: CatalogueEvent) => void,
		alive: () => void,
		signal: AbortSignal,
	): Promise<never> {
		const reader = new EventStreamReader();
		const decoder = new TextDecoder();
		const {status, body} = await this.#ask('/events', {
			maximumBody: longestPage,
			timeout: longestStream,
			signal,
			stream: bytes => {
				alive();
				for (const data of reader.push(decoder.decode(bytes, {stream: true}))) {
					const event = asCatalogueEvent(data);
					if (event !== undefined) heard(event);
				}
			},
		});
		throw status === 200 ? new Error('it ended the stream of events') : refusal(status, body);
	}

	async #text(path: string, maximumBody: Bytes): Promise<string> {
		const {status, body} = await this.#ask(path, {maximumBody});
		if (status !== 200) throw refusal(status, body);
		return textOf(body);
	}

	/** Who only looks does not say who they are. */
	get #identity(): Readonly<Record<string, string>> {
		return this.#key === undefined ? {} : {Authorization: `Bearer ${this.#key}`};
	}

	#send(method: 'PUT' | 'DELETE', path: string, body: string | Uint8Array) {
		const post = {method, headers: {'Content-Type': 'application/json'}, body};
		return this.#ask(path, {maximumBody: longestPage, post, headers: this.#identity});
	}

	#ask(path: string, request: HttpRequest) {
		const {base, token} = this.address;
		return this.#http.get(`${base}${path}`, {
			timeout: patience,
			// Nobody is sent from a catalogue to somewhere else.
			redirects: 0,
			...request,
			headers: {...request.headers, ...(token !== undefined && {'X-Tortui-Token': headerText(token)})},
		});
	}
}

function textOf(body: Uint8Array): string {
	return new TextDecoder().decode(body);
}

/** What a header may hold: nobody's token ends it. */
function headerText(token: string): string {
	return token.replaceAll(/[^!-~]/g, '');
}

/** What it is to be refused with this status, in words; those of the catalogue where they add something. */
function refusal(status: number, body: Uint8Array): CatalogueRefusal {
	const said = safeText(textOf(body.subarray(0, 400)), 120);
	const words =
		status >= 300 && status < 400
			? 'it redirects, which no catalogue does'
			: status === 404
				? 'it has no such thing'
				: status === 409
					? 'that nickname is somebody else’s there'
					: status === 429 || status === 503
						? 'it is asked too much: wait ten seconds'
						: `it answers ${status}${said === '' || said.startsWith('<') ? '' : `: ${said}`}`;
	return new CatalogueRefusal(status, words);
}
