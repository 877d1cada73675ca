import assert from 'node:assert/strict';
import {test} from 'node:test';
import {TransferWarnings} from '../../../source/commands/transfer/transfer-warnings.ts';

function listen() {
	const told: string[] = [];
	return {told, warnings: new TransferWarnings(text => told.push(text))};
}

test('a countdown is told once', () => {
	const {told, warnings} = listen();
	for (let second = 0; second < 120; second++) {
		warnings.holdUp(`no tracker answers: refused (next try in ${120 - second} s)`, second * 1000);
	}
	assert.deepEqual(told, ['no tracker answers: refused (next try in 120 s)']);
});

test('a warning that comes and goes is told now and then, with a count', () => {
	const {told, warnings} = listen();
	for (let second = 0; second <= 60; second++) {
		warnings.holdUp('nobody connected has piece 7', second * 1000);
		warnings.holdUp(undefined, second * 1000 + 500);
	}
	assert.deepEqual(told, [
		'nobody connected has piece 7',
		'nobody connected has piece 7 (and 29 times since it was told last)',
		'nobody connected has piece 7 (and 29 times since it was told last)',
	]);
});

test('another warning is told at once', () => {
	const {told, warnings} = listen();
	warnings.holdUp('the disk is slow: 3.00 M wait to be written', 0);
	warnings.holdUp('nobody connected has piece 7', 1);
	warnings.holdUp('the disk is slow: 12.0 M wait to be written', 2);
	assert.deepEqual(told, ['the disk is slow: 3.00 M wait to be written', 'nobody connected has piece 7']);
});

test('wrong pieces are counted: a line in ten seconds, and the rest at the end', () => {
	const {told, warnings} = listen();
	for (let piece = 1; piece <= 2500; piece++) warnings.wrongPieces(piece, piece * 10);
	warnings.end(25_000);
	assert.deepEqual(told, [
		'a piece was wrong: fetched again',
		'1000 pieces were wrong: fetched again',
		'1000 pieces were wrong: fetched again',
		'499 pieces were wrong: fetched again',
	]);
});
