// Takes and lets go of one lock again and again; alone while it holds it, or it fails.
import {closeSync, openSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';
import {takeLock} from '../../../source/io/state/process-lock.ts';

const [folder = '', rounds = '0'] = process.argv.slice(2);
const alone = join(folder, 'alone');
let held = 0;
for (let round = 0; round < Number(rounds); round++) {
	const lock = takeLock(join(folder, 'locks'), 'x');
	if (!('release' in lock)) continue;
	held++;
	closeSync(openSync(alone, 'wx'));
	rmSync(alone);
	lock.release();
}
process.stdout.write(`${held}\n`);
