import assert from 'node:assert/strict';
import {test} from 'node:test';
import {FreeSpace} from '../../../source/engine/session/free-space.ts';

function watched() {
	const asked: string[] = [];
	const answers: Array<(bytes: number | undefined) => void> = [];
	const place = {dir: '/a'};
	const disk = {
		freeSpace: (dir: string) => {
			asked.push(dir);
			return new Promise<number | undefined>(resolve => answers.push(resolve));
		},
	};
	const space = new FreeSpace(disk, () => place.dir);
	const answer = async (bytes: number) => {
		answers.shift()?.(bytes);
		await new Promise(resolve => setImmediate(resolve));
	};
	return {space, asked, place, answer};
}

test('how much room there is, is known with the first tick, and asked twice a minute', async () => {
	const {space, asked, answer} = watched();
	assert.deepEqual(space.view(), {freeSpace: undefined});
	assert.deepEqual(asked, []);
	space.tick(1000);
	await answer(77);
	assert.deepEqual(space.view(), {freeSpace: 77});
	for (let now = 2000; now < 31_000; now += 1000) space.tick(now);
	assert.deepEqual(asked, ['/a']);
	space.tick(31_000);
	assert.deepEqual(asked, ['/a', '/a']);
});

test('another folder is asked for at once, and a disk that hangs only once', async () => {
	const {space, asked, place, answer} = watched();
	space.tick(1000);
	for (let now = 2000; now < 200_000; now += 1000) space.tick(now);
	assert.deepEqual(asked, ['/a']);
	place.dir = '/b';
	await answer(5);
	space.tick(200_000);
	assert.deepEqual(asked, ['/a', '/b']);
	await answer(6);
	assert.deepEqual(space.view(), {freeSpace: 6});
});
