"""Judges what an audit tried: whatever is not as it should be becomes a finding."""

import math

from autograder.practical.cells import BUILDS_ON, FLOAT64, builds_on, is_test, name_of
from autograder.proof.audit_report import Report
from autograder.proof.equivalents import FILE, entry
from autograder.proof.hints import hint_problems
from autograder.proof.mutation import Mutant
from autograder.proof.rounding import LARGEST, Check, tolerance_for
from autograder.proof.trials import (
    CONFIRMATIONS,
    Afterwards,
    Answer,
    Change,
    Draws,
    InFloat32,
    Mutation,
    Removed,
    Results,
    Subject,
    Unanswered,
    graded_hint_problems,
    other_points,
    wanted_points,
)
from autograder.proof.variant_workers import Reference
from autograder.proof.variants import Outcome
from course_utils.results import UNANSWERED, UNANSWERED_MARK, ExerciseResult

MIN_ALTERNATES, MIN_MISCONCEPTIONS, MIN_WRONG_VALUES = 2, 4, 3


def judge_reference(subject: Subject, outcome: Outcome, report: Report) -> None:
    """The reference earns full marks."""
    for name, score in subject.short(outcome).items():
        report.add(
            "reference",
            name,
            f"the reference earns {score:g} of {subject.tests[name].points:g}:\n"
            f"{outcome.printed[name].strip()}",
        )


def judge(subject: Subject, reference: Reference, results: Results, report: Report) -> None:
    """Everything else: findings, counts, and tables for the file of equivalent mutants, into the report."""
    _judge_afterwards(results, report)
    _judge_unanswered(subject, results, report)
    _judge_removed(subject, results, report)
    _judge_answers(subject, results, report)
    _judge_bank(subject, reference, report)
    _judge_mutants(subject, results, report)
    _judge_draws(results, report)
    judge_rounding(results, report)
    _judge_graded(subject, results, report)
    order = [cell.name for cell in subject.cells]
    report.findings.sort(key=lambda one: order.index(one.where) if one.where in order else -1)


def _judge_afterwards(results: Results, report: Report) -> None:
    for trial, result in results.repeated.items():
        if isinstance(trial, Afterwards) and not isinstance(result, Outcome) and result.failures:
            report.add(
                "reference",
                trial.test,
                "the reference does not earn full marks any more after the variants have run: one of "
                f"them changed what it did not make. {result.failures[0].strip()}",
            )


def _judge_unanswered(subject: Subject, results: Results, report: Report) -> None:
    outcome = results.of.get(Unanswered())
    if outcome is None:
        return
    if outcome.ended:
        report.add("stub", subject.practical, f"the unanswered notebook: {outcome.ended}")
    for name in subject.tests:
        score, printed = outcome.scores.get(name, 0), outcome.printed.get(name, "")
        if score:
            report.add("stub", name, f"the unanswered cell earns {score:g}")
        if name not in outcome.printed:
            report.add("stub", name, "no answer changes its points: it uses nothing of an exercise")
        elif not _is_unanswered(outcome.results.get(name)) or "Traceback (most recent call last)" in printed:
            report.add("stub", name, f"does not say “{UNANSWERED_MARK}”: {printed.strip()}")


def _judge_removed(subject: Subject, results: Results, report: Report) -> None:
    """No exercise's points hang on the answer to another one, unless a tag of its test says so."""
    told = {name_of(cell): builds_on(cell) for cell in subject.notebook.cells if is_test(cell)}
    for cell in subject.exercises:
        outcome = results.of[Removed(cell.name)]
        if outcome.ended:
            report.add("dependence", cell.name, f"without its answer: {outcome.ended}")
        for name, score in subject.short(outcome).items():
            if name != f"{cell.name}-test" and cell.name not in told[name]:
                report.add(
                    "dependence",
                    name,
                    f"gives {score:g} of {subject.tests[name].points:g} points where only {cell.name} is not "
                    f"answered: give the notebook a function in its place, or say in text and tag "
                    f"({BUILDS_ON}{cell.name}) that it builds on it",
                )


