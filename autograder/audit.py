"""`practicals audit`: do the tests give each answer of the bank, and each mutant, what it earns?"""

import importlib.metadata
import json
import sys
import time
from collections.abc import Hashable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.bank import BankEntry, read_bank
from autograder.build import course_utils_folder, prepared
from autograder.calibrate import high_rates
from autograder.equivalents import FILE, Equivalent, entry, read_equivalents
from autograder.errors import PracticalsError
from autograder.mutation import Mutant, mutants
from autograder.notebooks import (
    digest,
    grade_id,
    inputs_digest,
    is_exercise,
    package_digest,
    read_text,
    write_atomically,
)  # fmt: skip
from autograder.packing import Packed, grade_packed
from autograder.paths import practical_names, source_text
from autograder.release import student_files
from autograder.results import read_results
from autograder.thresholds import checks_by_kind
from autograder.variant_workers import Reference, Task, Workers
from autograder.variants import Outcome, affected, cell_of, graded_run, needed

COLUMNS = (
    "Alternates", "Misconceptions", "Mutants", "Killed", "Equivalent", "Surviving", "Findings", "s",
)  # fmt: skip
UNANSWERED = "not answered yet"
MIN_ALTERNATES, MIN_MISCONCEPTIONS, MIN_WRONG_VALUES = 2, 4, 3
TRIES = 3  # a mutant survives when no test notices it in so many runs, each with inputs drawn anew
LINE_EVERY = 100  # runs, in a log without a terminal's progress bar
DRAWS, DRAW_SECONDS = 300, 3  # runs of each test on the reference; processor time after which none begins


@dataclass(frozen=True)
class Finding:
    """Something to mend.

    Args:
        kind: reference, stub, alternate, misconception, hint, bank, mutant, equivalent, threshold, draws or
            engine.
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
        findings: what to mend; the audit passes when there is nothing.
        counts: of alternates, misconceptions, mutants (killed, equivalent, surviving), engine submissions.
        checks: calls of `expect` in the test cells, by kind of check.
        exercises: by exercise, its bank entries and mutants, as numbers.
        draws: by test, runs of the reference with fresh inputs, failures, and the false-fail rate that these
            leave possible with 95 % confidence.
        explain: tables for the file of equivalent mutants, one for each exercise with survivors.
        seconds: that it took.
    """

    practical: str
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    checks: dict[str, int] = field(default_factory=dict)
    exercises: dict[str, dict[str, int]] = field(default_factory=dict)
    draws: dict[str, dict[str, float]] = field(default_factory=dict)
    explain: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, kind: str, where: str, what: str) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, where, what))


def audit_all(
    root: Path,
    names: list[str] | None,
    console: Console,
    only: str | None = None,
    fast: bool = False,
    force: bool = False,
    workers: int = 2,
) -> list[Report]:
    """Audit practicals; one that has not changed since it passed is not audited again.

    Args:
        root: the checkout.
        names: of the practicals; default: all.
        console: where progress is shown.
        only: the `grade_id` of the one exercise to look at; then nothing is kept.
        fast: leave out grading the bank with the engine.
        force: audit also what has not changed.
        workers: processes at a time.

    Raises:
        PracticalsError: a name is unknown, a bank file does not have its form, or the reference fails.
    """
    reports = []
    for practical in names or practical_names(root):
        notebook = prepared(read_text(source_text(root, practical)), practical)
        bank, equivalents = read_bank(root, practical), read_equivalents(root, practical)
        kept = root / "build" / "audit" / practical / f"{_digest(root, practical, notebook, fast)}.json"
        if not only and not force and kept.exists():
            report = _restored(kept)
        else:
            audit = _Audit(root, practical, notebook, bank, equivalents, only)
            report = audit.run(console, fast, workers)
            if not only and not report.findings:
                write_atomically(kept, json.dumps(asdict(report), indent=1, ensure_ascii=False))
        if not only:
            _check_thresholds(root, practical, report)
        reports.append(report)
    return reports


