"""What an audit found, and how it is shown: sentences and a table, or JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.proof.equivalents import FILE

# Of the table, which has to fit 80 columns: the name of a count, and its heading
COLUMNS = {
    "alternates": "Right", "misconceptions": "Wrong", "mutants": "Mutants", "equivalent": "right too",
    "surviving": "not killed",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something to fix.

    Args:
        kind: reference, stub, alternate, misconception, hint, bank, mutant, equivalent, threshold, draws,
            rounding, dependence, engine, everywhere or promise.
        where: the exercise, test or file.
        what: a sentence.
    """

    kind: str
    where: str
    what: str


@dataclass
class Report:
    """What the audit of one practical found.

    Args:
        practical: its name.
        findings: what to fix; the audit passes when there is nothing.
        counts: of alternates, misconceptions, mutants (killed, equivalent, surviving), engine submissions;
            where the bank ran everywhere, of entries, notebooks and ways; where it ran on many draws, of
            entries, and of draws of the entry that had the fewest and no finding; where it
            was about promises, of functions and their calls.
        checks: calls of `expect` in the test cells, by kind of check.
        exercises: by exercise, its bank entries and mutants, as numbers.
        draws: by test, runs of the reference with fresh inputs, failures, and the false-fail rate that these
            leave possible with 95 % confidence.
        rounding: by test, the largest share of a tolerance that an error of float32 takes, and the fewest
            runs in which any answer was measured.
        rare: verdicts that were not as they should be, and did not come again: to know, not to fix at once.
        explain: tables for the file of equivalent mutants, one for each exercise with survivors.
        seconds: that it took.
    """

    practical: str
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    exercises: dict[str, dict[str, int]] = field(default_factory=dict)
    draws: dict[str, dict[str, float]] = field(default_factory=dict)
    rounding: dict[str, dict[str, float]] = field(default_factory=dict)
    rare: list[str] = field(default_factory=list)
    explain: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, kind: str, where: str, what: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, where, what))


def as_json(reports: list[Report]) -> str:
    """The reports as JSON: a list of objects with the fields of `Report`."""
    return json.dumps([asdict(report) for report in reports], indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Report:
    """The one report that `as_json` was given."""
    (kept,) = json.loads(text)
    return Report(**kept | {"findings": [Finding(**one) for one in kept["findings"]]})


def show(reports: list[Report], console: Console) -> None:
    """Print a table with a row for each practical, then what was found, sentence by sentence: read last."""
    table = Table(
        title="Audit",
        box=box.SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
    )
    table.add_column("Practical", no_wrap=True)
    for heading in (*COLUMNS.values(), "Findings"):
        table.add_column(heading, justify="right", min_width=max(map(len, heading.split())))
    for report in reports:
        counts = [str(report.counts.get(name, "–")) for name in COLUMNS]
        table.add_row(report.practical, *counts, str(len(report.findings)))
    console.print(table)
    for report in reports:
        console.print(
            f"{report.practical} ({report.seconds:.0f} s): {_in_words(report)}",
            highlight=False,
            soft_wrap=True,
        )
    for report in reports:
        if report.explain:
            console.print(
                f"\nFor source/{report.practical}/bank/{FILE}, if a mutant is a right answer (say why):\n"
                + escape("\n".join(report.explain.values())),
                highlight=False,
                soft_wrap=True,
            )
        for what in report.rare:
            console.print(
                f"{report.practical}: on a rare draw, and not again  {escape(what)}",
                highlight=False,
                soft_wrap=True,
            )
        _show_findings(report, console)


def show_everywhere(reports: list[Report], console: Console) -> None:
    """Print where ways of running checks differ, then a line for each practical."""

    def line(counts: dict[str, int], found: int) -> str:
        return (
            f"{counts['entries']} answers in {counts['notebooks']} notebooks, each in "
            f"{counts['ways']} ways: {found or 'no'} {'difference' if found == 1 else 'differences'}"
        )

    _show_each(reports, console, line)


def show_draws(reports: list[Report], console: Console) -> None:
    """Print which entries of the bank did not get theirs on every draw, then a line for each practical."""

    def line(counts: dict[str, int], found: int) -> str:
        return (
            f"{counts['entries']} answers, each on {counts['draws']} draws or more (what does not show in n "
            f"draws comes on fewer than 3/n of all, with 95 % confidence): "
            f"{found or 'no'} {'finding' if found == 1 else 'findings'}"
        )

    _show_each(reports, console, line)


def show_promises(reports: list[Report], console: Console) -> None:
    """Print which promises no call varies, then a line for each practical."""

    def line(counts: dict[str, int], found: int) -> str:
        return (
            f"{counts['calls']:,} calls of {counts['functions']} functions: {found or 'no'} "
            f"{'promise' if found == 1 else 'promises'} that they do not vary"
        )

    _show_each(reports, console, line)


def _show_each(reports: list[Report], console: Console, line: Callable[[dict[str, int], int], str]) -> None:
    """Print all findings, then for each practical what `line` makes of its counts and number of findings."""
    for report in reports:
        _show_findings(report, console)
    for report in reports:
        console.print(
            f"{report.practical}: {line(report.counts, len(report.findings))} ({report.seconds:.0f} s)",
            highlight=False,
            soft_wrap=True,
        )


def _show_findings(report: Report, console: Console) -> None:
    for one in report.findings:
        console.print(
            f"[red]{report.practical}: {one.kind}[/red]  {escape(one.where)}: {escape(one.what)}",
            highlight=False,
            soft_wrap=True,
        )


def _in_words(report: Report) -> str:
    """What the table has no room for."""
    checks = ", ".join(f"{number} {kind}" for kind, number in report.checks.items())
    runs = sorted(row["runs"] for row in report.draws.values())
    drawn = (
        f" Each test ran {runs[0]} to {runs[-1]} times on the reference with fresh inputs; without a failure "
        "in n runs its false-fail rate is below 3/n with 95 % confidence."
        if runs
        else ""
    )
    engine = report.counts.get("engine submissions")
    graded = f" The bank was graded with the engine in {engine} submissions." if engine else ""
    return f"the test cells have {checks} checks.{drawn}{_rounding_in_words(report)}{graded}"


def _rounding_in_words(report: Report) -> str:
    if not report.rounding:
        return ""
    test = max(report.rounding, key=lambda name: report.rounding[name]["share"])
    share = report.rounding[test]["share"]
    draws = sorted(row["draws"] for row in report.rounding.values())
    return (
        f" Float32 work errs by {share:.2g} of a tolerance at most ({test}), in {draws[0]:,.0f} to "
        f"{draws[-1]:,.0f} runs of each test on the reference and each alternate."
    )
