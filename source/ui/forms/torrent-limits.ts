import type {TorrentView} from '../../api/snapshot.js';
import {parseDuration, parseRate} from '../../base/quantities.js';
import {parseAtGoal, type SeedGoalChange} from '../../base/seed-goal.js';
import {targetNames} from '../model/targets.js';
import type {ScreenContext} from '../screen/screen-context.js';
import {field} from '../text/text-field.js';
import {limitField, readLimit} from './limit-field.js';
import {namesOf} from './torrent-forms.js';

/** The form for the limits of torrents: of their speed, and of how long they seed. */
export function openLimits(screen: ScreenContext, torrents: readonly TorrentView[]): void {
	const [first] = torrents;
	if (!first) return;
	screen.setDialog({
		kind: 'form',
		title: `Limits: ${targetNames(torrents)}`,
		preview: () => namesOf(torrents),
		fields: [
			limitField('down', 'download', first.maxDownload, '500K, 2M; empty for none'),
			limitField('up', 'upload', first.maxUpload, 'a second'),
			{
				kind: 'text',
				name: 'ratio',
				label: 'seed ratio',
				hint: 'stop seeding at this ratio; none; default; empty: as it is',
				value: field(),
			},
			{
				kind: 'text',
				name: 'time',
				label: 'seed time',
				hint: '30m, 2h, 1d; none; default; empty: as it is',
				value: field(),
			},
			{
				kind: 'text',
				name: 'idle',
				label: 'idle for',
				hint: 'nobody took anything for so long; as above',
				value: field(),
			},
			{
				kind: 'choice',
				name: 'match',
				label: 'it takes',
				options: ['as it is', 'any of these', 'all of these'],
				at: 0,
			},
			{
				kind: 'text',
				name: 'then',
				label: 'and then',
				hint: 'stop, remove, remove-with-data, 50K; default; empty: as it is',
				value: field(),
			},
			{
				kind: 'choice',
				name: 'last',
				label: 'last seed',
				hint: 'while no other seed is known',
				options: ['as it is', 'goes on', 'need not go on'],
				at: 0,
			},
		],
		at: 0,
		submit: values => {
			const maxDownload = readLimit(values['down'], parseRate);
			const maxUpload = readLimit(values['up'], parseRate);
			const seedRatio = readLimit(notDefault(values['ratio']), text =>
				/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined,
			);
			const seedTime = readLimit(notDefault(values['time']), parseDuration);
			if (maxDownload === undefined || maxUpload === undefined) return 'A speed is written 500K or 2M.';
			const goal = readGoal(values);
			if (typeof goal === 'string') return goal;
			if (seedRatio === undefined) return 'A ratio is a number, such as 1.5.';
			if (seedTime === undefined) return 'A time is written 30m, 2h or 1d.';
			for (const torrent of torrents) {
				screen.send({
					type: 'torrent.limits',
					id: torrent.id,
					maxDownload,
					maxUpload,
					...(notDefault(values['ratio']) !== '' && {seedRatio}),
					...(notDefault(values['time']) !== '' && {seedTime}),
				});
				if (Object.keys(goal).length > 0) screen.send({type: 'torrent.goal', id: torrent.id, goal});
			}
			return undefined;
		},
	});
}

const isDefault = (text: string | undefined) => (text ?? '').trim() === 'default';

/** Of a part that is to be as for others nothing is said. */
function notDefault(text: string | undefined): string {
	return isDefault(text) ? '' : (text ?? '').trim();
}

/** The parts of the goal beside ratio and time, and all that are to be as for others; or what is wrong, in a sentence. */
function readGoal(values: Readonly<Record<string, string>>): SeedGoalChange | string {
	const written = notDefault(values['idle']);
	const idle = readLimit(written, parseDuration);
	if (idle === undefined) return 'A time is written 30m, 2h or 1d.';
	const then = notDefault(values['then']);
	const atGoal = parseAtGoal(then);
	if (then !== '' && atGoal === undefined)
		return 'It can stop, remove, remove-with-data, or go on at a rate: 50K.';
	const {match, last} = values;
	return {
		...(isDefault(values['ratio']) && {ratio: null}),
		...(isDefault(values['time']) && {time: null}),
		...(isDefault(values['idle']) && {idle: null}),
		...(isDefault(values['then']) && {atGoal: null}),
		...(written !== '' && {idle: idle ?? 'none'}),
		...(atGoal !== undefined && {atGoal}),
		...(match === 'any of these' && {match: 'any' as const}),
		...(match === 'all of these' && {match: 'all' as const}),
		...(last === 'goes on' && {keepLast: true}),
		...(last === 'need not go on' && {keepLast: false}),
	};
}
