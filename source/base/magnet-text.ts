/** Whether `text` is meant as a magnet link or a bare info-hash rather than as a file name. BEP 9. */
export function isMagnet(text: string): boolean {
	return /^magnet:/i.test(text.trim()) || isInfoHash(text);
}

/** Whether `text` is an info-hash as people write it: 40 hex digits or 32 of base32, or 64 hex digits for v2. */
export function isInfoHash(text: string): boolean {
	return /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i.test(text.trim());
}
