import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {aria2c} from '../helpers/clients.ts';
import {namingTracker} from '../helpers/naming-tracker.ts';
import {missing} from '../helpers/processes.ts';
import type {Seen} from '../helpers/wiretap.ts';
import {downloadIt, modes, mseStage, openOurs, seedIt} from './mse-stage.ts';

const skip = missing('aria2c');

/** What goes over the wire when we are `off`, `prefer` or `require`; undefined where the two do not meet. */
const outcomes: ReadonlyArray<{
	readonly more: readonly string[];
	readonly weDial: readonly (Seen | undefined)[];
	readonly theyDial: readonly (Seen | undefined)[];
}> = [
	{more: [], weDial: ['clear', 'handshake', 'rc4'], theyDial: ['clear', 'handshake', 'rc4']},
	{
		more: ['--bt-min-crypto-level=arc4'],
		weDial: ['clear', 'rc4', 'rc4'],
		theyDial: ['clear', 'rc4', 'rc4'],
	},
	{
		more: ['--bt-require-crypto=true'],
		weDial: [undefined, 'handshake', 'rc4'],
		theyDial: [undefined, 'handshake', 'rc4'],
	},
	{
		more: ['--bt-require-crypto=true', '--bt-min-crypto-level=arc4'],
		weDial: [undefined, 'rc4', 'rc4'],
		theyDial: [undefined, 'rc4', 'rc4'],
	},
];

describe('encryption with aria2', {concurrency: 4}, () => {
	for (const {more, weDial, theyDial} of outcomes) {
		const theirs = more.length > 0 ? more.join(' ') : 'as it comes';
		for (const [n, mode] of modes.entries()) {
			test(`we (${mode}) dial aria2 (${theirs}): ${weDial[n] ?? 'no connection'}`, {skip}, async t => {
				const {space, content, torrent, file, tap} = await mseStage(t);
				const seeder = await aria2c(space, {torrent: file, dir: content.dir, seed: true, more});
				await seeder.complete();
				const between = await tap(seeder.port);
				const ours = await openOurs(space, mode);
				const download = await downloadIt(space, ours, torrent, between.address);
				if (weDial[n] === undefined) {
					await between.refused(1);
					return download.hasNothing();
				}
				await download.complete();
				assert.equal(await between.seen(), weDial[n]);
			});

			test(`aria2 (${theirs}) dials us (${mode}): ${theyDial[n] ?? 'no connection'}`, {skip}, async t => {
				const {space, torrent, tap} = await mseStage(t);
				const ours = await openOurs(space, mode);
				await seedIt(space, ours, torrent);
				const between = await tap(ours.port);
				const file = torrent.write(space.path('named.torrent'), [await namingTracker(space, between.port)]);
				const leecher = await aria2c(space, {torrent: file, dir: space.folder('theirs'), more});
				if (theyDial[n] === undefined) return between.refused(1);
				await leecher.complete();
				assert.equal(await between.seen(), theyDial[n]);
			});
		}
	}
});
