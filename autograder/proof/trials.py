"""Runs what an audit tries on the tests: bank, unanswered cells, mutants, inputs drawn anew, the engine."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.authoring.release import student_files
from autograder.errors import PracticalsError
from autograder.practical.bank import BankEntry
from autograder.practical.cells import is_exercise, is_test, name_of, parsed, wants_float64
from autograder.proof.equivalents import Equivalent
from autograder.proof.graded_bank import Packed, grade_packed
from autograder.proof.hints import hint_problems
from autograder.proof.mutation import Mutant, mutants
from autograder.proof.rounding import MOST_SECONDS, Rounding
from autograder.proof.rounding_kept import Kept, rounding_digest
from autograder.proof.variant_workers import Task, Workers
from autograder.proof.variants import Cell, Outcome, Repeats, affected, cell_of, graded_run, needed
from course_utils import testcells

TRIES = 3  # a mutant survives when no test notices it in so many runs, each with inputs drawn anew
# Runs that follow where a wrong answer got other points than it should. That is chance when it comes on a
# rare draw, and a finding when it comes again: so is 99 % of what 1 draw in 5 shows, and 2 % of 1 in 1,000
CONFIRMATIONS = 20
LINE_EVERY = 100  # runs, in a log without a terminal's progress bar
DRAWS, DRAW_SECONDS = 300, 3  # runs of each test on the reference; processor time after which none begins


@dataclass(frozen=True)
class Change:
    """What a mutant does, as the bank's list of equivalent mutants has it; two mutants may do the same.

    Args:
        cell: the exercise.
        before, after: its statement.
    """

    cell: str
    before: str
    after: str


@dataclass(frozen=True)
class Subject:
    """A practical as it is audited, whole or one exercise of it.

    Args:
        root: the checkout.
        practical: its name.
        notebook: its text, prepared.
        cells: those that are run.
        tests: those of them that judge, by name.
        exercises: those whose answers vary.
        bank: the entries that are tried.
        mutants: of the reference, by exercise.
        explained: mutants that the bank calls right answers.
        whole: whether this is all of the practical.
    """

    root: Path
    practical: str
    notebook: NotebookNode
    cells: list[Cell]
    tests: dict[str, Cell]
    exercises: list[Cell]
    bank: list[BankEntry]
    mutants: dict[str, list[Mutant]]
    explained: set[Change]
    whole: bool

    def short(self, outcome: Outcome) -> dict[str, float]:
        """The tests that ran and gave less than full marks, with their points."""
        return {
            name: score
            for name, score in outcome.scores.items()
            if name in self.tests and score < self.tests[name].points
        }

    def lost(self, outcome: Outcome) -> bool:
        """Whether a variant lost points, or was not run to its end."""
        return bool(outcome.ended or self.short(outcome))

    def wrong_scores(self, one: BankEntry, scores: dict[str, float]) -> dict[str, float]:
        """Of the points that an entry of the bank got, by test, those that it should not have got.

        Of one exercise alone, only its own test counts: what an entry answers elsewhere may not be there.
        """
        own = {f"{cell.name}-test" for cell in self.exercises}
        return {
            name: scores[name]
            for name, test in self.tests.items()
            if name in scores and scores[name] != wanted_points(one, test) and (self.whole or name in own)
        }


def wanted_points(one: BankEntry, test: Cell) -> float:
    """What an entry of the bank is to get from a test."""
    return one.fails.get(test.name, (test.points,))[0]


def subject_of(
    root: Path,
    practical: str,
    notebook: NotebookNode,
    bank: list[BankEntry],
    equivalents: list[Equivalent],
    only: str | None,
) -> Subject:
    """A practical, or with `only` one of its exercises, ready to be audited.

    Raises:
        PracticalsError: there is no such exercise, or a bank entry is about cells that there are not.
    """
    cells = graded_run(notebook)
    tests = {cell.name: cell for cell in cells if cell.is_test}
    exercises = [cell for cell in cells if cell.is_exercise]
    known = [cell.name for cell in exercises]
    if only is not None and only not in known:
        raise PracticalsError(
            f"{practical} has no exercise {only!r}", f"Its exercises are: {', '.join(known)}"
        )
    for one in bank:
        _require_known(one, practical, known, tests)
    if only is not None:
        bank = [restricted(one, only) for one in bank if only in one.cells]
        code = [cell_of(*item) for one in bank for item in one.cells.items()]
        chosen = affected(cells, {only: ""})
        cells = needed(
            cells,
            chosen | {cell.name for cell in code},
            frozenset().union(*(cell.looks_up for cell in code)),
        )
        tests = {cell.name: cell for cell in cells if cell.name in chosen and cell.is_test}
        exercises = [cell for cell in exercises if cell.name == only]
    return Subject(
        root=root,
        practical=practical,
        notebook=notebook,
        cells=cells,
        tests=tests,
        exercises=exercises,
        bank=bank,
        mutants={cell.name: mutants(cell.source) for cell in exercises},
        explained={
            Change(one.cell, one.before, one.after) for one in equivalents if only in (None, one.cell)
        },
        whole=only is None,
    )


def _require_known(one: BankEntry, practical: str, exercises: list[str], tests: dict[str, Cell]) -> None:
    where = f"source/{practical}/bank/{one.name}.py"
    if unknown := sorted(set(one.cells) - set(exercises)):
        raise PracticalsError(
            f"{where} answers {', '.join(unknown)}, which is not an exercise of {practical}",
            f"The exercises are: {', '.join(exercises)}",
        )
    for name, (_, points) in one.fails.items():
        if name not in tests or tests[name].points != points:
            raise PracticalsError(
                f"{where} says that {name} fails, of {points:g} points; there is no such test",
                f"The tests are: {', '.join(f'{test.name} ({test.points:g})' for test in tests.values())}",
            )


def restricted(one: BankEntry, exercise: str) -> BankEntry:
    """What an entry answers in one exercise, with those of its other cells that this answer needs."""
    kept: dict[str, str] = {}
    names: set[str] = set()
    for name, code in reversed(one.cells.items()):
        cell = cell_of(name, code)
        if name == exercise or cell.stores & names:
            kept[name] = code
            names |= cell.looks_up
    fails = {name: points for name, points in one.fails.items() if name == f"{exercise}-test"}
    return replace(one, cells=dict(reversed(kept.items())), fails=fails)


@dataclass(frozen=True)
class Unanswered:
    """The notebook as it is released."""


@dataclass(frozen=True)
class Removed:
    """The reference without its answer to one exercise, as in the release."""

    exercise: str


@dataclass(frozen=True)
class Answer:
    """An entry of the bank; `again` counts the runs after one that was not as it should be, from 1."""

    entry: str
    again: int = 0


@dataclass(frozen=True)
class Mutation:
    """A mutant of an exercise's reference, by its number among them."""

    exercise: str
    number: int


