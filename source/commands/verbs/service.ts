import {existsSync, mkdirSync} from 'node:fs';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';
import {type ExitStatus, UserError} from '../../base/errors.js';
import {terminalJson, terminalLine} from '../../base/terminal-text.js';
import {EngineMismatch} from '../../bridge/socket/connect-engine.js';
import {type Arguments, type Context, defineCommand, type Flags, type Options} from '../arguments/command.js';
import {jsonOption, stateOptions} from '../arguments/flags.js';
import {text} from '../arguments/quantities.js';
import {reachEngine} from '../engine-process/find-engine.js';
import {makeStateDir} from '../engine-process/state-dir.js';
import {planService, type ServicePlan} from '../service/service-plan.js';
import {Systemctl} from '../service/systemctl.js';
import {
	beginConfig,
	readUnit,
	removeUnit,
	requireOwnUnit,
	unitPath,
	writeUnit,
} from '../service/unit-file.js';
import {originOf, unitName, unitText} from '../service/unit-text.js';

const options = {
	system: {kind: 'on', help: 'a service of the machine, not one of your own'},
	user: {
		kind: 'value',
		value: 'NAME',
		read: text,
		help: 'whom it runs as, with --system',
		standard: 'tortui',
	},
	dir: {
		kind: 'value',
		short: 'd',
		value: 'DIR',
		read: text,
		help: 'where data goes that is added without a folder',
	},
	...stateOptions,
	print: {kind: 'on', help: 'print the unit, and do nothing'},
	start: {kind: 'off', help: 'write the unit, but do not start it'},
	sandbox: {kind: 'off', help: 'leave out what needs namespaces, where systemd says NAMESPACE (226)'},
	force: {kind: 'on', help: 'also over a unit that is not of tortui, or was changed by hand'},
	...jsonOption,
} as const satisfies Options;

type Wish = Flags<typeof options>;

/** Whether services of a person run while they are logged in only. */
function endsAtLogout(name: string): boolean {
	return existsSync('/run/systemd/system') && !existsSync(join('/var/lib/systemd/linger', name));
}

function lingerLine(name: string): string {
	return `it runs while you are logged in; from the start of the machine on: sudo loginctl enable-linger ${name}`;
}

/** How settings of the machine's own service are changed. */
const machineSetting = `sudo env XDG_CONFIG_HOME=/etc tortui config set NAME VALUE, then sudo systemctl reload ${unitName}`;

/** Makes the folders that a person's own service stands on; those of the machine's are for its administrator. */
function makeFolders({unit, dir, stateDir}: ServicePlan, env: NodeJS.ProcessEnv): void {
	if (unit.scope === 'user') {
		makeStateDir(stateDir, env);
		mkdirSync(dir, {recursive: true});
	} else if (!dir.startsWith(`${stateDir}/`) && !existsSync(dir)) {
		throw new UserError(
			'service-dir',
			`there is no folder ${dir}: make it with: sudo install -d -o ${unit.user} ${dir}`,
		);
	}
}

/** Has the service manager do something; what it refuses is said, with what a person can do. */
async function require(systemctl: Systemctl, ...words: readonly string[]): Promise<void> {
	const {status, complaint} = await systemctl.run(...words);
	if (status === 0) return;
	throw new UserError(
		'systemd',
		`${systemctl.words(...words)}: ${complaint || `it failed with status ${status}`}`,
	);
}

function asUser(user: string | undefined, stateDir: string | undefined): string {
	return `sudo -u ${user} tortui attach --state-dir ${stateDir}`;
}

/** How to speak to a service that runs as somebody else. */
function reachLine({unit, stateDir}: ServicePlan): string {
	return unit.scope === 'user'
		? 'tortui shows it, tortui add and the others speak to it'
		: `speak to it as ${unit.user}: ${asUser(unit.user, stateDir)}`;
}

