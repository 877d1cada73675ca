/**
 * Why a torrent does not go on, with what can be done about it from a command line: the engine's reasons advise those
 * who have a screen, where to resume is a key.
 */
export function commandAdvice(reason: string, seeds: boolean): string {
	if (!seeds)
		return reason
			.replace(/: resume to fetch them again$/, ': --overwrite fetches them again')
			.replace(
				/: bring it back or check the torrent, then resume$/,
				': bring it back, or --overwrite fetches it again',
			)
			.replace(/, then resume$/, ', then run it again');
	const other = 'tortui seed PATH shares what is there as another torrent';
	return reason
		.replace(/: resume to fetch them again$/, `: --repair downloads them again, ${other}`)
		.replace(/: move it away, or --overwrite$/, `: --repair downloads over it, ${other}`)
		.replace(/, then resume$/, ', then seed it again');
}
