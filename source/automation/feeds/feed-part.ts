import {type Command, type CommandType, type FeedCommand, partOf, type Reply} from '../../api/command.js';
import type {FeedsView} from '../../api/feeds-view.js';
import type {EnginePart, PartSection} from '../engine-part.js';
import type {FeedAutomation} from './feed-automation.js';
import type {FeedSettings} from './feed-settings.js';

/** Opens what looks after feeds, whose code is loaded then. */
export type OpenFeeds = (configured: readonly FeedSettings[]) => Promise<FeedAutomation>;

const nothing: FeedsView = {feeds: []};

/** Those who look after feeds, as a part of the engine: nothing is loaded before there is a feed, or somebody speaks of one. */
export class FeedPart implements EnginePart {
	readonly section: PartSection<'feeds'>;
	readonly #open: OpenFeeds;
	#configured: readonly FeedSettings[];
	#opening: Promise<FeedAutomation> | undefined;
	#feeds: FeedAutomation | undefined;
	readonly #listeners = new Set<() => void>();
	#isStopped = false;

	constructor(open: OpenFeeds, configured: readonly FeedSettings[]) {
		this.#open = open;
		this.#configured = configured;
		const part = this;
		this.section = {
			name: 'feeds',
			get revision() {
				return part.#feeds === undefined ? 1 : part.#feeds.revision + 1;
			},
			get view() {
				return part.#feeds?.view ?? nothing;
			},
			listen: listener => {
				part.#listeners.add(listener);
				return () => part.#listeners.delete(listener);
			},
		};
	}

	/** Looks after feeds from now on. */
	async begin(): Promise<void> {
		await this.#begun();
	}

	#begun(): Promise<FeedAutomation> {
		this.#opening ??= this.#open(this.#configured).then(async feeds => {
			if (this.#isStopped) await feeds.stop();
			this.#feeds = feeds;
			const changed = (): void => {
				for (const listener of this.#listeners) listener();
			};
			feeds.listen(changed);
			changed();
			return feeds;
		});
		return this.#opening;
	}

	/** The config file says something else now. */
	async apply(configured: readonly FeedSettings[]): Promise<void> {
		if (this.#opening === undefined) {
			if (configured.length === 0) return;
			// Those that come now are looked at at once.
			this.#configured = [];
		}
		const feeds = await this.#begun();
		this.#configured = configured;
		feeds.apply(configured);
	}

	answers(type: CommandType): boolean {
		return partOf(type) === 'feeds';
	}

	async send(command: Command): Promise<Reply> {
		return (await this.#begun()).send(command as FeedCommand);
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		await (await this.#opening)?.stop();
	}
}
