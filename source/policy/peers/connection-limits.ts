/** How many connections there may be. */
export interface ConnectionPlaces {
	/** With peers of torrents, all torrents together. */
	readonly peers: number;
	/** With those who have not said yet which torrent they want. */
	readonly strangers: number;
}

const most: ConnectionPlaces = {peers: 200, strangers: 64};
const fewest: ConnectionPlaces = {peers: 6, strangers: 3};
/** What the process itself holds open, the files of torrents and trackers included. */
const reserved = 80;

/**
 * Connections for which there are file descriptors: when they run out nobody can be let in and no file be opened, so
 * that a crowd of strangers could stop a download.
 * @param openFiles files and sockets the system allows; undefined when nobody knows
 */
export function connectionPlaces(openFiles: number | undefined): ConnectionPlaces {
	if (openFiles === undefined) return most;
	const left = Math.max(0, openFiles - reserved);
	return {
		peers: Math.max(fewest.peers, Math.min(most.peers, Math.floor(left * 0.75))),
		strangers: Math.max(fewest.strangers, Math.min(most.strangers, Math.floor(left * 0.25))),
	};
}
