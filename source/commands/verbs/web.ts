import {resolve} from 'node:path';
import {UserError} from '../../base/errors.js';
import {terminalJson} from '../../base/terminal-text.js';
import {type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {jsonOption, logOptions, stateOptions, torrentOptions} from '../arguments/flags.js';
import {text} from '../arguments/quantities.js';
import {doorAddress, webDoorOptions} from '../arguments/web-options.js';
import {ensureEngine} from '../engine-process/ensure-engine.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {interruption} from '../transfer/interruption.js';
import {linkLines} from '../web/link-lines.js';
import {openWebDoor, type WebDoor, webLinks} from '../web/web-door.js';
import {readWebPlace} from '../web/web-place.js';

/** Where it is when nothing else is said; any free port when that one is taken. */
const usualAddress = '127.0.0.1:9092';

const options = {
	readOnly: {kind: 'on', help: 'the link lets its bearer look, and change nothing'},
	...webDoorOptions,
	dir: {...torrentOptions.dir, help: 'where the data of an engine that is started for it goes'},
	...jsonOption,
	...stateOptions,
	verbose: logOptions.verbose,
	screens: {kind: 'value', value: 'PATH', read: text, help: 'draw the screens of visitors', hidden: true},
} as const satisfies Options;

/** Tells how to come in: by a link that is made for it. */
function tellLink(
	url: string,
	stateDir: string,
	{readOnly, json}: Flags<typeof options>,
	{stdout}: Pick<Context, 'stdout'>,
): void {
	const rights = readOnly ? 'look' : 'all';
	const link = `${url}#in=${webLinks(stateDir).mint(rights)}`;
	if (json) stdout.write(`${terminalJson({url, link, rights})}\n`);
	else stdout.write(`${linkLines(url, link, rights, stdout).join('\n')}\n`);
}

async function openDoor(
	address: string | undefined,
	ground: Parameters<typeof openWebDoor>[0],
	flags: Flags<typeof options>,
): Promise<WebDoor> {
	try {
		return await openWebDoor(ground, address ?? usualAddress, flags);
	} catch (error) {
		const isTaken = address === undefined && error instanceof UserError && error.code === 'cannot-listen';
		if (!isTaken) throw error;
		return openWebDoor(ground, '127.0.0.1:0', flags);
	}
}

/** Offers the screen to browsers, or makes a link to where it is offered already. */
export const command = defineCommand({
	name: 'web',
	usage: ['web [[HOST:]PORT] [options]'],
	summary: 'Shows the screen in a browser, and prints a link with which somebody may come in once.',
	notes: [
		'Where an engine with --web or another tortui web runs already, it only prints another link to that.',
		'Else it serves until Ctrl-C, on this machine alone unless HOST says otherwise (0.0.0.0: all addresses);',
		'downloads go on in the engine, which is started when none runs.',
		'',
		'A link is used up by whoever comes in first, or after 15 minutes; the browser is known from then on for 30 days.',
		'With a password (--web-password-file, or TORTUI_WEB_PASSWORD) it can be typed too. Who comes in may do all that',
		'you can do on the screen, also choose folders of this machine; with --read-only only look.',
		'',
		'There are also, for scripts: /api/session, /api/torrents, /api/torrents/ID, /api/log, /api/events (server-sent',
		'events), /metrics for Prometheus, with the password as curl -u :PASSWORD sends it; and /health without.',
	],
	words: [0, 1],
	config: true,
	options,
	async run({input, flags}, context) {
		const {env, version, program, warn} = context;
		const stateDir = makeStateDir(flags.stateDir, env);
		if (flags.screens !== undefined) {
			const {runScreens} = await import('../web/web-screens.js');
			return runScreens(flags.screens, stateDir, context);
		}
		const address = input[0] === undefined ? undefined : doorAddress(input[0], 'web');
		const place = address === undefined ? readWebPlace(stateDir) : undefined;
		if (place !== undefined) {
			tellLink(place, stateDir, flags, context);
			return 0;
		}
		const interrupted = interruption();
		try {
			const start = [`--dir=${resolve(flags.dir ?? '.')}`];
			const settings = {stateDir, env, version, program: [program, 'engine'], options: start};
			const {engine} = await ensureEngine(settings);
			const door = await openDoor(address, {engine, stateDir, env, version, program}, flags);
			try {
				tellLink(door.url, stateDir, flags, context);
				if (!door.isLocal)
					warn('what goes over the network is not encrypted: put a proxy with TLS before it, or use SSH');
				const why = await Promise.race([engine.closed, interrupted.first.then(() => undefined)]);
				if (why === undefined) return 0;
				throw new UserError('engine-lost', `${why}; start it again with: tortui web`);
			} finally {
				await Promise.race([door.stop(), interrupted.second]);
				engine.close();
			}
		} finally {
			interrupted.release();
		}
	},
});
