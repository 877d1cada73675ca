import assert from 'node:assert/strict';
import {
	copyFileSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {after, before, describe} from 'node:test';
import {
	dial,
	handshake,
	interested,
	message,
	piece,
	type RawPeer,
	request,
	unchoke,
} from '../../helpers/raw-peer.ts';
import {
	openTestSession,
	seedTorrent,
	type TestSession,
	type TestTorrent,
	testTorrent,
} from '../../helpers/sessions.ts';
import {bytesFrom} from '../../helpers/torrents.ts';
import {Workspace} from '../../helpers/workspace.ts';

/** The time by which files are believed to be as they were, which can be pushed forward. */
const time = {
	ahead: 0,
	real: performance.now,
	push(milliseconds: number): void {
		this.ahead += milliseconds;
	},
};

const blockLength = 16_384;
const pieceLength = 32_768;

/** A leecher that asks for one block after the other, and compares what comes with what should. */
class Taster {
	right = 0;
	wrong = 0;
	readonly #peer: RawPeer;
	readonly #content: Buffer;
	#answered: () => void = () => {};

	constructor(peer: RawPeer, content: Buffer) {
		this.#peer = peer;
		this.#content = content;
		peer.onMessage = (id, payload) => {
			if (id !== piece) return;
			const at = payload.readUInt32BE() * pieceLength + payload.readUInt32BE(4);
			const block = payload.subarray(8);
			if (block.equals(this.#content.subarray(at, at + block.length))) this.right++;
			else this.wrong++;
			this.#answered();
		};
	}

	static async meet(space: Workspace, engine: TestSession, id: string, content: Buffer): Promise<Taster> {
		const peer = await dial(space, engine.port);
		const taster = new Taster(peer, content);
		const unchoked = new Promise<void>(resolve => {
			const {onMessage} = peer;
			peer.onMessage = (what, payload) => {
				if (what === unchoke) resolve();
				onMessage(what, payload);
			};
		});
		await peer.send(handshake(Buffer.from(id, 'hex')), message(interested));
		await unchoked;
		return taster;
	}

	/** Answers whether it got a block before the connection was closed. */
	async taste(at: number): Promise<boolean> {
		const answered = new Promise<true>(resolve => {
			this.#answered = () => resolve(true);
		});
		const index = Math.floor(at / pieceLength);
		await this.#peer.send(message(request, index, at % pieceLength, blockLength));
		return Promise.race([answered, this.#peer.closed.then(() => false)]);
	}

	/** Asks for the same block until the connection is closed; each time after as long as it takes to find it wrong. */
	async tasteUntilClosed(at: number): Promise<void> {
		for (let tastes = 0; await this.taste(at); tastes++) {
			assert.ok(tastes < 50, 'it is still being given');
			time.push(20);
		}
	}
}

interface Seeded {
	readonly space: Workspace;
	readonly engine: TestSession;
	readonly torrent: TestTorrent;
	readonly id: string;
	readonly content: Buffer;
	/** The second file, which is what changes, and where it begins. */
	readonly path: string;
	readonly at: number;
}

const lengths = [200_000, 300_000, 100_000] as const;

async function seeded(t: test.TestContext): Promise<Seeded> {
	const space = new Workspace(t);
	const torrent = testTorrent(
		space,
		'changing',
		lengths.map((length, n) => [`${n}.bin`, length]),
		pieceLength,
	);
	const path = join(torrent.content.root, '1.bin');
	// Times are told apart to the millisecond.
	utimesSync(path, 1e9, 1e9);
	const engine = await openTestSession(space, 'engine');
	const id = await seedTorrent(engine, torrent);
	const content = Buffer.concat(
		torrent.content.files.map(({path}) => readFileSync(join(torrent.content.root, ...path))),
	);
	return {space, engine, torrent, id, content, path, at: Math.ceil(lengths[0] / pieceLength) * pieceLength};
}

/** Mends what was changed. */
function mend({path}: Seeded): void {
	rmSync(path, {recursive: true, force: true});
	writeFileSync(path, bytesFrom('changing/1.bin', lengths[1]));
}

const changes: ReadonlyArray<readonly [what: string, change: (seeded: Seeded) => void, line: RegExp]> = [
	['cut short', ({path}) => truncateSync(path, 50_000), /^changed by another program: \S+\/1\.bin: /],
	['deleted', ({path}) => rmSync(path), /^missing: \S+\/1\.bin: /],
	[
		'written over',
		({path}) => {
			const bytes = readFileSync(path);
			bytes.fill(0, 20_000, 280_000);
			writeFileSync(path, bytes, {flag: 'r+'});
		},
		/^changed by another program: \S+\/1\.bin: /,
	],
	[
		'replaced by a link',
		({path, space}) => {
			rmSync(path);
			writeFileSync(space.path('secret'), Buffer.alloc(lengths[1], 'secret'));
			symlinkSync(space.path('secret'), path);
		},
		/^changed by another program: \S+\/1\.bin: /,
	],
	[
		'replaced by a folder',
		({path}) => {
			rmSync(path);
			mkdirSync(path);
		},
		/^changed by another program: \S+\/1\.bin: |^a folder is where a file should be: \S+\/1\.bin: /,
	],
];

// Most of their time is waiting.
describe('a file that is seeded', {concurrency: true}, () => {
	before(() => {
		performance.now = () => time.real.call(performance) + time.ahead;
	});
	after(() => {
		performance.now = time.real;
	});

	for (const [what, change, line] of changes) {
		test(`${what} behind our back is noticed, said in one line, and mends`, async t => {
			const all = await seeded(t);
			const {space, engine, id, content, at, torrent} = all;
			const taster = await Taster.meet(space, engine, id, content);
			await taster.taste(at);
			assert.equal(taster.right, 1);
			change(all);
			await taster.tasteUntilClosed(at + blockLength);
			await engine.says(id, 'failed', line);
			assert.ok(taster.wrong <= 1, `${taster.wrong} wrong blocks were sent`);
			const said = engine.log.filter(text => /^(?:warn|error)/.test(text));
			assert.equal(said.filter(text => text.startsWith('error')).length, 1, said.join('\n'));
			assert.ok(said.length <= 2, said.join('\n'));
			mend(all);
			// Either does.
			await engine.send({type: what === 'cut short' ? 'torrent.verify' : 'torrent.resume', id});
			const view = await engine.sees(
				id,
				'it seeds again',
				({state}) => state !== 'checking' && state !== 'failed',
			);
			assert.equal(`${view.state} ${view.piecesHave}`, `seeding ${torrent.pieces}`);
			const again = await Taster.meet(space, engine, id, content);
			await again.taste(at + blockLength);
			assert.equal(again.right, 1);
		});
	}

	test('touched, or replaced by the same bytes, is hashed and seeded on', async t => {
		const all = await seeded(t);
		const {space, engine, id, content, at, torrent, path} = all;
		const taster = await Taster.meet(space, engine, id, content);
		copyFileSync(path, `${path}.copy`);
		renameSync(`${path}.copy`, path);
		await taster.tasteUntilClosed(at);
		await engine.sees(id, 'it seeds', ({state}) => state === 'seeding');
		assert.equal((await engine.view(id)).piecesHave, torrent.pieces);
		assert.equal(taster.wrong, 0);
		const again = await Taster.meet(space, engine, id, content);
		for (let n = 0; n < 3; n++) assert.ok(await again.taste(at));
		assert.equal(engine.log.filter(text => /^(?:warn|error)/.test(text)).length, 1, engine.log.join('\n'));
	});

	test('changed while nobody asked for it is not believed after a restart', async t => {
		const all = await seeded(t);
		const {space, engine, id, torrent} = all;
		changes[2]![1](all);
		// Something is written down anew.
		await engine.send({type: 'torrent.label', id, label: 'films'});
		await engine.session.stop();
		const again = await openTestSession(space, 'engine');
		const view = await again.sees(id, 'it was looked at', ({state}) => state !== 'checking');
		assert.ok(view.piecesHave < torrent.pieces, `${view.piecesHave} pieces are said to be had`);
	});
});
