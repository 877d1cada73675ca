import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import {transmissionDaemon} from '../helpers/clients.ts';
import {freePort} from '../helpers/ports.ts';
import {missing, Running} from '../helpers/processes.ts';
import {node, startTortui, Transfer} from '../helpers/tortui.ts';
import {noNamespaces, twoNetworks} from '../helpers/two-networks.ts';
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

const theyDial: Readonly<Record<(typeof settings)[number], readonly (Seen | undefined)[]>> = {
	'rather not': ['clear', 'clear', undefined],
	rather: ['clear', 'rc4', 'rc4'],
	always: [undefined, 'rc4', 'rc4'],
};
const tapProgram = join(import.meta.dirname, '../helpers/wiretap-program.ts');

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

	// It dials no loopback address: both are in a network of their own. Where it rather does not encrypt it never begins to,
	// and where it does it offers RC4 alone.
	for (const [encryption, theirs] of settings.entries()) {
		for (const [n, mode] of modes.entries()) {
			const outcome = theyDial[theirs][n];
			const title = `transmission (${theirs}) dials us (${mode}): ${outcome ?? 'no connection'}`;
			test(title, {skip: skip || missing('transmission-cli') || noNamespaces()}, async t => {
				const {space, content, torrent, sample} = await mseStage(t);
				const host = '10.78.0.1';
				const [{through}] = await twoNetworks(space, [`${host}/24`], ['10.78.0.2/24']);
				const [port, theirPort] = [await freePort(), await freePort()];
				const file = torrent.write(space.path('ours.torrent'));
				const way = ['--bind', host, '--port', `${port}`, '--encryption', mode, '--no-dht', '--no-lsd'];
				const args = ['seed', `${file}=${content.root}`, ...way, '--json'];
				await new Transfer(startTortui(space, args, {}, through), port).event('seeding');
				const [command, ...rest] = [...through, node, `--import=${import.meta.resolve('tsx')}`, tapProgram];
				const about = [host, `${port}`, sample.toString('hex'), `${content.length}`];
				const tap = new Running(space, command!, [...rest, ...about]);
				const [, tracker] = await tap.output(/TRACKER (\S+)\n/, 20_000);
				const named = torrent.write(space.path('named.torrent'), [tracker!]);
				const home = space.folder('transmission');
				const off = {'dht-enabled': false, 'lpd-enabled': false, 'utp-enabled': false};
				writeFileSync(
					join(home, 'settings.json'),
					JSON.stringify({...off, 'port-forwarding-enabled': false, encryption}),
				);
				const [program, ...words] = [...through, 'transmission-cli', '-M', '-g', home];
				new Running(space, program!, [...words, '-p', `${theirPort}`, '-w', space.folder('theirs'), named]);
				const [, seen] = await tap.output(outcome === undefined ? /(ENDED)/ : /SEEN (\S+)/, 60_000);
				assert.equal(seen, outcome ?? 'ENDED');
			});
		}
	}
});
