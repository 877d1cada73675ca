import type {EntrySight, FolderLook, LookRules} from './folder-look.js';

/** What the thread that looks hears. */
export interface LookRequest {
	readonly id: number;
	readonly dir: string;
	readonly rules: LookRules;
	/** What is known already need not be told again. */
	readonly digest: string | undefined;
}

/** What it says: entries, some at a time, then the rest; that nothing has changed; or that the folder is gone. */
export type LookAnswer =
	| {readonly id: number; readonly type: 'entries'; readonly entries: readonly EntrySight[]}
	| {readonly id: number; readonly type: 'look'; readonly look: Omit<FolderLook, 'entries'>}
	| {readonly id: number; readonly type: 'same'}
	| {readonly id: number; readonly type: 'gone'; readonly why: string};
