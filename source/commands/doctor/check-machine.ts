import {randomBytes} from 'node:crypto';
import type {StatsFs} from 'node:fs';
import {rm, stat, statfs, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bytes, Millis} from '../../base/units.js';
import {colourDepth, hasAsciiOnly, showsUtf8} from '../../ui/look/paint.js';
import {size} from '../../ui/text/format.js';
import {screenEnvironment} from '../screen/show-screen.js';
import {type Finding, findings} from './finding.js';

const littleSpace: Bytes = 1024 ** 3;

/** The file systems that are worth a word, by the numbers that Linux has for them. */
const filesystems: Readonly<Record<number, readonly [name: string, catch_?: string, advice?: string]>> = {
	61267: ['ext4'],
	2435016766: ['btrfs'],
	1481003842: ['XFS'],
	801189825: ['ZFS'],
	26985: ['NFS'],
	4283649346: ['SMB'],
	4266872130: ['SMB'],
	1702057286: ['FUSE'],
	19780: ['FAT', 'no file can have more than 4 GiB on it', 'keep large downloads on another disk'],
	16914836: [
		'tmpfs',
		'it is kept in memory, and gone with the next start',
		'choose a folder on a disk: tortui config set dir DIR',
	],
	2035054128: ['overlay', 'what is in a container is gone with it', 'mount a volume there'],
};

/** Whether downloads can go into a folder, and how much room there is. */
export async function checkFolder(dir: string, least: Bytes): Promise<Finding[]> {
	const {ok, warning, wrong} = findings('disk');
	const another = 'choose another: tortui config set dir DIR';
	try {
		if (!(await stat(dir)).isDirectory()) return [wrong(`${dir} is not a folder`, another)];
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		return code === 'ENOENT'
			? [warning(`${dir} is not there: it is made with the first download`, 'if it is a disk, mount it')]
			: [wrong(`${dir} cannot be looked at: ${code}`, another)];
	}
	const draft = join(dir, `.tortui-doctor-${randomBytes(6).toString('hex')}`);
	try {
		await writeFile(draft, 'tortui doctor\n', {flag: 'wx'});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		const reasons: Readonly<Record<string, string>> = {
			EACCES: 'this user may not write to it',
			EROFS: 'its file system is read-only',
			ENOSPC: 'its disk is full',
			EDQUOT: 'the quota of this user is used up',
		};
		return [
			wrong(
				`${dir}: ${reasons[code ?? ''] ?? code}`,
				code === 'ENOSPC' || code === 'EDQUOT' ? 'make room there' : another,
			),
		];
	} finally {
		await rm(draft, {force: true}).catch(() => {});
	}
	const facts = await statfs(dir).catch((): StatsFs | undefined => undefined);
	if (facts === undefined) return [ok(`${dir} can be written to`)];
	const free = facts.bavail * facts.bsize;
	const [name, snag, advice] = filesystems[facts.type >>> 0] ?? [];
	const text = `${dir}: ${size(free)} free${name === undefined ? '' : `, ${name}`}`;
	const found: Finding[] = [];
	if (free < least)
		found.push(
			wrong(
				`${text}: less than the ${size(least)} that are to stay free`,
				'make room there: downloads wait until then',
			),
		);
	else if (free < littleSpace) found.push(warning(`${text}: that is little`, 'make room there'));
	else found.push(ok(text));
	if (snag !== undefined) found.push(warning(`${dir}: ${snag}`, advice));
	return found;
}

/** What is wrong with the disk of the state folder, whose own state another check tells: a full one keeps nothing. */
export async function checkStateDisk(stateDir: string): Promise<Finding[]> {
	return (await checkFolder(stateDir, 0)).filter(({level}) => level === 'wrong');
}

/** Whether enough files and sockets may be open. @param limit undefined where the system does not tell */
export function checkFiles(limit: number | undefined): Finding[] {
	const {ok, warning, wrong, unknown} = findings('limits');
	if (limit === undefined) return [unknown('the system does not tell how many files may be open')];
	const advice = 'raise it: ulimit -n 4096, or LimitNOFILE=4096 in the unit';
	if (limit < 128) return [wrong(`only ${limit} files and sockets may be open`, advice)];
	return limit < 1024
		? [warning(`${limit} files and sockets may be open: that is few peers`, advice)]
		: [ok(`${limit} files and sockets may be open`)];
}

const colourWords = {0: 'no colours', 16: '16 colours', 256: '256 colours', 16777216: 'all colours'} as const;
const leastColumns = 60;
const leastRows = 18;

/** What the screen finds here. */
export function checkTerminal(
	{
		isTTY,
		columns = 0,
		rows = 0,
	}: {readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number},
	env: NodeJS.ProcessEnv,
): Finding[] {
	const {ok, warning, unknown} = findings('terminal');
	if (!isTTY) return [unknown('this is no terminal: the screen needs one')];
	const environment = screenEnvironment(env);
	const {term = ''} = environment;
	const inside = [
		...(env['TMUX'] ? ['in tmux'] : env['STY'] ? ['in screen'] : []),
		...(environment.ssh ? ['over SSH'] : []),
	];
	const depth = colourDepth('auto', environment);
	const found: Finding[] = [];
	if (term === '' || term === 'dumb')
		found.push(
			warning(
				`TERM is ${term === '' ? 'not set' : 'dumb'}: there is only a screen of lines`,
				'export TERM=xterm-256color, when the terminal is one',
			),
		);
	if (!showsUtf8(environment.locale))
		found.push(
			warning(`the locale is ${environment.locale}: the screen is drawn in ASCII`, 'export LANG=C.UTF-8'),
		);
	else if (hasAsciiOnly(environment))
		found.push(
			warning(
				'the console of Linux has few characters: the screen is drawn in ASCII',
				'run it in a terminal of a desktop, or over SSH from one, to see all of it',
			),
		);
	if (columns < leastColumns || rows < leastRows)
		found.push(
			warning(
				`${columns}x${rows} is small: columns and panes are left out`,
				`make it ${leastColumns}x${leastRows} or larger`,
			),
		);
	if (depth === 16 && env['TMUX'])
		found.push(
			warning(`${term} in tmux has 16 colours`, 'in ~/.tmux.conf: set -g default-terminal tmux-256color'),
		);
	return found.length > 0
		? found
		: [ok(`${[term, `${columns}x${rows}`, colourWords[depth], ...inside].join(', ')}`)];
}

const earliest = Date.UTC(2026, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** Whether the clock can be right: encrypted connections and announce times go by it. @param now in ms since 1970 */
export function checkClock(now: Millis): Finding[] {
	const {ok, wrong} = findings('clock');
	const text = new Date(now).toISOString().slice(0, 16).replace('T', ' ');
	return now < earliest || now > latest
		? [
				wrong(
					`it is ${text} UTC by it: https:// trackers are not trusted then`,
					'set it: timedatectl set-ntp true',
				),
			]
		: [ok(`it is ${text} UTC by it; nothing else is known to compare it with`)];
}
