import {cpSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {type AddressInfo, Socket} from 'node:net';
import type {TestContext} from 'node:test';
import type {FeedCommand, Reply} from '../../source/api/command.ts';
import type {FeedItemView, FeedView} from '../../source/api/feeds-view.ts';
import {FeedAutomation} from '../../source/automation/feeds/feed-automation.ts';
import type {FeedSettings} from '../../source/automation/feeds/feed-settings.ts';
import {createTorrent} from '../../source/creator/create-torrent.ts';
import {makeSockets} from '../../source/io/net/sockets.ts';
import {until} from '../helpers/deadline.ts';
import {HandClock} from '../helpers/hand-clock.ts';
import {seededRandom} from '../helpers/seeded-random.ts';
import {Workspace} from '../helpers/workspace.ts';
import {AccountEngine} from './folder-world.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An address that is public as far as anybody can tell, and leads to this machine in these tests. */
export const publicHost = '11.22.33.44';

/** A feed server, feeds that are looked after, and an engine that keeps account; time passes when the test says so. */
export class FeedWorld {
	readonly space: Workspace;
	readonly clock = new HandClock();
	readonly engine = new AccountEngine();
	/** What is answered where, by path. */
	readonly answers = new Map<string, Answer>();
	readonly asked: string[] = [];
	/** The headers of what was asked last, by path. */
	readonly headers = new Map<string, IncomingMessage['headers']>();
	stateDir: string;
	#automation: FeedAutomation | undefined;
	#port = 0;

	private constructor(t: TestContext) {
		this.space = new Workspace(t);
		this.stateDir = this.space.folder('state');
		this.space.defer(() => this.#automation?.stop());
	}

	static async open(t: TestContext): Promise<FeedWorld> {
		const world = new FeedWorld(t);
		const server = createServer((request, response) => {
			const path = request.url ?? '';
			world.asked.push(path);
			world.headers.set(path, request.headers);
			const answer = world.answers.get(path);
			if (answer) return answer(request, response);
			response.statusCode = 404;
			response.end();
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		world.#port = (server.address() as AddressInfo).port;
		world.space.defer(() => {
			server.closeAllConnections();
			server.close();
		});
		// Only the last step is another: whom the client means to dial is its own choice.
		const {connect} = Socket.prototype;
		t.mock.method(Socket.prototype, 'connect', function (this: Socket, ...given: unknown[]): Socket {
			const [first] = given.flat() as [{host?: string; family?: number}];
			if (first.host === publicHost) Object.assign(first, {host: '127.0.0.1', family: 4});
			return connect.apply(this, given as Parameters<typeof connect>);
		});
		return world;
	}

	get automation(): FeedAutomation {
		return this.#automation!;
	}

	/** Starts, or starts again, with these feeds of the config file. */
	async start(configured: readonly FeedSettings[] = []): Promise<void> {
		await this.#automation?.stop();
		const {http} = makeSockets({clock: this.clock, bind: [], userAgent: 'tortui/test'});
		this.#automation = await FeedAutomation.open(
			{engine: this.engine, http, clock: this.clock, random: seededRandom(1), stateDir: this.stateDir},
			configured,
		);
	}

	/** As after a kill: nobody has let go of anything in order. */
	async startAfterKill(configured: readonly FeedSettings[]): Promise<void> {
		const stateDir = this.space.path('killed');
		cpSync(this.stateDir, stateDir, {recursive: true});
		await this.#automation?.stop();
		this.stateDir = stateDir;
		this.#automation = undefined;
		await this.start(configured);
	}

	url(path: string, host = '127.0.0.1'): string {
		return `http://${host}:${this.#port}${path}`;
	}

	/** A feed of the config file at a path. */
	feed(path: string, more: Partial<FeedSettings> = {}): FeedSettings {
		return {url: this.url(path), from: 'config', name: path.slice(1), rules: [], ...more};
	}

	/** Has a path answer a text. */
	serve(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): void {
		this.answers.set(path, (_, response) => {
			response.writeHead(200, headers);
			response.end(body);
		});
	}

	/** Has a path answer RSS with these items. */
	rss(path: string, ...items: readonly string[]): void {
		this.serve(path, rss(...items), {'Content-Type': 'application/rss+xml'});
	}

	/** Has a path answer a torrent of this name. */
	async torrent(path: string, name: string): Promise<Uint8Array> {
		const content = this.space.path(name);
		writeFileSync(content, Buffer.alloc(20_000, name));
		const {bytes} = await createTorrent({path: content});
		this.serve(path, bytes);
		return bytes;
	}

	send(command: FeedCommand): Promise<Reply> {
		return this.automation.send(command);
	}

	get feeds(): readonly FeedView[] {
		return this.automation.view.feeds;
	}

	named(name: string): FeedView {
		return this.feeds.find(each => each.name === name)!;
	}

	/** The items of the first feed, by their titles. */
	item(title: string): FeedItemView {
		return this.feeds[0]!.items.find(each => each.title === title)!;
	}

	/** Titles with their states, of the first feed. */
	get states(): string[] {
		return this.feeds[0]!.items.map(({title, state}) => `${title}: ${state}`);
	}

	/** What was added, in order: links, and names of torrents. */
	get added(): string[] {
		return this.engine.commands.flatMap(command =>
			command.type === 'torrent.addLink'
				? [command.link]
				: command.type === 'torrent.add'
					? [`${(command.metainfo as Uint8Array).length} bytes`]
					: [],
		);
	}

	/** Lets all begin, one after the other, and waits until nothing goes on with them. */
	async looked(): Promise<void> {
		while (this.feeds.some(({state}) => state === 'waiting')) {
			await this.clock.pass(500);
			await this.until('those that began', () => this.feeds.every(({state}) => state !== 'fetching'));
		}
		await this.automation.settled();
	}

	/** Lets time pass, and waits until nothing goes on any more. */
	async pass(milliseconds: number): Promise<void> {
		await this.clock.pass(milliseconds);
		await this.automation.settled();
	}

	/** Waits for what the network brings; the clock stands still. */
	async until(what: string, probe: () => boolean): Promise<void> {
		await until(
			() => `${what}\n${this.engine.log.join('\n')}\n${JSON.stringify(this.automation.view, undefined, ' ')}`,
			20_000,
			() => probe(),
			2,
		);
	}
}

/** RSS with these items. */
export function rss(...items: readonly string[]): string {
	return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>${items.join('')}</channel></rss>`;
}

/** An item that leads to a URL. */
export function item(title: string, url: string, more = ''): string {
	return `<item><title>${title}</title><guid>${title}</guid><enclosure url="${url}" type="application/x-bittorrent"/>${more}</item>`;
}

export const hash = (letter: string): string => letter.repeat(40);

/** A magnet link, as it stands in a feed. */
export const magnet = (letter: string): string => `magnet:?xt=urn:btih:${hash(letter)}`;
