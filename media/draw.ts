// Draws the pictures of the README from a real run of `tortui demo`: npm run media
import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import process from 'node:process';
import {isDeepStrictEqual} from 'node:util';
import {drawPicture, type Moment} from './picture.ts';
import {TerminalSession} from './terminal-session.ts';

const root = resolve(import.meta.dirname, '..');
const title = 'tortui demo';
/** Its path is on the picture. */
const folder = '/var/tmp/music';

function start(columns: number, rows: number): TerminalSession {
	return new TerminalSession(
		[process.execPath, resolve(root, 'dist/cli.js'), 'demo', '--dir', folder],
		columns,
		rows,
	);
}

/** Waits until so much of the torrent is there; the first percentage on the screen is that of the whole. */
function hasReached(session: TerminalSession, percent: number): Promise<void> {
	return session.sees(`${percent} %`, text => Number(/([\d.]+) %/.exec(text)?.[1]) >= percent);
}

async function leave(session: TerminalSession): Promise<void> {
	await session.press('q');
	await session.sees('the question', text => /stay/.test(text));
	await session.press('s');
	await session.close();
}

/** Seconds between two moments: those between two frames of the screen. */
const step = 0.25;

/** The whole session as a film, as quick as it was. */
async function film(): Promise<Moment[]> {
	const session = start(120, 40);
	const moments: Moment[] = [];
	/** Films for so many seconds; the caption is the key that was pressed. */
	const watch = async (seconds: number, caption?: string) => {
		for (let left = Math.round(seconds / step); left > 0; left--) {
			await session.wait(step * 1000);
			const frame = session.frame();
			const last = moments.at(-1);
			const isSame = last?.caption === caption && isDeepStrictEqual(last?.frame, frame);
			if (isSame) moments.pop();
			const shown = step + (isSame ? last!.seconds : 0);
			moments.push({frame, seconds: shown, ...(caption !== undefined && {caption})});
		}
	};
	const press = async (seconds: number, key: string) => {
		await session.press(key);
		await watch(seconds, key);
	};
	try {
		await session.sees('peers', text => /from \d of \d/.test(text));
		await session.sees('speed', text => !/peak 0 B/.test(text));
		await watch(3);
		await press(1.5, 'p');
		await press(1.5, 'p');
		await press(0.75, '5');
		await press(0.5, '↓');
		await press(0.5, '↓');
		await press(0.75, '+');
		await press(1.5, 'w');
		await press(0.75, '_');
		await press(0.5, '1');
		await press(1.75, 'Enter');
		await press(0.5, 'Esc');
		await press(2, '?');
		await press(0.5, 'Esc');
		for (const percent of [30, 45, 60, 75]) {
			await hasReached(session, percent);
			await watch(1);
		}
		await hasReached(session, 96);
		for (let turn = 0; turn < 16 && !/seeding/.test(session.text()); turn++) await watch(step);
		await session.sees('the end', text => /seeding/.test(text));
		await watch(1);
		await session.wait(3000);
		await watch(3);
		await leave(session);
	} finally {
		await session.close(0);
	}
	return moments;
}

/** The moment half way that stands for the whole film where nothing moves. */
function middle(moments: readonly Moment[]): number {
	const percent = ({frame}: Moment) => {
		const text = frame.rows.map(row => row.map(cell => cell.text || ' ').join('')).join('\n');
		return Number(/([\d.]+) %/.exec(text)?.[1] ?? 0);
	};
	return Math.max(
		0,
		moments.findIndex(moment => percent(moment) >= 60),
	);
}

/** One moment on a small terminal, half way. */
async function photograph(): Promise<Moment> {
	const session = start(80, 24);
	try {
		await hasReached(session, 42);
		const moment = {frame: session.frame(), seconds: 1};
		await leave(session);
		return moment;
	} finally {
		await session.close(0);
	}
}

if (existsSync(folder)) throw new Error(`${folder} is in the way: the demo would write into it`);
mkdirSync(folder, {recursive: true});
try {
	const moments = await film();
	const about = 'tortui downloading in a terminal: pieces, speed, peers, trackers, files and log';
	const animated = drawPicture(moments, {title, label: about, still: middle(moments)});
	writeFileSync(resolve(root, 'media/tortui.svg'), animated);
	rmSync(folder, {recursive: true});
	const small = drawPicture([await photograph()], {title, label: `${about}, in 80 columns by 24 lines`});
	writeFileSync(resolve(root, 'media/tortui-80x24.svg'), small);
	console.log(
		`media/tortui.svg: ${moments.length} moments, ${Math.round(animated.length / 1000)} kB; media/tortui-80x24.svg: ${Math.round(small.length / 1000)} kB`,
	);
} finally {
	rmSync(folder, {recursive: true, force: true});
}
