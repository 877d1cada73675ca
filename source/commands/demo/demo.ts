import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import process from 'node:process';
import {type ExitStatus, UserError} from '../../base/errors.js';
import type {Log} from '../../base/ports.js';
import type {Bytes} from '../../base/units.js';
import {freeSpace} from '../../io/disk/free-space.js';
import {machineClock} from '../../io/machine/clock.js';
import {machineRandom} from '../../io/machine/random.js';
import {hasAsciiOnly} from '../../ui/look/paint.js';
import type {PreferenceStore} from '../../ui/model/preferences.js';
import {size as sizeText} from '../../ui/text/format.js';
import {terminalText} from '../../ui/text/text.js';
import {type Context, defineCommand, type Flags} from '../arguments/command.js';
import {engineOptions, jsonOption, logOptions, screenOptions} from '../arguments/flags.js';
import {size, text} from '../arguments/quantities.js';
import {openLog} from '../engine-process/file-log.js';
import {type EngineSettings, type LocalEngine, openSession} from '../engine-process/open-session.js';
import {screenPreferences} from '../screen/screen-preferences.js';
import {fileOpener, fullPath, screenEnvironment} from '../screen/show-screen.js';
import {redraws} from '../screen/terminal-kind.js';
import {type Interruption, interruption} from '../transfer/interruption.js';
import {jsonReport} from '../transfer/json-report.js';
import {plainReport} from '../transfer/plain-report.js';
import {transfer} from '../transfer/transfer.js';
import {demoHost} from './demo-peer.js';
import {demoName} from './demo-recordings.js';
import {DemoSwarm} from './demo-swarm.js';

const options = {
	fast: {kind: 'on', help: 'nobody in the swarm holds back'},
	size: {
		kind: 'value',
		value: 'SIZE',
		read: size,
		help: 'about how much there is to download',
		standard: '160M',
	},
	dir: {kind: 'value', short: 'd', value: 'DIR', read: text, help: 'keep what was downloaded here'},
	port: {...engineOptions.port, help: 'listen port of the download', standard: 'any free one'},
	...jsonOption,
	...logOptions,
	...screenOptions,
} as const;

const usualSize: Bytes = 167_772_160;
const leastSize: Bytes = 1_048_576;
const mostSize: Bytes = 8_589_934_592;
/** What is left to say and save has this long. */
const stopTime = 5000;

function checkSize(wanted: Bytes): Bytes {
	if (wanted >= leastSize && wanted <= mostSize) return wanted;
	throw new UserError('bad-value', '--size: the demo can be of 1M to 8G', 2);
}

/** A folder for what nobody needs afterwards; it goes however this process ends, short of being killed. */
function temporaryFolder(): {readonly path: string; remove(): void} {
	let path: string;
	try {
		path = mkdtempSync(join(tmpdir(), 'tortui-demo-'));
	} catch (error) {
		const {message} = error as Error;
		throw new UserError(
			'temporary',
			`cannot make a temporary folder: ${message.split(',')[0]}; set TMPDIR to one that can be written`,
		);
	}
	const remove = () => {
		process.off('exit', remove);
		rmSync(path, {recursive: true, force: true, maxRetries: 3});
	};
	process.on('exit', remove);
	return {path, remove};
}

/** Where the data goes; made when it is missing. */
async function dataFolder(wanted: string | undefined, temporary: string, length: Bytes): Promise<string> {
	const path = wanted === undefined ? join(temporary, 'data') : resolve(wanted);
	try {
		mkdirSync(path, {recursive: true});
	} catch (error) {
		const {message} = error as Error;
		throw new UserError('no-folder', `cannot make ${path}: ${message.split(',')[0]}`);
	}
	const free = await freeSpace(path);
	if (wanted === undefined && free !== undefined && free < length) {
		throw new UserError(
			'no-room',
			`the demo needs ${sizeText(length)} and ${tmpdir()} has ${sizeText(free)}: choose --dir DIR, or a smaller --size`,
		);
	}
	return path;
}

/** What a screen cannot show is said on stderr: who lied, what went wrong. */
function tellTrouble(log: Log, context: Context): Log {
	return (level, message, torrent, name) => {
		log(level, message, torrent, name);
		if (level === 'warn' || level === 'error') context.warn(terminalText(message));
	};
}

/** What is chosen in the demo changes nothing of one's own. */
function passing({load, save}: PreferenceStore): PreferenceStore {
	return {load, save};
}

/** The screen, until somebody leaves it: to detach from a demo is to end it. */
async function showDemo(
	engine: LocalEngine,
	torrent: string,
	flags: Flags<typeof options>,
	stateDir: string,
	context: Context,
): Promise<ExitStatus> {
	const {stdout, stdin, env, version} = context;
	const {openScreen} = await import('../../ui/screen/screen.js');
	const environment = screenEnvironment(env);
	const {how, message} = await openScreen(engine, {
		torrent,
		stdout,
		stdin,
		ascii: flags.ascii || hasAsciiOnly(environment),
		color: flags.color ?? 'auto',
		theme: flags.theme,
		mouse: flags.mouse ? undefined : false,
		fps: flags.fps,
		version,
		detachable: false,
		greeting: 'W shows a small network to browse, ? all keys.',
		prefs: passing(screenPreferences(stateDir, env)),
		openFile: fileOpener(env),
		fullPath: fullPath(env),
		env: environment,
	});
	if (how !== 'lost') return 0;
	// The screen cannot know that in a demo nothing goes on without it.
	const [reason = ''] = (message ?? 'the screen was lost').split('\n');
	context.warn(reason.replace(/; downloads go on$/, '; the demo has ended'));
	return 1;
}

