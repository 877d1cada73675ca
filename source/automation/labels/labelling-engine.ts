import type {Command, Reply} from '../../api/command.js';
import type {Watching} from '../../api/engine-client.js';
import type {Update, Watch} from '../../api/snapshot.js';
import type {StoppableEngine} from '../engine-part.js';
import type {Labels} from './label-settings.js';
import {haveLimits, labelledOptions, limitsAfter, settingsOf} from './labelled-options.js';

/**
 * An engine whose torrents have what their labels say: those that are added with a label its folder and its limits, those
 * that get one later its limits. Their goals are the engine's own business, and hold by themselves.
 */
export class LabellingEngine implements StoppableEngine {
	readonly closed: Promise<string>;
	readonly #engine: StoppableEngine;
	#labels: Labels;

	constructor(engine: StoppableEngine, labels: Labels) {
		this.#engine = engine;
		this.#labels = labels;
		this.closed = engine.closed;
	}

	async send(command: Command): Promise<Reply> {
		switch (command.type) {
			case 'torrent.add':
			case 'torrent.addLink':
			case 'network.get':
				if (!command.options?.label || this.#labels.size === 0) return this.#engine.send(command);
				return this.#engine.send({...command, options: labelledOptions(command.options, this.#labels)});
			case 'torrent.label':
				return this.#label(command);
			default:
				return this.#engine.send(command);
		}
	}

	async #label(command: Extract<Command, {readonly type: 'torrent.label'}>): Promise<Reply> {
		if (!haveLimits(this.#labels)) return this.#engine.send(command);
		// Of thousands nobody need look at more than this one.
		const {torrents = []} = await this.#engine.send({type: 'session.list', ids: [command.id]});
		const reply = await this.#engine.send(command);
		const [view] = torrents;
		if (view === undefined) return reply;
		const change = limitsAfter(view, settingsOf(view, this.#labels), settingsOf(command, this.#labels));
		if (change !== undefined) await this.#engine.send(change);
		return reply;
	}

	/** Labels say something else from now on: so do the limits of torrents that have them. Folders are for what is added. */
	async apply(labels: Labels): Promise<void> {
		const before = this.#labels;
		this.#labels = labels;
		if (!haveLimits(before) && !haveLimits(labels)) return;
		const {torrents = []} = await this.#engine.send({type: 'session.list'});
		for (const view of torrents) {
			const change = limitsAfter(view, settingsOf(view, before), settingsOf(view, labels));
			// One that was removed meanwhile needs none.
			if (change !== undefined) await this.#engine.send(change).catch(() => {});
		}
	}

	watch(watch: Watch, listener: (update: Update) => void): Watching {
		return this.#engine.watch(watch, listener);
	}

	stop(haste?: boolean): Promise<void> {
		return this.#engine.stop(haste);
	}

	close(): void {
		this.#engine.close();
	}
}
