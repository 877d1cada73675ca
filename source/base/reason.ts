/** Why something is as it is, or does not move: one sentence a person can act on. */
export interface Reason {
	readonly level: 'info' | 'warn' | 'error';
	readonly text: string;
}
