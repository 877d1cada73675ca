declare module 'bencode' {
	const bencode: {
		/** Leaves out `undefined` and `null`; sorts the keys of plain objects. */
		encode(value: unknown): Uint8Array;
	};
	export default bencode;
}
