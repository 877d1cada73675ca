import type {WebSeedFiles} from '../../../protocol/metainfo/web-seed-files.js';

const mostRedirects = 5;

/** Where a file is asked for. */
export interface FilePlace {
	readonly url: URL;
	/** Whether a public address was asked on the way there. */
	readonly fromPublic: boolean;
	/** How many redirects led there. */
	readonly hops: number;
}

/** Where one web seed has the files: where its URL says, or where it said that they are instead. */
export class FilePlaces {
	readonly #webSeed: string;
	readonly #files: WebSeedFiles;
	readonly #moved = new Map<number, FilePlace>();
	/** Files that were had from where a redirect led. */
	readonly #worked = new Set<number>();

	constructor(webSeed: string, files: WebSeedFiles) {
		this.#webSeed = webSeed;
		this.#files = files;
	}

	of(file: number): FilePlace {
		const moved = this.#moved.get(file);
		return moved ?? {url: this.#files.urlOf(this.#webSeed, file), fromPublic: false, hops: 0};
	}

	/** A redirect leads elsewhere. Answers why it is not followed; undefined when it is. */
	move(file: number, location: string, isPublic: boolean): string | undefined {
		const {url, fromPublic, hops} = this.of(file);
		if (hops === mostRedirects) return `it redirects more than ${mostRedirects} times`;
		const to = URL.parse(location, url.href);
		if (to === null) return 'it redirects to something that is no URL';
		if (to.protocol !== 'http:' && to.protocol !== 'https:')
			return `it redirects to ${to.protocol}, not http`;
		to.hash = '';
		this.#moved.set(file, {url: to, fromPublic: fromPublic || isPublic, hops: hops + 1});
		return undefined;
	}

	/** Something of the file came from where it is now. */
	worked(file: number): void {
		if (this.#moved.has(file)) this.#worked.add(file);
	}

	/** Where a redirect led it was had, and is not any more: it is asked for where it was at first. Answers whether it is. */
	back(file: number): boolean {
		if (!this.#worked.delete(file)) return false;
		this.#moved.delete(file);
		return true;
	}

	/** What was learnt of redirects counts no more. */
	reset(): void {
		this.#moved.clear();
		this.#worked.clear();
	}
}
