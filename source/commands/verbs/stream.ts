import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import type {StreamView} from '../../api/stream-view.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {addOptions} from '../arguments/add-options.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions, torrentOptions} from '../arguments/flags.js';
import {selectionNotes} from '../arguments/selection-notes.js';
import {ensureEngine} from '../engine-process/ensure-engine.js';
import {requireEngine} from '../engine-process/find-engine.js';
import {makeStateDir, stateDirPath} from '../engine-process/state-dir.js';
import {forwardAdvice} from '../stream/forward-advice.js';
import {chooseFiles} from '../stream/playable.js';
import {findPlayer, type Player, parsePlayer, startPlayer} from '../stream/player.js';
import {isTorrentSource, knownFiles, streamedTorrent} from '../stream/streamed-torrent.js';
import {listedFiles} from '../torrents/listed-files.js';
import {interruption} from '../transfer/interruption.js';

const options = {
	player: {
		kind: 'value',
		value: 'CMD',
		read: parsePlayer,
		help: 'the program that plays it, with options: it gets the URL last',
		standard: 'mpv or vlc, whichever is there',
	},
	print: {kind: 'on', help: 'print the URL for a player of your own, and end'},
	dir: torrentOptions.dir,
	peer: torrentOptions.peer,
	tracker: torrentOptions.tracker,
	webSeed: torrentOptions.webSeed,
	select: torrentOptions.select,
	...jsonOption,
	...stateOptions,
	verbose: logOptions.verbose,
} as const satisfies Options;

type StreamFlags = Flags<typeof options>;

/** The engine that runs; one is started for what is to be added. */
async function reachEngine(word: string, {stateDir: named, dir}: StreamFlags, context: Context) {
	const {env, version, program} = context;
	if (!isTorrentSource(word) && !existsSync(word))
		return requireEngine(stateDirPath(named, env), env, version);
	const stateDir = makeStateDir(named, env);
	const settings = {stateDir, env, version, program: [program, 'engine']};
	return (await ensureEngine({...settings, options: [`--dir=${resolve(dir ?? '.')}`]})).engine;
}

async function openStream(engine: RemoteEngine, id: string, words: readonly string[]): Promise<StreamView> {
	const files = chooseFiles(await listedFiles(engine, id), words);
	const {stream} = await engine.send({type: 'stream.open', id, files: files.map(({index}) => index)});
	if (stream !== undefined) return stream;
	throw new UserError('old-engine', 'the running engine cannot do that: tortui stop, then start it again');
}

/** Has it played until the player ends, or is told to. */
async function play(
	player: Player,
	{stream, files}: StreamView,
	engine: RemoteEngine,
	stopped: Promise<unknown>,
	{env, warn}: Context,
): Promise<ExitStatus> {
	const playing = startPlayer(
		player,
		files.map(({url}) => url),
		env,
		true,
	);
	// Ctrl-C reaches the player as well; what is sent to this process alone does not.
	void stopped.then(signal => signal !== 'SIGINT' && playing.stop());
	const lost = engine.closed.then(why => {
		throw new UserError('engine-lost', why);
	});
	try {
		const status = await Promise.race([playing.ended, lost]);
		if (status === 0) return 0;
		warn(`${player.program} ended with status ${status}`);
		return 1;
	} finally {
		playing.stop();
		await engine.send({type: 'stream.close', stream}).catch(() => {});
	}
}

function tell({url}: StreamView, isAsked: boolean, {stdout, env}: Context): void {
	stdout.write(`${url}\n`);
	const forward = forwardAdvice(url, env);
	if (isAsked || !stdout.isTTY) return;
	if (forward !== undefined)
		stdout.write(`to play it at your end, leave this running there and open the URL: ${forward}\n`);
	else
		stdout.write(
			'there is no mpv or vlc here to open: give the URL to a player, or name one with --player\n',
		);
}

/** Plays files of a torrent while they are downloaded. */
export const command = defineCommand({
	name: 'stream',
	usage: ['stream TORRENT [FILE ...] [options]', 'stream ID [FILE ...] [options]'],
	summary: 'Watch or hear a torrent while it downloads.',
	words: [1, 1000],
	config: true,
	options,
	notes: [
		'A TORRENT is added to the engine, which is started if none runs; an ID is one that it has: the beginning of an info-hash, or a part of a name. FILE is a number (tortui files), a name or a glob; several are a playlist; without one it is the largest that can be played.',
		'What is played next is downloaded before all else, in order. The torrent stays when the player ends; a file that was skipped is skipped again.',
		'The URL is for this machine, and for whoever knows it. Over SSH it can be forwarded: tortui stream says how.',
		'',
		...selectionNotes,
	],
	async run({input, flags, given}, context) {
		const [word = '', ...files] = input;
		const engine = await reachEngine(word, flags, context);
		const interrupted = interruption();
		try {
			const id = await streamedTorrent(word, engine, addOptions(withoutOthers(flags), given), context);
			const stopped = interrupted.first;
			let isStopped = false;
			void stopped.then(() => {
				isStopped = true;
			});
			await knownFiles(engine, id, stopped, () => context.warn('asking peers what it holds'));
			if (isStopped) return 130;
			const stream = await openStream(engine, id, files);
			for (const note of stream.notes) context.warn(note);
			const player = flags.print || flags.json ? undefined : (flags.player ?? findPlayer(context.env));
			if (flags.json) context.stdout.write(`${terminalJson({infoHash: id, ...stream})}\n`);
			else if (player === undefined) tell(stream, flags.print, context);
			return player === undefined ? 0 : await play(player, stream, engine, stopped, context);
		} finally {
			interrupted.release();
			engine.close();
		}
	},
});

/** Options of torrents that this verb does not take are as if nobody had given them. */
function withoutOthers({dir, peer, tracker, select}: StreamFlags): Parameters<typeof addOptions>[0] {
	const nothing = Object.fromEntries(
		Object.entries(torrentOptions).map(([key, {kind}]) => [
			key,
			kind === 'list' ? [] : kind === 'on' ? false : undefined,
		]),
	);
	return {...nothing, dir, peer, tracker, select} as Parameters<typeof addOptions>[0];
}
