"""A verb as its help shows it: every value that is wanted by one word in capitals, whatever typer calls its type."""

from __future__ import annotations

from typing import Any

import typer.core

from benchsuite.cli.asked import calling
from benchsuite.errors import unknown

SHARD = "--shard"
LONGEST_SUMMARY = 300
"""Letters of what the list of verbs says of one: its first sentence, whole."""


class Verb(typer.core.TyperCommand):
    """A command whose usage line reads ``[OPTIONS] NAME [TASK]...``: what may be left out stands in brackets."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        for parameter in self.params:
            if getattr(parameter, "metavar", None) is None and not getattr(parameter, "is_flag", False):
                parameter.metavar = (parameter.name or "").upper()  # arguments and options have it

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Read what was typed.

        Raises:
            BenchsuiteError: If a verb that has no shards is asked for one.
        """
        if any(word.partition("=")[0] == SHARD for word in args) and not any(SHARD in one.opts for one in self.params):
            from benchsuite.cli.sharded import no_shards

            raise no_shards(ctx.command_path)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Call the verb; what is called is known meanwhile."""
        with calling(ctx):
            return super().invoke(ctx)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words of the usage line."""
        wanted = [_usage(parameter) for parameter in self.get_params(ctx) if _is_argument(parameter)]
        return [self.options_metavar or "", *wanted]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what each argument and option means."""
        told: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and _is_argument(parameter):
                told[True].append((_word(parameter), record[1].removesuffix("[required]").rstrip()))
            elif record is not None:
                told[False].append(record)
        for arguments, title in ((True, "Arguments"), (False, "Options")):
            if told[arguments]:
                with formatter.section(title):
                    formatter.write_dl(told[arguments])

    def get_short_help_str(self, limit: int = LONGEST_SUMMARY) -> str:
        """Return the first sentence, never cut: the list of verbs breaks it between words."""
        return super().get_short_help_str(LONGEST_SUMMARY)


class Actions(typer.core.TyperGroup):
    """A verb with several actions, each with options of its own."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **{**keywords, "subcommand_metavar": "[ACTION] [ARGS]..."})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the action that was named.

        Raises:
            BenchsuiteError: If there is none of that name.
        """
        if args and args[0] not in self.commands:
            raise unknown(
                "action", args[0], self.commands, then=f"`benchsuite {ctx.info_name} --help` says what each does."
            )
        return super().resolve_command(ctx, args)

    def get_short_help_str(self, limit: int = LONGEST_SUMMARY) -> str:
        """Return the first sentence, whole."""
        return super().get_short_help_str(LONGEST_SUMMARY)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _word(parameter: Any) -> str:
    return str(parameter.metavar)


def _usage(parameter: Any) -> str:
    word = _word(parameter)
    return (word if parameter.required else f"[{word}]") + ("..." if parameter.nargs != 1 else "")
