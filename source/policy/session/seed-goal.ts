import {limitWithUnit} from '../../base/quantity-text.js';
import type {AtGoal, GoalOrigin, SeedGoal, SeedRules} from '../../base/seed-goal.js';
import type {Seconds} from '../../base/units.js';

/** A part of a goal that holds, and who says so. */
interface Said<Value> {
	readonly value: Value;
	readonly from: GoalOrigin;
	/** The label or tracker. */
	readonly name?: string | undefined;
}

/** What holds for one torrent, of all that is said. */
export interface EffectiveGoal {
	readonly ratio?: Said<number> | undefined;
	readonly time?: Said<Seconds> | undefined;
	readonly idle?: Said<Seconds> | undefined;
	readonly match: 'any' | 'all';
	readonly atGoal: AtGoal;
	readonly keepLast: boolean;
}

/** How far a torrent has been seeded. */
export interface GoalFacts {
	readonly ratio: number;
	readonly time: Seconds;
	/** Since somebody took something of it. */
	readonly idle: Seconds;
}

/**
 * Finds what holds for a torrent, part by part: what is said of itself goes before what is said of its label, that before
 * what is said of one of its trackers, and that before what is said of all.
 *
 * @param hosts of its trackers, in lower case
 */
export function resolveGoal(
	own: SeedGoal,
	{all, rules}: SeedRules,
	label: string | undefined,
	hosts: readonly string[],
): EffectiveGoal {
	const fitting = (of: 'label' | 'tracker', fits: (name: string) => boolean) =>
		rules
			.filter(rule => rule.of === of && fits(rule.name))
			.map(({goal, name}) => ({goal, from: of as GoalOrigin, name}));
	const levels: ReadonlyArray<{readonly goal: SeedGoal; readonly from: GoalOrigin; readonly name?: string}> =
		[
			{goal: own, from: 'torrent'},
			...fitting('label', name => name === label),
			...fitting('tracker', name => hosts.some(host => host === name || host.endsWith(`.${name}`))),
			{goal: all, from: 'all'},
		];
	const find = <Part extends keyof SeedGoal>(part: Part) => {
		const level = levels.find(({goal}) => goal[part] !== undefined);
		return level && {value: level.goal[part]!, from: level.from, name: level.name};
	};
	const amount = (part: 'ratio' | 'time' | 'idle'): Said<number> | undefined => {
		const said = find(part);
		return said === undefined || said.value === 'none' ? undefined : {...said, value: said.value};
	};
	return {
		ratio: amount('ratio'),
		time: amount('time'),
		idle: amount('idle'),
		match: find('match')?.value ?? 'any',
		atGoal: find('atGoal')?.value ?? 'stop',
		keepLast: find('keepLast')?.value ?? false,
	};
}

/** Whether a torrent was seeded enough; never when nothing is asked for. Who else seeds is another question. */
export function isGoalMet(goal: EffectiveGoal, facts: GoalFacts): boolean {
	const parts = (['ratio', 'time', 'idle'] as const).flatMap(part => {
		const wanted = goal[part]?.value;
		return wanted === undefined ? [] : [facts[part] >= wanted];
	});
	if (parts.length === 0) return false;
	return goal.match === 'all' ? parts.every(Boolean) : parts.some(Boolean);
}

/** Whether anything is asked for. */
export function hasGoal({ratio, time, idle}: EffectiveGoal): boolean {
	return ratio !== undefined || time !== undefined || idle !== undefined;
}

/** A length of time in its largest units: `45s`, `10m`, `2h30m`, `7d`. */
export function spanText(seconds: Seconds): string {
	const whole = Math.floor(seconds);
	const units: ReadonlyArray<readonly [string, number]> = [
		['d', 86_400],
		['h', 3600],
		['m', 60],
		['s', 1],
	];
	const at = Math.max(
		0,
		units.findIndex(([, length]) => whole >= length),
	);
	if (whole === 0) return '0s';
	const [unit, length] = units[at]!;
	const [next, part] = units[at + 1] ?? ['', 1];
	const rest = Math.floor((whole % length) / part);
	return `${Math.floor(whole / length)}${unit}${rest > 0 && next !== '' ? `${rest}${next}` : ''}`;
}

function sayer({from, name}: Said<unknown>): string {
	if (from === 'torrent') return '';
	return from === 'all' ? ' (for all)' : ` (${from} ${name})`;
}

/** A goal in words: `ratio 2 or 7d (label linux), then it stops; not while it is the last seed`. */
export function goalText(goal: EffectiveGoal): string {
	const {ratio, time, idle, match, atGoal, keepLast} = goal;
	if (!hasGoal(goal)) return 'none';
	const parts = [
		...(ratio ? [`ratio ${ratio.value}${sayer(ratio)}`] : []),
		...(time ? [`${spanText(time.value)}${sayer(time)}`] : []),
		...(idle ? [`${spanText(idle.value)} idle${sayer(idle)}`] : []),
	];
	const then =
		typeof atGoal === 'number'
			? `it is slowed to ${limitWithUnit(atGoal)}`
			: {stop: 'it stops', remove: 'it is removed', 'remove-with-data': 'it is removed with its data'}[
					atGoal
				];
	const last = keepLast ? '; not while it is the last seed' : '';
	return `${parts.join(match === 'all' ? ' and ' : ' or ')}, then ${then}${last}`;
}

/** How much of the way to its goal is behind it: 0 to 1, by the part that decides. */
export function goalShare({ratio, time, idle, match}: EffectiveGoal, facts: GoalFacts): number {
	const parts = [
		...(ratio ? [facts.ratio / ratio.value] : []),
		...(time ? [facts.time / time.value] : []),
		...(idle ? [facts.idle / idle.value] : []),
	].map(part => (part >= 0 ? Math.min(1, part) : 1));
	return match === 'all' ? Math.min(...parts) : Math.max(0, ...parts);
}

/** How far it is: `ratio 1.20 of 2, 3h of 7d`. */
export function progressText({ratio, time, idle}: EffectiveGoal, facts: GoalFacts): string {
	return [
		...(ratio ? [`ratio ${facts.ratio.toFixed(2)} of ${ratio.value}`] : []),
		...(time ? [`${spanText(facts.time)} of ${spanText(time.value)}`] : []),
		...(idle ? [`idle ${spanText(facts.idle)} of ${spanText(idle.value)}`] : []),
	].join(', ');
}
