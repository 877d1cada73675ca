import type {CompletedCommand, CompletedOption, Kind} from './completion-model.js';

function quote(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function candidates(kind: Kind): string {
	switch (kind) {
		case 'torrent':
			return "-f -a '(__fish_complete_suffix .torrent)'";
		case 'path':
			return '-F';
		case 'folder':
			return "-f -a '(__fish_complete_directories (commandline -ct))'";
		case 'id':
			return "-f -a '(__tortui_ids)'";
		case 'anything':
			return '-f';
		default:
			return `-f -a ${quote(kind.join(' '))}`;
	}
}

function optionLine(verb: string, {long, short, value, help}: CompletedOption): string {
	return [
		`complete -c tortui -n '__tortui_is ${verb}'`,
		...(short ? [`-s ${short.slice(1)}`] : []),
		`-l ${long.slice(2)}`,
		...(value ? [`-r ${candidates(value.kind)}`] : []),
		`-d ${quote(help)}`,
	].join(' ');
}

function wordLines({name, words, repeats}: CompletedCommand): string[] {
	return words.map((kind, index) => {
		const isOpen = repeats && index === words.length - 1;
		const condition = isOpen || words.length === 1 ? '' : `; and __tortui_place ${index}`;
		return `complete -c tortui -n '__tortui_is ${name}${condition}' ${candidates(kind)}`;
	});
}

/** A script for fish that completes what `commands` take. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
	const verbs = commands.filter(({name}) => name !== 'session');
	const lines = commands.flatMap(command => [
		...command.options.map(option => optionLine(command.name, option)),
		...wordLines(command),
	]);
	return `# Completion of tortui for fish: tortui completion fish > ~/.config/fish/completions/tortui.fish

function __tortui_is
	set -l words (commandline -opc)
	set -l verb session
	if set -q words[2]; and contains -- $words[2] ${verbs.map(({name}) => name).join(' ')}
		set verb $words[2]
	end
	test $verb = $argv[1]
end

# Whether so many words without a dash stand between the verb and the cursor.
function __tortui_place
	set -l words (commandline -opc)
	test (count (string match -v -- '-*' $words[3..])) = $argv[1]
end

function __tortui_ids
	__tortui_is attach; or printf 'all\\tevery torrent\\n'
	set -l typed (commandline -ct)
	tortui completion torrents 2>/dev/null | while read -d \\t id name
		if test -n "$typed"; and string match -q -- "$typed*" $id
			printf '%s\\t%s\\n' $id $name
		else
			printf '%s\\t%s\\n' $name (string sub -l 8 $id)
		end
	end
end

complete -c tortui -f
${verbs.map(({name, summary}) => `complete -c tortui -n 'test (count (commandline -opc)) = 1' -a ${name} -d ${quote(summary)}`).join('\n')}
${lines.join('\n')}
`;
}
