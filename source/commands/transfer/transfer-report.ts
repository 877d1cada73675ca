import type {TorrentView} from '../../api/snapshot.js';

/** How it ended: every torrent came to its goal, some could not, or it was stopped. */
export type TransferOutcome = 'done' | 'failed' | 'stopped';

/** What a transfer tells while it goes on. Each form of output is one of these. */
export interface TransferReport {
	/** A torrent was taken in. */
	added(view: TorrentView): void;
	/** A link's info dictionary has arrived. */
	metadata(view: TorrentView): void;
	/** Called often; what is shown of it is the report's affair. */
	progress(views: readonly TorrentView[]): void;
	/** Every wanted piece is verified and on disk. `stays`: it goes on seeding, which is told next. */
	complete(view: TorrentView, stays: boolean): void;
	seeding(view: TorrentView): void;
	/** It cannot go on. */
	failed(view: TorrentView, reason: string): void;
	/** Something a person should know; goes to stderr. */
	warning(view: TorrentView, text: string): void;
	/** The same of all of them. */
	trouble(text: string): void;
	/** It has come to its goal, with these figures; it may go on all the same for as long as others do not. */
	ended(view: TorrentView): void;
	/** Nothing follows. */
	end(views: readonly TorrentView[], outcome: TransferOutcome): void;
}
