/** A file of the demo: a text, or a recording that takes `share` of what the texts and short takes leave over. */
export type DemoFile =
	| {readonly path: readonly string[]; readonly text: string}
	| {readonly path: readonly string[]; readonly share: number}
	| {readonly path: readonly string[]; readonly length: number};

/** A folder that exists nowhere, and what is in it. */
export interface DemoFolder {
	readonly name: string;
	readonly files: readonly DemoFile[];
}

/** The folder that the demo downloads. */
export const demoName = 'Coast Recordings';

const about = `Coast Recordings

Nobody ever stood on this coast. Every byte in this folder was computed a moment
ago by "tortui demo", so that there is something to download without a network.

The .wav files are noise that swells and fades the way surf does: 16 bits, one
channel, 22,050 samples a second. They play in any program.

The peers you see are made up, too. They live in the program itself, on the
loopback address 127.0.0.1. One of them lies about its data: it is found out by
the hash of a piece, banned, and what it spoiled is fetched again from others.
`;

const harbourNotes = `Harbour, three nights
  1  ropes, then chains; the wind turns at four minutes
  2  the ferry leaves late
  3  gravel under boots, gulls above
`;

const stormMarkers = `00:00 first gusts
02:10 a door
05:45 the mole goes under
09:20 it turns west
`;

/** A tide table as any made-up coast could have it. */
function tideTable(): string {
	const rows = ['day,high water,metres,low water,metres'];
	for (let day = 0; day < 366; day++) {
		const minutes = (380 + day * 50) % 745;
		const spring = 0.6 * Math.cos((day * 2 * Math.PI) / 14.77);
		const time = (at: number) =>
			`${`${Math.floor(at / 60) % 24}`.padStart(2, '0')}:${`${at % 60}`.padStart(2, '0')}`;
		rows.push(
			`${day + 1},${time(minutes)},${(4.1 + spring).toFixed(2)},${time(minutes + 372)},${(1.2 - spring).toFixed(2)}`,
		);
	}
	return `${rows.join('\n')}\n`;
}

/** Nested folders, files of very different length, an empty one, and several that are smaller than a piece. */
export const demoFiles: readonly DemoFile[] = [
	{path: ['About this folder.txt'], text: about},
	{path: ['1 Harbour', 'Ropes at night.wav'], share: 6},
	{path: ['1 Harbour', 'Ferry leaving.wav'], share: 9.5},
	{path: ['1 Harbour', 'Gulls and gravel.wav'], share: 4.2},
	{path: ['1 Harbour', 'notes.txt'], text: harbourNotes},
	{path: ['2 Lighthouse', 'Stairs.wav'], share: 2.1},
	{path: ['2 Lighthouse', 'Lamp room in wind.wav'], share: 12},
	{path: ['2 Lighthouse', 'Fog signal.wav'], share: 7.4},
	{path: ['2 Lighthouse', 'Keeper', 'Kettle.wav'], share: 1.2},
	{path: ['2 Lighthouse', 'Keeper', 'Radio between stations.wav'], share: 3.3},
	{path: ['2 Lighthouse', 'Keeper', 'Rain on the roof.wav'], share: 8.8},
	{path: ['3 Salt Marsh', 'Before sunrise.wav'], share: 14},
	{path: ['3 Salt Marsh', 'Reeds.wav'], share: 6.6},
	{path: ['3 Salt Marsh', 'Geese far away.wav'], share: 5.1},
	{path: ['3 Salt Marsh', 'Frogs in the ditch.wav'], share: 2.7},
	{path: ['4 Storm', 'First gusts.wav'], share: 7.9},
	{path: ['4 Storm', 'Breakers on the mole.wav'], share: 16},
	{path: ['4 Storm', 'After midnight.wav'], share: 11},
	{path: ['4 Storm', 'markers.txt'], text: stormMarkers},
	{path: ['Extras', 'Clap.wav'], length: 9044},
	{path: ['Extras', 'Microphone test.wav'], length: 66_194},
	{path: ['Extras', 'Tides.csv'], text: tideTable()},
	{path: ['Extras', 'To be written.txt'], text: ''},
];

/** The folder that the demo downloads, and what is in it. */
export const coastRecordings: DemoFolder = {name: demoName, files: demoFiles};