async function install(flags: Wish, context: Context): Promise<ExitStatus> {
	const {env, stdout} = context;
	const plan = planService(flags, context);
	const wanted = unitText(plan.unit);
	if (flags.print) {
		stdout.write(wanted);
		return 0;
	}
	const {scope} = plan.unit;
	const systemctl = new Systemctl(scope, env);
	await systemctl.run('--version');
	const path = unitPath(scope, env);
	const there = readUnit(path);
	if (there !== undefined) requireOwnUnit(path, there, flags.force);
	makeFolders(plan, env);
	if (there !== wanted) writeUnit(path, wanted);
	if (plan.machineConfig !== undefined) beginConfig(plan.machineConfig);
	const say = (line: string) => stdout.write(`${terminalLine(line)}\n`);
	say(
		there === undefined
			? `written: ${path}`
			: there === wanted
				? `as it was: ${path}`
				: `written anew: ${path}`,
	);
	await require(systemctl, 'daemon-reload');
	if (!flags.start) {
		say(`start it with: ${systemctl.words('enable', '--now', unitName)}`);
		return 0;
	}
	await require(systemctl, 'enable', unitName);
	// One that runs already goes by the unit as it is now.
	const verb = there === wanted ? 'start' : 'restart';
	const {status, complaint} = await systemctl.run(verb, unitName);
	if (status !== 0) {
		const isShutOut = flags.sandbox && (await lacksNamespaces(systemctl));
		if (isShutOut && scope === 'user') {
			say('a person may have no namespaces here: without them, then');
			return install({...flags, sandbox: false}, context);
		}
		const reason = isShutOut
			? 'it may have no namespaces here, as --no-sandbox has it'
			: complaint || 'it does not start';
		const seen = systemctl.words('status', unitName);
		throw new UserError('systemd', `${systemctl.words(verb, unitName)}: ${reason} (see: ${seen})`);
	}
	say(`it runs, and keeps what it downloads in ${plan.dir}; ${reachLine(plan)}`);
	if (plan.machineConfig !== undefined) say(`its settings are in ${plan.machineConfig}: ${machineSetting}`);
	if (scope === 'user' && endsAtLogout(userInfo().username)) say(lingerLine(userInfo().username));
	return 0;
}

/** Whether the unit did not start because what it is to be shut in with cannot be had. */
async function lacksNamespaces(systemctl: Systemctl): Promise<boolean> {
	const {stdout} = await systemctl.run('show', '--value', '--property=ExecMainStatus', unitName);
	return stdout === '226';
}

async function uninstall(flags: Wish, {env, stdout}: Context): Promise<ExitStatus> {
	const scope = flags.system ? 'system' : 'user';
	const path = unitPath(scope, env);
	const there = readUnit(path);
	if (there === undefined) {
		stdout.write(`there is no ${path}: nothing to do\n`);
		return 0;
	}
	requireOwnUnit(path, there, flags.force);
	const systemctl = new Systemctl(scope, env);
	// Where systemd cannot be asked the unit shall go all the same.
	const {status, complaint} = await systemctl.run('disable', '--now', unitName);
	removeUnit(path);
	await systemctl.run('daemon-reload');
	const trouble = status === 0 ? '' : ` (${systemctl.words('disable')}: ${terminalLine(complaint)})`;
	stdout.write(`removed: ${path}; torrents and what is known of them stay${trouble}\n`);
	return 0;
}

/** The engine that answers now, in words for people. */
async function engineNow(stateDir: string, {env, version}: Context) {
	try {
		const engine = await reachEngine(stateDir, env, version);
		if (engine === undefined) return undefined;
		const {hello} = engine;
		engine.close();
		return {pid: hello.pid, version: hello.version};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return error instanceof EngineMismatch
			? {pid: error.pid, version: error.hello.version}
			: {trouble: error.message};
	}
}

