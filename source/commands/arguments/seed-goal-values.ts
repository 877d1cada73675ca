import {UserError} from '../../base/errors.js';
import {
	type AtGoal,
	parseAtGoal,
	parseSeedRule,
	type SeedGoal,
	type SeedRule,
	type SeedRules,
} from '../../base/seed-goal.js';
import type {Seconds} from '../../base/units.js';

/** What the options come to that make up a goal. */
interface GoalFlags {
	readonly seedRatio?: number | undefined;
	readonly seedTime?: Seconds | undefined;
	readonly seedIdle?: Seconds | undefined;
	readonly seedMatch?: 'any' | 'all' | undefined;
	readonly atGoal?: AtGoal | undefined;
	readonly keepLastSeed?: boolean | undefined;
}

/** The options that make up a goal. */
export const goalOptions = [
	'seedRatio',
	'seedTime',
	'seedIdle',
	'seedMatch',
	'atGoal',
	'keepLastSeed',
] as const;

/** What happens at the goal. */
export function atGoal(value: string, where: string): AtGoal {
	const read = parseAtGoal(value);
	if (read !== undefined) return read;
	throw new UserError(
		'bad-value',
		`${where}: ${value} is not one of: stop, remove, remove-with-data, or a rate such as 50K`,
		2,
	);
}

/** A rule for the torrents of a label or a tracker, kept as it was written. */
export function seedRule(value: string, where: string): string {
	const read = parseSeedRule(value);
	if (typeof read !== 'string') return value;
	throw new UserError('bad-value', `${where}: '${value}'${read.startsWith(':') ? '' : ' '}${read}`, 2);
}

/** The goal that options come to, but for ratio and time; only the parts that were typed where `typed` says which. */
export function furtherGoal(
	{seedIdle, seedMatch, atGoal: then, keepLastSeed}: GoalFlags,
	typed?: ReadonlySet<string>,
): SeedGoal {
	const has = (key: string, value: unknown) => value !== undefined && (typed === undefined || typed.has(key));
	return {
		...(has('seedIdle', seedIdle) && {idle: seedIdle!}),
		...(has('seedMatch', seedMatch) && {match: seedMatch!}),
		...(has('atGoal', then) && {atGoal: then!}),
		...(has('keepLastSeed', keepLastSeed) &&
			(keepLastSeed || typed !== undefined) && {keepLast: keepLastSeed!}),
	};
}

/**
 * What an engine wants of all its seeds, and of those of a label or a tracker.
 *
 * @param more rules that hold where these say nothing
 */
export function seedRules(
	flags: GoalFlags & {readonly seedRules?: readonly string[]},
	more: readonly SeedRule[] = [],
): SeedRules {
	const {seedRatio, seedTime, seedRules: written = []} = flags;
	return {
		all: {
			...(seedRatio !== undefined && {ratio: seedRatio}),
			...(seedTime !== undefined && {time: seedTime}),
			...furtherGoal(flags),
		},
		rules: [
			...written.flatMap(text => {
				const rule = parseSeedRule(text);
				return typeof rule === 'string' ? [] : [rule];
			}),
			...more,
		],
	};
}

/**
 * The options of a command that has an engine of its own, which ends when all have reached their goals: what the config
 * file has others do then does not hold.
 *
 * @throws {UserError} when something else was typed
 */
export function endingAtGoal<Given extends GoalFlags>(flags: Given, given: ReadonlySet<string>): Given {
	if (given.has('atGoal') && flags.atGoal !== 'stop')
		throw new UserError(
			'at-goal',
			'--at-goal is for the session: this ends when its torrents reach their goals',
			2,
		);
	return {...flags, atGoal: undefined};
}
