/** The number of letters to insert, delete, change or swap with their neighbour to make `to` of `from`. */
function distance(from: string, to: string): number {
	let beforeLast: number[] = [];
	let last = Array.from({length: to.length + 1}, (_, index) => index);
	for (let row = 1; row <= from.length; row++) {
		const line = [row];
		for (let column = 1; column <= to.length; column++) {
			const same = from[row - 1] === to[column - 1];
			let best = Math.min(
				(last[column] ?? 0) + 1,
				(line[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + (same ? 0 : 1),
			);
			if (from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
				best = Math.min(best, (beforeLast[column - 2] ?? Number.POSITIVE_INFINITY) + 1);
			}
			line.push(best);
		}
		beforeLast = last;
		last = line;
	}
	return last[to.length] ?? 0;
}

/**
 * The name somebody most likely meant, undefined when none is near: a third of its letters may be wrong, or it
 * begins with what was typed.
 */
export function nearest(typed: string, names: readonly string[]): string | undefined {
	const word = typed.slice(0, 40).toLowerCase();
	let best: string | undefined;
	let bestScore = Number.POSITIVE_INFINITY;
	for (const name of names) {
		const plain = name.slice(0, 40).toLowerCase();
		const begins = word.length >= 2 && plain.startsWith(word);
		const score = begins ? 0.5 : distance(word, plain);
		if (
			score < bestScore &&
			(begins || score <= Math.max(1, Math.floor(Math.max(word.length, plain.length) / 3)))
		) {
			best = name;
			bestScore = score;
		}
	}
	return best;
}
