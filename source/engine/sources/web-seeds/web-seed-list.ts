import type {ResumeData} from '../../../io/state/resume-data.js';

/** As many as a link or a .torrent may name. */
const mostWebSeeds = 500;
/** Shared by all that name none. */
const none: ReadonlySet<string> = new Set();

/** Which web seeds a torrent has: those of its .torrent, those that links named, those of people; less what they took out. */
export class WebSeedList {
	/** Rises when there are others. */
	revision = 1;
	/** Of its .torrent. */
	#own: readonly string[] = [];
	/** That links named, or people. */
	#added: readonly string[];
	/** That people named. */
	#named = none;
	#removed = none;

	constructor(linked: readonly string[] = []) {
		this.#added = linked;
	}

	/** All of them, each once. */
	get urls(): readonly string[] {
		const all = this.#added.length === 0 ? this.#own : [...new Set([...this.#own, ...this.#added])];
		return this.#removed.size === 0 ? all : all.filter(url => !this.#removed.has(url));
	}

	/** Whether a person named it. */
	isNamed(url: string): boolean {
		return this.#named.has(url);
	}

	/** What its .torrent says is known. */
	setOwn(urls: readonly string[]): void {
		this.#own = urls;
		this.revision++;
	}

	/** Links name these, or a person does: what was taken out comes back then. Answers whether any is news. */
	add(urls: readonly string[], isNamed = false): boolean {
		const before = this.urls;
		const wasNamed = this.#named.size;
		for (const url of urls) {
			if (isNamed && this.#named.size < mostWebSeeds) this.#named = including(this.#named, url);
			if (isNamed) this.#removed = without(this.#removed, url);
		}
		const known = new Set([...this.#own, ...this.#added]);
		const more = urls.filter(url => !known.has(url));
		this.#added = [...this.#added, ...more].slice(0, mostWebSeeds);
		const isNews = this.urls.length > before.length || this.#named.size > wasNamed;
		if (isNews) this.revision++;
		return isNews;
	}

	/** Answers whether it was there. */
	remove(url: string): boolean {
		if (!this.urls.includes(url)) return false;
		this.#added = this.#added.filter(other => other !== url);
		this.#named = without(this.#named, url);
		if (this.#removed.size < mostWebSeeds) this.#removed = including(this.#removed, url);
		this.revision++;
		return true;
	}

	/** What an earlier session knew. */
	take({
		namedWebSeeds = [],
		removedWebSeeds = [],
	}: Pick<ResumeData, 'namedWebSeeds' | 'removedWebSeeds'>): void {
		if (namedWebSeeds.length > 0) this.#named = new Set([...this.#named, ...namedWebSeeds]);
		if (removedWebSeeds.length > 0) this.#removed = new Set([...this.#removed, ...removedWebSeeds]);
		this.revision++;
	}

	/** Its section of the resume data. */
	export(): Pick<ResumeData, 'webSeeds' | 'namedWebSeeds' | 'removedWebSeeds'> {
		return {
			...(this.#added.length > 0 && {webSeeds: this.#added}),
			...(this.#named.size > 0 && {namedWebSeeds: [...this.#named]}),
			...(this.#removed.size > 0 && {removedWebSeeds: [...this.#removed]}),
		};
	}
}

function including(urls: ReadonlySet<string>, url: string): ReadonlySet<string> {
	return urls.has(url) ? urls : new Set(urls).add(url);
}

function without(urls: ReadonlySet<string>, url: string): ReadonlySet<string> {
	return urls.has(url) ? new Set([...urls].filter(other => other !== url)) : urls;
}
