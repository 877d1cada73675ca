import type {TorrentView} from '../../api/snapshot.js';
import {isInTrouble, standingOf} from '../../api/torrent-standing.js';
import type {Glyphs} from '../look/glyphs.js';
import type {Tone} from '../look/themes.js';
import type {Look} from './context.js';
import {type Row, rowWidth, type Span} from './row.js';
import {stateTones} from './torrent-state.js';

/** A state that is counted in the header, and the filter that shows only those that are in it. */
export interface Chip {
	/** The key that does. */
	readonly digit: string;
	/** What is to be filtered by, which a person may type, too. */
	readonly word: string;
	/** What is said where there is room, of that which somebody should look at. */
	readonly said?: string;
	readonly sign: (glyphs: Glyphs) => string;
	readonly tone: Tone;
	readonly fits: (torrent: TorrentView) => boolean;
	/** Those with the highest rank are left out first when there is no room. */
	readonly rank: number;
}

function chipOf(word: keyof typeof stateTones, digit: string, rank: number, said?: string): Chip {
	return {
		digit,
		word,
		...(said !== undefined && {said}),
		sign: glyphs => glyphs.state[word],
		tone: stateTones[word],
		fits: torrent => standingOf(torrent) === word,
		rank,
	};
}

/** The chips, in their order. */
export const chips: readonly Chip[] = [
	chipOf('downloading', '1', 3),
	chipOf('seeding', '2', 4),
	chipOf('stalled', '3', 1, 'stalled'),
	{digit: '4', word: 'trouble', sign: () => '!', tone: 'warn', fits: isInTrouble, rank: 2},
	chipOf('failed', '5', 0, 'failed'),
	chipOf('metadata', '6', 5),
	chipOf('paused', '7', 6),
	chipOf('queued', '8', 7),
	chipOf('checking', '9', 8),
	chipOf('finished', '0', 9),
];

/** How many torrents there are of each chip, in the order of the chips. */
export function countChips(torrents: readonly TorrentView[]): readonly number[] {
	const counts = chips.map(() => 0);
	for (const torrent of torrents)
		for (let at = 0; at < chips.length; at++)
			if (chips[at]?.fits(torrent)) counts[at] = (counts[at] ?? 0) + 1;
	return counts;
}

type Form = 'long' | 'short' | 'bare';

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** One chip: its key, its sign, and how many; the one that is filtered by stands out. */
function chipSpans(
	{digit, word, sign, tone, said}: Chip,
	count: number,
	on: boolean,
	form: Form,
	{glyphs}: Look,
): Row {
	const key = form === 'bare' ? '' : glyphs.ascii ? digit : (superscripts[Number(digit)] ?? digit);
	const gap = form === 'long' ? ' ' : '';
	const more = form === 'long' && said !== undefined ? ` ${said}` : '';
	const hit = {kind: 'command', name: 'chip', argument: word} as const;
	const text: Span = [`${sign(glyphs)}${gap}${count}${more}`, tone, on, hit];
	return key === '' ? [text] : [[key, 'faint', false, hit], text];
}

/**
 * The chips of the states that there are, in `room` cells: as much of each as there is room for.
 *
 * @param counts as `countChips` has them
 * @param filter what the list shows: the chip that does it stands out
 */
export function chipRow(counts: readonly number[], filter: string, room: number, look: Look): Row {
	let shown = chips.flatMap((chip, at) => {
		const count = counts[at] ?? 0;
		return count > 0 || chip.word === filter ? [{chip, count}] : [];
	});
	const row = (form: Form): Row =>
		shown.flatMap(({chip, count}, at): Row => {
			const gap: Span = [at === 0 ? '' : form === 'long' ? '  ' : ' '];
			return [gap, ...chipSpans(chip, count, chip.word === filter, form, look)];
		});
	for (const form of ['long', 'short', 'bare'] as const) {
		const made = row(form);
		if (rowWidth(made) <= room) return made;
	}
	while (shown.length > 0) {
		const worst = Math.max(...shown.map(({chip}) => chip.rank));
		shown = shown.filter(({chip}) => chip.rank !== worst);
		const made = row('bare');
		if (rowWidth(made) <= room) return made;
	}
	return [];
}
