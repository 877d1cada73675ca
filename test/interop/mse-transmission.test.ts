import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {transmissionDaemon} from '../helpers/clients.ts';
import {missing} from '../helpers/processes.ts';
import type {Seen} from '../helpers/wiretap.ts';
import {downloadIt, modes, mseStage, openOurs} from './mse-stage.ts';

const skip = missing('transmission-daemon');
const settings = ['rather not', 'rather', 'always'] as const;

/** What goes over the wire when we are `off`, `prefer` or `require`; undefined where the two do not meet. */
const weDial: Readonly<Record<(typeof settings)[number], readonly (Seen | undefined)[]>> = {
	// It agrees to go on in the clear, and does not understand our first words then.
	'rather not': ['clear', 'clear', 'rc4'],
	rather: ['clear', 'rc4', 'rc4'],
	always: [undefined, 'rc4', 'rc4'],
};

describe('encryption with transmission', {concurrency: 9}, () => {
	for (const [encryption, theirs] of settings.entries()) {
		for (const [n, mode] of modes.entries()) {
			const outcome = weDial[theirs][n];
			test(`we (${mode}) dial transmission (${theirs}): ${outcome ?? 'no connection'}`, {skip}, async t => {
				const {space, content, torrent, file, tap} = await mseStage(t);
				const seeder = await transmissionDaemon(space, {
					...{torrent: file, dir: content.dir, seed: true},
					encryption: encryption as 0 | 1 | 2,
				});
				await seeder.complete();
				const between = await tap(seeder.port);
				const ours = await openOurs(space, mode);
				const download = await downloadIt(space, ours, torrent, between.address);
				if (outcome === undefined) {
					await between.refused(1);
					return download.hasNothing();
				}
				await download.complete();
				assert.equal(await between.seen(), outcome);
			});
		}
	}
});
