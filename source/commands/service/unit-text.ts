import {createHash} from 'node:crypto';
import {execLine, unitWord} from './unit-words.js';

/** What a unit says. All paths are absolute. */
export interface UnitSettings {
	readonly scope: 'system' | 'user';
	/** Of the program. */
	readonly version: string;
	/** The program and its arguments. */
	readonly command: readonly string[];
	/** Whom it runs as; for the system only. */
	readonly user?: string | undefined;
	readonly environment: Readonly<Record<string, string>>;
	/** Folders that may be written to; all else of the machine may not. */
	readonly writable: readonly string[];
	/** Whether the service sees a folder of its own for temporary files. */
	readonly privateTmp: boolean;
	/** Whether it is shut in where that needs namespaces, which a user may not have. */
	readonly sandbox: boolean;
}

/** Its name, in both scopes. */
export const unitName = 'tortui.service';

const mark = /^# Written by tortui service install \(version ([^)]{1,40}), ([0-9a-f]{16})\)\./;

function digest(text: string): string {
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** How the unit of a person, or of the whole machine, is started anew. */
export function restartCommand(scope: UnitSettings['scope']): string {
	return scope === 'user' ? `systemctl --user restart ${unitName}` : `sudo systemctl restart ${unitName}`;
}

/** What only a service of the machine is to be kept from. */
const machineLines = [
	'ProtectKernelTunables=yes',
	'ProtectKernelModules=yes',
	'ProtectKernelLogs=yes',
	'ProtectControlGroups=yes',
	'ProtectClock=yes',
	'ProtectHostname=yes',
	'ProtectProc=invisible',
	'RemoveIPC=yes',
];

/** What needs mount or user namespaces. */
function sandboxLines({writable, privateTmp, scope}: UnitSettings): string[] {
	return [
		'ProtectSystem=strict',
		...writable.map(path => `ReadWritePaths=${unitWord(`-${path}`)}`),
		...(privateTmp ? ['PrivateTmp=yes'] : []),
		'PrivateDevices=yes',
		// A person may do none of this anyway.
		...(scope === 'system' ? machineLines : []),
	];
}

function serviceLines(settings: UnitSettings): string[] {
	const {scope, command, user, environment, sandbox} = settings;
	const isSystem = scope === 'system';
	return [
		'Type=notify',
		'# What it says comes through systemd-notify, a process of its own.',
		'NotifyAccess=all',
		`ExecStart=${execLine(command)}`,
		'ExecReload=/bin/kill -HUP $MAINPID',
		...Object.entries(environment).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`),
		...(user === undefined ? [] : [`User=${user}`]),
		...(isSystem ? ['StateDirectory=tortui', 'StateDirectoryMode=0700', 'CacheDirectory=tortui'] : []),
		...(isSystem ? ['ConfigurationDirectory=tortui'] : []),
		'Restart=on-failure',
		'RestartSec=5',
		'TimeoutStartSec=180',
		'TimeoutStopSec=20',
		'WatchdogSec=120',
		'KillMode=mixed',
		'LimitNOFILE=65536',
		'',
		'# It needs no more of the machine than this. Not MemoryDenyWriteExecute: the engine of JavaScript compiles while it runs.',
		'NoNewPrivileges=yes',
		...(isSystem ? ['CapabilityBoundingSet=', 'AmbientCapabilities='] : []),
		...(sandbox ? sandboxLines(settings) : []),
		'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
		'RestrictNamespaces=yes',
		'RestrictRealtime=yes',
		'RestrictSUIDSGID=yes',
		'LockPersonality=yes',
		'SystemCallArchitectures=native',
		'SystemCallFilter=@system-service',
		'SystemCallErrorNumber=EPERM',
	];
}

/** The text of a unit that runs the engine. Its first line says who wrote it, and tells whether somebody changed it since. */
export function unitText(settings: UnitSettings): string {
	const isSystem = settings.scope === 'system';
	const body = [
		'# What is added by "systemctl edit" stays when this is written anew; what is changed here does not.',
		'[Unit]',
		'Description=tortui, a BitTorrent engine',
		...(isSystem ? ['Wants=network-online.target', 'After=network-online.target'] : []),
		'',
		'[Service]',
		...serviceLines(settings),
		'',
		'[Install]',
		`WantedBy=${isSystem ? 'multi-user.target' : 'default.target'}`,
		'',
	].join('\n');
	return `# Written by tortui service install (version ${settings.version}, ${digest(body)}).\n${body}`;
}

/** Whose a unit is that is there: ours, ours and changed by hand since, or somebody else's. */
export function originOf(text: string): {
	readonly origin: 'ours' | 'changed' | 'foreign';
	readonly version?: string;
} {
	const [first = '', ...rest] = text.split('\n');
	const [, version, sum] = mark.exec(first) ?? [];
	if (version === undefined) return {origin: 'foreign'};
	return {origin: digest(rest.join('\n')) === sum ? 'ours' : 'changed', version};
}
