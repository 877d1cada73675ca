/** In every URL in which `from` stands, `to` stands in its place; with `*` for anything, `from` is a whole URL. */
export interface UrlReplacement {
	readonly from: string;
	readonly to: string;
}

/** What is done to a list of URLs: taken away first, then replaced, then added. */
export interface UrlChanges {
	/** Whole URLs; `*` stands for anything. */
	readonly remove: readonly string[];
	readonly replace: readonly UrlReplacement[];
	/** Those that are there already are left where they are. */
	readonly add: readonly (readonly string[])[];
}

/** How many URLs of a list were changed in which way. */
export interface UrlCounts {
	removed: number;
	replaced: number;
	added: number;
}

/** Whether a URL fits a pattern: the whole of it, `*` standing for anything. */
export function fitsUrl(pattern: string, url: string): boolean {
	const [first = '', ...others] = pattern.split('*');
	const last = others.pop();
	if (last === undefined) return url === first;
	if (!url.startsWith(first)) return false;
	// The earliest place of each leaves the most room for those behind it.
	let at = first.length;
	for (const part of others) {
		const found = url.indexOf(part, at);
		if (found < 0) return false;
		at = found + part.length;
	}
	return url.length - last.length >= at && url.endsWith(last);
}

function replaced(url: string, replacements: readonly UrlReplacement[]): string {
	let now = url;
	for (const {from, to} of replacements) {
		if (!from.includes('*')) now = now.replaceAll(from, () => to);
		else if (fitsUrl(from, now)) now = to;
	}
	return now;
}

/** The URL as it is after the changes; undefined when it is removed. */
export function changedUrl(url: string, {remove, replace}: UrlChanges): string | undefined {
	return remove.some(pattern => fitsUrl(pattern, url)) ? undefined : replaced(url, replace);
}

/** The tiers after the changes; what is there twice then stays in its first place, empty tiers go. */
export function changedTiers(
	tiers: readonly (readonly string[])[],
	changes: UrlChanges,
): {readonly tiers: readonly (readonly string[])[]; readonly counts: UrlCounts} {
	const counts: UrlCounts = {removed: 0, replaced: 0, added: 0};
	const seen = new Set<string>();
	const result: string[][] = [];
	for (const tier of tiers) {
		const kept: string[] = [];
		for (const url of tier) {
			const now = changedUrl(url, changes);
			if (now === undefined) counts.removed++;
			else if (now !== url) counts.replaced++;
			if (now === undefined || (now !== url && seen.has(now))) continue;
			seen.add(now);
			kept.push(now);
		}
		result.push(kept);
	}
	for (const tier of changes.add) {
		const added = tier.filter(url => !seen.has(url) && seen.add(url));
		counts.added += added.length;
		result.push(added);
	}
	return {tiers: result.filter(tier => tier.length > 0), counts};
}
