import {execFileSync} from 'node:child_process';
import {existsSync, realpathSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import process from 'node:process';
import {isSea} from 'node:sea';
import {UserError} from '../../base/errors.js';
import {configPath, readConfig, readSections} from '../arguments/config-file.js';
import {stateDirPath} from '../engine-process/state-dir.js';
import {restartCommand, type UnitSettings} from './unit-text.js';

/** What somebody asks for. */
export interface ServiceWish {
	readonly system: boolean;
	/** Whom it shall run as. */
	readonly user: string | undefined;
	/** Where data goes. */
	readonly dir: string | undefined;
	readonly stateDir: string | undefined;
	readonly sandbox: boolean;
}

/** What the service comes to. */
export interface ServicePlan {
	readonly unit: UnitSettings;
	/** Where data goes that is added without a folder. */
	readonly dir: string;
	readonly stateDir: string;
	/** The config file of the machine's own service, where it is that. */
	readonly machineConfig: string | undefined;
}

/** The longest path of a socket that every system takes. */
const longestSocket = 103;
const usualUser = 'tortui';
/** Where the machine's own service has its things. */
const systemState = '/var/lib/tortui';
const systemEnvironment = {XDG_CONFIG_HOME: '/etc', XDG_CACHE_HOME: '/var/cache'};

/** Names under which settings name folders that are written to. */
const folderNames: ReadonlySet<string> = new Set(['dir', 'target', 'move', 'moveTo', 'to', 'folder']);

/** All folders that the config file names, wherever they stand in it. */
function foldersIn(value: unknown, name = ''): string[] {
	if (typeof value === 'string') return folderNames.has(name) && value.startsWith('/') ? [value] : [];
	if (Array.isArray(value)) return value.flatMap(item => foldersIn(item, name));
	if (typeof value !== 'object' || value === null) return [];
	if (value instanceof Map) return foldersIn([...value.values()]);
	return Object.entries(value).flatMap(([key, item]) => foldersIn(item, key));
}

function isUser(name: string): boolean {
	try {
		execFileSync('id', ['-u', '--', name], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}

/** Whom the machine's service runs as: never the administrator unasked. */
function serviceUser(wish: string | undefined): string {
	const name = wish ?? usualUser;
	if (!/^[A-Za-z_][\w.-]*\$?$/.test(name))
		throw new UserError('usage', `--user: ${JSON.stringify(name)} is no user`, 2);
	if (isUser(name)) return name;
	throw new UserError(
		'service-user',
		wish === undefined
			? `whom shall it run as? Name somebody with --user NAME, or make a user for it: useradd --system --home-dir ${systemState} ${usualUser}`
			: `there is no user ${name}: make one with useradd --system --home-dir ${systemState} ${name}`,
	);
}

/** A folder of a person's own for what is downloaded. */
function usualDir(home: string): string {
	const downloads = join(home, 'Downloads');
	return existsSync(downloads) ? downloads : home;
}

/** How the program is started that runs now: the single executable, or node with a file. */
function programWords(program: string): string[] {
	return isSea() ? [process.execPath] : [realpathSync(process.execPath), program];
}

/**
 * What a unit is to say.
 *
 * @param program the file that was started
 * @throws {UserError} where it is not known whom it shall run as, or the config file is wrong
 */
export function planService(
	wish: ServiceWish,
	{
		env,
		version,
		program,
	}: {readonly env: NodeJS.ProcessEnv; readonly version: string; readonly program: string},
): ServicePlan {
	const {system} = wish;
	const scope = system ? 'system' : 'user';
	if (!system && wish.user !== undefined) throw new UserError('usage', '--user is for --system', 2);
	const home = env['HOME'] || homedir();
	const stateDir =
		system && wish.stateDir === undefined ? systemState : stateDirPath(wish.stateDir, system ? {} : env);
	const given: NodeJS.ProcessEnv = system ? systemEnvironment : env;
	const config = readConfig(given, () => {});
	/** The path that a setting names; undefined when it is not set. */
	const pathOf = (key: string): string | undefined => {
		const {value} = config.get(key) ?? {};
		return typeof value === 'string' ? resolve(home, value.replace(/^~(?=\/|$)/, home)) : undefined;
	};
	const configured = pathOf('dir');
	const log = pathOf('log');
	const moved = pathOf('onCompleteMove');
	const typed = wish.dir === undefined ? undefined : resolve(wish.dir);
	const dir = typed ?? configured ?? (system ? join(stateDir, 'downloads') : usualDir(home));
	const isLong = Buffer.byteLength(join(stateDir, 'engine.sock')) > longestSocket;
	const {XDG_CONFIG_HOME, XDG_RUNTIME_DIR} = env;
	const writable = [
		...(system ? [] : [home]),
		stateDir,
		dir,
		...(moved === undefined ? [] : [moved]),
		...(log === undefined || log.startsWith('/dev/') ? [] : [dirname(log)]),
		...foldersIn(readSections(given)),
		...(isLong && XDG_RUNTIME_DIR ? [XDG_RUNTIME_DIR] : []),
	];
	const words = programWords(program);
	return {
		dir,
		stateDir,
		machineConfig: system ? configPath(systemEnvironment) : undefined,
		unit: {
			scope,
			version,
			command: [
				...words,
				...['engine', '--replace', '--state-dir', stateDir],
				// The config file's may change while it runs.
				...(typed !== undefined || configured === undefined ? ['--dir', dir] : []),
			],
			user: system ? serviceUser(wish.user) : undefined,
			environment: {
				...(system ? systemEnvironment : XDG_CONFIG_HOME?.startsWith('/') && {XDG_CONFIG_HOME}),
				TORTUI_RESTART: restartCommand(scope),
			},
			writable: withoutInner(writable),
			privateTmp: !isLong && ![...words, ...writable].some(isTemporary),
			sandbox: wish.sandbox,
		},
	};
}

/** Whether it is where a service with a folder of its own for temporary files would not see it. */
function isTemporary(path: string): boolean {
	return /^\/(?:var\/)?tmp\//.test(path);
}

/** The folders without those that are in others of them, each once. */
function withoutInner(folders: readonly string[]): string[] {
	const all = [...new Set(folders)];
	return all.filter(
		one => !all.some(other => other !== one && one.startsWith(`${other.replace(/\/$/, '')}/`)),
	);
}