@dataclass(frozen=True)
class Draws:
    """A test on the reference, again and again."""

    test: str


@dataclass(frozen=True)
class Afterwards:
    """A test on the reference, once more after all variants: as often as there are processes."""

    test: str
    number: int


@dataclass(frozen=True)
class InFloat32:
    """A test on the reference, or on an alternate, that computes in float32."""

    test: str
    entry: str = ""


Trial = Unanswered | Removed | Answer | Mutation | Draws
Repetition = Draws | Afterwards


@dataclass
class Results:
    """What the trials gave.

    Args:
        of: by trial.
        repeated: by repetition; an `Outcome` where the worker hung or died.
        rounded: what float32 work takes of tolerances; an `Outcome` where the worker hung or died.
        graded: the bank as the engine graded it; None where that was left out.
        graded_again: the entries that got other points or hints from the engine, graded once more.
    """

    of: dict[Trial, Outcome] = field(default_factory=dict)
    repeated: dict[Repetition, Outcome | Repeats] = field(default_factory=dict)
    rounded: dict[InFloat32, Outcome | Rounding] = field(default_factory=dict)
    graded: Packed | None = None
    graded_again: Packed | None = None


def run_trials(subject: Subject, pool: Workers, console: Console, rounding: bool) -> Results:
    """Try everything, the engine apart (see `grade_bank`); what float32 work does only with `rounding`.

    A mutant that no test noticed is tried again, up to three times in all. An entry whose points were not as
    they should be is tried `CONFIRMATIONS` times more if it is a wrong answer; one whose hints were not, once
    more: on a rare draw two mistakes give the same answer.
    """
    results = Results()
    # of one exercise alone, what an entry does to the tests of others does not count
    last = "" if subject.whole else f"{subject.exercises[0].name}-test"
    tasks: list[Task[Trial]] = [
        Task(Answer(one.name), "run", {"answers": one.cells, "last": last}) for one in subject.bank
    ]
    released = _released(subject)
    if subject.whole:
        tasks.append(Task(Unanswered(), "run", {"answers": released}))
    tasks += [
        Task(Removed(cell.name), "run", {"answers": {cell.name: released[cell.name]}})
        for cell in subject.exercises
    ]
    mutated: list[Task[Trial]] = [
        Task(Mutation(name, number), "run", {"answers": {name: one.source}, "until_lost": True})
        for name, found in subject.mutants.items()
        for number, one in enumerate(found)
        if Change(name, one.before, one.after) not in subject.explained
    ]
    draws: list[Task[Trial]] = [
        Task(Draws(name), "repeat", {"test": name, "times": DRAWS, "seconds": DRAW_SECONDS})
        for name in subject.tests
    ]
    kept = Kept(subject.root, subject.practical)
    in_float32 = _tasks_in_float32(subject) if rounding else []
    for task in in_float32:
        if known := kept.find(_rounding_digest(subject, task)):
            results.rounded[task.key] = known
    in_float32 = [task for task in in_float32 if task.key not in results.rounded]
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip
    with progress:
        total = len(tasks) + len(mutated) + len(draws) + len(in_float32)
        bar = progress.add_task(f"{subject.practical}  bank, mutants, draws, float32", total=total)

        def tried(task: Task[Trial], result: Any) -> None:
            if isinstance(task.key, Draws):
                results.repeated[task.key] = result
            else:
                results.of[task.key] = result
            advance()

        def repeated(task: Task[Afterwards], result: Outcome | Repeats) -> None:
            results.repeated[task.key] = result
            advance()

        def rounded(task: Task[InFloat32], result: Outcome | Rounding) -> None:
            results.rounded[task.key] = result
            if isinstance(result, Rounding):
                kept.add(_rounding_digest(subject, task), task.key.test, task.key.entry, result)
            advance()

        def advance() -> None:
            progress.advance(bar)
            count = len(results.of) + len(results.repeated) + len(results.rounded)
            if not console.is_terminal and count % LINE_EVERY == 0:
                console.print(f"{subject.practical}: {count} of about {total} runs", highlight=False)

        # those that take longest come first, so that no process waits for the others at the end
        pool.run([*draws, *tasks, *mutated], tried)
        for _ in range(TRIES - 1):
            pool.run([task for task in mutated if not subject.lost(results.of[task.key])], tried)
        again: list[Task[Trial]] = [
            Task(Answer(one.name, number), "run", {"answers": one.cells, "last": last})
            for one in subject.bank
            for number in range(1, _runs_again(subject, one, results.of[Answer(one.name)]) + 1)
        ]
        pool.run(again, tried)
        pool.run(in_float32, rounded)
        if subject.whole:
            kept.write()
        # after all variants the reference must be what it was: each test of every process once more
        afterwards: list[Task[Afterwards]] = [
            Task(Afterwards(name, number), "repeat", {"test": name, "times": 1, "seconds": 60})
            for name in subject.tests
            for number in range(len(pool.workers))
        ]
        pool.run(afterwards, repeated)
    return results


