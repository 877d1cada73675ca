/** What a path of a tracker asks for, and the passkey in it. */
export interface TrackerPath {
	readonly ask: 'announce' | 'scrape' | 'torrents';
	readonly passkey: string | undefined;
}

/** What a passkey looks like. */
export const passkeyPattern = /^[\w-]{8,128}$/;

const pattern = /^\/(?:([\w-]{8,128})\/)?(announce|scrape|torrents)(?:\/([\w-]{8,128}))?$/;

/** Reads `/announce`, `/KEY/announce` and `/announce/KEY`; undefined for any other path. */
export function readTrackerPath(path: string): TrackerPath | undefined {
	switch (path) {
		case '/announce':
			return plainAnnounce;
		case '/scrape':
			return plainScrape;
		default: {
			const match = pattern.exec(path);
			return match ? {ask: match[2] as TrackerPath['ask'], passkey: match[1] ?? match[3]} : undefined;
		}
	}
}

const plainAnnounce: TrackerPath = {ask: 'announce', passkey: undefined};
const plainScrape: TrackerPath = {ask: 'scrape', passkey: undefined};

/** The passkey in a tracker's URL: in its path, or as `passkey=` in its query. */
export function passkeyIn(path: string, query: string): string | undefined {
	return readTrackerPath(path)?.passkey ?? /(?:^|&)passkey=([\w-]{8,128})(?:&|$)/.exec(query)?.[1];
}
