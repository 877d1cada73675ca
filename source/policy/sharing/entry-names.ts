/** What programs call a file while it is not whole yet. */
const partialEndings =
	/\.(?:part|partial|filepart|aria2|crdownload|download|opdownload|unfinished|ytdl|!qb|!ut|!bt|bc!|td|tmp|temp)$/i;
/** What lies beside a file under its own name for as long as that is not whole. */
const companions: readonly string[] = ['.aria2', '.part', '.ytdl', '.st'];

/** Patterns of `compileGlob` for the same names as `isPartialName` knows. */
export const partialPatterns: readonly string[] = [
	'*.{part,partial,filepart,aria2,crdownload,download,opdownload,unfinished,ytdl,!qb,!ut,!bt,bc!,td,tmp,temp}',
];

/** Whether a name says that what is in the file is on its way still. */
export function isPartialName(name: string): boolean {
	return partialEndings.test(name);
}

/** Whether a file is not shown to people unless they ask for it. */
export function isHiddenName(name: string): boolean {
	return name.startsWith('.');
}

/** Whether another program has left a note beside something that it is not whole yet. */
export function hasCompanion(name: string, names: ReadonlySet<string>): boolean {
	return companions.some(ending => names.has(name + ending));
}
