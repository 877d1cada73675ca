import {existsSync} from 'node:fs';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import type {Command, Context} from './command.js';
import {hideTypedPassword} from './proxy-setting.js';
import {type Verb, verbNames} from './verb-names.js';

/** Each verb and how to load it: nothing of a command is read before it is needed. */
const loaders = {
	session: async () => (await import('../verbs/session.js')).command,
	get: async () => (await import('../verbs/get.js')).command,
	stream: async () => (await import('../verbs/stream.js')).command,
	seed: async () => (await import('../verbs/seed.js')).command,
	create: async () => (await import('../verbs/create.js')).command,
	edit: async () => (await import('../verbs/edit.js')).command,
	info: async () => (await import('../verbs/info.js')).command,
	verify: async () => (await import('../verbs/verify.js')).command,
	tracker: async () => (await import('../verbs/tracker.js')).command,
	demo: async () => (await import('../demo/demo.js')).command,
	attach: async () => (await import('../verbs/attach.js')).command,
	add: async () => (await import('../verbs/add.js')).command,
	list: async () => (await import('../verbs/list.js')).command,
	wait: async () => (await import('../verbs/wait.js')).command,
	watch: async () => (await import('../verbs/watch.js')).command,
	preview: async () => (await import('../verbs/preview.js')).command,
	creations: async () => (await import('../verbs/creations.js')).command,
	status: async () => (await import('../verbs/status.js')).command,
	set: async () => (await import('../verbs/set.js')).command,
	files: async () => (await import('../verbs/files.js')).command,
	peers: async () => (await import('../verbs/peers.js')).command,
	trackers: async () => (await import('../verbs/trackers.js')).command,
	pieces: async () => (await import('../verbs/pieces.js')).command,
	move: async () => (await import('../verbs/move.js')).command,
	rename: async () => (await import('../verbs/rename.js')).command,
	'verify-again': async () => (await import('../verbs/verify-again.js')).command,
	queue: async () => (await import('../verbs/queue.js')).command,
	limits: async () => (await import('../verbs/limits.js')).command,
	slow: async () => (await import('../verbs/slow.js')).command,
	nick: async () => (await import('../verbs/nick.js')).command,
	feeds: async () => (await import('../verbs/feeds.js')).command,
	share: async () => (await import('../verbs/share.js')).command,
	search: async () => (await import('../verbs/search.js')).command,
	users: async () => (await import('../verbs/users.js')).command,
	shared: async () => (await import('../verbs/shared.js')).command,
	export: async () => (await import('../verbs/export.js')).command,
	import: async () => (await import('../verbs/import.js')).command,
	find: async () => (await import('../verbs/find.js')).command,
	dht: async () => (await import('../verbs/dht.js')).command,
	blocklist: async () => (await import('../verbs/blocklist.js')).command,
	log: async () => (await import('../verbs/log.js')).command,
	web: async () => (await import('../verbs/web.js')).command,
	pause: async () => (await import('../verbs/pause.js')).command,
	resume: async () => (await import('../verbs/resume.js')).command,
	remove: async () => (await import('../verbs/remove.js')).command,
	restart: async () => (await import('../verbs/restart.js')).command,
	stop: async () => (await import('../verbs/stop.js')).command,
	doctor: async () => (await import('../verbs/doctor.js')).command,
	config: async () => (await import('../verbs/config.js')).command,
	completion: async () => (await import('../completion/completion.js')).completionCommand(loadCommands),
	engine: async () => (await import('../verbs/engine.js')).command,
	service: async () => (await import('../verbs/service.js')).command,
} satisfies Readonly<Record<Verb, () => Promise<Command>>>;

/** Reads the command of a verb. */
export function loadCommand(verb: Verb): Promise<Command> {
	return loaders[verb]();
}

/** Reads the commands of all verbs, `session` first. */
function loadCommands(): Promise<Command[]> {
	return Promise.all(verbNames.map(loadCommand));
}

/** What a command line asks for: a verb with what follows it, or the program's own help or version. */
export type Choice =
	| {readonly verb: Verb; readonly rest: readonly string[]}
	| {readonly verb: 'help' | 'version'; readonly rest: readonly []};

/** Whether a word can only be meant as a TORRENT: a link, a hash, a path. */
function looksLikeTorrent(word: string, exists: (path: string) => boolean = existsSync): boolean {
	return (
		word === '-' ||
		/^(?:magnet:|[a-z][a-z\d+.-]*:\/\/)/i.test(word) ||
		/^(?:[\da-f]{40}|[\da-f]{64}|[a-z2-7]{32})$/i.test(word) ||
		/[/\\]|\.torrent$/i.test(word) ||
		exists(word)
	);
}

/** Reads the first word: a verb, or a TORRENT or an option of the session. */
export function choose(argv: readonly string[], exists: (path: string) => boolean = existsSync): Choice {
	const [first, ...rest] = argv;
	if (first === undefined) return {verb: 'session', rest: []};
	if (first === '--help' || first === '-h') return {verb: 'help', rest: []};
	if (first === '--version' || first === '-V') return {verb: 'version', rest: []};
	if (first === 'help') {
		const [about] = rest;
		return about === undefined ? {verb: 'help', rest: []} : choose([about, '--help'], () => false);
	}
	if (Object.hasOwn(loaders, first)) return {verb: first as Verb, rest};
	if ((first.startsWith('-') && first !== '-') || looksLikeTorrent(first, exists)) {
		return {verb: 'session', rest: argv};
	}
	const guess = nearest(first, [...verbNames, 'help']);
	throw new UserError(
		'unknown-command',
		guess
			? `no command or file ${JSON.stringify(first)}; did you mean tortui ${guess}?`
			: `no command or file ${JSON.stringify(first)} (see: tortui --help)`,
		2,
	);
}

/** Does what the command line asks for. A `UserError` it throws is for the person who typed it. */
export async function dispatch(argv: readonly string[], context: Context): Promise<ExitStatus> {
	hideTypedPassword(argv);
	const choice = choose(argv);
	if (choice.verb === 'version') {
		context.stdout.write(`${context.version}\n`);
		return 0;
	}
	if (choice.verb === 'help') {
		const {generalHelp, helpWidth} = await import('./help.js');
		context.stdout.write(generalHelp(await loaders.session(), helpWidth(context.stdout.columns)));
		return 0;
	}
	const {rest} = choice;
	const [command, {parseArguments, withDefaults}, {readConfig}] = await Promise.all([
		loaders[choice.verb](),
		import('./parse-arguments.js'),
		import('./config-file.js'),
	]);
	const args = parseArguments(rest, command);
	if (args === 'help') {
		const {commandHelp, generalHelp, helpWidth} = await import('./help.js');
		const help = choice.verb === 'session' ? generalHelp : commandHelp;
		context.stdout.write(help(command, helpWidth(context.stdout.columns)));
		return 0;
	}
	if (!command.config) return command.run(args, context);
	const config = readConfig(context.env, message => context.warn(message));
	return command.run(withDefaults(args, command, config), context);
}
