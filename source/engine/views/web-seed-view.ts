import type {WebSeedView} from '../../api/snapshot.js';
import {safeText} from '../../base/safe-text.js';
import type {Millis} from '../../base/units.js';
import {WallTime} from '../../base/wall-time.js';
import type {SessionServices} from '../session/session-services.js';
import type {WebSeed} from '../sources/web-seeds/web-seed.js';
import type {Torrent} from '../torrent/torrent.js';

type Said = Pick<WebSeedView, 'state' | 'status'>;

/** Where the web seeds of torrents stand. */
export class WebSeedViews {
	readonly #wallTime: WallTime;

	constructor(clock: SessionServices['clock']) {
		this.#wallTime = new WallTime(clock);
	}

	/** All of a torrent, in the order in which it knows them. */
	views(torrent: Torrent, now: Millis): WebSeedView[] {
		return torrent.webSeeds.map(url => this.#view(torrent, url, now));
	}

	#view(torrent: Torrent, url: string, now: Millis): WebSeedView {
		const seed = torrent.content?.webSeeds.get(url);
		const state = seed?.state;
		const lacking = seed?.lacking.size ?? 0;
		return {
			url: safeText(url, 2048),
			...describe(torrent, seed),
			downloadRate: seed === undefined || seed.isClosed ? 0 : Math.round(seed.traffic.download.rate(now)),
			downloaded: seed?.traffic.downloaded ?? 0,
			...(lacking > 0 && {lacking}),
			...(torrent.active && state?.name === 'waiting' && {nextAt: this.#wallTime.of(state.until)}),
		};
	}
}

function describe(torrent: Torrent, seed: WebSeed | undefined): Said {
	const state = seed?.state ?? {name: 'resting'};
	if (state.name === 'off') return {state: 'off', status: state.why};
	if (!torrent.active) return {state: 'idle', status: 'stopped'};
	if (torrent.content === undefined) return {state: 'idle', status: 'when its files are known'};
	switch (state.name) {
		case 'waiting':
			return {state: 'retrying', status: state.why};
		case 'active':
			if (seed!.traffic.downloaded === 0) return {state: 'announcing', status: 'asking'};
			return {state: 'working', status: seed!.lacking.size > 0 ? `working, ${lacks(seed!)}` : 'working'};
		case 'resting':
			if (torrent.complete) return {state: 'idle', status: 'nothing is missing'};
			return {
				state: 'idle',
				status: seed !== undefined && seed.lacking.size > 0 ? lacks(seed) : 'in reserve',
			};
	}
}

function lacks({lacking}: WebSeed): string {
	return `lacks ${lacking.size === 1 ? 'a file' : `${lacking.size} files`}`;
}
