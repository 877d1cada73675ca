// Says what drawing costs: bytes and CPU a frame at three sizes, everything changing four times a second.
import process from 'node:process';
import {Writable} from 'node:stream';

process.env['NODE_ENV'] = 'production';
const {openScreen} = await import('../../source/ui/screen.tsx');
const {FakeEngine} = await import('./fake-engine.ts');
const {TestTerminal} = await import('./screen-terminal.ts');

for (const [columns, rows] of [
	...(process.argv[3] ? [] : ([[80, 24]] as const)),
	...(process.argv[3] ? [] : ([[120, 40]] as const)),
	[200, 60],
] as const) {
	const engine = new FakeEngine({peers: 50, have: 0.5});
	let bytes = 0;
	let frames = 0;
	const stdout = Object.assign(
		new Writable({
			write(chunk: Buffer, _encoding, done) {
				bytes += chunk.length;
				frames++;
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
	const drive = async (ticks: number) => {
		for (let tick = 0; tick < ticks; tick++) {
			engine.advance(0.25);
			await turn();
		}
	};
	await turn();
	await drive(30);
	// The fake engine's own work is taken off.
	const idleStart = process.cpuUsage();
	const other = new FakeEngine({peers: 50, have: 0.5});
	other.watch(engine.watches.at(-1) as never, () => undefined);
	for (let tick = 0; tick < 60; tick++) {
		other.advance(0.25);
		await turn();
	}
	const own = process.cpuUsage(idleStart);
	bytes = 0;
	frames = 0;
	const started = process.cpuUsage();
	await drive(60);
	const used = process.cpuUsage(started);
	const cpu = (used.user + used.system - own.user - own.system) / 1000 / 60;
	console.log(
		`${columns}x${rows}: ${Math.round(bytes / 60)} bytes and ${cpu.toFixed(1)} ms CPU a tick (${(frames / 60).toFixed(2)} writes a tick)`,
	);
	engine.lose('done');
	await left;
}
process.exit(0);
