import {randomBytes} from 'node:crypto';
import type {Reply, StreamCommand} from '../../api/command.js';
import type {FileData} from '../../api/file-data.js';
import type {StreamView} from '../../api/stream-view.js';
import {UserError} from '../../base/errors.js';
import {HttpDoor} from '../http/http-door.js';
import {FileStream, type StreamGround} from './file-stream.js';
import {makeReady} from './make-ready.js';
import {StreamRoute} from './stream-route.js';

/** What a server of streams stands on: an engine in this process. */
export interface StreamServerGround extends StreamGround {
	/** The data of a file of a torrent. Throws a `UserError` when there is none of that number. */
	openFile(id: string, fileIndex: number): FileData;
}

/** A stream that somebody opened: the token of its list, if it has one, and of each of its files. */
interface Opened {
	readonly tokens: readonly string[];
	readonly files: readonly SharedFile[];
}

/** A file that any number of streams have. */
interface SharedFile {
	readonly key: string;
	readonly stream: FileStream;
	streams: number;
}

/** More than these open none: those that nobody reads are closed for new ones. */
const mostStreams = 200;
const mostFiles = 1000;

/** Has files of torrents read by players on this machine, over HTTP, while they are downloaded. */
export class StreamServer {
	readonly #ground: StreamServerGround;
	readonly #route = new StreamRoute();
	readonly #door: HttpDoor;
	readonly #opened = new Map<string, Opened>();
	readonly #files = new Map<string, SharedFile>();
	#address: Promise<string> | undefined;

	constructor(ground: StreamServerGround) {
		this.#ground = ground;
		this.#door = new HttpDoor({
			where: {host: '127.0.0.1', port: 0},
			hosts: [],
			routes: [this.#route],
			clock: ground.clock,
			failed: (_path, error) => {
				const text = `a stream failed: ${(error as Error).message}`;
				ground.engine.send({type: 'session.log', level: 'warn', text}).catch(() => {});
			},
		});
	}

	/** Does what a command asks. Rejects with a `UserError`. */
	async send(command: StreamCommand): Promise<Reply> {
		switch (command.type) {
			case 'stream.open':
				return {stream: await this.#openFiles(command.id, command.files)};
			case 'stream.close':
				this.#close(command.stream);
				return {};
			default:
				return command satisfies never;
		}
	}

	/** Whoever reads is cut off, and nothing is due any more. */
	async stop(): Promise<void> {
		for (const stream of [...this.#opened.keys()]) this.#close(stream);
		await this.#door.close();
	}

	async #openFiles(named: string, indices: readonly number[]): Promise<StreamView> {
		if (indices.length === 0) throw new UserError('no-file', 'name a file to stream');
		if (indices.length > mostFiles)
			throw new UserError('too-many-files', `at most ${mostFiles} files can be streamed at a time`);
		const {id, notes} = await makeReady(this.#ground, named, indices);
		const opened = indices.map(index => ({index, file: this.#ground.openFile(id, index)}));
		const address = await this.#listen();
		this.#makeRoom();
		const files = opened.map(({index, file}) => {
			const shared = this.#share(id, index, file);
			const name = file.path.at(-1) ?? 'file';
			return {index, shared, name, path: `/${newToken()}/${urlName(name)}`, length: file.length};
		});
		for (const {path, shared, index, length} of files) {
			this.#route.add(tokenOf(path), {file: shared.stream, tag: `"${id.slice(0, 40)}-${index}-${length}"`});
		}
		const [first] = files;
		let {path} = first!;
		if (files.length > 1) {
			path = `/${newToken()}/playlist.m3u8`;
			const list = files.map(({name, path}) => ({path, title: name.replace(/[\n\r]/g, ' ')}));
			this.#route.add(tokenOf(path), {list});
		}
		const stream = tokenOf(path);
		this.#opened.set(stream, {
			tokens: [...new Set([stream, ...files.map(({path}) => tokenOf(path))])],
			files: files.map(({shared}) => shared),
		});
		first!.shared.stream.expect();
		return {
			stream,
			url: `${address}${path}`,
			files: files.map(({index, path, length}) => ({index, url: `${address}${path}`, length})),
			notes,
		};
	}

	#listen(): Promise<string> {
		this.#address ??= this.#door.open().then(where => `http://127.0.0.1:${'port' in where ? where.port : 0}`);
		return this.#address;
	}

	#share(id: string, index: number, file: FileData): SharedFile {
		const key = `${id}/${index}`;
		let shared = this.#files.get(key);
		// One that was removed and added again is another.
		if (shared === undefined || shared.stream.file.isGone) {
			shared = {key, stream: new FileStream(id, index, file, this.#ground), streams: 0};
			this.#files.set(key, shared);
		}
		shared.streams++;
		return shared;
	}

	#close(stream: string): void {
		const opened = this.#opened.get(stream);
		if (opened === undefined) return;
		this.#opened.delete(stream);
		for (const token of opened.tokens) this.#route.delete(token);
		for (const shared of opened.files) {
			if (--shared.streams > 0) continue;
			shared.stream.close();
			if (this.#files.get(shared.key) === shared) this.#files.delete(shared.key);
		}
	}

	/** The oldest that nobody reads go. */
	#makeRoom(): void {
		for (const [stream, {files}] of this.#opened) {
			if (this.#opened.size < mostStreams) return;
			if (files.every(({stream}) => stream.players === 0)) this.#close(stream);
		}
		if (this.#opened.size >= mostStreams)
			throw new UserError('too-many-streams', 'too many streams are open: close a player first');
	}
}

/** As hard to guess as a password of 20 letters. */
function newToken(): string {
	return randomBytes(16).toString('hex');
}

function tokenOf(path: string): string {
	return path.split('/')[1] ?? '';
}

/** A name as the last part of a URL, for people and for players that go by its ending. */
function urlName(name: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
	return encodeURIComponent(name.replace(/[\u0000-\u001f\u007f\\/]/g, '_').replace(/^\.+/, '_') || 'file');
}
