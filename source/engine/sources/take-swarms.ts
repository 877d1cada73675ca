import type {AnnouncePeers, AnnounceResponse} from '../../protocol/tracker/announce.js';

/** What a tracker was asked in one swarm of a torrent, and what it says. */
export interface AskedSwarm {
	readonly isV2: boolean;
	readonly answer: Promise<AnnounceResponse>;
}

/**
 * Takes what a tracker answers in the swarms of a torrent: in which of them it names peers is all the same. Resolves with
 * what it says of the first one when it names peers in none, and rejects as that does. BEP 52.
 *
 * @param asked in the order in which their answers are preferred
 * @param take given each answer with peers, the preferred one that there is first
 */
export async function takeSwarms(
	asked: readonly AskedSwarm[],
	take: (answer: AnnouncePeers, isV2: boolean, isFirst: boolean) => void,
): Promise<AnnounceResponse | undefined> {
	for (const {answer} of asked) answer.catch(() => {});
	for (const [at, {answer, isV2}] of asked.entries()) {
		const said = await answer.catch(() => undefined);
		if (said?.kind !== 'peers') continue;
		take(said, isV2, true);
		for (const other of asked.slice(at + 1))
			other.answer.then(
				more => more.kind === 'peers' && take(more, other.isV2, false),
				() => {},
			);
		return undefined;
	}
	return asked[0]?.answer;
}
