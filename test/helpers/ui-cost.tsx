// Says what drawing costs: bytes and CPU a frame at three sizes, everything changing four times a second.
// node --import=tsx test/helpers/ui-cost.tsx [truecolor|256] [largest]; measures what is in dist/.
import process from 'node:process';
import {Writable} from 'node:stream';

process.env['NODE_ENV'] = 'production';
const built = '../../dist/screen.mjs';
const {openScreen} = (await import(built)) as typeof import('../../source/ui/screen/screen.ts');
const {FakeEngine} = await import('./fake-engine.ts');
const {TestTerminal} = await import('./screen-terminal.ts');

for (const [columns, rows] of [
	...(process.argv[3] ? [] : ([[80, 24]] as const)),
	...(process.argv[3] ? [] : ([[120, 40]] as const)),
	[200, 60],
] as const) {
	const engine = new FakeEngine({peers: 50, have: 0.5});
	let bytes = 0;
	const stdout = Object.assign(
		new Writable({
			write(chunk: Buffer, _encoding, done) {
				bytes += chunk.length;
				done();
			},
		}),
		{isTTY: true as const, columns, rows},
	);
	const {stdin} = new TestTerminal(columns, rows);
	const left = openScreen(engine, {
		torrent: engine.id,
		stdout: stdout as never,
		stdin: stdin as never,
		ascii: false,
		color: 'always',
		version: '1',
		env: {ssh: false, term: 'xterm-256color', colorTerm: process.argv[2] ?? ''},
	});
	const turn = async () => {
		for (let time = 0; time < 5; time++) await new Promise(resolve => setImmediate(resolve));
		await new Promise(resolve => setTimeout(resolve, 40));
	};
	const drive = async (ticks: number, driven: InstanceType<typeof FakeEngine>) => {
		const costs: number[] = [];
		for (let tick = 0; tick < ticks; tick++) {
			const started = process.cpuUsage();
			driven.advance(0.25);
			await turn();
			const used = process.cpuUsage(started);
			costs.push((used.user + used.system) / 1000);
		}
		return costs.sort((a, b) => a - b);
	};
	await turn();
	await drive(30, engine);
	// The fake engine's own work is taken off.
	const other = new FakeEngine({peers: 50, have: 0.5});
	other.watch(engine.watches.at(-1) as never, () => undefined);
	const own = await drive(60, other);
	bytes = 0;
	const all = await drive(120, engine);
	const at = (share: number) =>
		((all[Math.floor(all.length * share)] ?? 0) - (own[Math.floor(own.length * share)] ?? 0)).toFixed(1);
	console.log(
		`${columns}x${rows}: ${Math.round(bytes / 120)} bytes a tick, CPU ${at(0.1)} ms (a tenth are below), ${at(0.5)} ms (median)`,
	);
	engine.lose('done');
	await left;
}
process.exit(0);
