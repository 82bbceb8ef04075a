"""``completion``: a script by which a shell completes commands, options and their choices.

It is written from the parser and asks nothing at the prompt, so that the Tab key does not wait for
Python. What is not known here (names of files) the shell completes by itself.
"""

import argparse
from argparse import Namespace
from collections.abc import Iterator
from typing import NamedTuple

from chainmatch.cli.parsing import parser


class Level(NamedTuple):
    """What can stand behind a command (``chains draw``; "" for none): word → its help.

    ``values`` holds the choices of options and arguments that have some, by option ("" for
    arguments).
    """

    command: str
    commands: dict[str, str]
    options: dict[str, str]
    values: dict[str, list[str]]


def completion(arguments: Namespace) -> None:
    """Print the script for a shell."""
    found = list(levels(parser()))
    print(_fish(found) if arguments.shell == "fish" else _bash(found, arguments.shell))


def levels(own: argparse.ArgumentParser, command: str = "") -> Iterator[Level]:
    """Yield the levels of a parser, the outermost first."""
    commands, options, values, inner = {}, {}, {}, []
    for action in own._actions:
        if isinstance(action, argparse._SubParsersAction):
            commands = {said.dest: said.help or "" for said in action._choices_actions}
            inner = [(f"{command} {name}".strip(), it) for name, it in action.choices.items()]
            continue
        for name in (one for one in action.option_strings if one.startswith("--")):
            options[name] = (action.help or "") % {"default": action.default}
        if action.choices:
            values[max(action.option_strings, key=len, default="")] = list(action.choices)
    yield Level(command, commands, options, values)
    for name, parser_of in inner:
        yield from levels(parser_of, name)


_BASH = """\
{head}_chainmatch() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} at="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${{COMP_WORDS[i]}}" in
      {commands}) at="${{at:+$at }}${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
{values}
  esac
  case "$at" in
{words}
  esac
}}
complete -o default -F _chainmatch chainmatch"""


def _bash(found: list[Level], shell: str) -> str:
    words, values = [], []
    for level in found:
        free = [*level.commands, *level.values.get("", [])]
        offered = f"if [[ $cur == -* ]]; then {_offer(level.options)}; else {_offer(free)}; fi"
        words.append(f'    "{level.command}") {offered} ;;')
        for option, known in level.values.items():
            if option:
                values.append(f'    "{level.command} {option}") {_offer(known)}; return ;;')
    named = [
        f"{outer} {inner}" for outer, _, inner in (x.command.rpartition(" ") for x in found[1:])
    ]
    return _BASH.format(
        head="autoload -Uz bashcompinit && bashcompinit\n" if shell == "zsh" else "",
        commands="|".join(f'"{name}"' for name in named),
        values="\n".join(values),
        words="\n".join(words),
    )


def _offer(words: list[str] | dict[str, str]) -> str:
    return f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$cur"))' if words else ":"


def _fish(found: list[Level]) -> str:
    lines = []
    for level in found:
        parts = level.command.split()
        inside = [f"__fish_seen_subcommand_from {part}" for part in parts]
        if level.commands:
            inside.append(f"not __fish_seen_subcommand_from {' '.join(level.commands)}")
        when = f"complete -c chainmatch -n '{'; and '.join(inside)}'"
        lines += [f"{when} -f -a {name} -d {_said(help)}" for name, help in level.commands.items()]
        for option, help in level.options.items():
            known = level.values.get(option)
            which = f" -x -a '{' '.join(known)}'" if known else ""
            lines.append(f"{when} -l {option[2:]} -d {_said(help)}{which}")
        lines += [f"{when} -f -a {word}" for word in level.values.get("", [])]
    return "\n".join(lines)


def _said(text: str) -> str:
    return "'" + text.replace("\\", "").replace("'", "") + "'"
