import type {Bytes} from '../../base/units.js';
import type {DemoFolder} from './demo-recordings.js';

/** A folder that people of the demo share. */
export interface DemoShelf extends DemoFolder {
	/** About how long all of it is. */
	readonly size: Bytes;
	/** Who shares it, each with a peer of their own. */
	readonly nicks: readonly string[];
}

/** Who shares what the demo downloads. */
export const coastNick = 'ines';

const megabyte = 1_048_576;

function about(name: string, nick: string): string {
	return `${name}\n\nMade up by "tortui demo", and shared by ${nick}, whom nobody ever met.\n`;
}

const timetable = Array.from(
	{length: 96},
	(_, at) =>
		`${`${Math.floor(at / 4)}`.padStart(2, '0')}:${`${(at % 4) * 15}`.padStart(2, '0')},platform ${(at * 7) % 5}`,
).join('\n');

/** The small network of the demo: what its people share besides the folder that is downloaded. */
export const demoShelves: readonly DemoShelf[] = [
	{
		name: 'Harbour Bells',
		size: 6 * megabyte,
		nicks: ['ines', 'tomas'],
		files: [
			{path: ['About.txt'], text: about('Harbour Bells', 'ines')},
			{path: ['North mole.wav'], share: 3},
			{path: ['Buoy in fog.wav'], share: 2},
			{path: ['Four at noon.wav'], share: 1},
		],
	},
	{
		name: 'Night Trains',
		size: 9 * megabyte,
		nicks: ['wren'],
		files: [
			{path: ['About.txt'], text: about('Night Trains', 'wren')},
			{path: ['Sleeper', 'Corridor.wav'], share: 4},
			{path: ['Sleeper', 'Bridge.wav'], share: 2},
			{path: ['Freight', 'Sixty wagons.wav'], share: 5},
		],
	},
	{
		name: 'Rain on Tin Roofs',
		size: 4 * megabyte,
		nicks: ['tomas', 'wren'],
		files: [
			{path: ['Drizzle.wav'], share: 2},
			{path: ['Cloudburst.wav'], share: 3},
		],
	},
	{
		name: 'Train timetables',
		size: 1,
		nicks: ['wren'],
		files: [
			{path: ['weekdays.csv'], text: `${timetable}\n`},
			{path: ['About.txt'], text: about('Train timetables', 'wren')},
		],
	},
	{
		name: 'Field notes, spring',
		size: 2 * megabyte,
		nicks: ['tomas'],
		files: [
			{path: ['notes.txt'], text: about('Field notes, spring', 'tomas')},
			{path: ['Marsh at six.wav'], share: 1},
		],
	},
	{
		name: 'Foghorns of the north',
		size: 12 * megabyte,
		nicks: ['ines'],
		files: [
			{path: ['About.txt'], text: about('Foghorns of the north', 'ines')},
			{path: ['Long, short, long.wav'], share: 3},
			{path: ['Answer from the other side.wav'], share: 4},
		],
	},
];
