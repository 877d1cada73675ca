import type {Reply} from '../../api/command.js';
import type {Update} from '../../api/snapshot.js';
import {hasSecrets, publicUrl} from '../../base/public-url.js';

/** A magnet link without the trackers and servers whose addresses let somebody in. */
export function publicMagnet(magnet: string): string {
	const at = magnet.indexOf('?');
	const parts = magnet.slice(at + 1).split('&');
	const kept = parts.filter(part => {
		const [, said] = /^(?:tr|ws|as|xs)(?:\.\d+)?=(.*)$/is.exec(part) ?? [];
		if (said === undefined) return true;
		const url = new URLSearchParams(`url=${said}`).get('url') ?? '';
		return /^urn:/i.test(url) || !hasSecrets(url);
	});
	return kept.length === parts.length ? magnet : magnet.slice(0, at + 1) + kept.join('&');
}

/** The same without what lets somebody in at a tracker; the very same where there is nothing of that. */
function open<Value>(value: Value): Value {
	if (Array.isArray(value)) {
		const entries = value.map(open);
		return entries.some((entry, at) => entry !== value[at]) ? (entries as Value) : value;
	}
	if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
	const parts = Object.entries(value);
	const told = parts.map(([name, said]) => [name, openPart(name, said)] as const);
	if (told.every(([, said], at) => said === parts[at]![1])) return value;
	return Object.fromEntries(told) as Value;
}

function openPart(name: string, said: unknown): unknown {
	if (typeof said === 'string') {
		if (said === '') return said;
		if (name === 'magnet') return publicMagnet(said);
		return name === 'url' || name === 'tracker' ? publicUrl(said) : said;
	}
	if (
		(name === 'trackers' || name === 'webSeeds') &&
		Array.isArray(said) &&
		said.every(url => typeof url === 'string')
	)
		return said.some(hasSecrets) ? said.map(publicUrl) : said;
	return open(said);
}

/** An update for those who may only look. */
export function openUpdate(update: Update): Update {
	const {torrents, torrent, creations, network, folders} = update;
	return {
		...update,
		...(torrents && {torrents: open(torrents)}),
		...(torrent && {
			torrent: {
				...torrent,
				...(torrent.overview && {overview: open(torrent.overview)}),
				...(torrent.trackers && {trackers: open(torrent.trackers)}),
				...(torrent.webSeeds && {webSeeds: open(torrent.webSeeds)}),
			},
		}),
		...(creations && {creations: open(creations)}),
		...(network && {network: open(network)}),
		...(folders && {folders: open(folders)}),
	};
}

/** A reply for those who may only look. */
export function openReply(reply: Reply): Reply {
	return open(reply);
}

/** Whether a .torrent, in base64, names a tracker or server by an address that lets somebody in. */
export function namesSecrets(metainfo: string): boolean {
	const text = Buffer.from(metainfo, 'base64').toString('latin1');
	for (const {1: length, index, 0: found} of text.matchAll(/(\d{1,4}):(?=(?:https?|udp|wss?):\/\/)/gi)) {
		const from = index + found.length;
		if (hasSecrets(text.slice(from, from + Number(length)))) return true;
	}
	return false;
}
