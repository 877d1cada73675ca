// Draws the pictures of the README from a real run of `tortui demo`: npm run media
import {existsSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import process from 'node:process';
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

/** The whole session as a film of some twenty moments. */
async function film(): Promise<Moment[]> {
	const session = start(120, 40);
	const moments: Moment[] = [];
	const take = (seconds: number, caption?: string) => {
		moments.push({frame: session.frame(), seconds, ...(caption !== undefined && {caption})});
	};
	const press = async (seconds: number, key: string, then = 350) => {
		await session.press(key);
		await session.wait(then);
		take(seconds, key);
	};
	const reaches = (percent: number) => hasReached(session, percent);
	try {
		await session.sees('peers', text => /from \d of \d/.test(text));
		take(1.2);
		for (let turn = 0; turn < 2; turn++) {
			await session.wait(1800);
			take(1.2);
		}
		await press(2.2, 'p', 1200);
		await press(1.4, 'p', 2200);
		await press(1.4, '5');
		await session.press('↓');
		await press(1, '↓');
		await press(1.2, '+');
		await press(1.4, '+');
		await press(2, 'w', 700);
		await session.press('_');
		await press(1, '1');
		await press(2.4, 'Enter');
		await session.press('Esc');
		await press(2.4, '?');
		await session.press('Esc');
		await reaches(45);
		take(1.2);
		await session.press('w');
		await press(1.6, 'w', 700);
		await reaches(60);
		take(1.2);
		await reaches(75);
		take(1.2);
		await session.press('_');
		await press(1.2, '_', 700);
		await reaches(95);
		take(1.2);
		await session.sees('the end', text => /seeding/.test(text));
		await session.wait(5500);
		take(4);
		await leave(session);
	} finally {
		await session.close(0);
	}
	return moments;
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
	const animated = drawPicture(moments, {title, label: about, still: moments.length - 4});
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
