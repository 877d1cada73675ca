/** What a session goes by that can change while it runs, and belongs to no part of it alone. */
export interface SessionSettings {
	/** Absolute; where data goes that is added without a folder. */
	dir: string;
	/** Connections a torrent, of those that are added without a number. */
	maxPeers: number;
	/** What its owner calls this client. */
	name: string | undefined;
}
