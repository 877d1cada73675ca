import type {AnnouncePeers, AnnounceResponse} from '../../protocol/tracker/announce.js';

/** What a tracker was asked in one swarm of a torrent, and what it says. */
export interface AskedSwarm {
	readonly isV2: boolean;
	readonly answer: Promise<AnnounceResponse>;
}

/**
 * Takes what a tracker answers in the swarms of a torrent, as it comes: in which of them it names peers is all the same.
 * Resolves when it has in one, or else with what it says of the first, and rejects as that does. BEP 52.
 *
 * @param take given each answer with peers; `isFirst` until it was given one
 */
export function takeSwarms(
	asked: readonly AskedSwarm[],
	take: (answer: AnnouncePeers, isV2: boolean, isFirst: boolean) => void,
): Promise<AnnounceResponse | undefined> {
	return new Promise((resolve, reject) => {
		let isTaken = false;
		const all = asked.map(async ({answer, isV2}) => {
			const said = await answer;
			if (said.kind !== 'peers') return;
			take(said, isV2, !isTaken);
			isTaken = true;
			resolve(undefined);
		});
		void Promise.allSettled(all).then(() => {
			if (!isTaken) asked[0]!.answer.then(resolve, reject);
		});
	});
}
