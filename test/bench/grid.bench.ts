import {PieceViews} from '../../source/engine/views/piece-view.ts';
import {PieceGeometry} from '../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker} from '../../source/policy/pieces/piece-picker.ts';
import {PartialPieces} from '../../source/policy/requests/partial-pieces.ts';
import {Bitfield} from '../../source/protocol/wire/bitfield.ts';
import {secondsEach, tell} from './measure.ts';

const pieces = 100_000;
const peers = 100;
/** Pieces that each peer gets in a second. */
const haves = 10;
const looksASecond = 4;
const cells = 2000;

/** What a watched grid costs while a hundred peers get one piece after the other. */
export function benchGrid(): void {
	const map = PieceGeometry.uniform(pieces * 16_384, 16_384);
	const picker = new PiecePicker(pieces, Math.random);
	const have = new Bitfield(pieces);
	for (let piece = 0; piece < pieces / 2; piece++) {
		have.set(piece);
		picker.take(piece);
	}
	const torrent = {
		id: 'one',
		map,
		have,
		downloader: {picker, partials: new PartialPieces(map)},
		metainfo: {files: []},
	} as unknown as Parameters<PieceViews['view']>[0];
	// As many are given up as come: each piece has about five holders for ever.
	const holders = Array.from({length: 5 * pieces}, () => Math.floor(Math.random() * pieces));
	for (const piece of holders) picker.peerHas(piece);
	let oldest = 0;
	const someHaves = () => {
		for (let n = 0; n < (peers * haves) / looksASecond; n++) {
			picker.peerLacks(holders[oldest]!);
			holders[oldest] = Math.floor(Math.random() * pieces);
			picker.peerHas(holders[oldest]!);
			oldest = (oldest + 1) % holders.length;
		}
	};
	const share = (seconds: number) => `${(seconds * looksASecond * 100).toFixed(2)} %`;
	const alone = secondsEach(someHaves);
	const views = new PieceViews();
	const kept = secondsEach(() => {
		someHaves();
		views.view(torrent, cells);
	});
	tell(
		`a grid of ${pieces} pieces, ${peers * haves} haves a second: share of a core`,
		share(kept - alone),
		'< 1 %',
	);
	const idle = secondsEach(() => views.view(torrent, cells));
	tell('  when nothing changes, a look', `${(idle * 1e6).toFixed(1)} us`);
}
