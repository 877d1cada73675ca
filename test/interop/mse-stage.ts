import {readFileSync} from 'node:fs';
import type {TestContext} from 'node:test';
import type {EncryptionMode} from '../../source/policy/peers/encryption-mode.ts';
import {assertSame} from '../helpers/compare.ts';
import {openTestSession, type TestSession} from '../helpers/sessions.ts';
import {type Content, kibibyte, makeTorrent, type Torrent, writeFile} from '../helpers/torrents.ts';
import {wiretap} from '../helpers/wiretap.ts';
import {Workspace} from '../helpers/workspace.ts';

export const modes = ['off', 'prefer', 'require'] as const;
const length = 300 * kibibyte;

/** Two who are to meet, one of them we, and somebody who listens between them. */
export async function mseStage(t: TestContext) {
	const space = new Workspace(t);
	const content = writeFile(space.folder('content'), 'file.bin', length);
	const torrent = makeTorrent(content, 32 * kibibyte);
	const sample = readFileSync(content.root).subarray(100_000, 100_040);
	return {
		space,
		content,
		torrent,
		sample,
		file: torrent.write(space.path('file.torrent')),
		tap: (target: number | (() => number)) => wiretap(space, target, sample, length),
	};
}

function metainfoOf(space: Workspace, torrent: Torrent): string {
	return readFileSync(torrent.write(space.path('ours.torrent'))).toString('base64');
}

/** An engine of ours that encrypts so, and speaks to nobody but whom it is told. */
export function openOurs(space: Workspace, encryption: EncryptionMode): Promise<TestSession> {
	return openTestSession(space, 'ours', {encryption, trackers: false, lsd: false, pex: false});
}

/** We seed. */
export async function seedIt(space: Workspace, ours: TestSession, torrent: Torrent): Promise<void> {
	const metainfo = metainfoOf(space, torrent);
	const id = await ours.add(
		{content: torrent.content, pieces: torrent.pieces, metainfo},
		{dir: torrent.content.dir},
	);
	await ours.sees(id, 'seeded', ({state}) => state === 'seeding');
}

/** We download from this address; answers what waits for the end of it. */
export async function downloadIt(space: Workspace, ours: TestSession, torrent: Torrent, address: string) {
	const metainfo = metainfoOf(space, torrent);
	const dir = space.folder('got');
	const id = await ours.add(
		{content: torrent.content, pieces: torrent.pieces, metainfo},
		{dir, peers: [address]},
	);
	return {
		async complete() {
			await ours.sees(id, 'complete', ({state}) => state === 'seeding');
			assertSame(space.path('got', torrent.content.name), torrent.content.root);
		},
		async hasNothing() {
			const {completed} = await ours.view(id);
			if (completed > 0) throw new Error(`${completed} bytes came`);
		},
	};
}

export type {Content};
