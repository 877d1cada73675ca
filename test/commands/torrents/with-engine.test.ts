import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type TestContext, test} from 'node:test';
import {UserError} from '../../../source/base/errors.ts';
import {type ServedEngine, serveEngine} from '../../../source/bridge/socket/serve-engine.ts';
import {socketPath} from '../../../source/bridge/socket/socket-path.ts';
import {withEngine} from '../../../source/commands/torrents/with-engine.ts';
import {EmptyEngine} from '../../helpers/empty-engine.ts';

const context = {env: {}, version: '1.2.3'};
const pause = {type: 'torrent.pause', id: 'a'.repeat(40)} as const;

/** Lets go of everything: it does nothing any more, and tells `asked` when it has said so. */
class StoppingEngine extends EmptyEngine {
	asked: () => void = () => {};

	override async send(): Promise<never> {
		setImmediate(() => this.asked());
		throw new UserError('stopping', 'the engine is stopping: start it again');
	}
}

/** A state folder in which one engine after another may answer. */
class Seat {
	readonly stateDir = mkdtempSync(join(tmpdir(), 'tortui-with-'));
	#served: ServedEngine | undefined;
	#isOver = false;

	constructor(t: TestContext) {
		t.after(async () => {
			this.#isOver = true;
			await this.#served?.close('the test is over');
			rmSync(this.stateDir, {recursive: true});
		});
	}

	async serve(engine: EmptyEngine): Promise<ServedEngine> {
		this.#served = await serveEngine(engine, socketPath(this.stateDir, {}), {version: '1.2.3', about: {}});
		if (this.#isOver) await this.#served.close('the test is over');
		return this.#served;
	}
}

test('what an engine that hands over does not do any more is done by the one that comes', async t => {
	const seat = new Seat(t);
	const [former, other, next] = [new StoppingEngine(), new StoppingEngine(), new EmptyEngine()];
	const served = await seat.serve(former);
	former.asked = async () => {
		await served.close('the engine hands over to a new one', true);
		const between = await seat.serve(other);
		other.asked = async () => {
			await between.close('the engine hands over to a new one', true);
			await seat.serve(next);
		};
	};
	await withEngine(seat, context, async engine => {
		await engine.send(pause);
		await engine.send({...pause, id: 'b'.repeat(40)});
	});
	assert.deepEqual(
		next.commands.map(command => 'id' in command && command.id),
		[pause.id, 'b'.repeat(40)],
	);
});

test('what was on its way when the engine let go of everybody is done by the next one, and once', async t => {
	const seat = new Seat(t);
	const [former, next] = [new EmptyEngine(), new EmptyEngine()];
	const served = await seat.serve(former);
	await withEngine(seat, context, async engine => {
		await engine.send(pause);
		const closed = served.close('the engine hands over to a new one', true).then(() => seat.serve(next));
		await engine.send({...pause, id: 'b'.repeat(40)});
		await closed;
	});
	const told = (engine: EmptyEngine) => engine.commands.map(command => 'id' in command && command.id);
	assert.deepEqual([told(former), told(next)], [[pause.id], ['b'.repeat(40)]]);
});

test('who has only looked when an engine hands over looks at the next one; what may be done is not done twice', async t => {
	const seat = new Seat(t);
	const [former, next] = [new EmptyEngine(), new EmptyEngine()];
	let served = await seat.serve(former);
	let turns = 0;
	const looked = await withEngine(seat, context, async engine => {
		if (turns++ > 0) return 'the next';
		await served.close('the engine hands over to a new one', true);
		served = await seat.serve(next);
		throw new UserError('engine-lost', await engine.closed);
	});
	assert.deepEqual([looked, turns], ['the next', 2]);

	await assert.rejects(
		withEngine(seat, context, async engine => {
			turns++;
			await engine.send(pause);
			await served.close('the engine hands over to a new one', true);
			served = await seat.serve(new EmptyEngine());
			throw new UserError('engine-lost', await engine.closed);
		}),
		{code: 'engine-lost'},
	);
	assert.deepEqual([turns, next.commands.length], [3, 1]);
});

test('an engine that stops for good says so', async t => {
	const seat = new Seat(t);
	const engine = new StoppingEngine();
	const served = await seat.serve(engine);
	engine.asked = () => void served.close('the engine was stopped');
	await assert.rejects(
		withEngine(seat, context, async remote => remote.send(pause)),
		{code: 'stopping'},
	);
});
