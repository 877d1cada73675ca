import type {AddOptions, Command, Reply} from '../../api/command.js';
import type {CreationOptions, CreationView} from '../../api/creation.js';
import {UserError} from '../../base/errors.js';
import type {Clock} from '../../base/ports.js';
import type {Bytes, Millis} from '../../base/units.js';
import {pathExists} from '../../io/files/path-exists.js';
import {requireAbsolute} from '../../io/files/paths.js';
import {folderOf, torrentBeside} from '../../io/files/torrent-name.js';
import {typedPath} from '../../io/files/typed-path.js';
import {checkNamedFile, writeNamedFile} from '../../io/files/write-named-file.js';
import {asTrackerUrl, asWebSeedUrl} from '../../protocol/metainfo/source-urls.js';
import type {SessionService} from '../session/session-service.js';
import type {SessionServices} from '../session/session-services.js';
import type {TorrentMaker} from './torrent-maker.js';

/** More at a time wait for each other's disk. */
const mostAtWork = 4;
/** So many that are over are told of. */
const mostKept = 20;
const rules = {force: false, advice: 'choose another name'};

type CreateCommand = Extract<Command, {readonly type: 'torrent.create'}>;
type State = CreationView['state'];

/** What makes torrents for it, and takes them in. */
export interface CreationSetup {
	/** Undefined where there is nobody who makes torrents. */
	readonly make: TorrentMaker | undefined;
	readonly add: (bytes: Uint8Array, options: AddOptions) => Promise<Reply>;
	readonly clock: Clock;
	/** By the name of the program and its version. */
	readonly createdBy: string;
	readonly log: SessionServices['log'];
	/** Something is to be shown at once. */
	readonly changed: () => void;
}

/** The torrents that are being made, each until it is done, failed or was ended; then they are told of for a while. */
export class Creations implements SessionService {
	readonly #setup: CreationSetup;
	readonly #all = new Map<number, Creation>();
	#last = 0;

	constructor(setup: CreationSetup) {
		this.#setup = setup;
	}

