import {type HttpAnswer, HttpRefusal, type HttpRequest, type HttpRoute} from '../http/http-route.js';
import type {FileReading, FileStream} from './file-stream.js';
import {streamAnswer} from './stream-answer.js';

/** What can be read under one token: a file, or a list of others. */
export type Streamed =
	| {readonly file: FileStream; readonly tag: string}
	/** Paths of files, with what these are called. */
	| {readonly list: ReadonlyArray<{readonly path: string; readonly title: string}>};

/** So many are read to at a time. */
const mostReadings = 100;

/** Answers for `/TOKEN/NAME`: whoever knows the token may read what it stands for, by whatever name. */
export class StreamRoute implements HttpRoute {
	readonly #streamed = new Map<string, Streamed>();
	readonly #readings = new Map<string, Set<FileReading>>();
	#count = 0;

	handles(): boolean {
		return true;
	}

	/** What is read under this token from now on. */
	add(token: string, streamed: Streamed): void {
		this.#streamed.set(token, streamed);
	}

	/** Nothing is any more; whoever reads is cut off. */
	delete(token: string): void {
		this.#streamed.delete(token);
		for (const reading of this.#readings.get(token) ?? []) reading.close();
	}

	answer(request: HttpRequest): HttpAnswer {
		const [, token = '', name, more] = request.path.split('/');
		const streamed = name === undefined || more !== undefined ? undefined : this.#streamed.get(token);
		if (streamed === undefined) throw new HttpRefusal(404, 'nothing is here');
		if ('list' in streamed) return this.#list(request, streamed.list);
		if (streamed.file.file.isGone) throw new HttpRefusal(410, 'the torrent was removed');
		if (this.#count >= mostReadings)
			throw new HttpRefusal(503, 'too many read at a time: try again later', {'Retry-After': '5'});
		return streamAnswer(request, streamed.file, streamed.tag, reading => this.#note(token, reading));
	}

	#note(token: string, reading: FileReading): void {
		const all = this.#readings.get(token) ?? new Set();
		this.#readings.set(token, all);
		all.add(reading);
		this.#count++;
		reading.onClose(() => {
			this.#count--;
			all.delete(reading);
			if (all.size === 0) this.#readings.delete(token);
		});
	}

	/** By the name they were called by: it may be another port that leads here. */
	#list(
		request: HttpRequest,
		list: ReadonlyArray<{readonly path: string; readonly title: string}>,
	): HttpAnswer {
		const lines = list.map(
			({path, title}) => `#EXTINF:-1,${title}\nhttp://${request.header('host') ?? 'localhost'}${path}\n`,
		);
		return {status: 200, type: 'audio/x-mpegurl', body: `#EXTM3U\n${lines.join('')}`};
	}
}
