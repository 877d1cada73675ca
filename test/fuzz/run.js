// Fuzzes for longer than a test run has time for: `npm run fuzz [seconds] [seed]`. Each round takes another seed,
// printed before it begins; a failure is seen again with that seed as second argument.
import {spawnSync} from 'node:child_process';
import {randomInt} from 'node:crypto';
import {globSync} from 'node:fs';
import process from 'node:process';

const seconds = Number(process.argv[2] ?? 600);
const first = process.argv[3] === undefined ? randomInt(2 ** 31) : Number(process.argv[3]);
if (!(seconds > 0) || !Number.isSafeInteger(first)) {
	console.log('usage: npm run fuzz [seconds] [seed]');
	process.exit(2);
}

const files = globSync('test/fuzz/*.test.ts').sort();
const end = performance.now() + seconds * 1000;
let rounds = 0;
for (let seed = first; performance.now() < end; seed = (seed + 1) % 2 ** 31) {
	console.log(`seed ${seed}`);
	const {status} = spawnSync(
		process.execPath,
		[
			'--import=tsx',
			'--test',
			'--test-isolation=none',
			'--test-reporter=./test/helpers/summary.js',
			'--test-reporter-destination=stdout',
			...files,
		],
		{
			stdio: ['ignore', 'inherit', 'inherit'],
			env: {
				...process.env,
				NODE_ENV: 'production',
				FORCE_COLOR: '0',
				FUZZ_SEED: `${seed}`,
				FUZZ_ROUNDS: process.env.FUZZ_ROUNDS ?? '60000',
			},
		},
	);
	rounds++;
	if (status !== 0) {
		console.log(`failed: see it again with npm run fuzz 1 ${seed}`);
		process.exit(1);
	}
}
console.log(`${rounds} rounds from seed ${first} on, nothing found`);