async function status(flags: Wish, context: Context): Promise<ExitStatus> {
	const {env, stdout} = context;
	const scope = flags.system ? 'system' : 'user';
	const path = unitPath(scope, env);
	const there = readUnit(path);
	const unit = there === undefined ? undefined : originOf(there);
	const systemctl = new Systemctl(scope, env);
	const enabled = (await systemctl.run('is-enabled', unitName)).stdout || 'unknown';
	const active = (await systemctl.run('is-active', unitName)).stdout || 'unknown';
	const told = there === undefined ? undefined : /--state-dir ("(?:\\.|[^"])*"|\S+)/.exec(there)?.[1];
	const stateDir = told?.replace(/^"|"$/g, '').replaceAll('%%', '%').replaceAll('$$', '$');
	const runsAs = /^User=(.+)$/m.exec(there ?? '')?.[1];
	const isOthers = runsAs !== undefined && runsAs !== userInfo().username;
	const engine = stateDir === undefined || isOthers ? undefined : await engineNow(stateDir, context);
	const lingers = flags.system ? undefined : !endsAtLogout(userInfo().username);
	if (flags.json) {
		const origin = unit?.origin ?? null;
		const facts = {
			path,
			unit: origin,
			version: unit?.version ?? null,
			enabled,
			active,
			lingers,
			stateDir,
			engine,
		};
		stdout.write(`${terminalJson(facts, 2)}\n`);
	} else {
		const row = (label: string, words: string) => stdout.write(`${label.padEnd(9)}${terminalLine(words)}\n`);
		const origins = {ours: 'written by tortui', changed: 'changed by hand', foreign: 'not written by tortui'};
		row(
			'unit',
			unit === undefined ? `none at ${path}` : `${path}: ${origins[unit.origin]} ${unit.version ?? ''}`,
		);
		row('systemd', `${enabled}, ${active}`);
		if (engine !== undefined)
			row('engine', 'pid' in engine ? `${engine.version}, process ${engine.pid}` : engine.trouble);
		else if (isOthers) row('engine', `speak to it as ${runsAs}: ${asUser(runsAs, stateDir)}`);
		else if (unit !== undefined) row('engine', `none answers (see: ${systemctl.words('status', unitName)})`);
		if (lingers === false && unit !== undefined) row('linger', lingerLine(userInfo().username));
	}
	return active === 'active' ? 0 : 1;
}

const tasks: Readonly<Record<string, (flags: Wish, context: Context) => Promise<ExitStatus>>> = {
	install,
	uninstall,
	status,
};

/** Has systemd run the engine. */
export const command = defineCommand({
	name: 'service',
	usage: ['service install|uninstall|status [options]'],
	summary: 'Has systemd run the engine, from the start of the machine on.',
	words: [1, 1],
	options,
	notes: [
		'install writes a unit, has systemd start it, and start it again whenever it fails: one of your own, or with --system one of the machine, that runs as a user of its own. The engine that runs in the background hands over to it. Settings are those of the config file; with --system of /etc/tortui/config.json (sudo env XDG_CONFIG_HOME=/etc tortui config set NAME VALUE, then sudo systemctl reload tortui). Done again it writes the unit anew where another version of tortui would write another.',
		'The unit keeps the engine from all that it does not need: with --system it may write to its state, and to the folders that --dir and the config file name, and nowhere else.',
		'uninstall stops it and deletes the unit, and nothing else. Neither touches a unit that tortui has not written, or that was changed since. status: 0 when it runs.',
	],
	async run({input, flags}: Arguments<typeof options>, context) {
		const [what = ''] = input;
		const task = Object.hasOwn(tasks, what) ? tasks[what] : undefined;
		if (task === undefined) {
			throw new UserError(
				'usage',
				`${JSON.stringify(what)} is not something to do with the service: ${Object.keys(tasks).join(', ')}`,
				2,
			);
		}
		if (process.platform !== 'linux')
			throw new UserError(
				'no-systemd',
				'services are looked after by systemd, and there is none on this system',
			);
		return task(flags, context);
	},
});
