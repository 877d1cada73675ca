import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type SlowTime, slowTimeText} from '../../source/base/slow-time.ts';
import {parseSlowTime} from '../../source/commands/arguments/engine-quantities.ts';

test('a time is written as settings have it, and is read as what it was', () => {
	const times: ReadonlyArray<readonly [SlowTime, string]> = [
		[{days: [0, 1, 2, 3, 4, 5, 6], from: 480, to: 1080}, '08:00-18:00'],
		[
			{days: [0, 1, 2, 3, 4], from: 1350, to: 360, maxDownload: 1_048_576, maxUpload: null},
			'mon-fri 22:30-06:00 down=1M up=none',
		],
		[{days: [5, 6], from: 600, to: 720, stop: true}, 'sat-sun 10:00-12:00 stop'],
		[{days: [0, 2, 3, 4, 6], from: 0, to: 0, maxUpload: 51_200}, 'mon,wed-fri,sun 00:00-00:00 up=50K'],
		[{days: [1], from: 1, to: 2, maxDownload: 1001}, 'tue 00:01-00:02 down=1001'],
	];
	for (const [time, text] of times) {
		assert.equal(slowTimeText(time), text);
		assert.deepEqual(parseSlowTime(text, 'here'), time);
	}
});