def _is_unanswered(result: ExerciseResult | None) -> bool:
    return result is not None and any(part.state == UNANSWERED for part in result.parts)


def _judge_answers(subject: Subject, results: Results, report: Report) -> None:
    for one in subject.bank:
        outcome = results.of[Answer(one.name)]
        where = f"{one.name}.py"
        if outcome.ended:
            report.add(one.kind, where, outcome.ended)
            continue
        again = [
            results.of[trial]
            for number in range(1, CONFIRMATIONS + 1)
            if (trial := Answer(one.name, number)) in results.of
        ]
        for name, score in subject.wrong_scores(one, outcome.scores).items():
            wanted = wanted_points(one, subject.tests[name])
            repeated = [run for run in again if run.ended or name in subject.wrong_scores(one, run.scores)]
            what = (
                f"{name} gives {score:g} points where it should give {wanted:g}, in {1 + len(repeated)} of "
                f"{1 + len(again)} runs\n{outcome.printed.get(name, '').strip()}"
            ).strip()
            if repeated or one.kind == "alternate":
                report.add(one.kind, where, what)
            else:
                report.rare.append(f"{where}: {what}")
        # On a rare draw two mistakes give the same answer, and the hint may name either: that is chance
        # when it happens once, and a finding when it happens in a second run too
        if hint_problems(one, outcome.results, subject.bank):
            for problem in hint_problems(one, again[0].results, subject.bank):
                report.add("hint", where, problem)
    report.counts["alternates"] = sum(one.kind == "alternate" for one in subject.bank)
    report.counts["misconceptions"] = sum(one.kind == "misconception" for one in subject.bank)


def _judge_bank(subject: Subject, reference: Reference, report: Report) -> None:
    """Each exercise has enough right and wrong answers."""
    for cell in subject.exercises:
        entries = [one for one in subject.bank if cell.name in one.cells]
        # an entry that fails no test of this exercise answers it in another way, or like the reference
        alternates = sum(one.kind == "alternate" for one in entries)
        wrong = sum(one.kind == "misconception" and f"{cell.name}-test" in one.fails for one in entries)
        plain = cell.name in reference.plain_answers
        wanted = MIN_WRONG_VALUES if plain else MIN_MISCONCEPTIONS
        if alternates < MIN_ALTERNATES:
            report.add("bank", cell.name, f"has {alternates} alternates, and should have {MIN_ALTERNATES}")
        if wrong < wanted:
            kind = "wrong answers" if plain else "misconceptions"
            report.add("bank", cell.name, f"has {wrong} {kind}, and should have {wanted}")
        report.exercises[cell.name] = {"alternates": alternates, "misconceptions": wrong}


def _judge_mutants(subject: Subject, results: Results, report: Report) -> None:
    counts = {"mutants": 0, "killed": 0, "equivalent": 0, "surviving": 0}
    for name, found in subject.mutants.items():
        left: list[Mutant] = []
        for number, one in enumerate(found):
            counts["mutants"] += 1
            if Change(name, one.before, one.after) in subject.explained:
                counts["equivalent"] += 1
            elif subject.lost(results.of[Mutation(name, number)]):
                counts["killed"] += 1
            else:
                counts["surviving"] += 1
                left.append(one)
        for one in left:
            report.add("mutant", name, f"line {one.line}, no test notices: {one.before}  →  {one.after}")
        if left:
            report.explain[name] = entry(name, left)
        report.exercises.setdefault(name, {}).update(mutants=len(found), surviving=len(left))
    there = {Change(name, one.before, one.after) for name, found in subject.mutants.items() for one in found}
    for gone in sorted(subject.explained - there, key=lambda one: (one.cell, one.before, one.after)):
        report.add(
            "equivalent",
            gone.cell,
            f"{FILE} lists a mutant that there is not: {gone.before}  →  {gone.after}",
        )
    report.counts |= counts


