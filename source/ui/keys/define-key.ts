import type {ScreenContext} from '../screen/screen-context.js';
import type {Guard, KeyDescription, KeyGroup, KeyRecord} from './key-record.js';

/** A key record of this screen. */
export type ScreenKey = KeyRecord<ScreenContext>;

interface KeyDefinition<Facts> extends KeyDescription {
	/** Finds what the key acts on; without one it always works. */
	readonly when?: Guard<Facts>;
	readonly label: string | ((facts: Facts) => string);
	readonly run: (screen: ScreenContext, facts: Facts, argument: string, key: string) => void;
}

type Ungrouped = Omit<ScreenKey, 'group'>;

/** A record whose label and act take what its guard has found. */
export function defineKey<Facts extends object = object>(definition: KeyDefinition<Facts>): Ungrouped {
	const {when, label, run, ...description} = definition;
	return {
		...description,
		when: situation => {
			const facts = when ? when(situation) : ({} as Facts);
			if (typeof facts === 'string') return facts;
			return {
				label: typeof label === 'function' ? label(facts) : label,
				run: (screen, argument, key) => run(screen, facts, argument, key),
			};
		},
	};
}

/** The records of one group of the help screen. */
export function inGroup(group: KeyGroup, records: readonly Ungrouped[]): readonly ScreenKey[] {
	return records.map(record => ({...record, group}));
}
