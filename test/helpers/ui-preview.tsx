// Shows the screen on a scripted engine in real time: node --import=tsx test/helpers/ui-preview.tsx [list] [ascii] [theme=NAME] [peers=50] [mixed=24]
import process from 'node:process';

process.env['NODE_ENV'] = 'production';
const {openScreen} = await import('../../source/ui/screen/screen.ts');
const {FakeEngine} = await import('./fake-engine.ts');
const {mixedTorrents} = await import('./mixed-torrents.ts');
const words = new Map(process.argv.slice(2).map(word => word.split('=') as [string, string]));
const engine = new FakeEngine({
	peers: Number(words.get('peers') ?? 24),
	have: Number(words.get('have') ?? 0.7),
});
if (words.has('mixed')) engine.others = mixedTorrents(Number(words.get('mixed') || 24));
if (words.has('reason')) engine.reason = {level: 'warn', text: 'all 12 peers choke us'};
const stop = engine.run();
const left = await openScreen(engine, {
	torrent: words.has('list') ? undefined : engine.id,
	stdout: process.stdout,
	stdin: process.stdin,
	ascii: words.has('ascii'),
	color: words.has('nocolor') ? 'never' : 'auto',
	theme: words.get('theme'),
	version: '1.0.0',
	env: {ssh: false, term: process.env['TERM'], colorTerm: process.env['COLORTERM'], timezone: 0},
});
stop();
console.log(JSON.stringify(left));
process.exit(0);
