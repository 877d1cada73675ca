import {realpath} from 'node:fs/promises';
import {isAbsolute, relative, sep} from 'node:path';
import type {EngineClient} from '../../api/engine-client.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {OtherTorrent} from '../../policy/sharing/review-entries.js';

/** What the engine has, at one time. */
export class EngineTorrents {
	readonly #engine: EngineClient;
	readonly #views: Map<string, TorrentView>;
	/** Those that were added since, by their folders. */
	readonly #added = new Map<string, string>();
	/** By id, what the first of a torrent's files is called on the disk. */
	readonly #roots: Map<string, Promise<string | undefined>>;
	readonly #leaving: ReadonlyMap<string, TorrentView>;

	/**
	 * @param roots kept from one to the next
	 * @param leaving by id, torrents of which the engine may know no more, and deletes the data
	 */
	constructor(
		engine: EngineClient,
		views: readonly TorrentView[],
		roots: Map<string, Promise<string | undefined>>,
		leaving: ReadonlyMap<string, TorrentView> = new Map(),
	) {
		this.#engine = engine;
		this.#views = new Map(views.map(view => [view.id, view]));
		this.#roots = roots;
		this.#leaving = leaving;
		for (const id of roots.keys()) if (!this.#views.has(id) && !leaving.has(id)) roots.delete(id);
	}

	has(id: string): boolean {
		return this.#views.has(id) || this.#added.has(id);
	}

	/** As it was then; undefined also for one that was added since. */
	get(id: string): TorrentView | undefined {
		return this.#views.get(id);
	}

	/** Where its data is. */
	dirOf(id: string): string | undefined {
		return this.#added.get(id) ?? this.#views.get(id)?.dir;
	}

	/** One was added since. */
	added(id: string, dir: string): void {
		this.#added.set(id, dir);
	}

	/** One was removed since. */
	removed(id: string): void {
		this.#views.delete(id);
		this.#added.delete(id);
	}

	/**
	 * The torrents whose data is in a folder, or around it, by the names of its entries; '' for what concerns all of them.
	 *
	 * @param dirs the folder, without links, and as it is written
	 * @param ours those that are not somebody else's
	 */
	async in(
		dirs: ReadonlySet<string>,
		names: ReadonlySet<string>,
		ours: ReadonlySet<string>,
	): Promise<ReadonlyMap<string, OtherTorrent>> {
		const others = new Map<string, OtherTorrent>();
		const add = (name: string, other: OtherTorrent): void => {
			const before = others.get(name);
			// Whatever is on its way there holds the entry up.
			if (before?.state === 'downloading' || (before?.exact && other.state !== 'downloading')) return;
			others.set(name, other);
		};
		const reals = new Map<string, string>();
		for (const view of new Map([...this.#views, ...this.#leaving]).values()) {
			// What is being moved is half at either place, what is being deleted at its own, also when it is ours.
			const isMoving = view.otherDir !== undefined;
			const isLeaving = this.#leaving.has(view.id);
			if (ours.has(view.id) && !isMoving && !isLeaving) continue;
			const state = isLeaving ? 'downloading' : stateOf(view);
			for (const place of isMoving ? [view.dir, view.otherDir] : [view.dir]) {
				const real = reals.get(place) ?? (await realpath(place).catch(() => place));
				reals.set(place, real);
				for (const dir of dirs) {
					const between = relative(dir, real);
					if (between === '') {
						const root = await this.#rootOf(view, names);
						if (root !== undefined) add(root, {id: view.id, state, exact: true});
					} else if (!between.startsWith('..') && !isAbsolute(between)) {
						add(between.split(sep)[0]!, {id: view.id, state, exact: false});
					} else if (state === 'downloading') {
						const within = relative(real, dir);
						const isAbove = !within.startsWith('..') && !isAbsolute(within);
						if (isAbove && within.split(sep)[0] === view.name) add('', {id: view.id, state, exact: false});
					}
				}
			}
		}
		return others;
	}

	/** Finds out what the file, or the folder, of a torrent is called, while the engine knows. */
	async learnRoot(view: TorrentView): Promise<void> {
		await this.#rootOf(view, new Set());
	}

	async #rootOf(view: TorrentView, names: ReadonlySet<string>): Promise<string | undefined> {
		if (view.files === 0) return undefined;
		const known = this.#roots.get(view.id);
		if (known !== undefined) {
			const root = await known;
			// It may have been renamed since.
			if (root !== undefined && names.has(root)) return root;
		}
		const asked = firstElement(this.#engine, view.id);
		this.#roots.set(view.id, asked);
		return asked;
	}
}

/** How far a torrent is, for whoever wants to have what it has. */
function stateOf({
	state,
	wanted,
	completed,
	files,
	filesWanted,
	otherDir,
}: TorrentView): OtherTorrent['state'] {
	if (otherDir !== undefined) return 'downloading';
	if (state === 'metadata' || state === 'checking' || files === 0 || completed < wanted) return 'downloading';
	return filesWanted < files ? 'partial' : 'whole';
}

/** What the file, or the folder of the files, of a torrent is called; undefined when nobody knows. */
export function firstElement(engine: EngineClient, id: string): Promise<string | undefined> {
	return new Promise(resolve => {
		let isOver = false;
		const watching = engine.watch({interval: 60_000, torrent: {id, files: true}}, ({torrent}) => {
			if (isOver || (torrent?.files === undefined && !torrent?.gone)) return;
			isOver = true;
			resolve(torrent.files?.[0]?.path[0]);
			queueMicrotask(() => watching.stop());
		});
		void engine.closed.then(() => resolve(undefined));
	});
}
