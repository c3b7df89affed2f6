"""`practicals audit`: do the tests give each answer of the bank, and each mutant, what it earns?"""

import importlib.metadata
import sys
import time
from pathlib import Path

from nbformat import NotebookNode
from rich.console import Console

from autograder.authoring.build import prepared
from autograder.files import write_atomically
from autograder.practical.bank import bank_folder, read_bank
from autograder.practical.digests import (
    course_utils_folder,
    digest,
    inputs_digest,
    modules_digest,
    package_digest,
)
from autograder.practical.notebooks import read_text
from autograder.practical.paths import practical_names, source_text
from autograder.practical.points import with_own_points
from autograder.proof.audit_report import Report, as_json, from_json
from autograder.proof.calibrate import high_rates
from autograder.proof.equivalents import read_equivalents
from autograder.proof.everywhere import compare_everywhere
from autograder.proof.figures import read_results, results_path
from autograder.proof.judging import judge, judge_reference
from autograder.proof.thresholds import checks_by_kind
from autograder.proof.trials import Subject, grade_bank, run_trials, subject_of
from autograder.proof.variant_workers import Workers


def audit_all(
    root: Path,
    names: list[str] | None,
    console: Console,
    only: str | None = None,
    fast: bool = False,
    force: bool = False,
    workers: int = 2,
    rounding: bool = False,
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
        rounding: measure also what float32 work takes of the tolerances.

    Raises:
        PracticalsError: a name is unknown, a bank file does not have its form, or the reference fails.
    """
    reports = []
    for practical in names or practical_names(root):
        notebook = prepared(read_text(source_text(root, practical)), practical)
        with_own_points(notebook, source_text(root, practical).parent)  # it fits, or says why not
        bank, equivalents = read_bank(root, practical), read_equivalents(root, practical)
        kept = _kept(root, practical, notebook, ("fast" if fast else "whole") + " rounding" * rounding)
        if not only and not force and kept.exists():
            report = from_json(kept.read_text("utf-8"))
        else:
            subject = subject_of(root, practical, notebook, bank, equivalents, only)
            report = _audit(subject, console, fast, workers, rounding)
            if not only and not report.findings:
                write_atomically(kept, as_json([report]))
        if not only:
            _check_thresholds(root, practical, report)
        reports.append(report)
    return reports


def everywhere_all(
    root: Path, names: list[str] | None, console: Console, force: bool = False, workers: int = 2
) -> list[Report]:
    """Run the banks of practicals in every way in which checks run, and compare; see `compare_everywhere`.

    Args and errors as those of `audit_all`; what has not changed since nothing was found is not run again.
    """
    reports = []
    for practical in names or practical_names(root):
        notebook = prepared(read_text(source_text(root, practical)), practical)
        kept = _kept(root, practical, notebook, "everywhere")
        if not force and kept.exists():
            report = from_json(kept.read_text("utf-8"))
        else:
            bank = read_bank(root, practical)
            report = compare_everywhere(root, practical, notebook, bank, workers, console)
            if not report.findings:
                write_atomically(kept, as_json([report]))
        reports.append(report)
    return reports


def was_audited(root: Path, practical: str) -> bool:
    """Whether a practical's tests, as they are now, were audited here and nothing was found."""
    notebook = prepared(read_text(source_text(root, practical)), practical)
    return _kept(root, practical, notebook, "whole").exists()


def _audit(subject: Subject, console: Console, fast: bool, workers: int, rounding: bool) -> Report:
    """Run and judge; of a practical whose reference does not earn full marks, only the reference."""
    start = time.monotonic()
    report = Report(subject.practical, checks=checks_by_kind(subject.notebook))
    with Workers(subject.practical, subject.cells, workers) as pool:
        console.print(f"{subject.practical}: running the reference …", highlight=False)
        reference = pool.reference()
        judge_reference(subject, reference.outcome, report)
        results = None if report.findings else run_trials(subject, pool, console, rounding)
    if results:
        if subject.whole and not fast:
            grade_bank(subject, results, console, workers)
        judge(subject, reference, results, report)
    report.seconds = time.monotonic() - start
    return report


def _check_thresholds(root: Path, practical: str, report: Report) -> None:
    """Thresholds that fail the reference too often, or pass wrong answers, by results.json."""
    results = read_results(results_path(root, practical))
    for cell, sentence in high_rates(results):
        report.add("threshold", cell, sentence)


def _kept(root: Path, practical: str, notebook: NotebookNode, kind: str) -> Path:
    """Where a report is kept, under a digest of what its outcome depends on, chance apart."""
    folder = bank_folder(root, practical)
    files = sorted(path for path in folder.glob("*") if path.suffix in (".py", ".toml"))
    installed = sorted(f"{one.metadata['Name']} {one.version}" for one in importlib.metadata.distributions())
    found = digest(
        [
            inputs_digest(notebook),
            [[path.name, path.read_text("utf-8")] for path in files],
            package_digest(course_utils_folder()),
            modules_digest(__name__),
            installed,
            sys.version,
            kind,
        ]
    )
    return root / "build" / "audit" / practical / f"{found[:16]}.json"
