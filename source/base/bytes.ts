/** Whether two byte strings are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
	if (a.length !== b.length) return false;
	for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false;
	return true;
}
