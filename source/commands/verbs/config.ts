import {existsSync} from 'node:fs';
import type {EngineClient} from '../../api/engine-client.js';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {type Arguments, type Context, defineCommand, type Options} from '../arguments/command.js';
import {settingChange, settingRemoval} from '../arguments/config-change.js';
import {
	changedConfig,
	configOptions,
	configPath,
	readConfigFile,
	readOptions,
	writeConfig,
} from '../arguments/config-file.js';
import {judgeConfig, type Setting} from '../arguments/config-judgement.js';
import {jsonOption} from '../arguments/flags.js';
import {withoutPassword} from '../arguments/proxy-setting.js';
import {reachEngine, requireEngine} from '../engine-process/find-engine.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {reloadText} from '../output/reload-text.js';

const options = {...configOptions, ...jsonOption} as const satisfies Options;

/** Where a value comes from, for people. */
function originText({origin, place}: Setting): string {
	if (origin === 'default') return '';
	if (origin === 'file') return `   (line ${place} of the file)`;
	return origin === 'environment' ? `   (from ${place})` : '   (typed)';
}

function listed(value: object): string {
	const isList = Array.isArray(value) && value.every(item => typeof item === 'string');
	return isList ? value.join(', ') : JSON.stringify(value);
}

/** The value without a password that is in it. */
function shownValue({name, value}: Pick<Setting, 'name' | 'value'>): Setting['value'] {
	return name === 'proxy' && typeof value === 'string' ? withoutPassword(value) : value;
}

/** Shows every setting with the value that holds, and where it comes from. */
async function show({flags, given}: Arguments<typeof options>, {env, stdout, warn}: Context): Promise<0 | 2> {
	const path = configPath(env);
	const typed = new Map(
		[...given]
			.filter(key => key !== 'json')
			.map(key => [key, (flags as unknown as Record<string, Setting['value']>)[key]!]),
	);
	const {settings, faults} = await judgeConfig(env, typed);
	const wrong = faults.map(({message}) => message);
	for (const message of wrong) warn(message);
	const status = wrong.length === 0 ? 0 : 2;
	if (flags.json) {
		const values = Object.fromEntries(settings.map(setting => [setting.name, shownValue(setting)]));
		const origins = Object.fromEntries(settings.map(({name, origin}) => [name, origin]));
		stdout.write(
			`${terminalJson({path, exists: existsSync(path), settings: values, origins, faults: wrong}, 2)}\n`,
		);
		return status;
	}
	stdout.write(
		`${terminalLine(path)}${existsSync(path) ? '' : ' (not there: everything is as it comes)'}\n\n`,
	);
	const widest = Math.max(...settings.map(({name}) => name.length));
	for (const setting of settings) {
		const {name} = setting;
		const value = shownValue(setting);
		const isNone = value === null || (Array.isArray(value) && value.length === 0);
		const text = isNone ? '–' : typeof value === 'object' ? listed(value) : String(value);
		stdout.write(`  ${name.padEnd(widest)} ${terminalLine(text)}${originText(setting)}\n`);
	}
	return status;
}

/** Writes changes into the file, unless one of the settings would be wrong then. */
async function change(changes: Record<string, unknown>, env: NodeJS.ProcessEnv): Promise<void> {
	const {faults} = await judgeConfig(env, new Map(), changedConfig(env, changes));
	const own = faults.find(({name}) => changes[name] !== undefined);
	// The line is that of a file that will not be written.
	if (own !== undefined)
		throw new UserError('bad-value', own.message.slice(configPath(env).length).replace(/^:\d+: /, ''), 2);
	writeConfig(env, changes);
}

/** The state folder whose engine is meant: the one that is typed, else that of the file. */
async function configuredState({flags}: Arguments<typeof options>, env: NodeJS.ProcessEnv): Promise<string> {
	const set = readOptions(env).values.get('stateDir')?.value;
	return stateDirPath(flags.stateDir ?? (set as string | undefined), env);
}

/** An engine that runs is told, and what it makes of that is said; without one nothing is. Answers the exit status. */
async function tellEngine(args: Arguments<typeof options>, context: Context): Promise<ExitStatus> {
	const {env, warn, version} = context;
	try {
		const engine = await reachEngine(await configuredState(args, env), env, version);
		if (engine === undefined) return 0;
		try {
			return await reload(engine, context);
		} finally {
			engine.close();
		}
	} catch (error) {
		warn(`the engine that runs does not go by it: ${(error as Error).message}`);
		return 1;
	}
}

/** Has the engine read its config file anew, and says what came of it. Answers the exit status: 1 when not all holds. */
async function reload(engine: EngineClient, {stdout, warn}: Context): Promise<ExitStatus> {
	const {reloaded = {changed: [], later: []}} = await engine.send({type: 'session.reload'});
	stdout.write(`${reloadText(reloaded)}\n`);
	const {refused = []} = reloaded;
	for (const why of refused) warn(`the engine that runs does not go by it: ${why}`);
	return refused.length > 0 ? 1 : 0;
}

/** Where the config file is, what it makes of every setting, and changes to it. */
export const command = defineCommand({
	name: 'config',
	usage: ['config [options]', 'config set NAME VALUE ...', 'config unset NAME ...', 'config reload'],
	summary: 'Shows every setting with the value in force and where it comes from, or changes the config file.',
	words: [0, Number.POSITIVE_INFINITY],
	options,
	notes: [
		'The file holds one JSON object; its names are those of the long options. Comments may stand in it, and a comma after the last:',
		'  {"dir": "~/torrents", "max-upload": "500K", "bind": ["192.0.2.1"]}',
		'A path may begin with ~/ there. What is typed on the command line goes before it: with options, config shows what would hold then.',
		'set and unset leave all else in the file as it is, and an engine that runs goes by the change at once, or from its next start where it cannot; reload has it read a file that you changed yourself. What is wrong in it is told with its line; the exit status is 2 then.',
	],
	async run(args, context) {
		const [verb, name, ...rest] = args.input;
		const {env, stdout} = context;
		if (verb === undefined) return show(args, context);
		if (verb === 'reload') {
			if (name !== undefined) throw new UserError('usage', `config reload takes nothing: ${name}`, 2);
			const engine = await requireEngine(await configuredState(args, env), env, context.version);
			try {
				return await reload(engine, context);
			} finally {
				engine.close();
			}
		}
		if (verb !== 'set' && verb !== 'unset') {
			throw new UserError(
				'usage',
				`config ${JSON.stringify(verb)}: there is config, config set NAME VALUE, config unset NAME, config reload`,
				2,
			);
		}
		if (name === undefined) throw new UserError('usage', `missing: config ${verb} NAME`, 2);
		const path = terminalLine(configPath(env));
		if (verb === 'set') {
			const changes = settingChange(name, rest);
			await change(changes, env);
			const shown = shownValue({name, value: changes[name] as Setting['value']});
			stdout.write(`${name} is ${terminalLine(JSON.stringify(shown))} now, in ${path}\n`);
			return tellEngine(args, context);
		}
		const before = readConfigFile(env);
		const changes = settingRemoval([name, ...rest], before);
		const there = Object.keys(changes).filter(key => Object.hasOwn(before, key));
		if (there.length > 0) await change(changes, env);
		stdout.write(
			there.length > 0
				? `${there.join(', ')} ${there.length === 1 ? 'is as it comes' : 'are as they come'} now: taken out of ${path}\n`
				: `${[name, ...rest].join(', ')}: not in ${path}, nothing was changed\n`,
		);
		return there.length > 0 ? tellEngine(args, context) : 0;
	},
});
