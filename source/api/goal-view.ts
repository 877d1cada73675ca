import type {SeedGoal} from '../base/seed-goal.js';

/** How it stands with a torrent's goal. */
export interface GoalView {
	/** The whole goal in words, with who says what. */
	readonly text: string;
	/**
	 * `last`: reached, and it goes on since no other seed is known; `asking`: whether that is still so is found out;
	 * `waived`: somebody started it again.
	 */
	readonly state: 'open' | 'last' | 'asking' | 'slowed' | 'waived' | 'reached';
	/** Why it still seeds, or stands still, in words. */
	readonly why: string;
	/** How much of the way to it is behind, 0 to 1, by the part that decides. */
	readonly share?: number | undefined;
	/** What is said of this torrent alone. */
	readonly own: SeedGoal;
}
