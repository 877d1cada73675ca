// Runs every test: those that share nothing in one process, those with real programs one file at a time, each in a
// process group of its own with a deadline, so that whatever hangs is cut, counted as failed, and leaves nothing behind.
import {spawn, spawnSync} from 'node:child_process';
import {globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';
import process from 'node:process';

process.env.NODE_ENV ??= 'production';
process.env.FORCE_COLOR ??= '0';
console.log(`Node.js ${process.version}`);

// What a test that was cut off leaves behind goes with this folder.
const folder = mkdtempSync(join(tmpdir(), 'tortui-run-'));
// Nothing is looked for beyond this machine but by tests of just that.
mkdirSync(join(folder, 'config/tortui'), {recursive: true});
writeFileSync(
	join(folder, 'config/tortui/config.json'),
	'{"no-dht": true, "no-lsd": true, "no-port-map": true}\n',
);
const env = {...process.env, TMPDIR: folder, XDG_CONFIG_HOME: join(folder, 'config')};

const testMs = 120_000;
const sharedMs = 420_000;
const fileMs = 240_000;
const wholeMs = 1_020_000;
/** Processes at a time; two more when what takes a core for itself is over: the others wait most of their time. */
const lanes = Math.min(2, availableParallelism());
const moreLanes = 2;

const isIsolated = file =>
	/^test\/(?:journeys|interop|hostile|simulation)\/|^test\/engine\/torrent\/file-ownership/.test(file);
const found = process.argv.length > 2 ? process.argv.slice(2) : globSync('test/**/*.test.{ts,tsx}').sort();
const files = found.map(file => file.replaceAll('\\', '/').replace(/^\.\//, ''));
const shared = files.filter(file => !isIsolated(file));
/** A process each: what waits in one keeps the others from nothing. */
const rooms = [
	/^test\/engine\/(?:torrent|session|sources|swarm|views)\//,
	/^test\/engine\//,
	/^test\/(?:commands|bridge)\//,
	/^test\/(?:automation|creator|importer|io|tracker)\//,
	/^test\/ui\//,
];
const roomOf = file => rooms.findIndex(room => room.test(file));
const together = rooms.map((_, room) => shared.filter(file => roomOf(file) === room));
together.push(shared.filter(file => roomOf(file) < 0));
/** What keeps a core busy, or measures what strangers cost, begins first, and of that the engine's. */
const isBusy = file => /^test\/(?:simulation|engine|hostile)\/|^test\/interop\/crowd/.test(file);
/** Those that wait longest begin before the others that wait, so that none of them is left alone at the end. */
const longest = [
	...[
		'interop/v2-matrix',
		'interop/v2-qbittorrent',
		'interop/miniupnpd',
		'interop/tracker-transmission',
		'interop/transmission',
	],
	...['journeys/group', 'journeys/install', 'interop/large', 'interop/import', 'interop/tracker-clients'],
	...['interop/magnet', 'journeys/shared-folder', 'journeys/web', 'interop/mse-transmission'],
].map(name => `test/${name}.test.ts`);
const apart = files.filter(isIsolated);
const waiting = apart.filter(file => !isBusy(file));
waiting.sort((one, other) => Number(longest.includes(other)) - Number(longest.includes(one)));
const [living = [], engine = [], ...others] = together;
const busy = [living, engine, ...apart.filter(isBusy).map(file => [file]), ...others].filter(
	job => job.length > 0,
);
const jobs = [...busy, ...waiting.map(file => [file])];
let busyLeft = busy.length;
let beQuiet;
const quiet = new Promise(resolve => {
	beQuiet = resolve;
});
if (busyLeft === 0) beQuiet();

const total = {passed: 0, failed: 0, skipped: 0};
/** What failed, with why: told once more at the end, where it is looked for. */
const failures = [];

/** Takes down each failed test of what a process said, below the name of its file. */
function noteFailures(said) {
	let file = '';
	let isInside = false;
	for (const line of said.flatMap(text => text.split('\n'))) {
		if (/^\S.*\.test\.tsx?$/.test(line)) file = line;
		const begins = line.startsWith('  ✗ ');
		isInside = begins || (isInside && line.startsWith('      '));
		if (begins) failures.push(file);
		if (isInside) failures.push(line);
	}
}

const groups = new Set();

function endGroup(child) {
	try {
		process.kill(-child.pid, 'SIGKILL');
	} catch {} // It is gone already.
}

/** Runs the files in one process for at most `limit` ms. */
function run(tests, limit) {
	return new Promise(resolve => {
		const child = spawn(
			process.execPath,
			[
				'--import=tsx',
				'--test',
				'--test-isolation=none',
				`--test-timeout=${testMs}`,
				'--test-reporter=./test/helpers/summary.js',
				'--test-reporter-destination=stdout',
				...tests,
			],
			{stdio: ['ignore', 'pipe', 'inherit'], detached: true, env},
		);
		groups.add(child);
		let counts = [0, 0, 0];
		let cut = false;
		const timer = setTimeout(() => {
			cut = true;
			endGroup(child);
		}, limit);
		let rest = '';
		/** Told whole when it is over: others run beside it. */
		const said = [];
		child.stdout.setEncoding('utf8').on('data', chunk => {
			const lines = (rest + chunk).split('\n');
			rest = lines.pop();
			for (const line of lines) {
				const match = /^counts (\d+) (\d+) (\d+)$/.exec(line);
				if (match) counts = match.slice(1).map(Number);
				else said.push(line);
			}
		});
		// Programs that a test left behind may hold the pipe open; they go with the group.
		child.on('exit', () => endGroup(child));
		child.on('close', code => {
			clearTimeout(timer);
			groups.delete(child);
			if (rest !== '') said.push(rest);
			let [passed, failed, skipped] = counts;
			const names = tests.length > 1 ? `${tests.length} files` : tests[0];
			if (cut) {
				said.push(`  ✗ ${names}: cut off after ${Math.round(limit / 1000)} s`);
				failed++;
			} else if (code !== 0 && failed === 0) {
				said.push(`  ✗ ${names}: ended with exit status ${code}`);
				failed++;
			} else if (passed + failed + skipped === 0) {
				said.push(`  ✗ ${names}: no test was run`);
				failed++;
			}
			total.passed += passed;
			total.failed += failed;
			total.skipped += skipped;
			console.log(said.join('\n'));
			if (failed > 0) noteFailures(said);
			resolve();
		});
	});
}

function removeFolder() {
	try {
		rmSync(folder, {recursive: true, force: true, maxRetries: 5});
	} catch (error) {
		console.log(`left behind: ${error.message}`);
	}
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.once(signal, () => {
		for (const child of groups) endGroup(child);
		removeFolder();
		process.exit(130);
	});
}

// Several would else build at the same time, each what another is about to start.
if (jobs.length > 1 && !process.env.TORTUI_CLI)
	spawnSync(process.execPath, ['--import=tsx', 'test/helpers/fresh-build.ts'], {stdio: 'inherit'});

const end = performance.now() + wholeMs;
async function runLane() {
	for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
		const left = end - performance.now();
		if (left > 1000) await run(job, Math.min(job.length > 1 ? sharedMs : fileMs, left));
		else {
			const line = `  ✗ ${job[0]}: not run, the whole run took longer than ${wholeMs / 1000} s`;
			console.log(line);
			failures.push(line);
			total.failed++;
		}
		if (busy.includes(job) && --busyLeft === 0) beQuiet();
	}
}
const later = quiet.then(() => Promise.all(Array.from({length: moreLanes}, runLane)));
await Promise.all([...Array.from({length: lanes}, runLane), later]);
if (total.passed + total.failed === 0) {
	console.log('no test was found');
	total.failed++;
}
removeFolder();
if (total.skipped > 0) console.log(`\n${total.skipped} skipped, for the reasons given above`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
