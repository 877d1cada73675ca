/** The piece that a peer says it has no more, which nobody has checked; undefined when the message is too short. BEP 54. */
export function decodeDonthave(payload: Uint8Array): number | undefined {
	if (payload.length < 4) return undefined;
	return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}