def _runs_again(subject: Subject, one: BankEntry, outcome: Outcome) -> int:
    """How often an entry of the bank is tried after its first run."""
    if outcome.ended or one.kind == "alternate":
        return 0
    if subject.wrong_scores(one, outcome.scores):
        return CONFIRMATIONS
    return 1 if hint_problems(one, outcome.results, subject.bank) else 0


def _tasks_in_float32(subject: Subject) -> list[Task[InFloat32]]:
    """Each test that has tolerances on the reference, and on every alternate that changes what it sees.

    Tests that ask for float64 are left out.
    """
    float64 = {name_of(cell) for cell in subject.notebook.cells if is_test(cell) and wants_float64(cell)}
    tolerant = [
        name
        for name, test in subject.tests.items()
        if name not in float64
        and any(check.kind == "close" for check in testcells.read(parsed(test.source)).checks)
    ]
    tasks = []
    for entry, answers in [
        ("", {}),
        *((one.name, one.cells) for one in subject.bank if one.kind == "alternate"),
    ]:
        again = affected(subject.cells, answers) if entry else set(subject.tests)
        tasks += [
            Task(
                InFloat32(test, entry),
                "round_off",
                {"test": test, "answers": answers, "seconds": MOST_SECONDS},
            )
            for test in tolerant
            if test in again
        ]
    return tasks


