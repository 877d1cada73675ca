/** What the screen's side tells beside what is drawn. */
export type Note =
	| {readonly type: 'left'; readonly why: string; readonly again: boolean}
	| {readonly type: 'rates'; readonly download: number; readonly upload: number}
	| {readonly type: 'file'; readonly name: string; readonly bytes: string};

/** What a line tells. */
export interface LineEvents {
	/** The screen draws this. */
	readonly drawn: (text: string) => void;
	readonly told: (note: Note) => void;
	readonly opened: () => void;
	/** It is gone; `wasOpen` unless it never came about. */
	readonly closed: (wasOpen: boolean) => void;
}

const chunkLength = 262_144;

/** The line to a screen. */
export class Line {
	readonly #socket: WebSocket;
	#isOver = false;

	constructor(events: LineEvents) {
		const url = new URL('screen', location.href);
		url.protocol = url.protocol.replace('http', 'ws');
		url.hash = '';
		url.search = '';
		this.#socket = new WebSocket(url);
		let wasOpen = false;
		this.#socket.onopen = () => {
			wasOpen = true;
			events.opened();
		};
		this.#socket.onmessage = ({data}) => {
			if (typeof data !== 'string' || this.#isOver) return;
			if (data.startsWith('>')) events.drawn(data.slice(1));
			else events.told(JSON.parse(data) as Note);
		};
		this.#socket.onclose = () => {
			if (!this.#isOver) events.closed(wasOpen);
			this.#isOver = true;
		};
	}

	/** Brings what was typed or pasted. */
	keys(keys: string): void {
		// A message has a ceiling; a paste that is longer is read in pieces.
		for (let at = 0; at < keys.length; at += chunkLength / 2)
			this.#say({keys: keys.slice(at, at + chunkLength / 2)});
	}

	size(columns: number, rows: number): void {
		this.#say({size: [columns, rows]});
	}

	/** So many more characters were drawn. */
	took(characters: number): void {
		this.#say({took: characters});
	}

	/** Brings files, one after the other. */
	async drop(files: readonly File[]): Promise<void> {
		for (const [at, file] of files.entries()) {
			const bytes = await file.arrayBuffer();
			this.#say({drop: [file.name.slice(0, 1000), bytes.byteLength, files.length - 1 - at]});
			for (let from = 0; from < bytes.byteLength; from += chunkLength)
				if (this.#isOpen) this.#socket.send(bytes.slice(from, from + chunkLength));
		}
	}

	close(): void {
		this.#isOver = true;
		this.#socket.close();
	}

	get #isOpen(): boolean {
		return this.#socket.readyState === WebSocket.OPEN;
	}

	#say(message: object): void {
		if (this.#isOpen) this.#socket.send(JSON.stringify(message));
	}
}
