import assert from 'node:assert/strict';
import {test} from 'node:test';
import {glyphsFor} from '../../../source/ui/look/glyphs.ts';
import {type Paint, paintedWeek} from '../../../source/ui/model/painted-week.ts';
import {type WeekPlace, weekRows} from '../../../source/ui/present/week.ts';

test('an hour that is painted and selected is neither a hole nor like one that is not selected', () => {
	const paints: ReadonlyArray<Paint | undefined> = [undefined, {}, {stop: true}, {maxUpload: 50_000}];
	for (const ascii of [false, true]) {
		const glyphs = glyphsFor(ascii);
		for (const columns of [40, 80]) {
			const seen = new Set<string>();
			for (const paint of paints)
				for (const isSelected of [false, true]) {
					const week = paintedWeek([]).map(() => paint) as WeekPlace['week'];
					const place = {week, selected: new Set(isSelected ? [0, 1] : []), day: 0, slot: 0};
					const [, monday = []] = weekRows(place, columns, {glyphs, timezone: 0});
					const [text, , isTurned] = monday[2] ?? ['', 'text', false];
					assert.ok(!(isTurned && text === '█'), 'a full block that is turned round is a hole');
					seen.add(`${text} ${isTurned ?? false}`);
				}
			assert.equal(seen.size, paints.length * 2, [...seen].join(', '));
		}
	}
});
