/** A shell that podlab can complete words in. */
export type Shell = keyof typeof scripts

/**
 * What each shell has to read. All of them hand the words so far to `podlab completion SHELL -- WORDS`, which prints what the last one could
 * become, a line each; bash shows no descriptions. The program asked is the one that is being typed, ./podlab or podlab.
 */
export const scripts = {
  bash: `# podlab's completion for bash. Type: source <(podlab completion bash)
_podlab() {
  local -a words
  local line word prefix
  read -ra words <<<"\${COMP_LINE:0:COMP_POINT}"
  [[ \${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
  word=\${words[\${#words[@]} - 1]}
  # What stands before the last = or : is a word of its own to bash.
  prefix=\${word%"\${word##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${word#"$prefix"}") ;;
      :folders) compopt -o filenames; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "\${word#"$prefix"}") ;;
      *) COMPREPLY+=("\${line#"$prefix"}") ;;
    esac
  done < <("\${words[0]}" completion bash -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _podlab podlab
`,
  zsh: `#compdef podlab
# podlab's completion for zsh. Type: source <(podlab completion zsh)
_podlab() {
  local -a lines values about
  local line
  lines=("\${(@f)$("\${words[1]}" completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      ?*) values+=("\${line%%$'\\t'*}"); about+=("\${line/$'\\t'/  }") ;;
    esac
  done
  (( $#values )) && compadd -l -d about -- $values
}
compdef _podlab podlab
`,
  fish: `# podlab's completion for fish. Type: podlab completion fish | source
function __podlab
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  for line in ($words[1] completion fish -- $words[2..-1] $typed 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path $typed
      case ':folders'
        __fish_complete_directories $typed
      case '*'
        echo $line
    end
  end
end
complete -c podlab -f -a '(__podlab)'
`,
} as const
