import {join} from 'node:path';
import {Session} from '../../source/engine/session/session.ts';

/** An engine on loopback that knows no tracker and keeps nothing; its state is below `folder`, which must exist. */
export function openBenchSession(
	folder: string,
	options: Partial<Parameters<typeof Session.open>[0]> = {},
): Promise<Session> {
	return Session.open({
		stateDir: join(folder, 'state'),
		dir: folder,
		port: 0,
		portFixed: false,
		bind: ['127.0.0.1'],
		maxPeers: 50,
		trackers: false,
		persist: false,
		version: '0.0.0',
		log: () => {},
		...options,
	});
}
