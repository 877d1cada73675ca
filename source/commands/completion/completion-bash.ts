import type {CompletedCommand, Kind} from './completion-model.js';

function call(kind: Kind): string {
	if (typeof kind === 'string') return kind === 'anything' ? ':' : `_tortui_${kind}`;
	return `_tortui_words '${kind.join(' ')}'`;
}

/** The patterns `verb:option` of every option that takes a value, by what completes the value. */
function valuePatterns(commands: readonly CompletedCommand[]): Map<string, string[]> {
	const spellings = new Map<string, Map<string, string[]>>();
	for (const {name, options} of commands) {
		for (const {long, short, value} of options) {
			if (!value) continue;
			for (const word of short ? [short, long] : [long]) {
				const actions = spellings.get(word) ?? new Map<string, string[]>();
				const action = call(value.kind);
				actions.set(action, [...(actions.get(action) ?? []), name]);
				spellings.set(word, actions);
			}
		}
	}
	const patterns = new Map<string, string[]>();
	for (const [word, actions] of spellings) {
		for (const [action, verbs] of actions) {
			// What means the same everywhere is said once.
			const found = actions.size === 1 ? [`*:${word}`] : verbs.map(verb => `${verb}:${word}`);
			patterns.set(action, [...(patterns.get(action) ?? []), ...found]);
		}
	}
	return patterns;
}

function places({words, repeats}: CompletedCommand): string {
	const cases = words.map((kind, index) => {
		const isLast = index === words.length - 1;
		return `${isLast && repeats ? '*' : index}) ${call(kind)} ;;`;
	});
	return cases.length === 0 ? ':' : `case $place in ${cases.join(' ')} esac`;
}

/** A script for bash 3.2 and newer that completes what `commands` take; needs nothing beside bash. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
	const verbs = commands.map(({name}) => name).filter(name => name !== 'session');
	const values = [...valuePatterns(commands)];
	return `# Completion of tortui for bash: source <(tortui completion bash)

_tortui_words() {
	local word
	for word in $1; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("$word ")
	done
}

_tortui_files() {
	local found
	compopt -o filenames 2>/dev/null
	compopt +o nospace 2>/dev/null
	while IFS= read -r found; do COMPREPLY+=("$found"); done
}

_tortui_path() { _tortui_files < <(compgen -f -- "$cur"); }
_tortui_folder() { _tortui_files < <(compgen -d -- "$cur"); }
_tortui_torrent() { _tortui_files < <(compgen -f -X '!*.[tT][oO][rR][rR][eE][nN][tT]' -- "$cur"; compgen -d -- "$cur"); }

# The torrents of the running engine: by name, or by the beginning of their info-hash.
_tortui_id() {
	local id name typed=\${cur//\\\\/}
	[[ $verb != attach && all == "$typed"* ]] && COMPREPLY+=('all ')
	while IFS=$'\\t' read -r id name; do
		if [[ $name == "$typed"* ]]; then COMPREPLY+=("$(printf '%q ' "$name")")
		elif [[ $id == "$typed"* ]]; then COMPREPLY+=("$id ")
		fi
	done < <("\${COMP_WORDS[0]}" completion torrents 2>/dev/null)
}

# Whether an option of the verb takes a value.
_tortui_takes() {
	case $verb:$1 in
		${values.flatMap(([, patterns]) => patterns).join('|')}) return 0 ;;
	esac
	return 1
}

_tortui_value() {
	case $verb:$1 in
${values.map(([action, patterns]) => `\t\t${patterns.join('|')}) ${action} ;;`).join('\n')}
	esac
}

_tortui() {
	local cur=\${COMP_WORDS[COMP_CWORD]} verb=session first=1 place=0 at word options
	COMPREPLY=()
	case \${COMP_WORDS[1]} in
		${verbs.join('|')}) ((COMP_CWORD > 1)) && verb=\${COMP_WORDS[1]} first=2 ;;
	esac
	# bash cuts --dir=x into three words.
	local before=\${COMP_WORDS[COMP_CWORD-1]}
	if [[ $cur == '=' ]]; then cur=; elif [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
	if ((COMP_CWORD > first)) && [[ $before == -* ]] && _tortui_takes "$before"; then
		_tortui_value "$before"
		return
	fi
	case $verb in
${commands.map(({name, options}) => `\t\t${name}) options='${options.flatMap(({long, short}) => (short ? [short, long] : [long])).join(' ')}' ;;`).join('\n')}
	esac
	if [[ $cur == -* ]]; then
		_tortui_words "$options"
		return
	fi
	for ((at = first; at < COMP_CWORD; at++)); do
		word=\${COMP_WORDS[at]}
		if [[ $word == -* ]]; then
			if _tortui_takes "$word"; then
				((at++))
				[[ \${COMP_WORDS[at]} == '=' ]] && ((at++))
			fi
		else ((place++)); fi
	done
	((COMP_CWORD == 1)) && _tortui_words '${verbs.join(' ')} help'
	case $verb in
${commands.map(command => `\t\t${command.name}) ${places(command)} ;;`).join('\n')}
	esac
}

complete -o nospace -F _tortui tortui
`;
}
