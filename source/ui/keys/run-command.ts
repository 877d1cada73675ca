import type {ScreenContext} from '../screen/screen-context.js';
import type {CommandArgument, Situation} from './key-record.js';

/** What a command is to take of what was typed behind its name: a beginning stands for the only way that begins so. */
function taken(
	name: string,
	takes: CommandArgument | undefined,
	typed: string,
	situation: Situation,
): {readonly argument: string} | {readonly refusal: string} {
	if (typed === '') {
		if (!takes?.needed) return {argument: ''};
		const ways = takes.ways?.(situation).slice(0, 12).join(', ');
		return {refusal: `:${name} needs a ${takes.hint}${ways ? `: ${ways}` : ''}.`};
	}
	if (!takes) return {refusal: `:${name} takes nothing behind it, and “${typed}” stands there.`};
	if (!takes.only) return {argument: typed};
	const ways = takes.ways?.(situation) ?? [];
	const wanted = typed.toLowerCase();
	// A letter alone may say more than the way it stands for: upper case turns an order round.
	if (typed.length === 1 && ways.some(way => way.length > 1)) return {argument: typed};
	const fitting = ways.filter(way => way.toLowerCase().startsWith(wanted));
	const way =
		ways.find(each => each.toLowerCase() === wanted) ?? (fitting.length === 1 ? fitting[0] : undefined);
	if (way !== undefined) return {argument: way};
	const unspaced = ways.find(each => each.replaceAll(' ', '') === wanted.replaceAll(' ', ''));
	if (unspaced !== undefined) return {argument: unspaced};
	return {refusal: `There is no ${takes.hint} “${typed}”: ${ways.join(', ')}.`};
}

/** Runs the command of this name, or says why it does nothing now, or not with this behind it. */
export function runCommand(screen: ScreenContext, name: string, argument: string, key: string): void {
	const record = screen.keys().find(each => each.name === name);
	if (!record) return;
	const offer = record.when(screen);
	if (typeof offer === 'string') return screen.say(offer, 'warn');
	// A key may be all that a command needs.
	const wish = key === '' || argument !== '' ? taken(name, record.takes, argument, screen) : {argument};
	if ('refusal' in wish) screen.say(wish.refusal, 'warn');
	else offer.run(screen, wish.argument, key);
}