	/**
	 * Begins one; answers its number when its files were found.
	 *
	 * @throws {UserError} when it cannot be made, or written where it should
	 */
	async create(command: CreateCommand): Promise<number> {
		const {make} = this.#setup;
		if (make === undefined)
			throw new UserError('no-maker', 'this engine makes no torrents: use tortui create');
		requireAbsolute(command.path);
		if (!(await pathExists('/', typedPath(command.path))))
			throw new UserError('missing', `${command.path}: no such file or folder`);
		const output = command.output ?? torrentBeside(command.path);
		requireAbsolute(output);
		requireUrls(command.options ?? {});
		// Hashing may take an hour: what is in the way is told before.
		await checkNamedFile(output, rules);
		const running = [...this.#all.values()].filter(({isOver}) => !isOver);
		if (running.length >= mostAtWork)
			throw new UserError('busy', `${mostAtWork} torrents are being made already: wait for one, or end it`);
		if (running.some(other => other.output === output))
			throw new UserError('busy', `${output} is being made already`);
		const creation = new Creation(++this.#last, command, output, this.#setup);
		this.#all.set(creation.id, creation);
		this.#forgetOld();
		try {
			await creation.begin(make);
		} catch (error) {
			this.#all.delete(creation.id);
			throw error;
		}
		return creation.id;
	}

	/** Ends one that runs; forgets one that is over. */
	end(id: number): void {
		const creation = this.#all.get(id);
		if (creation === undefined)
			throw new UserError('no-such-creation', 'that torrent is not being made any more');
		if (creation.isOver) this.#all.delete(id);
		else creation.end(new UserError('ended', 'it was ended'));
	}

	views(): readonly CreationView[] {
		return [...this.#all.values()].map(creation => creation.view());
	}

	async leave(): Promise<void> {
		for (const creation of this.#all.values())
			creation.end(new UserError('stopping', 'the engine is stopping'));
		await Promise.all([...this.#all.values()].map(({over}) => over));
	}

	#forgetOld(): void {
		const old = [...this.#all.values()].filter(({isOver}) => isOver);
		for (const {id} of old.slice(0, Math.max(0, old.length - mostKept))) this.#all.delete(id);
	}
}

function requireUrls({trackers = [], webSeeds = []}: CreationOptions): void {
	const wrong =
		trackers.flat().find(url => asTrackerUrl(url) === undefined) ??
		webSeeds.find(url => asWebSeedUrl(url) === undefined);
	if (wrong !== undefined)
		throw new UserError('bad-url', `${JSON.stringify(wrong)} is no URL of a tracker or web seed`, 2);
}

/** One torrent that is being made. */
class Creation {
	readonly id: number;
	readonly output: string;
	/** Resolves when nothing more happens to it. */
	readonly over: Promise<void>;
	readonly #command: CreateCommand;
	readonly #setup: CreationSetup;
	readonly #aborted = new AbortController();
	readonly #end = Promise.withResolvers<void>();
	#state: State = 'looking';
	#hashed: Bytes = 0;
	#length: Bytes = 0;
	#begunAt: Millis = 0;
	#skipped: CreationView['skipped'];
	#magnet: string | undefined;
	#seeding: string | undefined;
	#why: string | undefined;

	constructor(id: number, command: CreateCommand, output: string, setup: CreationSetup) {
		this.id = id;
		this.output = output;
		this.over = this.#end.promise;
		this.#command = command;
		this.#setup = setup;
	}

	get isOver(): boolean {
		return this.#state === 'done' || this.#state === 'failed';
	}

	/** Resolves when its files were found, rejects with a `UserError` when it failed before. */
	begin(make: TorrentMaker): Promise<void> {
		const {clock, createdBy} = this.#setup;
		const {path, options} = this.#command;
		const begun = Promise.withResolvers<void>();
		const creationDate = options?.date === false ? undefined : Math.floor(clock.wall() / 1000);
		const made = make(
			{...options, path, output: this.output, createdBy, creationDate},
			{
				found: length => {
					this.#state = 'hashing';
					this.#length = length;
					this.#begunAt = clock.now();
					begun.resolve();
				},
				hashed: bytes => {
					this.#hashed = bytes;
				},
				skipped: first => {
					this.#skipped = {count: (this.#skipped?.count ?? 0) + 1, first: this.#skipped?.first ?? first};
				},
			},
			this.#aborted.signal,
		);
		made
			.then(async ({bytes, magnet}) => {
				this.#aborted.signal.throwIfAborted();
				await writeNamedFile(this.output, bytes, rules);
				this.#magnet = magnet;
				if (this.#command.seed) await this.#seed(bytes);
				this.#state = 'done';
				this.#setup.log('info', `made ${this.output}`);
			})
			.catch((error: unknown) => {
				this.#state = 'failed';
				this.#why = error instanceof Error ? error.message : String(error);
				begun.reject(error);
				this.#setup.log('warn', `no torrent was made of ${this.#command.path}: ${this.#why}`);
			})
			.finally(() => {
				begun.resolve();
				this.#end.resolve();
				this.#setup.changed();
			});
		return begun.promise;
	}

	/** What was hashed a moment ago is believed, and not written to. */
	async #seed(bytes: Uint8Array): Promise<void> {
		try {
			const {id} = await this.#setup.add(bytes, {
				dir: folderOf(this.#command.path),
				check: 'none',
				seedOnly: true,
			});
			this.#seeding = id;
		} catch (error) {
			if (!(error instanceof UserError)) throw error;
			this.#why = `it is written, but not seeded: ${error.message}`;
		}
	}

	end(why: UserError): void {
		this.#aborted.abort(why);
	}

	view(): CreationView {
		const seconds = (this.#setup.clock.now() - this.#begunAt) / 1000;
		const rate = this.#state === 'hashing' && seconds > 0 ? this.#hashed / seconds : 0;
		return {
			id: this.id,
			path: this.#command.path,
			output: this.output,
			state: this.#state,
			hashed: this.#hashed,
			length: this.#length,
			rate,
			eta: rate > 0 ? (this.#length - this.#hashed) / rate : undefined,
			skipped: this.#skipped,
			magnet: this.#magnet,
			seeding: this.#seeding,
			why: this.#why,
		};
	}
}
