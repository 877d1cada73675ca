import type {EngineClient} from '../../api/engine-client.js';
import type {SessionView, Update, Watch} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';

type TorrentSections = NonNullable<Update['torrent']>;

/** Everything that is asked for, as it is now. Rejects with a `UserError` when the engine ends before it has told. */
export async function look(engine: EngineClient, watch: Omit<Watch, 'interval'>): Promise<Update> {
	const first = Promise.withResolvers<Update>();
	const watching = engine.watch({interval: 1000, ...watch}, first.resolve);
	try {
		const update = await Promise.race([first.promise, engine.closed]);
		if (typeof update === 'string') throw new UserError('engine-lost', update);
		return update;
	} finally {
		watching.stop();
	}
}

/** The engine in a few numbers. */
export async function lookAtSession(engine: EngineClient): Promise<SessionView> {
	const {session} = await look(engine, {session: true});
	if (session !== undefined) return session;
	throw new UserError(
		'old-engine',
		'the running engine says nothing of itself: tortui stop, then start it again',
	);
}

/** Parts of one torrent. Rejects with a `UserError` when it is gone. */
export async function lookAtTorrent(
	engine: EngineClient,
	id: string,
	sections: Omit<NonNullable<Watch['torrent']>, 'id'>,
): Promise<TorrentSections> {
	const {torrent} = await look(engine, {torrent: {id, ...sections}});
	if (torrent === undefined || torrent.gone)
		throw new UserError('no-such-torrent', 'the engine has no such torrent any more: see tortui list');
	return torrent;
}