class _Audit:
    """The audit of one practical."""

    def __init__(
        self,
        root: Path,
        practical: str,
        notebook: NotebookNode,
        bank: list[BankEntry],
        equivalents: list[Equivalent],
        only: str | None,
    ):
        self.root, self.practical, self.notebook = root, practical, notebook
        self.cells = graded_run(notebook)
        self.tests = {cell.name: cell for cell in self.cells if cell.is_test}
        exercises = [cell for cell in self.cells if cell.is_exercise]
        known = [cell.name for cell in exercises]
        if only is not None and only not in known:
            raise PracticalsError(
                f"{practical} has no exercise {only!r}", f"Its exercises are: {', '.join(known)}"
            )
        for one in bank:
            self._require_known(one, known)
        self.only = only
        if only is not None:
            bank = [_restricted(one, only) for one in bank if only in one.cells]
            code = [cell_of(*item) for one in bank for item in one.cells.items()]
            chosen = affected(self.cells, {only: ""})
            self.cells = needed(
                self.cells,
                chosen | {cell.name for cell in code},
                frozenset().union(*(cell.looks_up for cell in code)),
            )
            self.tests = {cell.name: cell for cell in self.cells if cell.name in chosen and cell.is_test}
        self.exercises = [cell for cell in exercises if only in (None, cell.name)]
        self.bank = bank
        self.explained = {
            (one.cell, one.before, one.after) for one in equivalents if only in (None, one.cell)
        }
        self.report = Report(practical)

    def _require_known(self, one: BankEntry, exercises: list[str]) -> None:
        where = f"tests/bank/{self.practical}/{one.name}.py"
        if unknown := sorted(set(one.cells) - set(exercises)):
            raise PracticalsError(
                f"{where} answers {', '.join(unknown)}, which is no exercise of {self.practical}",
                f"The exercises are: {', '.join(exercises)}",
            )
        for name, (_, points) in one.fails.items():
            if name not in self.tests or self.tests[name].points != points:
                raise PracticalsError(
                    f"{where} says that {name} fails, of {points:g} points; there is no such test",
                    f"The tests are: {', '.join(f'{t.name} ({t.points:g})' for t in self.tests.values())}",
                )

    def run(self, console: Console, fast: bool, workers: int) -> Report:
        start = time.monotonic()
        report = self.report
        report.checks = checks_by_kind(self.notebook)
        self.mutants = {cell.name: mutants(cell.source) for cell in self.exercises}
        with Workers(self.practical, self.cells, workers) as pool:
            console.print(f"{self.practical}: running the reference …", highlight=False)
            reference = pool.reference()
            if self._check_reference(reference):
                report.seconds = time.monotonic() - start
                return report
            results = self._run_all(pool, console)
        self._check_again(results)
        self._check_stub(results)
        self._check_bank(results)
        self._count_bank(reference)
        self._check_mutants(results)
        self._check_draws(results)
        if not fast and self.only is None:
            self._check_engine(console, workers, results)
        order = [cell.name for cell in self.cells]
        report.findings.sort(key=lambda one: order.index(one.where) if one.where in order else -1)
        report.seconds = time.monotonic() - start
        return report

    def _check_reference(self, reference: Reference) -> bool:
        short = {
            name: score
            for name, score in reference.outcome.scores.items()
            if name in self.tests and score < self.tests[name].points
        }
        for name, score in short.items():
            printed = reference.outcome.printed[name].strip()
            self.report.add(
                "reference", name, f"the reference earns {score:g} of {self.tests[name].points:g}:\n{printed}"
            )
        return bool(short)

    # --- running --------------------------------------------------------------------------------------------

    def _run_all(self, pool: Workers, console: Console) -> dict[Hashable, Any]:
        """The results of all tasks, by their keys."""
        tasks = [Task(("bank", one.name), "run", {"answers": one.cells}) for one in self.bank]
        if self.only is None:
            self.stubs = self._stubs()
            tasks.append(Task("stub", "run", {"answers": self.stubs}))
        draws = [
            Task(("draws", name), "repeat", {"test": name, "times": DRAWS, "seconds": DRAW_SECONDS})
            for name in self.tests
        ]
        tasks += [
            Task(("mutant", name, number), "run", {"answers": {name: one.source}, "until_lost": True})
            for name, found in self.mutants.items()
            for number, one in enumerate(found)
            if (name, one.before, one.after) not in self.explained
        ]
        results: dict[Hashable, Any] = {}
        progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console,
        )  # fmt: skip
        with progress:
            total = len(tasks) + len(draws)
            bar = progress.add_task(f"{self.practical}  bank, mutants, draws", total=total)

            def done(task: Task, result: Any) -> None:
                results[task.key] = result
                progress.advance(bar)
                if not console.is_terminal and len(results) % LINE_EVERY == 0:
                    console.print(f"{self.practical}: {len(results)} of about {total} runs", highlight=False)

            pool.run(tasks, done)
            for _ in range(TRIES - 1):
                left = [
                    task for task in tasks if task.key[0] == "mutant" and not self._lost(results[task.key])
                ]
                pool.run(left, done)
            unclear = [
                one for one in self.bank if self._hint_problems(one, results["bank", one.name].printed)
            ]
            pool.run([Task(("hints", one.name), "run", {"answers": one.cells}) for one in unclear], done)
            pool.run(draws, done)
            # after all variants the reference must be what it was: each test of every process once more
            again = [
                Task(("again", number, name), "repeat", {"test": name, "times": 1, "seconds": 60})
                for name in self.tests
                for number in range(len(pool.workers))
            ]
            pool.run(again, done)
        return results

    def _stubs(self) -> dict[str, str]:
        """What the release's notebook has in place of the answers."""
        files = student_files(self.root, self.practical, self.notebook)
        released = nbformat.reads(files[f"{self.practical}.ipynb"].decode(), as_version=4)
        return {grade_id(cell): cell.source for cell in released.cells if is_exercise(cell)}

    def _lost(self, outcome: Outcome) -> dict[str, float]:
        """The tests that a variant did not pass, and their points; `ended` counts as one."""
        lost = {
            name: score
            for name, score in outcome.scores.items()
            if name in self.tests and score < self.tests[name].points
        }
        return lost | ({"ended": 0.0} if outcome.ended else {})

    # --- judging --------------------------------------------------------------------------------------------

    def _check_again(self, results: dict[Hashable, Any]) -> None:
        for key, result in results.items():
            if key[0] == "again" and not isinstance(result, Outcome) and result[1]:
                self.report.add(
                    "reference",
                    key[2],
                    "the reference does not earn full marks any more after the variants have run: one of "
                    f"them changed what it did not make. {result[1][0].strip()}",
                )

    def _check_stub(self, results: dict[Hashable, Any]) -> None:
        if "stub" not in results:
            return
        outcome = results["stub"]
        if outcome.ended:
            self.report.add("stub", self.practical, f"the unanswered notebook: {outcome.ended}")
        for name in self.tests:
            score, printed = outcome.scores.get(name, 0), outcome.printed.get(name, "")
            if score:
                self.report.add("stub", name, f"the unanswered cell earns {score:g}")
            if name not in outcome.printed:
                self.report.add("stub", name, "no answer changes its points: it uses nothing of an exercise")
            elif UNANSWERED not in printed or "Traceback (most recent call last)" in printed:
                self.report.add("stub", name, f"does not say “{UNANSWERED}”: {printed.strip()}")

    def _check_bank(self, results: dict[Hashable, Any]) -> None:
        report = self.report
        for one in self.bank:
            outcome = results["bank", one.name]
            where = f"{one.name}.py"
            if outcome.ended:
                report.add(one.kind, where, outcome.ended)
                continue
            for name, score in self._differences(one, outcome):
                wanted = one.fails.get(name, (self.tests[name].points,))[0]
                printed = outcome.printed.get(name, "").strip()
                report.add(
                    one.kind,
                    where,
                    f"{name} gives {score:g} points where it should give {wanted:g}\n{printed}".strip(),
                )
            # On a rare draw two mistakes give the same answer, and the hint may name either: that is chance
            # when it happens once, and a finding when it happens in a second run too
            if ("hints", one.name) in results:
                for problem in self._hint_problems(one, results["hints", one.name].printed):
                    report.add("hint", where, problem)
        report.counts["alternates"] = sum(one.kind == "alternate" for one in self.bank)
        report.counts["misconceptions"] = sum(one.kind == "misconception" for one in self.bank)

    def _differences(self, one: BankEntry, outcome: Outcome) -> list[tuple[str, float]]:
        """Tests that do not give what the entry's header says, with what they give."""
        found = []
        for name, test in self.tests.items():
            wanted = one.fails.get(name, (test.points,))[0]
            score = outcome.scores.get(name, test.points)
            if score != wanted:
                found.append((name, score))
        return found

    def _hint_problems(self, one: BankEntry, printed: dict[str, str]) -> list[str]:
        if one.kind != "misconception":
            return []
        feedback = one_line("\n".join(printed.get(name, "") for name in one.fails))
        hint = one_line(one.hint)
        problems = []
        if hint not in feedback:
            problems.append(
                f"its hint {one.hint!r} is not in the feedback of {', '.join(one.fails)}:\n"
                + "\n".join(printed.get(name, "").strip() for name in one.fails)
            )
        for other in self.bank:
            foreign = one_line(other.hint)
            same_exercise = set(other.cells) & set(one.cells) and set(other.fails) & set(one.fails)
            if other.kind == "misconception" and other is not one and same_exercise:
                told_apart = foreign not in hint and hint not in foreign
                if told_apart and foreign in feedback:
                    problems.append(f"the hint of {other.name}.py appears too: {other.hint!r}")
        return problems

    def _count_bank(self, reference: Reference) -> None:
        for cell in self.exercises:
            entries = [one for one in self.bank if cell.name in one.cells]
            # an entry that fails no test of this exercise answers it in another way, or like the reference
            alternates = sum(one.kind == "alternate" for one in entries)
            wrong = sum(one.kind == "misconception" and f"{cell.name}-test" in one.fails for one in entries)
            plain = cell.name in reference.plain_answers
            wanted = MIN_WRONG_VALUES if plain else MIN_MISCONCEPTIONS
            if alternates < MIN_ALTERNATES:
                self.report.add(
                    "bank", cell.name, f"has {alternates} alternates, and should have {MIN_ALTERNATES}"
                )
            if wrong < wanted:
                kind = "wrong answers" if plain else "misconceptions"
                self.report.add("bank", cell.name, f"has {wrong} {kind}, and should have {wanted}")
            self.report.exercises[cell.name] = {"alternates": alternates, "misconceptions": wrong}

    def _check_mutants(self, results: dict[Hashable, Any]) -> None:
        report = self.report
        counts = {"mutants": 0, "killed": 0, "equivalent": 0, "surviving": 0}
        for name, found in self.mutants.items():
            left: list[Mutant] = []
            for number, one in enumerate(found):
                counts["mutants"] += 1
                if (name, one.before, one.after) in self.explained:
                    counts["equivalent"] += 1
                elif self._lost(results["mutant", name, number]):
                    counts["killed"] += 1
                else:
                    counts["surviving"] += 1
                    left.append(one)
            for one in left:
                report.add("mutant", name, f"line {one.line}, no test notices: {one.before}  →  {one.after}")
            if left:
                report.explain[name] = entry(name, left)
            report.exercises.setdefault(name, {}).update(mutants=len(found), surviving=len(left))
        there = {(name, one.before, one.after) for name, found in self.mutants.items() for one in found}
        for cell, before, after in sorted(self.explained - there):
            report.add("equivalent", cell, f"{FILE} lists a mutant that there is not: {before}  →  {after}")
        report.counts |= counts

    def _check_draws(self, results: dict[Hashable, Any]) -> None:
        for key, result in results.items():
            if key[0] != "draws":
                continue
            name = key[1]
            if isinstance(result, Outcome):
                self.report.add("draws", name, f"repeated on the reference: {result.ended}")
                continue
            runs, failures = result
            # with no failure in n runs, a rate above 3/n is refuted at 95 % (the rule of three)
            bound = 1 - 0.05 ** (1 / runs) if not failures else float("nan")
            self.report.draws[name] = {"runs": runs, "failures": len(failures)} | (
                {} if failures else {"rate_at_most": float(f"{bound:.2g}")}
            )
            if failures:
                self.report.add(
                    "draws",
                    name,
                    f"fails the reference in {len(failures)} of {runs} runs with fresh inputs:\n"
                    f"{failures[0].strip()}",
                )

    def _check_engine(self, console: Console, workers: int, results: dict[Hashable, Any]) -> None:
        """Grade the bank as submissions; what it gives must be what running in one process gave."""
        report = self.report
        with console.status(f"{self.practical}  grading the bank with the engine"):
            packed = grade_packed(self.root, self.practical, self.notebook, self.cells, self.bank, workers)
        report.counts["engine submissions"] = packed.submissions
        for name, score in packed.untouched.items():
            if score:
                report.add("engine", name, f"the unanswered notebook earns {score:g} when it is graded")
        for name, score in packed.reference.items():
            if score < self.tests[name].points:
                report.add("engine", name, f"the reference earns {score:g} when it is graded")
        unclear = []
        for one in self.bank:
            outcome = results["bank", one.name]
            again = affected(self.cells, one.cells)
            for name, (score, printed) in packed.entries[one.name].items():
                if name in again and score != outcome.scores.get(name):
                    report.add(
                        "engine",
                        f"{one.name}.py",
                        f"{name} gives {score:g} points when it is graded and {outcome.scores.get(name)} "
                        f"in one process:\n{printed.strip()}",
                    )
            if self._graded_hints(one, packed) and not self._hint_problems(one, outcome.printed):
                unclear.append(one)
        if unclear:  # once is chance, as in one process
            packed = grade_packed(self.root, self.practical, self.notebook, self.cells, unclear, workers)
        report.findings += [
            Finding("engine", f"{one.name}.py", f"when it is graded, {problem}")
            for one in unclear
            for problem in self._graded_hints(one, packed)
        ]

    def _graded_hints(self, one: BankEntry, packed: Packed) -> list[str]:
        """What is wrong with the hints that an entry got from the engine."""
        again = affected(self.cells, one.cells)
        printed = {name: text for name, (_, text) in packed.entries[one.name].items() if name in again}
        return self._hint_problems(one, printed)


