import {CatalogueIndex} from '../../source/policy/catalogue/catalogue-index.ts';
import type {Publication} from '../../source/protocol/catalogue/publication.ts';
import {seeded} from '../policy/seeded.ts';
import {secondsEach, tell} from './measure.ts';

const entries = 100_000;
const publishers = 500;
const letters = 'aeioubcdfgklmnprst';

/** A word as names have them: some are common, most are not. */
function vocabulary(random: () => number): () => string {
	const words = Array.from({length: 20_000}, () =>
		Array.from(
			{length: 2 + Math.floor(random() * 7)},
			() => letters[Math.floor(random() * letters.length)],
		).join(''),
	);
	return () => words[Math.floor(random() ** 3 * words.length)]!;
}

/** What a catalogue of 100,000 entries takes up, and what a search in it takes: at most 10 ms, whatever is asked. */
export function benchCatalogue(): void {
	const random = seeded(1);
	const word = vocabulary(random);
	globalThis.gc?.();
	const before = process.memoryUsage().heapUsed;
	const index = new CatalogueIndex({
		stands: () => true,
		counts: infoHash => ({seeders: Number.parseInt(infoHash.slice(-2), 16), leechers: 1}),
	});
	const hex = (number: number) => number.toString(16).padStart(40, '0');
	const names: string[] = [];
	for (let publisher = 0; publisher < publishers; publisher++) {
		const batch = Array.from({length: entries / publishers}, (_, at): Publication => {
			const number = publisher * (entries / publishers) + at;
			const name = `${Array.from({length: 5}, word).join(' ')} ${1900 + Math.floor(random() * 127)} ${number}`;
			names.push(name);
			return {
				infoHash: hex(number) as Publication['infoHash'],
				...{name, size: number * 1000, files: 3, listHash: hex(number)},
				...{peerId: hex(publisher), nick: `nick${publisher}`},
			};
		});
		index.publish(`key${publisher}`, batch, 0, 0);
	}
	globalThis.gc?.();
	const grown = process.memoryUsage().heapUsed - before;
	const {torrents} = index.totals;
	tell(`catalogue: memory of ${torrents} entries`, `${Math.round(grown / 2 ** 20)} MiB`, '< 200 MiB');
	const queries = [
		'',
		...[...'abcdest12'],
		...['aa', 'st', '19', '12'],
		...Array.from({length: 30}, word),
		...Array.from({length: 30}, () => `${word().slice(0, 3)} ${word()}`),
		...Array.from({length: 30}, () => names[Math.floor(random() * names.length)]!),
	];
	let [worst, which] = [0, ''];
	let sum = 0;
	for (const words of queries) {
		for (const sort of ['seeds', 'name'] as const) {
			const time = secondsEach(() => index.search({words, sort}));
			sum += time;
			if (time > worst) [worst, which] = [time, `${JSON.stringify(words)} by ${sort}`];
		}
	}
	tell('catalogue: a search, mean', `${((sum / queries.length / 2) * 1000).toFixed(2)} ms`);
	tell(`catalogue: the slowest, ${which}`, `${(worst * 1000).toFixed(2)} ms`, '< 10 ms');
	const sweep = secondsEach(() => index.sweep(0));
	tell('catalogue: a second’s look at who is there', `${(sweep * 1000).toFixed(2)} ms`);
}
