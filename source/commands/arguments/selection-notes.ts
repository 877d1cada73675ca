/** What `--select` understands, for the help of the commands that have it. One line each. */
export const selectionNotes = [
	'--select LIST: rules with commas between them, or given one by one.',
	'  1  3-5  7-       files by their number, as tortui info tells it',
	"  '*.mkv'          a pattern: * ? [a-z] [!a-z] {one,other}; ** crosses folders",
	"  'subs/'  subs    everything in a folder; a path, too: 'Season 1/subs'",
	"  'film.mkv'       a file's name or path; a part of one if nothing has it",
	"  '>100M' '<=1G'   by size, also >= < =",
	"  '/s01e0[1-5]/i'  a regular expression over the path",
	'  \'"a, [b].txt"\'   in quotes everything is a name; what is one needs none',
	"  '!*.nfo'         not these; where all begin with ! everything else is wanted",
] as const;
