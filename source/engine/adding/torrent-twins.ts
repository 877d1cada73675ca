import type {CheckMode} from '../../api/command.js';
import type {FileChoices} from '../../io/state/resume-data.js';
import {idOf, idsOf, isNamed, keysOf, type SwarmHashes} from '../../protocol/metainfo/swarm-hashes.js';
import type {QueueManager} from '../session/queue-manager.js';
import type {TorrentIndex} from '../session/torrent-index.js';
import type {Torrent} from '../torrent/torrent.js';
import type {SettingsChange} from '../torrent/torrent-settings.js';

/** What making one torrent of two asks of the session. */
export interface TwinsSetup {
	readonly torrents: Pick<TorrentIndex, 'sharing'>;
	readonly queue: Pick<QueueManager, 'start' | 'plan'>;
	/** Forgets a torrent, and nothing of its data: from the moment of the call it is not among the others. */
	readonly remove: (torrent: Torrent) => Promise<unknown>;
}

/** Makes one torrent of two that turn out to be the same: links by the v1 and by the v2 hash of a hybrid. BEP 52. */
export class TorrentTwins {
	readonly #setup: TwinsSetup;

	constructor(setup: TwinsSetup) {
		this.#setup = setup;
	}

	/**
	 * It has become known which hashes a link has. When another torrent has one of them it is merged into this one, or this
	 * one into it: the other is then answered.
	 */
	resolved(torrent: Torrent, hashes: SwarmHashes): Torrent | undefined {
		const twin = this.#twinOf(torrent, hashes);
		if (twin === undefined) return undefined;
		const stays = twin.content !== undefined || twin.id === idOf(hashes) ? twin : torrent;
		this.#unite(stays, stays === twin ? torrent : twin);
		return stays === twin ? twin : undefined;
	}

	/**
	 * One of an earlier session is here again, and another with one of its hashes may be. Answers how its data is to be
	 * looked at; undefined when it has gone, merged into the other.
	 */
	restored(torrent: Torrent): CheckMode | undefined {
		const twin = this.#twinOf(torrent, torrent.identity);
		if (twin === undefined) return 'quick';
		const [stays, goes] = preferred(torrent, twin) ? [torrent, twin] : [twin, torrent];
		const isTwice = stays.content !== undefined && goes.content !== undefined;
		const sameFolder = stays.dir === goes.dir;
		if (isTwice && !sameFolder)
			stays.log('warn', `it was there twice: what is of it in ${goes.dir} stays there, and is not used`);
		this.#unite(stays, goes);
		// Each knows only of the pieces that it fetched itself.
		const check = isTwice && sameFolder ? 'full' : 'quick';
		if (stays === torrent) return check;
		if (check === 'full') stays.post({type: 'verify'});
		return undefined;
	}

	#twinOf(torrent: Torrent, hashes: SwarmHashes): Torrent | undefined {
		return this.#setup.torrents
			.sharing(hashes)
			.find(
				other =>
					other !== torrent &&
					other.held === undefined &&
					!other.closed &&
					idsOf(other.identity).some(id => isNamed(hashes, id)),
			);
	}

	/** Whatever the one that goes has more the one that stays has from now on. */
	#unite(stays: Torrent, goes: Torrent): void {
		const {queue, remove} = this.#setup;
		const more = goes.export();
		const peers = goes.swarm.export();
		const knowV2 = goes.swarmKeys.v1 === undefined;
		const {runs} = goes;
		const removed = remove(goes);
		stays.log('info', `${goes.id} is the same torrent: they are one from now on`);
		stays.post({type: 'addTiers', tiers: more.trackers});
		for (const url of more.namedTrackers ?? []) stays.post({type: 'addTracker', url});
		if (more.webSeeds !== undefined) stays.post({type: 'addWebSeeds', urls: more.webSeeds});
		stays.post({type: 'set', settings: lackedBy(stays, more)});
		const choices =
			stays.content === undefined ? unitedChoices(stays.export().selection, more.selection) : undefined;
		if (choices !== undefined) stays.post({type: 'select', choices});
		// Whoever adds it without asking for a choice wants it as it is.
		if (stays.asksForChoice && !goes.asksForChoice) stays.post({type: 'choose'});
		stays.stats.uploaded += more.uploaded;
		stays.stats.downloaded += more.downloaded;
		if (peers.length > 0) stays.post({type: 'peers', addresses: peers, source: 'resume', knowV2});
		if (runs && !stays.settings.wanted) queue.start(stays, 'quick');
		queue.plan();
		// Trackers that were told that the one has gone, with our peer id, hear that the other is there.
		void removed.then(() => {
			if (stays.active) for (const {key} of keysOf(stays.swarmKeys)) stays.sources.swarmJoined(key);
		});
	}
}

/** Whether the first of two is to stay: that of which more is here, or else that with the v1 hash for its id. */
function preferred(one: Torrent, other: Torrent): boolean {
	const had = ({content, resumeState}: Torrent) =>
		content === undefined ? -1 : Math.max(content.have.count, resumeState.known?.have.count ?? 0);
	if (had(one) !== had(other)) return had(one) > had(other);
	return one.id === idOf(one.content === undefined ? other.identity : one.identity);
}

/** Settings that one torrent has not, and the other has. */
function lackedBy(
	{settings, goal, rateLimits}: Torrent,
	more: ReturnType<Torrent['export']>,
): SettingsChange {
	return {
		...(settings.label === undefined && more.label !== undefined && {label: more.label}),
		...(goal.ratio === undefined && more.seedRatio !== undefined && {seedRatio: more.seedRatio}),
		...(goal.time === undefined && more.seedTime !== undefined && {seedTime: more.seedTime}),
		...(rateLimits.maxUpload === undefined && more.maxUpload !== undefined && {maxUpload: more.maxUpload}),
		...(rateLimits.maxDownload === undefined &&
			more.maxDownload !== undefined && {maxDownload: more.maxDownload}),
		...(more.sequential && {sequential: true}),
		...(more.publish && {publish: true}),
	};
}

/** What both want together: everything, where one of them does. Undefined when that is what the first wants. */
function unitedChoices(
	one: FileChoices | undefined,
	other: FileChoices | undefined,
): FileChoices | undefined {
	const rules = ({select = []}: FileChoices) => (typeof select === 'string' ? [select] : [...select]);
	if (one === undefined || (rules(one).length === 0 && !one.priorities?.length)) return undefined;
	const own = rules(one);
	const more = rules(other ?? {});
	return {
		...(own.length > 0 && more.length > 0 && {select: [...own, ...more]}),
		priorities: [...(other?.priorities ?? []), ...(one.priorities ?? [])],
	};
}
