import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {test} from 'node:test';
import type {Frame} from '../../media/frame.ts';
import {drawPicture} from '../../media/picture.ts';

const root = resolve(import.meta.dirname, '../..');

/** What a terminal shows: a line of text a row. */
function frame(...lines: string[]): Frame {
	return {
		columns: lines[0]!.length,
		rows: lines.map(line => [...line].map(text => ({text, width: 1, colour: '#ffffff', bold: false}))),
	};
}

/** The moments of a film, those that are seen without any animation apart. */
function momentsOf(svg: string): {seen: string[]; hidden: string[]} {
	const moments = svg.split('\n').filter(line => /^<g class="f /.test(line));
	return {
		seen: moments.filter(line => !/^<g [^>]*visibility="hidden"/.test(line)),
		hidden: moments.filter(line => /^<g [^>]*visibility="hidden"/.test(line)),
	};
}

/** What holds where a program knows styles, but not animations. */
const withoutAnimation = (svg: string) =>
	svg.replace(/@keyframes \w+\{(?:[\d.]+%\{[^}]*\})*\}/g, '').replace(/@media[^{]*\{.*?\}\}/, '');

test('a film shows the one moment that stands for it where nothing can move', () => {
	const moments = ['one', 'two', 'end'].map(text => ({frame: frame(text), seconds: 1}));
	const svg = drawPicture(moments, {title: 't', label: 'l', still: 1});
	const {seen, hidden} = momentsOf(svg);
	assert.equal(hidden.length, 2);
	assert.match(seen.join(), /class="f f1".*>two</);
	assert.doesNotMatch(withoutAnimation(svg), /visibility:hidden/);
	assert.match(svg, /@media\(prefers-reduced-motion:reduce\)\{\.f\{animation:none\}\}/);
});

test('what stays in one pane is told once, though another pane in its row moves', () => {
	const moments = [frame('│steady│1│'), frame('│steady│2│')].map(each => ({frame: each, seconds: 1}));
	const svg = drawPicture(moments, {title: 't', label: 'l'});
	assert.equal(svg.match(/>steady</g)?.length, 1);
	assert.match(svg, />1<[\s\S]*>2</);
});

test('every moment follows the one before it without a gap, and the last lasts until the first comes again', () => {
	const moments = Array.from({length: 130}, (_, index) => ({
		frame: frame(`${index}`.padStart(3)),
		seconds: 0.25,
	}));
	const svg = drawPicture(moments, {title: 't', label: 'l'});
	const times = [
		...svg.matchAll(
			/@keyframes k\d+\{(?:0%\{visibility:hidden\})?([\d.]+)%\{visibility:visible\}(?:([\d.]+)%)?/g,
		),
	];
	assert.equal(times.length, 130);
	for (const [index, [, from]] of times.entries())
		assert.equal(from, index === 0 ? '0' : times[index - 1]![2]);
	assert.equal(times.at(-1)![2], undefined);
});

test('the picture of the README moves four times a second, and stands still on a screen half way', () => {
	const svg = readFileSync(resolve(root, 'media/tortui.svg'), 'utf8');
	const {seen, hidden} = momentsOf(svg);
	assert.equal(seen.length, 1);
	assert.ok(hidden.length >= 60, `${hidden.length} moments`);
	assert.ok(svg.length < 2_000_000, 'it is no film of its own');
	assert.doesNotMatch(withoutAnimation(svg), /visibility:hidden/);
});
