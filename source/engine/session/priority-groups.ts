import type {AddOptions} from '../../api/command.js';
import type {FilePriority} from '../../api/snapshot.js';

/** Files by the priority that is said last of each: every change is worked out for all pieces, so few are better. */
export function byPriority(pairs: NonNullable<AddOptions['priorities']>): Map<FilePriority, number[]> {
	const groups = new Map<FilePriority, number[]>();
	for (const [file, priority] of new Map(pairs)) {
		const group = groups.get(priority);
		if (group === undefined) groups.set(priority, [file]);
		else group.push(file);
	}
	return groups;
}