def one_line(text: str) -> str:
    """Text without line breaks and indentation, which feedback is wrapped with."""
    return " ".join(text.split())


def as_json(reports: list[Report]) -> str:
    """The reports as JSON: a list of objects with the fields of `Report`."""
    return json.dumps([asdict(report) for report in reports], indent=1, ensure_ascii=False) + "\n"


def _restricted(one: BankEntry, exercise: str) -> BankEntry:
    """What an entry answers in one exercise, with those of its other cells that this answer needs."""
    kept, names = {}, set()
    for name, code in reversed(one.cells.items()):
        cell = cell_of(name, code)
        if name == exercise or cell.stores & names:
            kept[name] = code
            names |= cell.looks_up
    fails = {name: points for name, points in one.fails.items() if name == f"{exercise}-test"}
    return replace(one, cells=dict(reversed(kept.items())), fails=fails)


def _check_thresholds(root: Path, practical: str, report: Report) -> None:
    """Thresholds that fail the reference too often, or pass wrong answers, by results.json."""
    results = read_results(source_text(root, practical).with_name("results.json"))
    for cell, sentence in high_rates(results):
        report.add("threshold", cell, sentence)


def _digest(root: Path, practical: str, notebook: NotebookNode, fast: bool) -> str:
    """What the audit's outcome depends on, chance apart."""
    folder = root / "tests" / "bank" / practical
    files = sorted(path for path in folder.glob("*") if path.suffix in (".py", ".toml"))
    installed = sorted(f"{one.metadata['Name']} {one.version}" for one in importlib.metadata.distributions())
    return digest(
        [
            inputs_digest(notebook),
            [[path.name, path.read_text("utf-8")] for path in files],
            package_digest(course_utils_folder()),
            package_digest(Path(__file__).parent),
            installed,
            sys.version,
            fast,
        ]
    )[:16]


