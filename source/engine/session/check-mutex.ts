/** Makes a function that lets one caller through at a time: each calls what it was given when it is done. */
export function makeCheckMutex(): () => Promise<() => void> {
	let last: Promise<void> = Promise.resolve();
	return async () => {
		const before = last;
		const {promise, resolve} = Promise.withResolvers<void>();
		last = promise;
		await before;
		return resolve;
	};
}
