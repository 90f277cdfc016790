"""The application: every verb by name."""

from __future__ import annotations

from typing import Annotated

import typer

from benchsuite.cli import (
    certify,
    challenge,
    check,
    claim,
    collect,
    compare,
    cost,
    data,
    diagnose,
    doctor,
    export,
    importance,
    info,
    list_,
    lr_range,
    merge,
    new,
    paper,
    plot,
    publish,
    report,
    run,
    scale,
    slurm,
    sweep,
    trace,
    tune,
    variance,
    verify,
    watch,
)
from benchsuite.cli.console import echo
from benchsuite.cli.options import command
from benchsuite.cli.verb import Verb
from benchsuite.costs.options import Costing
from benchsuite.studies.comparing import Comparing
from benchsuite.studies.diagnosing import Diagnosing
from benchsuite.studies.scaling import Scaling
from benchsuite.studies.slurming import Slurming
from benchsuite.study import TABLES

app = typer.Typer(
    name="benchsuite",
    help="Compare optimizers, and everything else that trains a network, on standardized Keras tasks: "
    "equal budgets, fixed seeds, honest statistics.",
    no_args_is_help=True,
    # Plain help texts: rich ones cost half a second of imports.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        import benchsuite

        echo("benchsuite {}", benchsuite.__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


app.command("run", cls=Verb)(command(run.run, *TABLES))
app.command("compare", cls=Verb)(command(compare.compare, Comparing))
app.add_typer(claim.actions, name="claim")
app.command("scale", cls=Verb)(command(scale.scale, Scaling))
app.command("tune", cls=Verb)(tune.tune)
app.command("sweep", cls=Verb)(sweep.sweep)
app.command("variance", cls=Verb)(variance.variance)
app.command("importance", cls=Verb)(importance.importance)
app.command("trace", cls=Verb)(trace.trace)
app.command("lr-range", cls=Verb)(lr_range.lr_range)
app.command("diagnose", cls=Verb)(command(diagnose.diagnose, Diagnosing))
app.command("cost", cls=Verb)(command(cost.cost, Costing))
app.command("list", cls=Verb)(list_.list_components)
app.command("info", cls=Verb)(info.info)
app.command("new", cls=Verb)(new.new)
app.command("check", cls=Verb)(check.check)
app.command("certify", cls=Verb)(certify.certify)
app.command("data", cls=Verb)(data.data)
app.command("plot", cls=Verb)(plot.plot)
app.command("report", cls=Verb)(report.report)
app.command("export", cls=Verb)(export.export)
app.command("merge", cls=Verb)(merge.merge)
app.command("collect", cls=Verb)(collect.collect)
app.command("slurm", cls=Verb)(command(slurm.slurm, Slurming))
app.command("publish", cls=Verb)(publish.publish)
app.command("watch", cls=Verb)(watch.watch)
app.command("paper", cls=Verb)(paper.paper)
app.command("verify", cls=Verb)(verify.verify)
app.command("challenge", cls=Verb)(challenge.challenge)
app.command("doctor", cls=Verb)(doctor.doctor)
