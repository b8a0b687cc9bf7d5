"""``excore completion``: lets shells complete configs and overrides behind any command."""

from __future__ import annotations

import shlex
from enum import Enum
from typing import Annotated

import typer

from excore.cli.command_line import complete
from excore.lang.text import printable


class Shell(str, Enum):
    """The shells that can be asked to complete."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    words = "words"


_BASH = """\
_excore_complete() {{
    local -a words
    local line="${{COMP_LINE:0:COMP_POINT}}" word cut
    read -ra words <<<"$line"
    [[ "$line" == *[[:space:]] ]] && words+=("")
    word="${{words[-1]}}"
    cut="${{word%"${{word##*[=:]}}"}}"
    mapfile -t COMPREPLY < <(excore completion words -- "${{words[@]}}" 2>/dev/null | cut -f1)
    COMPREPLY=("${{COMPREPLY[@]#"$cut"}}")
    for word in "${{!COMPREPLY[@]}}"; do printf -v "COMPREPLY[word]" %q "${{COMPREPLY[word]}}"; done
    [[ ${{#COMPREPLY[@]}} == 1 && "${{COMPREPLY[0]}}" == *[.=/] ]] && compopt -o nospace 2>/dev/null
}}
complete -o default -F _excore_complete {names}
"""

_ZSH = """\
_excore_complete() {{
    local -a found
    found=("${{(@f)$(excore completion words -- "${{(@)words[1,CURRENT]}}" 2>/dev/null | cut -f1)}}")
    if [[ -n "$found" ]]; then compadd -S '' -a found; else _files; fi
}}
compdef _excore_complete {names}
"""

_FISH = """\
function __excore_complete
    excore completion words -- (commandline -opc) (commandline -ct) 2>/dev/null
end
{lines}
"""


def completion(
    shell: Annotated[Shell, typer.Argument(help="The shell, or `words` to print what completes the last word.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COMMAND]...", help="Commands to complete, as python and train.py.", show_default="excore python"
        ),
    ] = None,
) -> None:
    """Print what lets a shell complete configs and changes of them behind commands, also behind scripts of your own.

    Paths, classes and values are those of the config that the line names, found without running anything:
    `eval "$(excore completion bash python train.py)"`.
    """
    if shell is Shell.words:
        for word in complete(names or []):
            typer.echo(f"{printable(word.text)}\t{printable(word.note)}")
        return
    commands = [shlex.quote(name) for name in names or ["excore", "python"]]
    if shell is Shell.fish:
        lines = [
            f"complete -c {name} -f -n 'count (__excore_complete) >/dev/null' -a '(__excore_complete)'"
            for name in commands
        ]
        typer.echo(_FISH.format(lines="\n".join(lines)), nl=False)
        return
    script = {Shell.bash: _BASH, Shell.zsh: _ZSH}[shell]
    typer.echo(script.format(names=" ".join(commands)), nl=False)
