import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {TorrentView} from '../../api/snapshot.js';
import {UserError} from '../../base/errors.js';
import {reasonText} from '../../base/reason.js';
import {safeText, terminalText} from '../../base/safe-text.js';
import type {Seconds} from '../../base/units.js';
import type {Context, Flags} from '../arguments/command.js';
import {type resolveOptions, usualResolveTime} from '../arguments/resolve-options.js';
import {type LocalEngine, openSession} from '../engine-process/open-session.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {redraws} from '../screen/terminal-kind.js';
import {interruption} from './interruption.js';
import {followTroubles} from './session-troubles.js';

/** The engine tells of changes this often. */
const interval = 50;

/** Resolves when it is known what a torrent holds. Rejects with a `UserError` when that cannot be, or not in time. */
async function untilKnown(
	engine: LocalEngine,
	id: string,
	timeout: Seconds,
	tell: (view: TorrentView) => void,
): Promise<void> {
	const known = Promise.withResolvers<void>();
	let last = 'nobody was found';
	const watching = engine.watch({interval, torrents: true}, ({torrents = []}) => {
		const view = torrents.find(torrent => torrent.id === id);
		if (view === undefined) return;
		if (view.pieces > 0) return known.resolve();
		last = view.reason?.text ?? last;
		if (view.state === 'failed') known.reject(new UserError('unresolved', last));
		else tell(view);
	});
	const timer = setTimeout(() => {
		known.reject(new UserError('timeout', `${last} (given up after ${timeout} s)`));
	}, timeout * 1000).unref();
	try {
		await known.promise;
	} finally {
		clearTimeout(timer);
		watching.stop();
	}
}

/** Where nodes of the DHT are kept; where there is no such folder and none can be made it goes without. */
function dhtNodesOf(stateDir: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
	try {
		return makeStateDir(stateDir, env);
	} catch (error) {
		if (error instanceof UserError && stateDir === undefined) return undefined;
		throw error;
	}
}

/**
 * Asks peers what a link holds, with an engine of its own that downloads nothing and leaves nothing behind but the nodes
 * of the DHT it met. Resolves with
 * the .torrent they gave, which has the hash of the link; with undefined when it was interrupted. Rejects with a
 * `UserError` that says why nobody gave it.
 */
export async function resolveLink(
	link: string,
	flags: Flags<typeof resolveOptions>,
	context: Pick<Context, 'stderr' | 'env' | 'version' | 'warn'>,
): Promise<Uint8Array | undefined> {
	const {timeout = usualResolveTime, peer, tracker} = flags;
	const folder = await mkdtemp(join(tmpdir(), 'tortui-info-'));
	const interrupted = interruption();
	const {stderr} = context;
	const isShown = redraws(stderr, context);
	let shown = '';
	const tell = ({reason}: TorrentView): void => {
		const text = reason === undefined ? '' : safeText(reasonText(reason, Date.now()));
		if (!isShown || text === shown) return;
		shown = text;
		stderr.write(`\r${text.slice(0, (stderr.columns || 80) - 1)}\u001B[K`);
	};
	try {
		const engine = await openSession({
			stateDir: folder,
			dir: folder,
			restore: false,
			dhtNodes:
				flags.dht || flags.blocklist !== undefined ? dhtNodesOf(flags.stateDir, context.env) : undefined,
			version: context.version,
			log: () => {},
			// Nobody has to find it.
			flags: {
				...flags,
				port: flags.port ?? 0,
				portMap: false,
				utp: false,
				tcp: true,
				maxPeers: undefined,
				maxDownload: undefined,
				maxUpload: undefined,
			},
		});
		const troubles = followTroubles(engine, text => context.warn(terminalText(text)));
		try {
			const options = {dir: folder, choose: true, peers: peer, trackers: tracker};
			const {id = ''} = await engine.send({type: 'torrent.addLink', link, options});
			const known = untilKnown(engine, id, timeout, tell).then(() => true);
			if (!(await Promise.race([known, interrupted.first.then(() => false)]))) return undefined;
			const {metainfo} = await engine.send({type: 'torrent.export', id});
			return metainfo === undefined ? undefined : Buffer.from(metainfo, 'base64');
		} finally {
			troubles.stop();
			if (shown !== '') stderr.write('\r\u001B[K');
			await Promise.race([engine.stop(), interrupted.second]);
		}
	} finally {
		interrupted.release();
		await rm(folder, {recursive: true, force: true, maxRetries: 3});
	}
}
