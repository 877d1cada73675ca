import {UserError} from '../../base/errors.js';
import type {Context} from '../arguments/command.js';

/** Without an engine, nothing of the rest can be done either. */
const isOver = (error: unknown) =>
	!(error instanceof UserError) || error.code === 'engine-lost' || error.code === 'stopping';

/**
 * Does the same for each of several things, in their order. One for which it cannot be done holds up no other: each
 * such `UserError` is a line, the last of them is thrown when all have had their turn.
 */
export async function oneByOne<Item>(
	items: readonly Item[],
	task: (item: Item) => Promise<void>,
	{warn}: Pick<Context, 'warn'>,
): Promise<void> {
	let refusal: UserError | undefined;
	for (const item of items) {
		try {
			await task(item);
		} catch (error) {
			if (refusal !== undefined) warn(refusal.message);
			if (isOver(error)) throw error;
			refusal = error as UserError;
		}
	}
	if (refusal !== undefined) throw refusal;
}
