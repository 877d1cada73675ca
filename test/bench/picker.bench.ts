import {PieceGeometry} from '../../source/policy/pieces/piece-geometry.ts';
import {PiecePicker, timeCriticalPriority} from '../../source/policy/pieces/piece-picker.ts';
import {Deadlines} from '../../source/policy/requests/deadline-list.ts';
import {type DuePeer, planDue} from '../../source/policy/requests/deadline-planner.ts';
import {PartialPieces} from '../../source/policy/requests/partial-pieces.ts';
import {type RequestablePeer, RequestPlanner} from '../../source/policy/requests/request-planner.ts';
import {Bitfield} from '../../source/protocol/wire/bitfield.ts';
import {seeded} from '../policy/seeded.ts';
import {secondsEach, tell} from './measure.ts';

const pieces = 100_000;
const peers = 200;
const due = 1000;

/** What choosing costs in a large torrent with many peers. */
export function benchPicker(): void {
	const random = seeded(1);
	const map = PieceGeometry.uniform(pieces * 262_144, 262_144);
	const picker = new PiecePicker(pieces, random);
	const partials = new PartialPieces(map);
	const deadlines = new Deadlines();
	const planner = new RequestPlanner(picker, partials, deadlines);
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
		(field, id): RequestablePeer => ({
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
	const request = (): string => {
		const picking = secondsEach(() => {
			for (const peer of providers) planner.plan(peer, 16, options, () => asked++);
			for (const partial of [...partials.all()]) {
				partials.drop(partial.piece);
				picker.giveBack(partial.piece);
			}
		});
		const each = (picking / (peers * 16)) * 1e6;
		return `${each < 0.01 ? '<0.01' : each.toFixed(2)} us`;
	};
	tell(`a request, ${peers} peers x ${pieces} pieces`, request(), '< 2 us');
	for (let nth = 0; nth < due; nth++) {
		deadlines.set((nth * 97) % pieces, 60_000 + nth);
		picker.setPriority((nth * 97) % pieces, timeCriticalPriority);
	}
	tell(`the same with ${due} pieces due`, request(), '< 5 us');
	benchRound(fields, map, deadlines);
}

/** What looking after due pieces costs, while all peers have much to send: five times a second. */
function benchRound(fields: readonly Bitfield[], map: PieceGeometry, deadlines: Deadlines): void {
	const partials = new PartialPieces(map);
	const queue = 20;
	const facts = fields.map(
		(field, id): DuePeer => ({
			id,
			pieces: field,
			outstanding: queue,
			room: 230,
			blockTime: 50 + id,
			waited: 10,
			eachAsked(tell) {
				for (let ahead = 0; ahead < queue; ahead++) tell((id * queue + ahead) % pieces, 0, ahead);
			},
		}),
	);
	const round = secondsEach(() => void planDue(deadlines, facts, {partials, map}, 60_500, 256));
	tell(`a look after ${due} pieces due, ${peers} peers`, `${((round * 1e6) | 0).toString()} us`, '< 5000 us');
}
