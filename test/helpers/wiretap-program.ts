// A wiretap in a process of its own, as in another network, and a tracker that names it: HOST PORT SAMPLE MUCH. Says
// `TRACKER url`, and then `SEEN how` when much was sent, and `ENDED` for each connection that ends.
import process from 'node:process';
import {namingTracker} from './naming-tracker.ts';
import {wiretap} from './wiretap.ts';

const [host = '', port = '', sample = '', much = ''] = process.argv.slice(2);
const space = {defer: () => {}};
const tap = await wiretap(space, Number(port), Buffer.from(sample, 'hex'), Number(much), host);
console.log(`TRACKER ${await namingTracker(space, tap.port, host)}`);
let told = 0;
setInterval(() => {
	for (; told < tap.ended; told++) console.log('ENDED');
}, 100);
console.log(`SEEN ${await tap.seen(100_000)}`);
