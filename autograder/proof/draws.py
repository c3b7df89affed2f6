"""`practicals audit --draws`: does each entry of the bank get its points and its hint on every draw?"""

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from autograder.authoring.build import prepared
from autograder.files import write_atomically
from autograder.practical.bank import BankEntry, bank_folder, read_bank
from autograder.practical.digests import course_utils_folder, digest, modules_digest
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names, source_text
from autograder.proof.audit_report import Report
from autograder.proof.everywhere import masked
from autograder.proof.hints import hint_problems
from autograder.proof.trials import Subject, needed_code, subject_of
from autograder.proof.variant_workers import Task, Workers
from autograder.proof.variants import SEED, Outcome, affected

FILE = "draws.json"
MANY, FEW = 200, 10  # draws of each entry: as many as fit into SECONDS, within these
SECONDS = 20
COMPARES = ("expect.py", "results.py", "values.py")  # of course_utils, what a verdict depends on


@dataclass(frozen=True)
class _Draw:
    """One run of an entry; its inputs are drawn with the seed SEED + number where a test seeds its draws."""

    entry: str
    number: int


@dataclass
class _Seen:
    """What the draws of an entry gave.

    Args:
        draws, seconds: how many, and what they took.
        wrong: how often each thing was not as it should be.
        example: by the same, what was printed the first time.
        words: by test, part and label of a line of feedback, how often it was what, numbers apart.
    """

    draws: int = 0
    seconds: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def differing(self) -> dict[tuple[str, str, str], Counter[str]]:
        """Of `words`, the lines that were not the same on all draws."""
        return {line: texts for line, texts in self.words.items() if len(texts) > 1}

    def add(self, what: str, printed: str) -> None:
        """Count something that was not as it should be."""
        self.wrong[what] += 1
        self.example.setdefault(what, printed)


def draws_all(
    root: Path, names: list[str] | None, console: Console, force: bool = False, workers: int = 2
) -> list[Report]:
    """Run each entry of the banks on up to 200 draws; what was done and has not changed is not done again.

    An entry gets 200 draws where 200 fit into 20 s of its own, else as many as fit, and at least 10. Points
    or hints that are not those of its header, on any draw, are a finding, and so is feedback whose words,
    not only its numbers, differ between draws. What had none is kept in the bank's draws.json, under a
    digest of the code that it depends on.

    Args:
        root: the checkout.
        names: of the practicals; default: all.
        console: where progress is shown.
        force: do also what is kept.
        workers: processes at a time.

    Raises:
        PracticalsError: a name is unknown, a bank file does not have its form, or the reference fails.
    """
    return [_draws(root, name, console, force, workers) for name in names or practical_names(root)]


def _draws(root: Path, practical: str, console: Console, force: bool, workers: int) -> Report:
    start = time.monotonic()
    notebook = prepared(read_text(source_text(root, practical)), practical)
    subject = subject_of(root, practical, notebook, read_bank(root, practical), [], None)
    path = bank_folder(root, practical) / FILE
    rows = json.loads(path.read_text("utf-8")) if path.exists() and not force else {}
    keys = {one.name: _key(subject, one) for one in subject.bank}
    kept = {key: rows[key] for key in keys.values() if key in rows}
    left = {one.name: one for one in subject.bank if keys[one.name] not in kept}
    report = Report(practical)
    if left:
        with Workers(practical, subject.cells, workers) as pool:
            console.print(f"{practical}: running the reference …", highlight=False)
            pool.reference()
            seen = _run(subject, left, pool, console)
        for name, found in seen.items():
            _judge(name, found, report)
            if not (found.wrong or found.differing):
                kept[keys[name]] = {"entry": name, "draws": found.draws}
        if kept != rows:
            write_atomically(path, json.dumps(kept, indent=1, sort_keys=True) + "\n")
    report.counts["entries"] = len(subject.bank)
    report.counts["draws"] = min((row["draws"] for row in kept.values()), default=0)
    report.seconds = time.monotonic() - start
    return report


def _run(
    subject: Subject, entries: dict[str, BankEntry], pool: Workers, console: Console
) -> dict[str, _Seen]:
    """Run entries: once each, then as often as there is time for."""
    seen: dict[str, _Seen] = defaultdict(_Seen)
    done = 0

    def ran(task: Task[_Draw], outcome: Outcome) -> None:
        nonlocal done
        _note(subject, entries[task.key.entry], outcome, seen[task.key.entry])
        done += 1
        if done % 1000 == 0:
            console.print(f"{subject.practical}: {done:,} runs of {len(entries)} entries", highlight=False)

    def tasks(name: str, first: int, last: int) -> list[Task[_Draw]]:
        arguments = {"answers": entries[name].cells}
        return [
            Task(_Draw(name, number), "run", arguments | {"seed_": SEED + number})
            for number in range(first, last)
        ]

    pool.run([task for name in entries for task in tasks(name, 0, 1)], ran)
    paces = {name: seen[name].seconds for name in entries}
    wanted = {name: max(FEW, min(MANY, int(SECONDS / max(pace, 1e-3)))) for name, pace in paces.items()}
    pool.run([task for name in entries for task in tasks(name, 1, wanted[name])], ran)
    return dict(seen)


def _note(subject: Subject, one: BankEntry, outcome: Outcome, seen: _Seen) -> None:
    """Count what is not as it should be in one run of an entry."""
    seen.draws += 1
    seen.seconds += outcome.seconds
    if outcome.ended:
        seen.add(outcome.ended, "")
        return
    for name, score in subject.wrong_scores(one, outcome.scores).items():
        seen.add(f"{name} gives {score:g} points where it should not", outcome.printed.get(name, ""))
    for problem in hint_problems(one, outcome.results, subject.bank):
        first, _, rest = problem.partition("\n")
        seen.add(first, rest)
    for name, result in outcome.results.items():
        for part in result.failed:
            for label, text in part.fields.items():
                seen.words[name, part.title, label][masked(text)] += 1


def _judge(name: str, seen: _Seen, report: Report) -> None:
    for what, times in seen.wrong.items():
        printed = seen.example[what].strip()
        report.add("draws", f"{name}.py", f"in {times} of {seen.draws} draws: {what}\n{printed}".strip())
    for (test, part, label), texts in seen.differing.items():
        told = "\n".join(f"in {times} of {seen.draws} draws: {text}" for text, times in texts.items())
        report.add("draws", f"{name}.py", f"{test}, part “{part}”: “{label}” differs\n{told}")


def _key(subject: Subject, one: BankEntry) -> str:
    """SHA-256 of what an entry's verdicts depend on, chance and the machine apart."""
    return digest(
        [
            needed_code(subject.cells, affected(subject.cells, one.cells), one.cells),
            [one.kind, one.hint, one.fails],
            # whose hints must not appear in its feedback
            sorted([other.name, other.hint] for other in subject.bank if set(other.fails) & set(one.fails)),
            [(course_utils_folder() / name).read_text("utf-8") for name in COMPARES],
            modules_digest("autograder.proof.hints"),
            [MANY, FEW, SECONDS],
        ]
    )[:16]
