import type {LabelSettings, Labels} from '../../automation/labels/label-settings.js';
import {UserError} from '../../base/errors.js';
import {nearest} from '../../base/nearest.js';
import type {Options, ValueOption} from './command.js';
import {engineOptions, torrentOptions} from './flags.js';
import {Fault, folder} from './folder-settings.js';
import {optionName} from './option-names.js';
import {furtherGoal} from './seed-goal-values.js';

/** Of a label, by the names that they have as options. */
const known = {
	maxDownload: engineOptions.maxDownload,
	maxUpload: engineOptions.maxUpload,
	seedRatio: torrentOptions.seedRatio,
	seedTime: torrentOptions.seedTime,
	seedIdle: torrentOptions.seedIdle,
	seedMatch: torrentOptions.seedMatch,
	atGoal: torrentOptions.atGoal,
} as const satisfies Options;

const names = [...Object.keys(known).map(optionName), 'dir', 'keep-last-seed', 'on-complete-move'];
const example = '{"iso": {"dir": "~/isos", "seed-ratio": 2}}';
const mostLabels = 1000;

function wrong(message: string): UserError {
	return new UserError('bad-value', message, 2);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads one label. Throws a `UserError` for what cannot be meant. */
function readLabel(value: unknown, where: string, env: NodeJS.ProcessEnv): LabelSettings {
	if (!isObject(value)) throw wrong(`${where} must be an object, such as {"dir": "~/isos", "seed-ratio": 2}`);
	for (const name of Object.keys(value)) {
		if (names.includes(name)) continue;
		const guess = nearest(name, names);
		const advice = guess ? `did you mean ${guess}?` : `it may have ${names.join(', ')}`;
		throw wrong(`${where}: unknown name ${JSON.stringify(name)}; ${advice}`);
	}
	const read = <Key extends keyof typeof known>(key: Key) => {
		const name = optionName(key);
		const written = value[name];
		if (written === undefined) return undefined;
		if (typeof written !== 'string' && typeof written !== 'number')
			throw wrong(`${where}: ${name} must be a text or number`);
		return (known[key] as ValueOption).read(String(written), `${where}: ${name}`) as
			| ReturnType<(typeof known)[Key]['read']>
			| undefined;
	};
	const place = (name: string) =>
		value[name] === undefined ? undefined : folder(value[name], env, `${where}: ${name}`);
	const keepLastSeed = value['keep-last-seed'];
	if (keepLastSeed !== undefined && typeof keepLastSeed !== 'boolean')
		throw wrong(`${where}: keep-last-seed must be true or false`);
	const [seedRatio, seedTime] = [read('seedRatio'), read('seedTime')];
	const further = {seedIdle: read('seedIdle'), seedMatch: read('seedMatch'), atGoal: read('atGoal')};
	const goal = {
		...(seedRatio !== undefined && {ratio: seedRatio}),
		...(seedTime !== undefined && {time: seedTime}),
		...furtherGoal(further),
		...(keepLastSeed !== undefined && {keepLast: keepLastSeed}),
	};
	const settings = {
		dir: place('dir'),
		maxDownload: read('maxDownload'),
		maxUpload: read('maxUpload'),
		goal: Object.keys(goal).length > 0 ? goal : undefined,
		moveTo: place('on-complete-move'),
	};
	return Object.fromEntries(Object.entries(settings).filter(([, each]) => each !== undefined));
}

/** Reads what labels carry: an object of objects, by label. What is wrong becomes sentences; what is right holds all the same. */
export function readLabels(
	value: unknown,
	{placeOf, env}: {placeOf(name: string): string; readonly env: NodeJS.ProcessEnv},
): {readonly value: Labels; readonly faults: readonly string[]} {
	const labels = new Map<string, LabelSettings>();
	const faults: string[] = [];
	if (value === undefined) return {value: labels, faults};
	const place = placeOf('labels');
	if (!isObject(value)) return {value: labels, faults: [`${place} must be an object, such as ${example}`]};
	const entries = Object.entries(value);
	if (entries.length > mostLabels) return {value: labels, faults: [`${place} has more than ${mostLabels}`]};
	for (const [name, each] of entries) {
		const where = `${place}.${name}`;
		try {
			if (name.trim() === '') throw wrong(`${place} has one without a name`);
			labels.set(name.trim(), readLabel(each, where, env));
		} catch (error) {
			if (!(error instanceof UserError) && !(error instanceof Fault)) throw error;
			faults.push(error.message);
		}
	}
	return {value: labels, faults};
}
