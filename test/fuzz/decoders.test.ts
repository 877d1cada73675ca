import assert from 'node:assert/strict';
import {test} from 'node:test';
import {checkSelection, selectFiles} from '../../source/api/file-rules.js';
import {ProtocolError, UserError} from '../../source/base/errors.js';
import {asInfoHash} from '../../source/base/units.js';
import {decodeResumeData, encodeResumeData} from '../../source/io/state/resume-data.js';
import {encodeBencode} from '../../source/protocol/bencode/bencode.js';
import {decodeLsdAnnounce, encodeLsdAnnounce} from '../../source/protocol/lan/lsd.js';
import {Bitfield} from '../../source/protocol/wire/bitfield.js';
import {
	decodeExtensionHandshake,
	encodeExtensionHandshake,
	readClientFields,
	readExtensionNumber,
	readYourIp,
} from '../../source/protocol/wire/extension-handshake.js';
import {decodeHandshake, encodeHandshake, handshakeLength} from '../../source/protocol/wire/handshake.js';
import {
	decodeHashes,
	decodeHashRequest,
	encodeHashes,
	encodeHashRequest,
} from '../../source/protocol/wire/hash-messages.js';
import {readUploadOnly} from '../../source/protocol/wire/upload-only.js';
import {
	answerMetadataRequest,
	decodeMetadataMessage,
	readMetadataSize,
} from '../../source/protocol/wire/ut-metadata.js';
import {seeded} from '../policy/seeded.ts';
import {fuzzRounds, fuzzSeed, mutate} from './mutate.ts';

const seed = fuzzSeed(31);
const rounds = fuzzRounds(8000);

/** Runs `read` over damaged samples: it answers, or throws what `isRefusal` knows. Says how many were read. */
function fuzz(
	samples: readonly Uint8Array[],
	read: (bytes: Uint8Array) => void,
	isRefusal: (error: unknown) => boolean = error => error instanceof ProtocolError,
): number {
	const random = seeded(seed);
	let accepted = 0;
	for (let round = 0; round < rounds; round++) {
		const bytes = mutate(samples[round % samples.length]!, random);
		try {
			read(bytes);
			accepted++;
		} catch (error) {
			if (!isRefusal(error)) {
				console.log(`round ${round} of seed ${seed}: ${Buffer.from(bytes).toString('latin1')}`);
				throw error;
			}
		}
	}
	return accepted;
}

test(`handshakes are read or refused (seed ${seed})`, () => {
	const hello = {infoHash: new Uint8Array(20), peerId: new Uint8Array(20), fast: true, dht: true, v2: true};
	fuzz([encodeHandshake({...hello, extended: true})], bytes => {
		const {infoHash, peerId} = decodeHandshake(bytes);
		assert.equal(bytes.length, handshakeLength);
		assert.equal(infoHash.length + peerId.length, 40);
	});
});

test('hash requests and hashes are read or refused', () => {
	const request = {root: new Uint8Array(32).fill(3), base: 4, index: 512, length: 512, proofLayers: 10};
	const ask = encodeHashRequest(request);
	const samples = [ask, ask, encodeHashRequest({...request, base: 0, length: 1})];
	assert.ok(fuzz(samples, bytes => assert.equal(decodeHashRequest(bytes).root.length, 32)) > 0);
	fuzz(
		[encodeHashes(request, new Uint8Array(514 * 32)), encodeHashes(request, new Uint8Array(32))],
		bytes => {
			const {hashes, root} = decodeHashes(bytes);
			assert.ok(hashes.length > 0 && hashes.length % 32 === 0 && root.length === 32);
		},
	);
});

test('extension handshakes are read or refused, and every number in them is one that may be used', () => {
	const names = ['ut_metadata', 'ut_pex', 'lt_donthave', 'upload_only'];
	const ours = {v: 'x', reqq: 5, p: 6881, metadata_size: 9, upload_only: true, yourip: new Uint8Array(4)};
	const samples = [
		encodeExtensionHandshake({ut_metadata: 1, lt_donthave: 3, upload_only: 4}, ours),
		encodeBencode({
			m: {ut_metadata: -1, ut_pex: 300, lt_donthave: 2 ** 40},
			p: 70_000,
			reqq: 0,
			v: '\u001b[2J',
		}),
		encodeBencode({m: 'no', p: 'no', reqq: [], v: {}, yourip: 7, upload_only: 'x'}),
	];
	fuzz(samples, bytes => {
		const told = decodeExtensionHandshake(bytes);
		for (const id of names.map(name => readExtensionNumber(told, name)))
			assert.ok(id === undefined || (Number.isInteger(id) && id >= 0 && id <= 255));
		const {client, port, reqq} = readClientFields(told);
		assert.ok(port === undefined || (port > 0 && port < 65_536));
		assert.ok(reqq === undefined || (reqq > 0 && reqq <= 1 << 20));
		assert.ok((client ?? '').length <= 128);
		const size = readMetadataSize(told);
		assert.ok(size === undefined || (size > 0 && size <= 32 << 20));
		assert.ok([4, 16].includes(readYourIp(told)?.length ?? 4));
		assert.ok([true, false, undefined].includes(readUploadOnly(told)));
	});
});

