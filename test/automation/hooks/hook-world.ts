import {chmodSync, writeFileSync} from 'node:fs';
import type {TestContext} from 'node:test';
import type {Command, Reply} from '../../../source/api/command.ts';
import type {EngineClient, Watching} from '../../../source/api/engine-client.ts';
import type {TorrentView, Update, Watch} from '../../../source/api/snapshot.ts';
import type {HookSettings} from '../../../source/automation/hooks/hook-settings.ts';
import {Hooks} from '../../../source/automation/hooks/hooks.ts';
import {UserError} from '../../../source/base/errors.ts';
import {machineClock} from '../../../source/io/machine/clock.ts';
import {HostResolver} from '../../../source/io/net/host-resolver.ts';
import {NodeHttpClient} from '../../../source/io/net/http/http-client.ts';
import {LocalAddresses} from '../../../source/io/net/local-addresses.ts';
import {torrentView} from '../../commands/torrent-view.ts';
import {until} from '../../helpers/deadline.ts';
import {HurriedClock} from '../../helpers/hurried-clock.ts';
import {wholeLines} from '../../helpers/whole-lines.ts';
import {Workspace} from '../../helpers/workspace.ts';

const start = 1_700_000_000_000;

/** Torrents that a test changes as it likes, behind the engine's door. */
export class TorrentsByHand implements EngineClient {
	readonly closed = new Promise<string>(() => {});
	readonly sent: Command[] = [];
	/** Lines of the log: `warn: text`. */
	readonly log: string[] = [];
	/** What `torrent.move` is refused with. */
	refusal: string | undefined;
	/** Moves wait for it. */
	moving: Promise<void> = Promise.resolve();
	readonly #torrents = new Map<string, TorrentView>();
	readonly #watchers = new Set<{watch: Watch; readonly listener: (update: Update) => void}>();
	#revision = 0;

	/** Sets, or changes, a torrent, and tells. */
	set(id: string, change: Partial<TorrentView>): void {
		const before = this.#torrents.get(id) ?? fresh(id);
		this.#torrents.set(id, {...before, ...change});
		this.tell();
	}

	remove(id: string): void {
		this.#torrents.delete(id);
		this.tell();
	}

	/** It downloads and then has everything. */
	complete(id: string, change: Partial<TorrentView> = {}): void {
		this.set(id, {state: 'downloading', completed: 10, downloaded: 10, ...change});
		this.set(id, {state: 'seeding', completed: 1000, downloaded: 1000, completedAt: Date.now()});
	}

	tell(): void {
		for (const {watch, listener} of this.#watchers) if (watch.torrents) listener(this.#update);
	}

	get #update(): Update {
		return {revision: ++this.#revision, torrents: [...this.#torrents.values()]};
	}

	async send(command: Command): Promise<Reply> {
		this.sent.push(command);
		if (command.type === 'session.log') this.log.push(`${command.level}: ${command.text}`);
		if (command.type === 'session.list') return {torrents: [...this.#torrents.values()]};
		if (command.type === 'torrent.move') {
			await this.moving;
			if (this.refusal !== undefined) throw new UserError('io', this.refusal);
			this.set(command.id, {dir: command.dir});
		}
		return {};
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		const watcher = {watch, listener};
		this.#watchers.add(watcher);
		setImmediate(() => {
			const {torrent} = watch;
			if (watch.torrents) listener(this.#update);
			if (torrent !== undefined)
				listener({
					revision: ++this.#revision,
					torrent: this.#torrents.has(torrent.id)
						? {id: torrent.id, files: [{index: 0, path: [`${torrent.id}-root`, 'file'], length: 1000}]}
						: {id: torrent.id, gone: true},
				});
		});
		return {
			change: changed => {
				watcher.watch = changed;
			},
			stop: () => void this.#watchers.delete(watcher),
		};
	}

	close(): void {}
}

function fresh(id: string): TorrentView {
	return torrentView({
		id,
		name: `name of ${id}`,
		state: 'checking',
		queue: 1,
		addedAt: start,
		magnet: `magnet:?xt=urn:btih:${id}&tr=http%3A%2F%2Fone.example%3A80%2Fannounce&tr=udp%3A%2F%2Ftwo.example%3A6969`,
	});
}

export const noHooks: HookSettings = {targets: {}, urls: [], timeout: 600_000, moveByLabel: {}};

/** Hooks on torrents by hand, with programs that are shell scripts. */
export class HookWorld {
	readonly space: Workspace;
	readonly engine = new TorrentsByHand();
	/** Whether time runs twenty times as fast. */
	isHurried = false;
	#hooks: Hooks | undefined;

	constructor(t: TestContext) {
		this.space = new Workspace(t);
		this.space.defer(() => this.stop());
	}

	/** A program: a line of the file that it names, with what `text` prints, for each time it is run. */
	script(text: string, name = 'hook'): readonly string[] {
		const path = this.space.path(name);
		writeFileSync(path, `#!/bin/sh\n${text}\n`);
		chmodSync(path, 0o755);
		return [path];
	}

	/** A program that notes down what `what` comes to, in a line. */
	noting(what: string, name = 'hook'): {readonly kind: 'program'; readonly words: readonly string[]} {
		return {
			kind: 'program',
			words: this.script(`echo "${what}" >> ${this.space.path(`${name}.notes`)}`, name),
		};
	}

	notes(name = 'hook'): string[] {
		return wholeLines(this.space.path(`${name}.notes`));
	}

	async start(settings: Partial<HookSettings>): Promise<Hooks> {
		const clock = this.isHurried ? new HurriedClock(20, 120_000) : machineClock;
		this.#hooks = await Hooks.open(
			{
				engine: this.engine,
				clock,
				http: new NodeHttpClient({
					// An answer may take its time.
					clock: machineClock,
					userAgent: 'tortui/0.0.0',
					local: new LocalAddresses(),
					lookUp: new HostResolver(machineClock).lookUp,
				}),
				stateDir: this.space.folder('state'),
				env: process.env,
				version: '1.2.3',
			},
			{...noHooks, ...settings},
		);
		return this.#hooks;
	}

	async stop(): Promise<void> {
		await this.#hooks?.stop();
		this.#hooks = undefined;
	}

	until(what: string, probe: () => boolean): Promise<boolean> {
		return until(
			() => `${what}; notes: ${this.notes().join(' | ')}; log: ${this.engine.log.join(' | ')}`,
			20_000,
			() => probe() || undefined,
		);
	}
}
