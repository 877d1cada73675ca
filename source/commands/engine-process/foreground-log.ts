import {fstatSync} from 'node:fs';
import type {LogLevel} from '../../base/ports.js';
import {terminalLine} from '../../base/terminal-text.js';
import type {LogLine} from './file-log.js';

/** What the journal calls the levels: sd-daemon(3). */
const priorities: Readonly<Record<LogLevel, number>> = {debug: 7, info: 6, warn: 4, error: 3};

const twoDigits = (number: number) => String(number).padStart(2, '0');

function withName({text, name}: LogLine): string {
	return terminalLine(name === undefined ? text : `${name}: ${text}`);
}

/** A line for the journal, which has the time and makes a level of the number before it. */
export function journalWords(line: LogLine): string {
	return `<${priorities[line.level]}>${withName(line)}`;
}

/** A line for a person: the time here, the level where it matters, the torrent's name. */
export function plainWords(line: LogLine): string {
	const at = new Date(line.at);
	const date = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
	const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':');
	const level = line.level === 'info' ? '' : `${line.level}: `;
	return `${date} ${time} ${level}${withName(line)}`;
}

/** Whether standard error is the journal's: it says which file that is in `JOURNAL_STREAM`. systemd.exec(5). */
export function isJournal(
	{JOURNAL_STREAM}: NodeJS.ProcessEnv,
	stat: () => {dev: number | bigint; ino: number | bigint} = () => fstatSync(2, {bigint: true}),
): boolean {
	if (JOURNAL_STREAM === undefined) return false;
	try {
		const {dev, ino} = stat();
		return JOURNAL_STREAM === `${dev}:${ino}`;
	} catch {
		return false;
	}
}
