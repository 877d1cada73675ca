// Runs every test: those that share nothing in one process, those with real programs one file at a time.
import {spawn} from 'node:child_process';
import {globSync} from 'node:fs';
import process from 'node:process';

process.env.NODE_ENV ??= 'production';
process.env.FORCE_COLOR ??= '0';
console.log(`Node.js ${process.version}`);

const only = process.argv.slice(2);
const shared =
	only.length > 0
		? only
		: globSync(
				'test/{architecture,base,protocol,policy,engine,fuzz,bridge,simulation,ui,commands}{/**/*,}.test.{ts,tsx}',
			).sort();
const isolated = only.length > 0 ? [] : globSync('test/{journeys,interop}/**/*.test.{ts,tsx}').sort();

const total = {passed: 0, failed: 0, skipped: 0};

function run(files, flags) {
	return new Promise(resolve => {
		if (files.length === 0) return resolve(0);
		const child = spawn(
			process.execPath,
			[
				'--import=tsx',
				'--test',
				...flags,
				'--test-reporter=./test/helpers/summary.js',
				'--test-reporter-destination=stdout',
				...files,
			],
			{stdio: ['ignore', 'pipe', 'inherit']},
		);
		let rest = '';
		child.stdout.setEncoding('utf8').on('data', chunk => {
			const lines = (rest + chunk).split('\n');
			rest = lines.pop();
			for (const line of lines) {
				const counts = /^counts (\d+) (\d+) (\d+)$/.exec(line);
				if (counts) {
					total.passed += Number(counts[1]);
					total.failed += Number(counts[2]);
					total.skipped += Number(counts[3]);
				} else console.log(line);
			}
		});
		child.on('close', code => resolve(code ?? 1));
	});
}

const codes = [
	await run(shared, ['--test-isolation=none']),
	await run(isolated, ['--test-concurrency=1', '--test-timeout=300000']),
];
if (total.failed === 0 && codes.some(code => code !== 0)) total.failed = 1;
console.log(
	`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
