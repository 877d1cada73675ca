/** Remembers the last answer of `compute`: it stays the same object while the arguments do. */
export function remembered<Arguments extends readonly unknown[], Result>(
	compute: (...values: Arguments) => Result,
): (...values: Arguments) => Result {
	let last: {readonly values: Arguments; readonly result: Result} | undefined;
	return (...values) => {
		if (last?.values.every((value, index) => value === values[index])) return last.result;
		last = {values, result: compute(...values)};
		return last.result;
	};
}
