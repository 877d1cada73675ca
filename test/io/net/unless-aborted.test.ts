import assert from 'node:assert/strict';
import {test} from 'node:test';
import {unlessAborted} from '../../../source/io/net/unless-aborted.js';

/** Rejections that nobody has heard, after everything that is promised has settled. */
async function unheard(task: () => Promise<void>): Promise<unknown[]> {
	const found: unknown[] = [];
	const note = (reason: unknown): void => void found.push(reason);
	process.on('unhandledRejection', note);
	try {
		await task();
		for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
	} finally {
		process.off('unhandledRejection', note);
	}
	return found;
}

test('what comes first counts: the end of the promise, or of the time', async () => {
	const controller = new AbortController();
	assert.equal(await unlessAborted(Promise.resolve(3), controller.signal), 3);
	const late = unlessAborted(new Promise<number>(() => {}), controller.signal);
	controller.abort(new Error('too late'));
	await assert.rejects(late, /too late/);
});

test('what fails after the time is over is heard, though nobody waits for it any more', async () => {
	const controller = new AbortController();
	controller.abort(new Error('over'));
	const found = await unheard(async () => {
		const before = unlessAborted(Promise.reject(new Error('no such name')), controller.signal);
		await assert.rejects(before, /over|no such name/);
		let fail: (error: Error) => void = () => {};
		const slow = unlessAborted(new Promise((_, reject) => (fail = reject)), controller.signal);
		await assert.rejects(slow, /over/);
		fail(new Error('no such name'));
	});
	assert.deepEqual(found, []);
});