def _judge_draws(results: Results, report: Report) -> None:
    for trial, result in results.repeated.items():
        if not isinstance(trial, Draws):
            continue
        if isinstance(result, Outcome):
            report.add("draws", trial.test, f"repeated on the reference: {result.ended}")
            continue
        runs, failures = result.runs, result.failures
        # with no failure in n runs, a rate above 3/n is refuted at 95 % (the rule of three)
        bound = 1 - 0.05 ** (1 / runs) if not failures else float("nan")
        report.draws[trial.test] = {"runs": runs, "failures": len(failures)} | (
            {} if failures else {"rate_at_most": float(f"{bound:.2g}")}
        )
        if failures:
            report.add(
                "draws",
                trial.test,
                f"fails the reference in {len(failures)} of {runs} runs with fresh inputs:\n"
                f"{failures[0].strip()}",
            )


def judge_rounding(results: Results, report: Report) -> None:
    """Float32 work takes a quarter of each tolerance at most, and loses no points."""
    worst: dict[tuple[str, int], tuple[Check, InFloat32, int]] = {}
    for trial, result in results.rounded.items():
        whose = f"{trial.entry}.py" if trial.entry else "the reference"
        if isinstance(result, Outcome):
            report.add("rounding", trial.test, f"{whose} in float32: {result.ended}")
            continue
        row = report.rounding.setdefault(trial.test, {"share": 0.0, "draws": result.draws})
        row["draws"] = min(row["draws"], result.draws)
        for line, check in result.checks.items():
            if not check.is_rounding:
                continue
            row["share"] = max(row["share"], check.share)
            if (trial.test, line) not in worst or check.share > worst[trial.test, line][0].share:
                worst[trial.test, line] = check, trial, result.draws
        if result.failed and not any(check.share > 1 for check in result.checks.values()):
            report.add(
                "rounding",
                trial.test,
                f"{whose} in float32 loses points in {result.failed} of {result.draws:,} runs:\n"
                f"{result.said.strip()}",
            )
    for (test, line), (check, trial, draws) in worst.items():
        if check.share > LARGEST:
            whose = f"{trial.entry}.py" if trial.entry else "the reference"
            report.add(
                "rounding",
                test,
                f"line {line}, “{check.what}”: in {draws:,} runs of {whose} in float32 the largest error, "
                f"{check.error:.2g}, is {check.share:.2f} of the tolerance (rtol={check.rtol:g}, "
                f"atol={check.atol:g}) and may be {LARGEST:g}; {_what_would_do(check)}",
            )


def _what_would_do(check: Check) -> str:
    if math.isfinite(check.error):
        return f"atol={tolerance_for(check):g} would do"
    return (
        "no tolerance would do: draw other numbers, or say in the exercise's text that it wants float64 and "
        f"give the test cell the tag {FLOAT64}"
    )


def _judge_graded(subject: Subject, results: Results, report: Report) -> None:
    """What the engine gave must be what running in one process gave."""
    graded = results.graded
    if graded is None:
        return
    report.counts["engine submissions"] = graded.submissions
    for name, score in graded.untouched.items():
        if score:
            report.add("engine", name, f"the unanswered notebook earns {score:g} when it is graded")
    for name, score in graded.reference.items():
        if score < subject.tests[name].points:
            report.add("engine", name, f"the reference earns {score:g} when it is graded")
    for one in subject.bank:
        outcome = results.of[Answer(one.name)]
        for name, points in other_points(subject, one, graded, outcome).items():
            what = (
                f"{name} gives {points:g} points when it is graded and {outcome.scores.get(name):g} in one "
                f"process:\n{graded.entries[one.name][name].printed.strip()}"
            )
            again = results.graded_again
            if one.kind == "alternate" or (again and name in other_points(subject, one, again, outcome)):
                report.add("engine", f"{one.name}.py", what)
            else:
                report.rare.append(f"{one.name}.py: {what}")
        if results.graded_again and one.name in results.graded_again.entries:
            for problem in graded_hint_problems(subject, one, results.graded_again):
                report.add("engine", f"{one.name}.py", f"when it is graded, {problem}")
