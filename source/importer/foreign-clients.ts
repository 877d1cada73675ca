import {resolve} from 'node:path';
import {UserError} from '../base/errors.js';
import type {ClientName, ForeignClient, ForeignState, Person} from './foreign-torrent.js';

const clients: Readonly<Record<ClientName, () => Promise<ForeignClient>>> = {
	transmission: async () => (await import('./transmission.js')).transmission,
	qbittorrent: async () => (await import('./qbittorrent.js')).qbittorrent,
	rtorrent: async () => (await import('./rtorrent.js')).rtorrent,
	deluge: async () => (await import('./deluge.js')).deluge,
};

/** State of another client that was found. */
export interface FoundState {
	readonly client: ForeignClient;
	readonly state: ForeignState;
}

/**
 * The state of another client: in a folder, or where it usually is.
 *
 * @throws {UserError} `no-state` when there is none
 */
export async function findState(
	name: ClientName,
	dir: string | undefined,
	person: Person,
): Promise<FoundState> {
	const client = await clients[name]();
	if (dir !== undefined) {
		const state = await client.open(resolve(dir), person);
		if (state === undefined)
			throw new UserError(
				'no-state',
				`no state of ${client.title} is in ${dir}: name the folder that has it`,
			);
		return {client, state};
	}
	const dirs = [...new Set(client.usualDirs(person))];
	// What a config file in the home folder says goes before a guess.
	for (const at of [
		...(name === 'rtorrent' ? [person.home, `${person.home}/.config/rtorrent`] : []),
		...dirs,
	]) {
		const state = await client.open(at, person);
		if (state !== undefined) return {client, state};
	}
	throw new UserError(
		'no-state',
		`no state of ${client.title} was found in ${dirs.slice(0, 3).join(', ')} and the other usual places: name its folder: tortui import ${name} DIR`,
	);
}
