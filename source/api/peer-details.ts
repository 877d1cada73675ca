import type {Bytes, Millis} from '../base/units.js';

/** One connected peer of the torrent that is looked at, beyond its row in the list. */
export interface PeerDetails {
	readonly id: number;
	/** Its peer id as text, safe for a terminal; empty before it was said. */
	readonly peerId: string;
	/** How many pieces it has, and how many of these are missing here. */
	readonly pieces: number;
	readonly offers: number;
	/** One character a cell of the grid, `1` where it has something that is missing here; all of them in 64 cells while no grid is watched. */
	readonly offered: string;
	/** One character a cell of those, `0`-`9`: tenths of its pieces that it has, rounded down. */
	readonly has: string;
	/** Since when it is connected, and when a block last went either way, in milliseconds since 1970. */
	readonly connectedAt: Millis;
	readonly usefulAt: Millis;
	/** What connecting took, where we dialled. */
	readonly roundTrip?: Millis | undefined;
	/** It connected to us. */
	readonly incoming: boolean;
	readonly amInterested: boolean;
	readonly amChoking: boolean;
	readonly peerInterested: boolean;
	readonly peerChoking: boolean;
	/** It has its slot by chance, it does not send what it promised, it is asked for whole pieces to see whether it lies. */
	readonly optimistic: boolean;
	readonly snubbed: boolean;
	readonly onParole: boolean;
	/** It says that it only uploads. BEP 21. */
	readonly uploadOnly: boolean;
	/** What it speaks besides the plain protocol, in the names of the field: `fast`, `dht`, `v2`, `ut_pex`, … */
	readonly speaks: readonly string[];
	/** Blocks that should be asked for at a time, as fast as it is; bytes said to it that have not left. */
	readonly requestWindow: number;
	readonly unsent: Bytes;
	/** Letters of everyone who named it, as in its flags. */
	readonly namedBy: string;
}
