import type {TorrentState} from '../../api/snapshot.js';

/** Why nobody is in the list, as far as the torrent's own state says it. */
export function nobodyHere(state: TorrentState | undefined): string {
	switch (state) {
		case 'paused':
		case 'pausing':
			return 'nobody is connected while it is paused';
		case 'checking':
			return 'nobody is connected while the files are checked';
		case 'queued':
			return 'nobody is connected while it waits in the queue';
		case 'failed':
			return 'nobody is connected: it was stopped by an error';
		case 'finished':
			return 'nobody is connected: its seeding goal is reached';
		default:
			return 'nobody is connected yet';
	}
}

/** What the letters in the flags column mean, for the help screen. */
export const peerFlags: ReadonlyArray<readonly [letter: string, meaning: string]> = [
	['D', 'downloading from them'],
	['d', 'we want their data, they choke us'],
	['U', 'uploading to them'],
	['u', 'they want our data, we choke them'],
	['K', 'they unchoked us, we want nothing'],
	['?', 'we unchoked them, they want nothing'],
	['O', 'optimistic unchoke'],
	['S', 'snubbed: they promised and do not send'],
	['I', 'they connected to us'],
	['T X H L', 'known from a tracker, PEX, DHT, the local network'],
	['E', 'encrypted'],
	['e', 'the handshake is encrypted, the rest is not'],
	['P', 'over uTP'],
];
