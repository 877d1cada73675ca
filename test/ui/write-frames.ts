// Keeps the pictures as the screen is drawn now: to be looked at before they are committed.
import {spawnSync} from 'node:child_process';
import process from 'node:process';

const {status} = spawnSync(process.execPath, ['--import=tsx', '--test', 'test/ui/frames.test.ts'], {
	env: {...process.env, UPDATE_FRAMES: '1'},
	stdio: 'inherit',
});
process.exitCode = status ?? 1;
