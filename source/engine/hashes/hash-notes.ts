import type {Bytes, PieceIndex} from '../../base/units.js';
import type {HashNote} from '../../io/state/resume-data.js';
import type {HashTrees} from '../../policy/hashes/hash-trees.js';
import type {Metainfo} from '../../protocol/metainfo/metainfo.js';

/** More would make resume data too large: what is left out is asked for again. */
const maximumNotes: Bytes = 16 << 20;

/** What is known of a torrent's hashes that its metainfo does not say; undefined when there is nothing. BEP 52. */
export function notesOf(
	hashes: HashTrees,
	{pieceLayers}: Pick<Metainfo, 'pieceLayers'>,
): HashNote[] | undefined {
	// As long as nobody has given any the layers are those of the metainfo.
	if (hashes.revision === 0) return undefined;
	const notes: HashNote[] = [];
	let bytes = 0;
	const note = (root: Uint8Array, layer: Uint8Array, range?: HashNote['range']): void => {
		bytes += layer.length;
		if (bytes <= maximumNotes) notes.push({root, hashes: layer, range});
	};
	for (const [root, layer] of hashes.layers()) {
		if (!pieceLayers?.has(root)) note(Buffer.from(root, 'hex'), layer);
	}
	for (const {range, hashes: some} of hashes.parts()) note(range.root, some, range);
	return notes.length > 0 ? notes : undefined;
}

/** Takes up what was noted down, as far as it is right. Answers the pieces that can be verified by it. */
export function takeNotes(hashes: HashTrees, notes: readonly HashNote[] = []): PieceIndex[] {
	return notes.flatMap(({root, hashes: some, range}) => {
		if (range === undefined) return hashes.addLayer(root, some);
		const added = hashes.add({...range, root}, some);
		return added.kind === 'added' ? added.pieces : [];
	});
}
