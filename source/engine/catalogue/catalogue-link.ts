import type {CatalogueView} from '../../api/network-view.js';
import type {Clock, LogLevel} from '../../base/ports.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {WallTime} from '../../base/wall-time.js';
import type {CatalogueAbout, CataloguePerson} from '../../protocol/catalogue/answers.js';
import type {CatalogueAddress} from '../../protocol/catalogue/catalogue-url.js';
import {type CatalogueClient, CatalogueRefusal} from './catalogue-client.js';
import {CataloguePublisher, type Shared} from './catalogue-publisher.js';

/** A tracker that has none is not asked again before this has passed. */
const noneTime: Millis = 3_600_000;
const backOff = {least: 5000, most: 600_000} as const;
/** While somebody looks: how often it is asked who is there, and how soon after something has happened. */
const lookTime: Millis = 30_000;
const newsTime: Millis = 1000;
/** A stream that says nothing for so long is dead. */
const silence: Millis = 65_000;

/** One tracker's catalogue as the engine knows it: whether there is one, who is there, and what of ours. */
export class CatalogueLink {
	readonly client: CatalogueClient;
	readonly publisher: CataloguePublisher;
	readonly #clock: Clock;
	readonly #wallTime: WallTime;
	readonly #log: (level: LogLevel, text: string) => void;
	#state: CatalogueView['state'] = 'asking';
	#about: CatalogueAbout | undefined;
	#people: readonly CataloguePerson[] = [];
	#error: string | undefined;
	#failures = 0;
	#retryAt: Millis = Number.NEGATIVE_INFINITY;
	#lookAt: Millis = Number.NEGATIVE_INFINITY;
	#asking: Promise<void> | undefined;
	#stream: {readonly abort: AbortController; heardAt: Millis} | undefined;
	#streamAt: Millis = Number.NEGATIVE_INFINITY;
	#news = 0;

	constructor(client: CatalogueClient, clock: Clock, log: (level: LogLevel, text: string) => void) {
		this.client = client;
		this.#clock = clock;
		this.#wallTime = new WallTime(clock);
		this.#log = (level, text) => log(level, `the catalogue of ${client.address.name} ${text}`);
		this.publisher = new CataloguePublisher(client, (level, text) =>
			log(level, `the catalogue of ${client.address.name}: ${text}`),
		);
	}

	get address(): CatalogueAddress {
		return this.client.address;
	}

	get state(): CatalogueView['state'] {
		return this.#state;
	}

	/** Who is there, when somebody looked last. */
	get people(): readonly CataloguePerson[] {
		return this.#state === 'open' ? this.#people : [];
	}

	/** Grows whenever something has happened there. */
	get news(): number {
		return this.#news;
	}

	/**
	 * Once a second.
	 *
	 * @param watched somebody looks at who is there
	 * @param alone nobody else publishes with the same key
	 */
	tick(now: Millis, wanted: ReadonlyMap<string, Shared>, watched: boolean, alone: boolean): void {
		if (this.#state === 'open') {
			this.publisher.tick(now, wanted, alone);
			if (watched) this.#watch(now);
			else this.#unwatch();
			if (watched && now >= this.#lookAt) void this.look();
			return;
		}
		this.#unwatch();
		if (now >= this.#retryAt && (wanted.size > 0 || watched)) void this.look();
	}

	/** Asks now who is there, and whether there is a catalogue at all. Never rejects. */
	look(): Promise<void> {
		this.#asking ??= this.#ask().finally(() => {
			this.#asking = undefined;
		});
		return this.#asking;
	}

	async #ask(): Promise<void> {
		const begun = this.#clock.now();
		try {
			const about = await this.client.about();
			const wasOpen = this.#state === 'open';
			this.#about = about;
			this.#state = 'open';
			this.#failures = 0;
			this.#error = undefined;
			if (!wasOpen) this.#log('debug', `is open: ${about.torrents} torrents of ${about.people} people`);
			this.#people = await this.client.people();
			this.#lookAt = this.#clock.now() + lookTime;
		} catch (error) {
			this.#failed(error as Error, begun);
		}
	}

	#failed(error: Error, begun: Millis): void {
		const now = this.#clock.now();
		const status = error instanceof CatalogueRefusal ? error.status : undefined;
		this.#lookAt = now + lookTime;
		// Nobody may search there without a token, but share one may.
		if (this.#state === 'open' && (status === 401 || status === 403)) {
			this.#error = 'it wants a token: give it before the host, http://TOKEN@HOST:PORT';
			this.#people = [];
			return;
		}
		if (status === 404) {
			this.#state = 'none';
			this.#error = 'that tracker has no catalogue';
			this.#retryAt = now + noneTime;
			return;
		}
		this.#failures++;
		const wait = Math.min(backOff.least * 2 ** Math.min(this.#failures - 1, 10), backOff.most);
		this.#retryAt = Math.max(now, begun) + wait;
		const text = `does not answer as it should: ${safeText(error.message)}`;
		if (this.#state !== 'failed') this.#log('warn', text);
		this.#state = 'failed';
		this.#error = safeText(error.message);
	}

	#watch(now: Millis): void {
		if (this.#stream !== undefined) {
			if (now - this.#stream.heardAt >= silence) this.#stream.abort.abort(new Error('it fell silent'));
			return;
		}
		if (now < this.#streamAt) return;
		const stream = {abort: new AbortController(), heardAt: now};
		this.#stream = stream;
		this.client
			.events(
				() => this.#heard(),
				() => {
					const at = this.#clock.now();
					// What has happened before it began was told to nobody.
					if (stream.heardAt === now) this.#lookAt = at;
					stream.heardAt = Math.max(at, now + 1);
				},
				stream.abort.signal,
			)
			.catch((error: Error) => {
				if (this.#stream !== stream) return;
				this.#stream = undefined;
				this.#streamAt = this.#clock.now() + lookTime;
				this.#log('debug', `tells no events: ${safeText(error.message)}`);
			});
	}

	#heard(): void {
		this.#news++;
		this.#lookAt = Math.min(this.#lookAt, this.#clock.now() + newsTime);
	}

	#unwatch(): void {
		const stream = this.#stream;
		this.#stream = undefined;
		stream?.abort.abort(new Error('nobody looks'));
	}

	view(): CatalogueView {
		const {name, announce} = this.address;
		const error = this.#error ?? this.publisher.trouble;
		const isOpen = this.#state === 'open';
		return {
			name: safeText(name),
			tracker: safeText(announce, 2048),
			state: this.#state,
			...(error !== undefined && {error}),
			...(!isOpen && Number.isFinite(this.#retryAt) && {retryAt: this.#wallTime.of(this.#retryAt)}),
			live: this.#stream !== undefined,
			people: isOpen ? (this.#about?.people ?? 0) : 0,
			torrents: isOpen ? (this.#about?.torrents ?? 0) : 0,
			size: isOpen ? (this.#about?.size ?? 0) : 0,
			published: this.publisher.count,
		};
	}

	/** Takes back what is there of ours, and hears nothing more. */
	async leave(alone: boolean): Promise<void> {
		this.#unwatch();
		try {
			await this.publisher.leave(alone);
		} catch (error) {
			this.#log('debug', `may not have heard that we go: ${safeText((error as Error).message)}`);
		}
	}
}
