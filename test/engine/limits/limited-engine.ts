import assert from 'node:assert/strict';
import type {SessionView} from '../../../source/api/snapshot.ts';
import {Session} from '../../../source/engine/session/session.ts';
import type {SessionOptions} from '../../../source/engine/session/session-options.ts';
import {HandClock} from '../../helpers/hand-clock.ts';

/** A Wednesday at noon, wherever this runs. */
export const noon = new Date(2026, 0, 14, 12).getTime();

/** One start of an engine on no network, at a moment by the wall clock. */
export async function start(stateDir: string, wall: number, options: Partial<SessionOptions> = {}) {
	const clock = new HandClock();
	clock.wall = () => wall + clock.now();
	const log: string[] = [];
	const session = await Session.open({
		stateDir,
		dir: '/nowhere',
		port: 0,
		portFixed: true,
		bind: [],
		maxPeers: 50,
		trackers: false,
		persist: true,
		version: '0.0.0',
		log: (level, text) => void log.push(`${level}: ${text}`),
		clock,
		sockets: {
			tcp: {
				dial: () => assert.fail('nobody is to be dialled'),
				listen: async () => ({port: 6881, close: async () => {}}),
			},
		},
		openDisk: () => ({
			open: () => assert.fail('no torrent is here'),
			exists: async () => false,
			freeSpace: async () => 1,
			close: async () => {},
		}),
		...options,
	});
	return {
		clock,
		log,
		send: (command: Parameters<Session['send']>[0]) => session.send(command),
		/** Download and upload limit, and whether slow mode is on. */
		async holds(): Promise<unknown[]> {
			let seen: SessionView | undefined;
			const watching = session.watch({interval: 50, session: true}, update => {
				seen = update.session;
			});
			await clock.pass(50);
			watching.stop();
			return [seen?.maxDownload, seen?.maxUpload, seen?.slowMode];
		},
		async stop(): Promise<void> {
			// The clock stands still: the disk has all the time it needs.
			await session.stop();
		},
	};
}
