import type {Reannouncement} from '../../api/command.js';
import {countdown} from './format.js';
import {nameText, terminalText} from './text.js';

/** What asking for peers came to, in one sentence or two. */
export function reannounced({running, trackers, asked, busy, waits, others = []}: Reannouncement): string {
	if (!running && trackers > 0) return 'It stands still: its trackers are asked when it goes on.';
	const elsewhere = others.map(kind => otherNames[kind]);
	if (trackers === 0 && elsewhere.length === 0) return 'It has no tracker to ask.';
	const parts: string[] = [];
	const all = [...(asked.length > 0 ? [names(asked)] : []), ...elsewhere];
	if (all.length > 0) parts.push(`Asking ${listed(all)}.`);
	if (busy.length > 0)
		parts.push(`${names(busy)} ${busy.length === 1 ? 'was' : 'were'} asked already: no answer yet.`);
	const [first] = [...waits].sort((one, other) => one.allowedIn - other.allowedIn);
	if (first !== undefined) {
		const others = waits.length > 1 ? `, ${waits.length - 1} more later` : '';
		parts.push(
			`${terminalText(first.tracker)} allows it in ${countdown(first.allowedIn)}, and is asked then${others}.`,
		);
	}
	// In reserve, all of them: those that come before have answered.
	return parts.length > 0 ? parts.map(sentence).join(' ') : 'No tracker has to be asked now.';
}

/** The same for several torrents. */
export function reannouncedAll(all: readonly Reannouncement[]): string {
	const asking = all.filter(({asked, busy, others = []}) => asked.length + busy.length + others.length > 0);
	const waiting = all.filter(({asked, busy, waits}) => asked.length + busy.length === 0 && waits.length > 0);
	const soonest = Math.min(...waiting.flatMap(({waits}) => waits.map(({allowedIn}) => allowedIn)));
	const whom = asking.some(({others = []}) => others.length > 0) ? 'for peers' : 'the trackers';
	const parts = [`Asking ${whom} of ${asking.length} of ${all.length} torrents.`];
	if (waiting.length > 0)
		parts.push(`The trackers of ${waiting.length} allow it in ${countdown(soonest)} at the soonest.`);
	return parts.join(' ');
}

const otherNames = {dht: 'the DHT', lsd: 'the local network'} as const;

function listed(words: readonly string[]): string {
	return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function names(trackers: readonly string[]): string {
	const [first = '', ...rest] = trackers.map(name => nameText(name));
	return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

function sentence(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
