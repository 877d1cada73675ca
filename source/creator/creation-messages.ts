import type {Bytes} from '../base/units.js';
import type {CreateOptions} from './create-options.js';

/** What the thread that makes a torrent is started with: options that can be sent. */
export type SentOptions = Omit<CreateOptions, 'onFound' | 'onProgress' | 'onSkipped' | 'signal'>;

/** What it tells. */
export type FromCreation =
	| {readonly type: 'found'; readonly length: Bytes}
	| {readonly type: 'hashed'; readonly bytes: Bytes}
	| {readonly type: 'skipped'; readonly what: string}
	| {readonly type: 'made'; readonly bytes: Uint8Array; readonly magnet: string}
	| {readonly type: 'failed'; readonly code: string; readonly message: string; readonly exitStatus: number};