def _rounding_digest(subject: Subject, task: Task[InFloat32]) -> str:
    """What the measured rounding depends on: test and cells that it needs, the answer, how it is measured."""
    return rounding_digest(needed_code(subject.cells, {task.key.test}, task.arguments["answers"]))


def needed_code(cells: list[Cell], chosen: set[str], answers: dict[str, str]) -> list[list[str]]:
    """Name and code of the chosen cells and the answers, and of all cells that these need, in their order."""
    names = frozenset().union(*(cell_of(*item).looks_up for item in answers.items()))
    found = needed(cells, chosen | set(answers), names)
    return [[cell.name, answers.get(cell.name, cell.source)] for cell in found]


def grade_bank(subject: Subject, results: Results, console: Console, workers: int) -> None:
    """Grade the bank as submissions, with the engine that grades students, and add that to the results.

    Entries that got other points here than in one process, or wrong hints only here, are graded twice.
    """
    with console.status(f"{subject.practical}  grading the bank with the engine"):
        results.graded = _packed(subject, subject.bank, workers)
        unclear = []
        for one in subject.bank:
            outcome = results.of[Answer(one.name)]
            hints_only_here = graded_hint_problems(subject, one, results.graded) and not hint_problems(
                one, outcome.results, subject.bank
            )
            if hints_only_here or other_points(subject, one, results.graded, outcome):
                unclear.append(one)
        if unclear:
            results.graded_again = _packed(subject, unclear, workers)


def other_points(subject: Subject, one: BankEntry, graded: Packed, outcome: Outcome) -> dict[str, float]:
    """The points by test that an entry got from the engine, and neither should get nor got in one process."""
    if outcome.ended:
        return {}
    again = affected(subject.cells, one.cells)
    scores = {name: test.points for name, test in graded.entries[one.name].items() if name in again}
    wrong = subject.wrong_scores(one, scores)
    return {name: points for name, points in wrong.items() if points != outcome.scores.get(name)}


def graded_hint_problems(subject: Subject, one: BankEntry, graded: Packed) -> list[str]:
    """What is wrong with the hints that an entry got from the engine."""
    again = affected(subject.cells, one.cells)
    handed_on = {
        name: test.result
        for name, test in graded.entries[one.name].items()
        if name in again and test.result is not None
    }
    return hint_problems(one, handed_on, subject.bank)


def _packed(subject: Subject, bank: list[BankEntry], workers: int) -> Packed:
    return grade_packed(subject.root, subject.practical, subject.notebook, subject.cells, bank, workers)


def _released(subject: Subject) -> dict[str, str]:
    """What the release's notebook has in place of the answers."""
    files = student_files(subject.root, subject.practical, subject.notebook)
    released = nbformat.reads(files[f"{subject.practical}.ipynb"].decode(), as_version=4)
    return {name_of(cell): cell.source for cell in released.cells if is_exercise(cell)}
