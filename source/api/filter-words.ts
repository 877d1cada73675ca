import type {Millis} from '../base/units.js';
import type {TorrentView} from './snapshot.js';
import {torrentFields} from './torrent-fields.js';
import {readFilter} from './torrent-filter.js';
import {standingOf, type TorrentStanding, torrentStates} from './torrent-standing.js';

/** Whether a torrent is to be shown. @param now in ms since 1970 */
export type WordsFilter = (torrent: TorrentView, now: Millis) => boolean;

/** Longer than anybody types. */
const mostWords = 20;

const standings: ReadonlySet<string> = new Set<TorrentStanding>([...torrentStates, 'stalled']);
/** What people call them besides. */
const others: Readonly<Record<string, TorrentStanding>> = {
	errors: 'failed',
	error: 'failed',
	magnet: 'metadata',
	waiting: 'queued',
};

/** All that words are looked for in, in lower case; the reason too where something is wrong. */
function textOf(torrent: TorrentView): string {
	const {name, label = '', trackerHosts = [], reason} = torrent;
	const why = reason !== undefined && reason.level !== 'info' ? reason.text : '';
	return `${name}\n${label}\n${trackerHosts.join('\n')}\n${standingOf(torrent)}\n${why}`.toLowerCase();
}

/** One part of what a field says, in lower case: `label:linux`. */
const parts: Readonly<Record<string, (torrent: TorrentView) => string>> = {
	name: ({name}) => name,
	label: ({label = ''}) => label,
	tracker: ({trackerHosts = []}) => trackerHosts.join('\n'),
	folder: ({dir}) => dir,
	reason: ({reason}) => reason?.text ?? '',
};

/** What one word asks for: a state, a yes or no, a part of a field, or a part of any of the texts. */
function wordTest(word: string): WordsFilter {
	if (/^[!-]./.test(word)) {
		const inner = wordTest(word.slice(1));
		return (torrent, now) => !inner(torrent, now);
	}
	// In quotes it is looked for as it stands.
	if (word.startsWith('"')) {
		const plain = word.replaceAll('"', '');
		return torrent => textOf(torrent).includes(plain);
	}
	const standing = standings.has(word) ? word : Object.hasOwn(others, word) ? others[word] : undefined;
	if (standing !== undefined) return torrent => standingOf(torrent) === standing;
	const field = Object.hasOwn(torrentFields, word) ? torrentFields[word] : undefined;
	if (field?.kind === 'flag') return field.of;
	const [, name = '', wanted = ''] = /^([a-z]+):(.*)$/.exec(word) ?? [];
	const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
	if (part !== undefined) return torrent => part(torrent).toLowerCase().includes(wanted);
	return torrent => textOf(torrent).includes(word);
}

function expression(text: string): WordsFilter | undefined {
	try {
		return readFilter(text, 'filter');
	} catch {
		// Not whole yet, or no expression at all: what stands there is looked for as it is.
		return undefined;
	}
}

/**
 * A filter as it is typed in a list, and read anew with every letter: words that must all hold, in any case. A word is a
 * state as the screen shows it (`stalled`, `error`, `paused` …), a yes or no of the filter language (`private`, `trouble`
 * …), a part of a field (`label:linux`, `tracker:example`, `folder:srv`), or a part of a name, label, tracker or of what is
 * wrong; with a `!` or `-` before it, it must not hold. What compares (`ratio > 2 and label=iso`) is read as `--filter` is.
 * Never throws: undefined when all are meant.
 */
export function readFilterWords(text: string): WordsFilter | undefined {
	const trimmed = text.trim();
	if (trimmed === '') return undefined;
	if (/[=<>~]/.test(trimmed)) {
		const compared = expression(trimmed);
		if (compared !== undefined) return compared;
	}
	const tests = trimmed.toLowerCase().split(/\s+/).slice(0, mostWords).map(wordTest);
	return tests.length === 1 ? tests[0] : (torrent, now) => tests.every(test => test(torrent, now));
}
