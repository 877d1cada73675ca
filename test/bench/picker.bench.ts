import {BlockLedger} from '../../source/policy/block-ledger.ts';
import {PieceMap} from '../../source/policy/piece-map.ts';
import {PiecePicker} from '../../source/policy/piece-picker.ts';
import {type Provider, RequestPlanner} from '../../source/policy/request-planner.ts';
import {Bitfield} from '../../source/protocol/bitfield.ts';
import {seeded} from '../policy/seeded.ts';
import {secondsEach, tell} from './measure.ts';

const pieces = 100_000;
const peers = 200;

/** What choosing costs in a large torrent with many peers. */
export function benchPicker(): void {
	const random = seeded(1);
	const map = new PieceMap(pieces * 262_144, 262_144);
	const picker = new PiecePicker(pieces, random);
	const ledger = new BlockLedger(map);
	const planner = new RequestPlanner(picker, ledger);
	const fields = Array.from({length: peers}, (_, peer) => {
		const field = new Bitfield(pieces);
		const share = peer / peers;
		for (let piece = 0; piece < pieces; piece++) if (random() < share) field.set(piece);
		return field;
	});
	const joining = secondsEach(() => {
		for (const field of fields) picker.peerJoined(field);
		picker.pick(undefined, 2, {sequential: false, reverse: false, random: false});
		for (const field of fields) picker.peerLeft(field);
	});
	tell(`a peer with half of ${pieces} pieces comes and goes`, `${((joining / peers) * 1e6) | 0} us`);
	for (const field of fields) picker.peerJoined(field);
	let piece = 0;
	const having = secondsEach(() => {
		for (let n = 0; n < 1000; n++) {
			piece = (piece + 7919) % pieces;
			picker.peerHas(piece);
		}
	});
	tell('a have', `${((having / 1000) * 1e9) | 0} ns`);
	const providers = fields.map(
		(field, id): Provider => ({
			id,
			pieces: field,
			snubbed: false,
			onParole: false,
			outstanding: 0,
			blockTime: 0,
			asked: () => false,
		}),
	);
	const options = {sequential: false, have: 100, mayBegin: true, now: 0};
	let asked = 0;
	const picking = secondsEach(() => {
		for (const peer of providers) planner.plan(peer, 16, options, () => asked++);
		for (const partial of [...ledger.all()]) {
			ledger.drop(partial.piece);
			picker.giveBack(partial.piece);
		}
	});
	tell(
		`a request, ${peers} peers x ${pieces} pieces`,
		`${(picking / (peers * 16)) * 1e6 < 0.01 ? '<0.01' : ((picking / (peers * 16)) * 1e6).toFixed(2)} us`,
		'< 2 us',
	);
}
