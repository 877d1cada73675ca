import type {SeedGoalChange} from '../../base/seed-goal.js';
import type {BytesPerSecond, Seconds} from '../../base/units.js';
import type {ResumeData} from '../../io/state/resume-data.js';

/** In UTF-16 units; more than any column shows. */
const longestLabel = 100;

/** What people may change of a torrent at any time; what is left out stays as it is. */
export interface SettingsChange {
	readonly label?: string | undefined;
	/** Its place in the queue, 1 for the first. */
	readonly queue?: number;
	readonly sequential?: boolean;
	readonly superSeeding?: boolean;
	/** Nothing of it may be written, whatever is missing. */
	readonly seedOnly?: boolean;
	/** It is told to those who have a catalogue of what people share. */
	readonly publish?: boolean;
	/** Connections it may have, at least 1. */
	readonly maxPeers?: number;
	/** Null for none. */
	readonly maxDownload?: BytesPerSecond | null;
	readonly maxUpload?: BytesPerSecond | null;
	readonly seedRatio?: number | null;
	readonly seedTime?: Seconds | null;
	/** Parts of its seeding goal that are to be others. */
	readonly goal?: SeedGoalChange | undefined;
}

type SettingsSection = Pick<
	ResumeData,
	'active' | 'heldWithAll' | 'label' | 'queue' | 'sequential' | 'superSeeding' | 'publish' | 'seedOnly'
>;

/** What people chose of a torrent as a whole, but for its limits and its seeding goal. Its torrent alone writes it. */
export class TorrentSettings {
	/** Whether it is to run: what a person said last, kept over restarts. */
	wanted: boolean;
	/** It was paused together with all that ran, not by itself. */
	heldWithAll = false;
	label: string | undefined;
	/** Its place in the queue, 1 for the first; 0 while it has none. */
	queue = 0;
	/** Whether its pieces are fetched in order. */
	sequential = false;
	/** Whether it is to be super-seeded when everything is here. */
	superSeeding = false;
	/** Whether nothing of it may be written, whatever is missing. */
	seedOnly = false;
	/** Whether it is told to those who have a catalogue of what people share. */
	publish = false;

	constructor(wanted: boolean) {
		this.wanted = wanted;
	}

	/** Takes over what is given. */
	set(change: SettingsChange): void {
		if ('label' in change) this.label = change.label?.trim().slice(0, longestLabel) || undefined;
		this.queue = change.queue ?? this.queue;
		this.sequential = change.sequential ?? this.sequential;
		this.superSeeding = change.superSeeding ?? this.superSeeding;
		this.seedOnly = change.seedOnly ?? this.seedOnly;
		this.publish = change.publish ?? this.publish;
	}

	/** Takes up what an earlier session knew, but for whether it ran. */
	take({
		heldWithAll,
		label,
		queue,
		sequential,
		superSeeding,
		publish,
		seedOnly,
	}: Omit<SettingsSection, 'active'>): void {
		this.heldWithAll = heldWithAll === true;
		this.label = label;
		this.queue = queue;
		this.sequential = sequential;
		this.superSeeding = superSeeding;
		this.publish = publish === true;
		this.seedOnly = seedOnly === true;
	}

	/** Their section of the resume data. */
	export(): SettingsSection {
		const {wanted, heldWithAll, label, queue, sequential, superSeeding, publish, seedOnly} = this;
		return {active: wanted, heldWithAll, label, queue, sequential, superSeeding, publish, seedOnly};
	}
}
