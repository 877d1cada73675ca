import type {CompletedCommand, CompletedOption, Kind} from './completion-model.js';

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text inside an `_arguments` specification: brackets and colons mean something there. */
function plain(text: string): string {
	return text.replaceAll(/[[\]:\\]/g, '\\$&');
}

function action(kind: Kind): string {
	switch (kind) {
		case 'torrent':
			return '_files -g "*.torrent(#i)(-.)"';
		case 'path':
			return '_files';
		case 'folder':
			return '_files -/';
		case 'id':
			return '_tortui_ids';
		case 'anything':
			return ' ';
		default:
			return `(${kind.join(' ')})`;
	}
}

function option({long, short, value, repeats, help}: CompletedOption): string {
	const about = `[${plain(help)}]`;
	const tail = value ? `:${plain(value.name)}:${action(value.kind)}` : '';
	const mark = value ? '=' : '';
	const names = short ? [`${short}${value ? '+' : ''}`, `${long}${mark}`] : [`${long}${mark}`];
	const excluded = repeats ? '*' : `(${[short, long].filter(Boolean).join(' ')})`;
	return names.map(name => quote(`${excluded}${name}${about}${tail}`)).join(' ');
}

function words({words, repeats}: CompletedCommand): string[] {
	return words.map((kind, index) => {
		const place = repeats && index === words.length - 1 ? '*' : `${index + 1}`;
		return quote(`${place}:${typeof kind === 'string' ? kind : 'word'}:${action(kind)}`);
	});
}

/** A script for zsh that completes what `commands` take; to be sourced after compinit, or kept as `_tortui` in fpath. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
	const verbs = commands.filter(({name}) => name !== 'session');
	const session = commands.find(({name}) => name === 'session');
	const block = (command: CompletedCommand) =>
		['_arguments -s -S', ...command.options.map(option), ...words(command)].join(' \\\n\t\t\t\t');
	return `#compdef tortui
# Completion of tortui for zsh: source <(tortui completion zsh), after compinit

_tortui_ids() {
	local -a found
	local id name
	[[ $verb == attach ]] || found+=('all:every torrent')
	while IFS=$'\\t' read -r id name; do
		if [[ -n $PREFIX && $id == "$PREFIX"* ]]; then
			found+=("$id:$name")
		else
			found+=("\${name//:/\\:}:\${id[1,8]}")
		fi
	done < <(_call_program torrents tortui completion torrents 2>/dev/null)
	_describe -t torrents torrent found
}

_tortui_verbs() {
	local -a found=(
${verbs.map(({name, summary}) => `\t\t${quote(`${name}:${summary}`)}`).join('\n')}
	)
	_describe -t commands command found
}

_tortui_first() {
	_alternative 'commands:command:_tortui_verbs' 'files:torrent:_files -g "*.torrent(#i)(-.)"'
}

_tortui() {
	local verb=session curcontext=$curcontext
	if ((CURRENT > 2)); then
		case $words[2] in
			${verbs.map(({name}) => name).join('|')})
				verb=$words[2]
				shift words
				((CURRENT--))
				;;
		esac
	fi
	case $verb in
		session)
			${session ? block({...session, words: []}) : ':'} \\
				'1:torrent:_tortui_first' '*:torrent:_files -g "*.torrent(#i)(-.)"'
			;;
${verbs.map(command => `\t\t${command.name})\n\t\t\t${block(command)}\n\t\t\t;;`).join('\n')}
	esac
}

if [[ $funcstack[1] == _tortui ]]; then
	_tortui "$@"
else
	compdef _tortui tortui
fi
`;
}
