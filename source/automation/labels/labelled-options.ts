import type {AddOptions, Command} from '../../api/command.js';
import type {TorrentView} from '../../api/snapshot.js';
import type {LabelSettings, Labels} from './label-settings.js';

const limits = ['maxDownload', 'maxUpload'] as const;

/** A label as the engine keeps it. */
function plain(label: string | undefined): string {
	return (label ?? '').trim();
}

/**
 * What a torrent is added with, its label taken into account: its folder, and its limits. What somebody asks for this time
 * goes before; a torrent that is here stays where it is.
 */
export function labelledOptions(options: AddOptions, labels: Labels): AddOptions {
	const settings = labels.get(plain(options.label));
	if (settings === undefined) return options;
	const usual = new Set(options.usual);
	const more: {-readonly [Key in keyof AddOptions]: AddOptions[Key]} = {};
	if (settings.dir !== undefined && (options.dir === undefined || usual.has('dir'))) {
		more.dir = settings.dir;
		usual.add('dir');
	}
	for (const limit of limits) {
		if (settings[limit] === undefined || options[limit] !== undefined) continue;
		more[limit] = settings[limit];
		// They are as much asked for as the label is.
		if (usual.has('label')) usual.add(limit);
	}
	const {usual: _, ...rest} = options;
	return {...rest, ...more, ...(usual.size > 0 && {usual: [...usual]})};
}

/**
 * What is to be told the engine when a label, or what it says, is another: its limits hold from now on, and those of the
 * former that nobody has changed since hold no more. Undefined when there is nothing to tell.
 */
export function limitsAfter(
	view: TorrentView,
	before: LabelSettings | undefined,
	now: LabelSettings | undefined,
): Command | undefined {
	const change: {maxDownload?: number | null; maxUpload?: number | null} = {};
	for (const limit of limits) {
		const wanted = now?.[limit];
		const former = before?.[limit];
		if (wanted === former) continue;
		if (wanted !== undefined) change[limit] = wanted;
		else if (view[limit] === former) change[limit] = null;
	}
	return Object.keys(change).length === 0 ? undefined : {type: 'torrent.limits', id: view.id, ...change};
}

/** Whether labels say anything that is told the engine later than with the torrent. */
export function haveLimits(labels: Labels): boolean {
	return [...labels.values()].some(settings => limits.some(limit => settings[limit] !== undefined));
}

/** What a torrent has because of its label. */
export function settingsOf({label}: Pick<TorrentView, 'label'>, labels: Labels): LabelSettings | undefined {
	return labels.get(plain(label));
}
