import {join} from 'node:path';
import {UserError} from '../../base/errors.js';
import type {RemoteEngine} from '../../bridge/socket/connect-engine.js';
import {isTorrentUrl} from '../../io/files/read-torrent.js';
import {replaceFile} from '../../io/files/replace-file.js';
import {addOptions} from '../arguments/add-options.js';
import {type Context, defineCommand, type Flags} from '../arguments/command.js';
import {readScreenSettings} from '../arguments/config-file.js';
import {differences, engineArguments, isService} from '../arguments/engine-arguments.js';
import {sharedOptions} from '../arguments/flags.js';
import {hasPassword, proxySetting, withoutPassword} from '../arguments/proxy-setting.js';
import {verbNames} from '../arguments/verb-names.js';
import {wayOut} from '../arguments/way-out.js';
import {renewedEngine} from '../engine-process/renew-engine.js';
import {engineRevival} from '../engine-process/revive-engine.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {requireTerminal, showScreen} from '../screen/show-screen.js';
import {takesLinesOnly} from '../screen/terminal-kind.js';
import {addCommand, readForEngine, readTorrentSource} from '../transfer/torrent-source.js';

/** What was typed for an engine that runs already: limits are set, the rest waits for its next start. */
async function adjust(
	engine: RemoteEngine,
	flags: Flags<typeof sharedOptions>,
	given: ReadonlySet<string>,
	context: Context,
): Promise<void> {
	const other = differences(engine.hello.about, flags, given);
	if (other.length > 0) {
		context.warn(
			`the running engine was started without ${other.join(', ')}; it takes effect after: tortui stop`,
		);
	}
	if (given.has('maxDownload') || given.has('maxUpload')) {
		await engine.send({
			type: 'session.limits',
			...(given.has('maxDownload') && {maxDownload: flags.maxDownload ?? null}),
			...(given.has('maxUpload') && {maxUpload: flags.maxUpload ?? null}),
		});
	}
}

/**
 * The password of a proxy that was typed is kept in a file of the state folder: the engine is told of that file, so that
 * neither it nor the engine after it has the password among its words, which everybody on this machine sees.
 */
async function keptPassword(
	flags: Flags<typeof sharedOptions>,
	given: ReadonlySet<string>,
	stateDir: string,
): Promise<[flags: Flags<typeof sharedOptions>, given: ReadonlySet<string>]> {
	const {proxy} = flags;
	if (proxy === undefined || !given.has('proxy') || !hasPassword(proxy)) return [flags, given];
	const path = join(stateDir, 'proxy-password');
	const password = proxySetting({proxy}, {})?.credentials?.password;
	await replaceFile(path, Buffer.from(`${password}\n`));
	return [
		{...flags, proxy: withoutPassword(proxy), proxyPasswordFile: path},
		new Set([...given, 'proxyPasswordFile']),
	];
}

/** The full-screen session: what `tortui` does without a verb. */
export const command = defineCommand({
	name: 'session',
	usage: ['[options] [TORRENT ...]'],
	summary: 'Opens the full-screen session, adding each TORRENT first.',
	words: [0, 1000],
	config: true,
	options: sharedOptions,
	async run({input, flags, given}, context) {
		const verb = input.find(word => (verbNames as readonly string[]).includes(word));
		if (verb !== undefined) throw new UserError('usage', `${verb} goes first: tortui ${verb} [options]`, 2);
		if (flags.json) {
			throw new UserError(
				'usage',
				'--json is not for the screen; use it with tortui get, seed, info, verify or list',
				2,
			);
		}
		requireTerminal(context);
		const way = wayOut(flags);
		// A URL may be for the engine to fetch.
		const read = await Promise.all(
			input.map(word => (isTorrentUrl(word) ? word : readTorrentSource(word, context, way))),
		);
		const {env, version, program} = context;
		const stateDir = makeStateDir(flags.stateDir, env);
		const options = engineArguments(...(await keptPassword(flags, given, stateDir)));
		const settings = {stateDir, env, version, program: [program, 'engine']};
		const {engine, started} = await renewedEngine({...settings, options}, context);
		if (!started) await adjust(engine, flags, given, context);
		const sources = await Promise.all(
			read.map(each =>
				typeof each === 'string' ? readForEngine(each, engine.hello.about, context, way) : each,
			),
		);
		const added: string[] = [];
		// Lines have no place to ask in.
		const asks =
			flags.select.length === 0 && !takesLinesOnly(env) && readScreenSettings(env)['magnet-start'] !== 'all';
		for (const source of sources) {
			const choose = asks && source.kind === 'link';
			const {id} = await engine.send(
				addCommand(source, {...addOptions(flags, given), ...(choose && {choose})}),
			);
			if (id !== undefined) added.push(id);
		}
		const torrent = sources.length === 1 ? added[0] : undefined;
		const revive = engineRevival(engine, settings, started ? options : undefined);
		return showScreen(engine, torrent, flags, stateDir, context, {
			revive,
			added,
			stays: isService(engine.hello.about),
		});
	},
});