/** Plain lines or JSON, until everything is there. */
async function printDemo(
	engine: LocalEngine,
	torrent: string,
	json: boolean,
	interrupted: Interruption,
	context: Context,
): Promise<ExitStatus> {
	// Nobody reads any more: that ends it, too.
	const unread = new Promise<void>(resolve => {
		context.stdout.on('error', () => resolve());
	});
	const outcome = await transfer({
		engine,
		ids: [torrent],
		links: new Set(),
		seeds: false,
		report: json ? jsonReport(context) : plainReport(context),
		stopped: Promise.race([interrupted.first, unread]),
	});
	return outcome === 'done' ? 0 : 1;
}

/** The newcomer's first minute: a swarm of its own, shown live. Touches neither the network nor the user's engine. */
export const command = defineCommand({
	name: 'demo',
	usage: ['demo [options]'],
	summary: 'Shows a download from a swarm of its own, on loopback: needs no network and no file.',
	words: [0, 0],
	notes: [
		'A tracker and eight peers that are part of the program share a folder of made-up',
		'recordings. One of them lies about its data, one never answers. On the screen W shows',
		'what three people share in a small network, and Enter gets it. What is downloaded',
		'goes to a temporary folder that is removed at the end, unless --dir keeps it.',
		'Without a terminal it prints lines and ends when everything is there.',
	],
	options,
	async run({flags}, context) {
		const wanted = checkSize(flags.size ?? usualSize);
		const {stdout, stdin, version} = context;
		const onScreen = redraws(stdout, context) && stdin.isTTY && !flags.json;
		const log = openLog(flags);
		const interrupted = interruption();
		const aborting = new AbortController();
		void interrupted.first.then(() => aborting.abort());
		const temporary = temporaryFolder();
		let swarm: DemoSwarm | undefined;
		let engine: LocalEngine | undefined;
		try {
			const dir = await dataFolder(flags.dir, temporary.path, wanted);
			swarm = await DemoSwarm.start({
				size: wanted,
				unlimited: flags.fast,
				// Who reads lines has nothing to browse with.
				catalogue: onScreen ? join(temporary.path, 'catalogue') : undefined,
				createdBy: `tortui/${version}`,
				clock: machineClock,
				random: machineRandom,
				signal: aborting.signal,
			});
			const stateDir = join(temporary.path, 'state');
			engine = await openSession({
				stateDir,
				dir,
				restore: false,
				version,
				log: onScreen ? log : tellTrouble(log, context),
				flags: {
					...engineFlags(flags.port),
					...(onScreen && {catalogue: [swarm.trackerUrl], nick: 'newcomer'}),
				},
			});
			swarm.invite(await listenPort(engine));
			const {length} = swarm.metainfo;
			if (!onScreen && !flags.json) {
				stdout.write(`${swarm.peers} peers on ${demoHost} share ${demoName}, ${sizeText(length)}\n`);
			}
			const {id} = await engine.send({
				type: 'torrent.add',
				metainfo: swarm.torrent,
				options: {dir},
			});
			const status = onScreen
				? await showDemo(engine, id!, flags, stateDir, context)
				: await printDemo(engine, id!, flags.json, interrupted, context);
			if (!flags.json) stdout.write(farewell(flags.dir === undefined ? undefined : join(dir, demoName)));
			return aborting.signal.aborted ? 130 : status;
		} catch (error) {
			if (aborting.signal.aborted) return 130;
			throw error;
		} finally {
			await end(engine, swarm, interrupted);
			temporary.remove();
			interrupted.release();
		}
	},
});

/** The engine of the demo: on loopback alone, with nothing that looks for peers elsewhere. */
export function engineFlags(port: number | undefined): EngineSettings['flags'] {
	return {
		port: port ?? 0,
		bind: [demoHost],
		dht: false,
		portMap: false,
		pex: false,
		lsd: false,
		utp: false,
		tcp: true,
		trackers: true,
		encryption: 'off',
		maxDownload: undefined,
		maxUpload: undefined,
		maxPeers: undefined,
	};
}

async function listenPort(engine: LocalEngine): Promise<number> {
	const told = Promise.withResolvers<number>();
	const watching = engine.watch({interval: 1000, session: true}, ({session}) => {
		if (session) told.resolve(session.port);
	});
	const port = await told.promise;
	watching.stop();
	return port;
}

function farewell(kept: string | undefined): string {
	return kept === undefined
		? 'the demo has ended and left nothing behind; now yours: tortui FILE.torrent\n'
		: `the demo has ended; what it downloaded is in ${terminalText(kept)}\n`;
}

async function end(
	engine: LocalEngine | undefined,
	swarm: DemoSwarm | undefined,
	interrupted: Interruption,
): Promise<void> {
	const ending = (async () => {
		swarm?.leave();
		await engine?.stop();
		await swarm?.close();
	})();
	const late = new Promise<void>(resolve => setTimeout(resolve, stopTime).unref());
	await Promise.race([ending, late, interrupted.second]);
}