test('metadata messages are read or refused, and no request is answered with more than a piece', () => {
	const info = new Uint8Array(16_384 + 300);
	const samples = [
		encodeBencode({msg_type: 0, piece: 2}),
		encodeBencode({msg_type: 2, piece: 9}),
		answerMetadataRequest(info, 1),
	];
	fuzz(samples, bytes => {
		const message = decodeMetadataMessage(bytes);
		if (message === undefined) return;
		assert.ok(Number.isSafeInteger(message.piece) && message.piece >= 0);
		assert.ok(message.data.length < bytes.length);
		assert.ok(answerMetadataRequest(info, message.piece).length < 17_000);
	});
});

test('resume data is read or refused, and what is read can be written', () => {
	const have = new Bitfield(20);
	have.set(3);
	const sample = encodeResumeData({
		id: asInfoHash('c12fe1c06bba254a9dc9f519b335aa7c1367a88a')!,
		name: 'name',
		dir: '/somewhere',
		addedAt: 1,
		completedAt: 2,
		active: true,
		queue: 1,
		have,
		partials: [{piece: 4, blocks: [0, 2]}],
		stamps: [{size: 5, mtime: 6.5}, undefined],
		priorities: [0, 4],
		piecePriorities: Uint8Array.from({length: 20}, (_, piece) => (piece % 3 === 0 ? 255 : piece % 5)),
		downloaded: 7,
		uploaded: 8,
		wasted: 9,
		activeTime: 10,
		seedingTime: 11,
		trackers: [['http://t.example/announce']],
		peers: [{host: '192.0.2.1', port: 1}],
		sequential: false,
		superSeeding: false,
		label: 'label',
		maxPeers: 3,
		maxDownload: 4,
		maxUpload: undefined,
		seedRatio: 1.5,
		seedTime: 20,
		renamed: [[0, ['a', 'b']]],
		otherPlace: {dir: '/elsewhere', renamed: [[1, ['c']]], files: [1], goal: false},
		link: undefined,
		hashes: [
			{root: new Uint8Array(32).fill(1), hashes: new Uint8Array(64).fill(2)},
			{
				root: new Uint8Array(32).fill(3),
				hashes: new Uint8Array(64).fill(4),
				range: {base: 0, index: 512, length: 2, proofLayers: 3},
			},
		],
	});
	fuzz([sample], bytes => {
		const data = decodeResumeData(bytes);
		for (const {root, hashes} of data.hashes ?? [])
			assert.deepEqual([root.length, hashes.length % 32], [32, 0]);
		assert.ok(data.partials.every(({piece}) => piece >= 0 && piece < data.have.length));
		for (const [, path] of [...data.renamed, ...(data.otherPlace?.renamed ?? [])]) {
			assert.ok(
				path.length > 0 && path.every(element => /^(?!\.{1,2}$)[^/\0]+$/s.test(element)),
				path.join('|'),
			);
		}
		encodeResumeData(data);
	});
});

test('selection rules are understood or refused with one line', () => {
	const files = Array.from({length: 30}, (_, n) => ({path: ['set', `${n}.mkv`], length: n * 1e6}));
	const samples = ['1,3-5,7-', '*.mkv,!subs/**', '>100M,<=1.5G', '/a+b/i,!/c/', '[a-z]{1,2}?.txt'];
	fuzz(
		samples.map(text => Buffer.from(text)),
		bytes => {
			const text = Buffer.from(bytes).toString('latin1');
			checkSelection(text);
			assert.equal(selectFiles(text, files).length, files.length);
		},
		error => error instanceof UserError && !error.message.includes('\n'),
	);
});

test(`announces on the local network are read or refused (seed ${seed})`, () => {
	const infoHashes = Array.from({length: 25}, (_, index) => new Uint8Array(20).fill(index));
	const announce = {port: 6881, infoHashes, cookie: 'c0ffee'};
	const samples = [
		encodeLsdAnnounce({port: 6881, infoHashes: infoHashes.slice(1, 2)}, 'ipv6'),
		encodeLsdAnnounce(announce, 'ipv4'),
	];
	const accepted = fuzz(samples, bytes => {
		const read = decodeLsdAnnounce(bytes);
		assert.ok(read.port >= 1 && read.port <= 65_535);
		assert.ok(read.infoHashes.length >= 1 && read.infoHashes.length <= 40);
		assert.ok(read.infoHashes.every(({length}) => length === 20));
		assert.ok((read.cookie ?? '').length <= 64);
	});
	assert.ok(accepted > 0);
});
