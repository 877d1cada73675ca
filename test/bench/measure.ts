/** Runs `work` until it has taken half a second, after a warm-up; answers seconds of CPU for each time. */
export function secondsEach(work: () => void): number {
	for (const start = performance.now(); performance.now() - start < 200; ) work();
	let times = 0;
	const before = process.cpuUsage();
	for (const start = performance.now(); performance.now() - start < 500; times++) work();
	const {user, system} = process.cpuUsage(before);
	return (user + system) / 1e6 / times;
}

/** One line of the table: what was measured, the figure, and what it is to be below or above, where that is said. */
export function tell(what: string, figure: string, bar = ''): void {
	console.log(`${what.padEnd(64)} ${figure.padStart(16)}   ${bar}`);
}
