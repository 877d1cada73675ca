import type {Bytes} from '../../base/units.js';

/** What is known of a folder where data may go. */
export interface FolderLook {
	/** Whether it is there, and can be written to; absent where neither can be told. */
	readonly state?: 'writable' | 'read-only' | 'missing' | 'no-folder';
	/** Of the disk that it is on, or would be. */
	readonly free?: Bytes;
}
