import type {Command, Reply} from '../../../source/api/command.ts';
import type {FileData} from '../../../source/api/file-data.ts';
import type {FilePriority, TorrentView, Update} from '../../../source/api/snapshot.ts';
import {UserError} from '../../../source/base/errors.ts';
import {bytesFrom} from '../../helpers/torrents.ts';

export const pieceLength = 65_536;

/** A file of a torrent, whose pieces come when the test says so. It begins in the middle of piece 10. */
export class FakeFile implements FileData {
	readonly path: readonly string[];
	readonly bytes: Uint8Array;
	readonly first = 10;
	readonly last: number;
	priority: FilePriority = 2;
	isGone = false;
	/** Given, every read fails with it. */
	failure: UserError | undefined;
	/** Bytes that were read. */
	read_ = 0;
	readonly #had = new Set<number>();
	readonly #listeners = new Set<() => void>();

	constructor(length: number, path: readonly string[] = ['set', 'film.mkv']) {
		this.bytes = bytesFrom('film', length);
		this.path = path;
		this.last = length === 0 ? this.first - 1 : this.pieceAt(length - 1);
	}

	get length(): number {
		return this.bytes.length;
	}

	get listeners(): number {
		return this.#listeners.size;
	}

	pieceAt(position: number): number {
		return this.first + Math.floor((position + pieceLength / 2) / pieceLength);
	}

	pieceStart(piece: number): number {
		return (piece - this.first) * pieceLength - pieceLength / 2;
	}

	has(piece: number): boolean {
		return this.#had.has(piece);
	}

	available(position: number, most: number): number {
		const end = Math.min(this.length, position + most);
		let to = position;
		while (to < end && this.has(this.pieceAt(to))) to = this.pieceStart(this.pieceAt(to) + 1);
		return Math.max(0, Math.min(to, end) - position);
	}

	async read(position: number, into: Uint8Array): Promise<void> {
		await new Promise(resolve => setImmediate(resolve));
		if (this.failure !== undefined) throw this.failure;
		into.set(this.bytes.subarray(position, position + into.length));
		this.read_ += into.length;
	}

	listen(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** These pieces come. */
	give(...pieces: readonly number[]): this {
		for (const piece of pieces) this.#had.add(piece);
		this.tell();
		return this;
	}

	/** All of them are there. */
	giveAll(): this {
		return this.give(...Array.from({length: this.last - this.first + 1}, (_, at) => this.first + at));
	}

	tell(): void {
		for (const listener of [...this.#listeners]) listener();
	}

	/** The torrent is removed. */
	remove(): void {
		this.isGone = true;
		this.tell();
	}
}

/** An engine with one torrent, that keeps what it is asked. */
export class FakeEngine {
	readonly sent: Command[] = [];
	readonly files: readonly FakeFile[];
	torrent: Partial<TorrentView> = {state: 'downloading'};

	constructor(...files: readonly FakeFile[]) {
		this.files = files;
	}

	async send(command: Command): Promise<Reply> {
		if (command.type === 'session.list')
			return {torrents: [{id: 'ab'.repeat(20), ...this.torrent} as TorrentView]};
		this.sent.push(command);
		if (command.type === 'files.priority')
			for (const index of command.files) this.files[index]!.priority = command.priority;
		return {};
	}

	watch(_watch: unknown, listener: (update: Update) => void) {
		const files = this.files.map(({path, length}, index) => ({index, path, length}));
		setImmediate(() => listener({revision: 1, torrent: {id: 'ab'.repeat(20), files}}));
		return {change() {}, stop() {}};
	}

	readonly openFile = (_id: string, index: number): FakeFile => {
		const file = this.files[index];
		if (file === undefined) throw new UserError('no-such-file', `there is no file ${index}`);
		return file;
	};

	/** Takes the commands of this kind that were sent. */
	take<Type extends Command['type']>(type: Type): Array<Extract<Command, {type: Type}>> {
		const found = this.sent.filter(command => command.type === type);
		for (const command of found) this.sent.splice(this.sent.indexOf(command), 1);
		return found as Array<Extract<Command, {type: Type}>>;
	}

	/** The pieces that are due by what was sent so far. */
	readonly #due = new Set<number>();

	due(): number[] {
		for (const {pieces, within} of this.take('piece.deadline'))
			for (const entry of pieces) {
				const [first, last] = typeof entry === 'number' ? [entry, entry] : entry;
				for (let piece = first; piece <= last; piece++)
					if (within === null) this.#due.delete(piece);
					else this.#due.add(piece);
			}
		return [...this.#due].sort((one, other) => one - other);
	}
}