def _restored(path: Path) -> Report:
    kept = json.loads(path.read_text("utf-8"))
    return Report(**kept | {"findings": [Finding(**one) for one in kept["findings"]]})


def show(reports: list[Report], console: Console) -> None:
    """Print what was found, sentence by sentence, then a table with a row for each practical."""
    for report in reports:
        for one in report.findings:
            console.print(
                f"[red]{report.practical}: {one.kind}[/red]  {escape(one.where)}: {escape(one.what)}",
                highlight=False,
                soft_wrap=True,
            )
        if report.explain:
            console.print(
                f"\nFor tests/bank/{report.practical}/{FILE}, if a mutant is a right answer (say why):\n"
                + escape("\n".join(report.explain.values())),
                highlight=False,
                soft_wrap=True,
            )
    table = Table(title="Audit")
    table.add_column("Practical")
    for heading in COLUMNS:
        table.add_column(heading, justify="right")
    for report in reports:
        counts = [str(report.counts.get(heading.lower(), "–")) for heading in COLUMNS[:-2]]
        table.add_row(report.practical, *counts, str(len(report.findings)), f"{report.seconds:.0f}")
    console.print(table)
    for report in reports:
        console.print(f"{report.practical}: {_in_words(report)}", highlight=False)


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
    return f"the test cells have {checks} checks.{drawn}{graded}"
