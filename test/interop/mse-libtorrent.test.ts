import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {libtorrentPeer, noLibtorrent} from '../helpers/libtorrent.ts';
import type {Seen} from '../helpers/wiretap.ts';
import {downloadIt, modes, mseStage, openOurs, seedIt} from './mse-stage.ts';

const skip = noLibtorrent();

/** What goes over the wire when we are `off`, `prefer` or `require`; undefined where the two do not meet. */
const outcomes: Readonly<
	Record<string, Readonly<Record<'weDial' | 'theyDial', readonly (Seen | undefined)[]>>>
> = {
	off: {weDial: ['clear', 'clear', undefined], theyDial: ['clear', 'clear', undefined]},
	enabled: {weDial: ['clear', 'handshake', 'rc4'], theyDial: ['clear', 'handshake', 'rc4']},
	'enabled-prefer': {weDial: ['clear', 'rc4', 'rc4'], theyDial: ['clear', 'handshake', 'rc4']},
	'forced-rc4': {weDial: [undefined, 'rc4', 'rc4'], theyDial: [undefined, 'rc4', 'rc4']},
	'forced-plain': {
		weDial: [undefined, 'handshake', undefined],
		theyDial: [undefined, 'handshake', undefined],
	},
};

describe('encryption with libtorrent', {concurrency: 4}, () => {
	for (const [encryption, {weDial, theyDial}] of Object.entries(outcomes)) {
		for (const [n, mode] of modes.entries()) {
			test(`we (${mode}) dial libtorrent (${encryption}): ${weDial[n] ?? 'no connection'}`, {
				skip,
			}, async t => {
				const {space, content, torrent, file, tap} = await mseStage(t);
				const seeder = await libtorrentPeer(space, file, content.dir, undefined, {encryption});
				await seeder.complete();
				const between = await tap(Number(seeder.address.split(':')[1]));
				const ours = await openOurs(space, mode);
				const download = await downloadIt(space, ours, torrent, between.address);
				if (weDial[n] === undefined) {
					await between.refused(1);
					return download.hasNothing();
				}
				await download.complete();
				assert.equal(await between.seen(), weDial[n]);
			});

			test(`libtorrent (${encryption}) dials us (${mode}): ${theyDial[n] ?? 'no connection'}`, {
				skip,
			}, async t => {
				const {space, torrent, file, tap} = await mseStage(t);
				const ours = await openOurs(space, mode);
				await seedIt(space, ours, torrent);
				const between = await tap(ours.port);
				const theirs = space.folder('theirs');
				const leecher = await libtorrentPeer(space, file, theirs, between.address, {encryption});
				if (theyDial[n] === undefined) return between.refused(1);
				await leecher.complete();
				assert.equal(await between.seen(), theyDial[n]);
			});
		}
	}
});
