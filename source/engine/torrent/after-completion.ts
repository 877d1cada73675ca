import type {WhenComplete} from '../../api/known-torrent.js';
import type {StorageFailure} from '../../io/disk/storage.js';
import type {ResumeData} from '../../io/state/resume-data.js';
import type {TorrentEvent} from './torrent-event.js';

/** What is done with files that are complete asks of, and tells, their torrent. */
export interface CompletedOwner {
	readonly resumeState: {revision: number};
	/** Whether all of a file is there: also one that nobody wants may be. */
	isWhole(file: number): boolean;
	post(event: TorrentEvent): void;
	log(level: 'error', text: string): void;
}

/** What becomes of a torrent's files when everything that is wanted is there: they get their names, and their folder. */
export class AfterCompletion {
	readonly #owner: CompletedOwner;
	#wish: WhenComplete | undefined;
	#isGoing = false;

	constructor(owner: CompletedOwner) {
		this.#owner = owner;
	}

	/** Where the files are to go; undefined when they stay where they are. */
	get dir(): string | undefined {
		return this.#wish?.dir;
	}

	/** Takes up what an earlier session was to do. */
	take({whenComplete}: Pick<ResumeData, 'whenComplete'>): void {
		this.#wish = whenComplete;
	}

	/** Its section of the resume data. */
	export(): Pick<ResumeData, 'whenComplete'> {
		return this.#wish === undefined ? {} : {whenComplete: this.#wish};
	}

	/** A person has said where the files are to be: that holds also when they are complete. */
	placed(): void {
		if (this.#isGoing || this.#wish?.dir === undefined) return;
		const {names} = this.#wish;
		this.#wish = names && {names};
	}

	/** A person has said what a file is called: that holds also when it is complete. */
	named(file: number): void {
		if (this.#isGoing || this.#wish?.names === undefined) return;
		this.#wish = {...this.#wish, names: this.#wish.names.filter(([other]) => other !== file)};
	}

	/** Everything that is wanted is there: to be called again and again while that holds. */
	complete(): void {
		if (this.#wish === undefined || this.#isGoing) return;
		const {dir, names = []} = this.#wish;
		const whole = names.filter(([file]) => this.#owner.isWhole(file));
		if (dir === undefined && whole.length === 0) return;
		this.#isGoing = true;
		void this.#go(dir, whole);
	}

	async #go(dir: string | undefined, whole: NonNullable<WhenComplete['names']>): Promise<void> {
		for (const [file, name] of whole) await this.#ask(done => ({type: 'rename', file, name, done}));
		if (dir !== undefined) await this.#ask(done => ({type: 'move', dir, done}));
		// What failed was told, and is not tried for ever. Files that nobody wants have their turn when they are whole.
		const rest = this.#wish?.names?.filter(name => !whole.includes(name)) ?? [];
		this.#wish = rest.length > 0 ? {names: rest} : undefined;
		this.#isGoing = false;
		this.#owner.resumeState.revision++;
	}

	#ask(event: (done: (outcome: Promise<StorageFailure | undefined>) => void) => TorrentEvent): Promise<void> {
		return new Promise(resolve => {
			this.#owner.post(
				event(outcome =>
					outcome.then(
						failure => {
							if (failure !== undefined) this.#owner.log('error', failure.message);
							resolve();
						},
						(error: Error) => {
							this.#owner.log('error', error.message);
							resolve();
						},
					),
				),
			);
		});
	}
}
