import type {FoundTorrent, PersonView, SharedTorrentView} from '../../api/network-view.js';
import type {Millis} from '../../base/units.js';
import {duration, size} from '../../ui/text/format.js';
import {nameText, terminalText} from '../../ui/text/text.js';
import {fitted} from '../output/fitted-table.js';

function since(at: Millis, now: Millis): string {
	return at === 0 ? '–' : duration(Math.max(0, now - at) / 1000);
}

function names(nicks: readonly string[]): string {
	const [first = '–', second, ...more] = nicks.map(nick => nameText(nick));
	if (second === undefined) return first;
	return more.length === 0 ? `${first}, ${second}` : `${first}, ${second} +${more.length}`;
}

/** What was found, numbered from 1. */
export function foundTable(found: readonly FoundTorrent[], width: number, now: Millis): Promise<string[]> {
	const rows = found.map((torrent, index) => ({
		'#': String(index + 1),
		Name: nameText(torrent.name),
		Size: size(torrent.size),
		Files: String(torrent.files),
		Seeds: String(torrent.seeders),
		Peers: String(torrent.leechers),
		'Shared by': names(torrent.nicks),
		Since: since(torrent.since, now),
		Here: torrent.already ? 'yes' : '',
	}));
	const isHere = found.some(({already}) => already);
	const columns = ['#', 'Name', 'Size', 'Files', 'Seeds', 'Peers', 'Shared by', 'Since'];
	return fitted(rows, isHere ? [...columns, 'Here'] : columns, {
		width,
		numeric: new Set(['#', 'Size', 'Files', 'Seeds', 'Peers', 'Since']),
		flexible: 'Name',
		firstToGo: ['Since', 'Files', 'Peers', 'Here', 'Shared by'],
	});
}

/** The same for a script: a line each, tabs between. */
export function foundLine(torrent: FoundTorrent): string {
	const {infoHash, size, files, seeders, leechers, since, nicks, name} = torrent;
	return [infoHash, size, files, seeders, leechers, since, nicks.join(','), nameText(name)].join('\t');
}

/** Who is here. */
export function peopleTable(people: readonly PersonView[], width: number, now: Millis): Promise<string[]> {
	const isOne = new Set(people.map(({catalogue}) => catalogue)).size < 2;
	const rows = people.map(person => ({
		Name: nameText(person.nick),
		Torrents: String(person.torrents),
		Size: size(person.size),
		Since: since(person.since, now),
		'': person.you
			? 'you'
			: person.reachable === undefined
				? ''
				: person.reachable
					? 'reachable'
					: 'behind a router',
		Tracker: terminalText(person.catalogue),
	}));
	const columns = ['Name', 'Torrents', 'Size', 'Since', ''];
	return fitted(rows, isOne ? columns : [...columns, 'Tracker'], {
		width,
		numeric: new Set(['Torrents', 'Size', 'Since']),
		flexible: 'Name',
		firstToGo: ['Tracker', 'Since'],
	});
}

/** What I share. */
export function sharedTable(shared: readonly SharedTorrentView[], width: number): Promise<string[]> {
	const rows = shared.map(torrent => ({
		ID: torrent.id.slice(0, 8),
		Name: nameText(torrent.name),
		Size: size(torrent.size),
		Where: torrent.catalogues.map(name => nameText(name)).join(', ') || '–',
		'': terminalText(torrent.why ?? ''),
	}));
	const columns = ['ID', 'Size', 'Where', 'Name'];
	return fitted(rows, shared.some(({why}) => why !== undefined) ? [...columns, ''] : columns, {
		width,
		numeric: new Set(['Size']),
		flexible: 'Name',
		firstToGo: ['Where'],
	});
}
