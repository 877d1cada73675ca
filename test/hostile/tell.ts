/** One line of the account: what was tried, and what an honest user felt of it. */
export function tell(tried: string, felt: string): void {
	console.log(`  ${tried}: ${felt}`);
}

/** `4.3 s` */
export function inSeconds(milliseconds: number): string {
	return `${(milliseconds / 1000).toFixed(1)} s`;
}
