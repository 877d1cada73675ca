/** How many connections there may be. */
export interface ConnectionLimits {
	/** With peers of torrents, all torrents together. */
	readonly peers: number;
	/** With those who have not said yet which torrent they want. */
	readonly halfOpen: number;
}

/** Peers of all torrents together, where nobody says another number. */
export const usualConnections = 200;
const mostHalfOpen = 64;
const fewest: ConnectionLimits = {peers: 6, halfOpen: 3};
/** What the process itself holds open, the files of torrents and trackers included. */
const reserved = 80;

/** Peers of all torrents together, where so many were asked for, or nothing was and one torrent may have so many. */
export function wantedConnections(most: number | undefined, ofTorrent: number): number {
	return most ?? Math.max(usualConnections, ofTorrent);
}

/**
 * Connections for which there are file descriptors: when they run out nobody can be let in and no file be opened, so
 * that a crowd of strangers could stop a download.
 * @param openFiles files and sockets the system allows; undefined when nobody knows
 * @param wanted peers that there are to be place for
 */
export function connectionLimits(
	openFiles: number | undefined,
	wanted: number = usualConnections,
): ConnectionLimits {
	if (openFiles === undefined) return {peers: wanted, halfOpen: mostHalfOpen};
	const left = Math.max(0, openFiles - reserved);
	return {
		peers: Math.min(wanted, Math.max(fewest.peers, Math.floor(left * 0.75))),
		halfOpen: Math.max(fewest.halfOpen, Math.min(mostHalfOpen, Math.floor(left * 0.25))),
	};
}
