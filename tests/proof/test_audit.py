"""`practicals audit`: it passes sound tests and a sound bank, and says what is wrong with others."""

import io
import json
import multiprocessing
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from author_course import CELLS, QUIET, Course, marker, new_course
from checkout import ROOT
from rich.console import Console
from typer.testing import CliRunner

from autograder.authoring.build import prepared
from autograder.cli import app
from autograder.errors import PracticalsError
from autograder.practical.bank import BankEntry, read_bank
from autograder.practical.notebooks import read_text
from autograder.proof import trials, variant_workers
from autograder.proof.audit import audit_all
from autograder.proof.audit_report import Report, show
from autograder.proof.draws import draws_all
from autograder.proof.graded_bank import grade_packed, packs
from autograder.proof.hints import hint_problems
from autograder.proof.trials import restricted
from autograder.proof.variants import Repeats, Workbench, affected, cell_of, graded_run, needed
from course_utils.results import UNANSWERED_MARK

ADD_TEST = (
    f"# %% {marker('test', 'add-test', 3)}\n"
    + """with expect.exercise("Add", points=3) as exercise:
    with exercise.part("small numbers", points=1):
        expect.equal(add(1, 2), 3, "1 + 2", mistakes={"this is the difference": -1})
    with exercise.part("negative numbers", points=2):
        expect.equal(add(-17, 4), -13, "the sum", describe="a number", mistakes={"the sign is lost": 21})
exercise.score
"""
)
# what the toy practical has beyond addition would need a bank of its own
ONLY_ADDITION = {"add_test": ADD_TEST, "figure": "", "record": "", "figure_test": ""}


def bank_file(header: str, body: str, title: str = "A title") -> str:
    return f"# title: {title}\n# kind: {header}\n\n# %% add\ndef add(a, b):\n    return {body}\n"


def wrong(points: int, hint: str, body: str) -> str:
    return bank_file(f"misconception\n# fails: add-test {points}/3\n# hint: {hint}", body)


BANK = {
    "with_sum": bank_file("alternate", "sum([a, b])"),
    "other_order": bank_file("alternate", "b + a"),
    "subtracts": wrong(0, "this is the difference", "a - b"),
    "no_signs": wrong(1, "the sign is lost", "abs(a) + abs(b)"),
    "first": wrong(0, "1; the error is 2", "a"),
    "second": wrong(0, "2; the error is 1", "b"),
}


@pytest.fixture
def written(tmp_path) -> Course:
    """A sound course."""
    course = new_course(tmp_path / "course")
    course.write(**ONLY_ADDITION)
    write_bank(course, BANK)
    return course


@pytest.fixture(scope="module")
def warm() -> Iterator[ForkServerContext]:
    """Processes that begin with what an audit's workers import; each would take two seconds for that."""
    context = multiprocessing.get_context("forkserver")
    stop = forkserver._forkserver._stop  # type: ignore[attr-defined]  # CPython made it for its own tests
    stop()  # the server of other tests, which imports TensorFlow
    context.set_forkserver_preload([variant_workers.__name__])
    yield context
    stop()
    context.set_forkserver_preload([])


@pytest.fixture
def sound(written, warm, monkeypatch) -> Course:
    """A sound course; its audits take warm processes and few draws."""
    monkeypatch.setattr(multiprocessing, "get_context", lambda _: warm)
    monkeypatch.setattr(trials, "DRAWS", 10)
    return written


def write_bank(course: Course, entries: dict[str, str]) -> None:
    folder = course.root / "source" / "toy" / "bank"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in entries.items():
        (folder / (name if "." in name else f"{name}.py")).write_text(text)


def audited(course: Course, **options) -> Report:
    (report,) = audit_all(course.root, ["toy"], QUIET, **{"fast": True, "workers": 1} | options)
    return report


def found(report: Report) -> list[tuple[str, str]]:
    return [(one.kind, one.where) for one in report.findings]


def test_a_sound_practical_passes_and_is_not_audited_again(written, monkeypatch):
    report = audited(written)
    assert report.findings == []
    assert report.counts["alternates"] == 2
    assert report.counts["misconceptions"] == 4
    assert report.counts["surviving"] == report.counts["equivalent"] == 0
    assert report.counts["killed"] == report.counts["mutants"] > 0
    assert report.checks == {"exact": 2, "tolerance": 0, "statistical": 0}
    draws = report.draws["add-test"]
    assert 0 < draws["runs"] <= 300
    assert draws["failures"] == 0
    assert (1 - draws["rate_at_most"]) ** draws["runs"] == pytest.approx(0.05, rel=0.05)
    monkeypatch.setattr("autograder.proof.audit.Workers", None)  # nothing may run now
    assert audited(written) == report
    write_bank(written, {"subtracts": BANK["subtracts"] + "\n\n# once more\n"})
    with pytest.raises(TypeError):
        audited(written)


@pytest.mark.slow
def test_a_tolerance_too_narrow_for_float32_is_told_and_what_is_wide_is_kept(sound, monkeypatch):
    monkeypatch.setattr("autograder.proof.trials.MOST_SECONDS", 0.1)
    monkeypatch.setattr("autograder.proof.rounding.MANY_DRAWS", 1000)
    tolerant = ADD_TEST.replace(
        "expect.equal(add(-17, 4), -13, ", "expect.close(add(-17.3, 4), -13.3, rtol=1e-8, atol=0, what="
    ).replace('"the sign is lost": 21', '"the sign is lost": 21.3')
    sound.write(**ONLY_ADDITION | {"add_test": tolerant})
    found = [one for one in audited(sound, rounding=True).findings if one.kind == "rounding"]
    assert [one.where for one in found] == ["add-test"]
    assert "“the sum”" in found[0].what
    assert "rtol=1e-08" in found[0].what
    sound.write(**ONLY_ADDITION | {"add_test": tolerant.replace("# %%", '# %% tags=["float64"]', 1)})
    asks_for_float64 = audited(sound, rounding=True)
    assert asks_for_float64.findings == []
    assert "add-test" not in asks_for_float64.rounding
    sound.write(**ONLY_ADDITION | {"add_test": tolerant.replace("rtol=1e-8", "rtol=1e-5")})
    report = audited(sound, rounding=True)
    assert report.findings == []
    assert 0 < report.rounding["add-test"]["share"] < 0.25
    kept = sound.root / "source" / "toy" / "bank" / "rounding.json"
    rows = json.loads(kept.read_text()).values()
    assert {row["entry"] for row in rows} == {"", "with_sum", "other_order"}
    # what was measured once is not measured again
    monkeypatch.setattr("autograder.proof.variants.measure", None)
    assert audited(sound, force=True, rounding=True).rounding == report.rounding


TWICE = (
    f"# %% {marker('exercise', 'twice')}\n"
    "def twice(a):\n    ### BEGIN SOLUTION\n    return add(a, a)\n    ### END SOLUTION\n\n"
    "# %% TEST\n"
    """with expect.exercise("Twice", points=2) as exercise:
    with exercise.part("one number", points=1):
        expect.equal(twice(4), 8, "twice 4")
    with exercise.part("the type", points=1):
        expect.equal(callable(twice), True, "callable")
exercise.score
"""
)


@pytest.mark.slow
def test_points_that_hang_on_another_exercise_are_told_unless_a_tag_says_so(sound):
    of_test = marker("test", "twice-test", 2)
    sound.write(**ONLY_ADDITION | {"use": TWICE.replace("TEST", of_test)})
    found = [(one.where, one.what) for one in audited(sound).findings if one.kind == "dependence"]
    assert [where for where, _ in found] == ["twice-test"]  # and nothing hangs on `twice`
    assert found[0][1].startswith("gives 1 of 2 points where only add is not answered")
    sound.write(**ONLY_ADDITION | {"use": TWICE.replace("TEST", f'tags=["builds-on:add"] {of_test}')})
    assert "dependence" not in {one.kind for one in audited(sound).findings}


@pytest.mark.slow
def test_of_one_exercise_alone_only_its_own_test_judges_the_bank(sound):
    """Wrong sums lose points in what builds on them, too; their headers name the test of the sum alone."""
    of_test = marker("test", "twice-test", 2)
    sound.write(**ONLY_ADDITION | {"use": TWICE.replace("TEST", of_test)})
    assert ("misconception", "first.py") in found(audited(sound))
    assert "misconception" not in {one.kind for one in audited(sound, only="add").findings}


def test_an_entry_that_fails_in_another_exercise_need_not_show_its_hint_in_this_one():
    fails = {"add-test": (0.0, 3.0)}
    both = BankEntry("both", "Takes one", "misconception", {"add": "", "twice": ""}, fails, "the sum")
    assert len(hint_problems(both, {}, [both])) == 1
    assert hint_problems(restricted(both, "twice"), {}, [both]) == []


@pytest.mark.slow
def test_each_promise_of_the_bank_is_kept_or_told(sound):
    write_bank(
        sound,
        {
            "with_sum": BANK["with_sum"].replace("sum([a, b])", "sum([a, b, b])"),  # no alternate
            "subtracts": BANK["subtracts"].replace("0/3", "1/3"),  # loses more than it says
            "no_signs": BANK["no_signs"].replace("sign is lost", "sign is gone"),  # another hint
            "first": BANK["first"].replace("return a", "return a + b"),  # full marks
            "second": BANK["second"].replace("return b", "return a - b"),  # shows the hint of `subtracts`
        },
    )
    report = audited(sound)
    kinds = set(found(report))
    assert ("alternate", "with_sum.py") in kinds
    assert ("misconception", "subtracts.py") in kinds
    assert ("hint", "no_signs.py") in kinds
    assert ("misconception", "first.py") in kinds
    assert ("hint", "second.py") in kinds
    told = {one.where: one.what for one in report.findings}
    assert "gives 0 points where it should give 1" in told["subtracts.py"]
    assert "the hint of subtracts.py appears too" in " ".join(
        one.what for one in report.findings if one.where == "second.py"
    )


@pytest.mark.slow
def test_a_hint_that_is_missing_by_chance_once_is_no_finding(sound, tmp_path):
    recognised_at_the_second_try = ADD_TEST.replace(
        'mistakes={"this is the difference": -1}',
        'mistakes={"this is the difference": -1} if difference_seen_before(add(1, 2) == -1) else None',
    ).replace(
        "with expect",
        f"""def difference_seen_before(now):
    import pathlib
    flag = pathlib.Path({str(tmp_path / "seen")!r})
    before = flag.exists()
    if now:
        flag.touch()
    return before

with expect""",
        1,
    )
    sound.write(**ONLY_ADDITION | {"add_test": recognised_at_the_second_try})
    assert audited(sound).findings == []
    assert (tmp_path / "seen").exists()


@pytest.mark.slow
def test_a_mutant_that_no_test_notices_is_told_until_it_is_explained(sound):
    careless = ADD_TEST.replace("add(1, 2), 3", "add(1, 0), 1").replace(
        "add(-17, 4), -13", "add(-17, 0), -17"
    )
    sound.write(**ONLY_ADDITION | {"add_test": careless})
    report = audited(sound, only="add")
    survivors = [one.what for one in report.findings if one.kind == "mutant"]
    assert survivors == ["line 4, no test notices: total_of_both = a + b  →  total_of_both = a - b"]
    explained = report.explain["add"].replace('reason = ""', 'reason = "nobody adds anything here"')
    write_bank(sound, {"equivalent_mutants.toml": explained})
    report = audited(sound, only="add")
    assert "mutant" not in {one.kind for one in report.findings}
    assert report.counts["equivalent"] == 1


@pytest.mark.slow
def test_an_explanation_that_matches_nothing_is_told(sound):
    table = '[[equivalent]]\ncell = "add"\nreason = "?"\nmutants = [["a", "b"]]\n'
    write_bank(sound, {"equivalent_mutants.toml": table})
    (one,) = audited(sound).findings
    assert (one.kind, one.where) == ("equivalent", "add")
    assert "a mutant that there is not" in one.what


@pytest.mark.slow
def test_a_point_for_nothing_and_a_rude_test_are_told(sound):
    given_away = ADD_TEST.replace("expect.equal(add(1, 2), 3", "expect.equal(3, 3")
    sound.write(**ONLY_ADDITION | {"add_test": given_away})
    given = [one.what for one in audited(sound).findings if one.kind == "stub"]
    assert "the unanswered cell earns 1" in given
    rude = """try:
            done = add(1, 2)
        except NotImplementedError:
            done = 0
        expect.equal(done, 3"""
    rude_throughout = ADD_TEST.replace("expect.equal(add(1, 2), 3", rude).replace(
        "expect.equal(add(-17, 4), -13", rude.replace("3", "-13").replace("1, 2", "-17, 4")
    )
    sound.write(**ONLY_ADDITION | {"add_test": rude_throughout})
    (stub,) = [one for one in audited(sound).findings if one.kind == "stub"]
    assert stub.where == "add-test"
    assert UNANSWERED_MARK in stub.what


@pytest.mark.slow
def test_a_bank_that_is_too_small_is_told(sound):
    folder = sound.root / "source" / "toy" / "bank"
    (folder / "with_sum.py").unlink()
    (folder / "first.py").unlink()
    assert found(audited(sound)) == [("bank", "add"), ("bank", "add")]


@pytest.mark.slow
def test_answers_in_numbers_need_fewer_wrong_ones(sound):
    folder = sound.root / "source" / "toy" / "bank"
    (folder / "first.py").unlink()
    assert ("bank", "add") in found(audited(sound))  # of a function, three are too few
    values = "{'sum': (3, 4.5), 'names': ['a']}"
    solution = f"### BEGIN SOLUTION\nadd = {values}\n### END SOLUTION\n"
    test = ADD_TEST.replace("add(1, 2), 3", f"add, {values}").replace("add(-17, 4), -13", f"add, {values}")
    sound.write(
        **ONLY_ADDITION
        | {"add": f"# %% {marker('exercise', 'add')}\n{solution}", "use": "", "add_test": test}
    )
    assert ("bank", "add") not in found(audited(sound))


@pytest.mark.slow
def test_an_endless_or_deadly_mutant_is_noticed_and_the_others_are_judged(sound):
    loops = CELLS["add"].replace(
        "    total_of_both = a + b\n", "    total_of_both, n = a + b, 3\n    while n > 0:\n        n -= 1\n"
    )
    sound.write(**ONLY_ADDITION | {"add": loops})
    write_bank(sound, {"deadly": wrong(0, "x", "__import__('os')._exit(3)")})
    report = audited(sound)
    assert ("misconception", "deadly.py") in found(report)
    assert "its process died" in " ".join(one.what for one in report.findings)
    # `n += 1` never ends: killed all the same; the starting value of n and `>=` change nothing that counts
    alive = {one.what.split("→")[1].strip() for one in report.findings if one.kind == "mutant"}
    assert "n += 1" not in alive
    assert "while n >= 0:" in alive


@pytest.mark.slow
def test_a_failing_reference_is_told_and_nothing_else_is_tried(sound):
    sound.write(**ONLY_ADDITION | {"add_test": ADD_TEST.replace("-13", "-12")})
    report = audited(sound)
    assert found(report) == [("reference", "add-test")]
    assert "earns 1 of 3" in report.findings[0].what


def test_bank_files_about_cells_that_there_are_not_are_refused(sound):
    write_bank(sound, {"other": BANK["first"].replace("%% add", "%% subtract")})
    with pytest.raises(PracticalsError, match="not an exercise"):
        audited(sound)
    write_bank(sound, {"other": BANK["first"].replace("add-test 0/3", "add-test 0/4")})
    with pytest.raises(PracticalsError, match="no such test"):
        audited(sound)


@pytest.mark.slow
def test_command_line(written, monkeypatch, tmp_path):
    monkeypatch.chdir(written.root)
    result = CliRunner().invoke(
        app, ["audit", "toy", "--fast", "--workers", "1", "--json", str(tmp_path / "a")]
    )
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "a").read_text())[0]["findings"] == []
    (written.root / "source" / "toy" / "bank" / "first.py").unlink()
    result = CliRunner().invoke(app, ["audit", "toy", "--only", "add", "--workers", "1"])
    assert result.exit_code == 1
    assert "has 3 misconceptions, and should have 4" in result.output


@pytest.mark.slow
def test_the_engine_gives_the_bank_the_same_marks(sound):
    report = audited(sound, fast=False)
    assert report.findings == []
    # the reference, the untouched release, and as many groups as an exercise has entries
    assert report.counts["engine submissions"] == 2 + len(BANK)


def changing(first: str, later: str, calls: Path, header: str) -> str:
    """A bank entry whose first two calls, those of its first run, return something else than later ones."""
    return (
        f"# title: A title\n# kind: {header}\n\n# %% add\ndef add(a, b):\n"
        f"    with open({str(calls)!r}, 'a+') as calls:\n        calls.write('.')\n        calls.seek(0)\n"
        f"        return {first} if len(calls.read()) <= 2 else {later}\n"
    )


@pytest.mark.slow
def test_a_wrong_answer_that_passes_on_a_rare_draw_is_told_and_fails_nothing(sound, tmp_path):
    wrong_one = "misconception\n# fails: add-test 0/3\n# hint: 1; the error is 2"
    write_bank(sound, {"first": changing("a + b", "a", tmp_path / "calls", wrong_one)})
    report = audited(sound)
    assert report.findings == []
    (rare,) = report.rare
    assert "first.py: add-test gives 3 points where it should give 0, in 1 of 21 runs" in rare
    shown = Console(record=True, width=200, file=io.StringIO())
    show([report], shown)
    assert "on a rare draw, and not again" in shown.export_text()
    # what comes again is a finding, and so is a right answer that loses a point once
    write_bank(sound, {"first": wrong(0, "1; the error is 2", "a + b")})
    write_bank(sound, {"other_order": changing("a", "a + b", tmp_path / "more", "alternate")})
    report = audited(sound)
    assert {("misconception", "first.py"), ("alternate", "other_order.py")} <= set(found(report))
    assert report.rare == []


@pytest.mark.slow
def test_with_draws_what_comes_on_any_draw_is_a_finding_and_what_is_clean_is_kept(
    sound, tmp_path, monkeypatch
):
    monkeypatch.setattr("autograder.proof.draws.MANY", 12)
    wrong_one = "misconception\n# fails: add-test 0/3\n# hint: 1; the error is 2"
    write_bank(sound, {"first": changing("a + b", "a", tmp_path / "calls", wrong_one)})
    (report,) = draws_all(sound.root, ["toy"], QUIET, workers=1)
    points, hint = (one.what for one in report.findings)
    assert points.startswith("in 1 of 12 draws: add-test gives 3 points where it should not")
    assert hint.startswith("in 1 of 12 draws: its hint '1; the error is 2' is not in the feedback")
    rows = json.loads((sound.root / "source" / "toy" / "bank" / "draws.json").read_text()).values()
    assert {row["entry"] for row in rows} == set(BANK) - {"first"}
    assert {row["draws"] for row in rows} == {12}
    # only what is not kept runs again: the answer that was found, and now gets its points on every draw
    write_bank(sound, {"first": BANK["first"]})
    ran: list[str] = []

    def heard(one: BankEntry, *_) -> list[str]:
        ran.append(one.name)
        return []

    monkeypatch.setattr("autograder.proof.draws.hint_problems", heard)
    (report,) = draws_all(sound.root, ["toy"], QUIET, workers=1)
    assert report.findings == []
    assert ran == ["first"] * 12
    monkeypatch.setattr("autograder.proof.draws.Workers", None)  # nothing may run now
    assert draws_all(sound.root, ["toy"], QUIET)[0].findings == []


@pytest.mark.slow
def test_with_draws_other_words_are_a_finding_and_other_numbers_are_none(sound, tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.proof.draws.MANY", 12)
    wrong_one = "misconception\n# fails: add-test 0/3\n# hint: the error is"

    def differing(later: str) -> list[str]:
        write_bank(sound, {"first": changing("a", later, tmp_path / later, wrong_one)})
        (report,) = draws_all(sound.root, ["toy"], QUIET, workers=1)
        return [one.what for one in report.findings if "“Got” differs" in one.what]

    assert differing("a + b + 2") == []
    words, _ = differing("None")  # of both parts of the test
    assert "in 1 of 12 draws: # the error is #\nin 11 of 12 draws: None" in words


@pytest.mark.slow
def test_other_points_from_the_engine_are_a_finding_when_they_come_again(sound, monkeypatch):
    here = sound.root / "only-here"  # the sandbox hides the checkout
    here.touch()
    body = f"a if __import__('os').path.exists({str(here)!r}) else a + b"
    write_bank(sound, {"first": wrong(0, "1; the error is 2", body)})
    findings = audited(sound, fast=False).findings
    assert {one.kind for one in findings} == {"engine"}
    assert "add-test gives 3 points when it is graded and 0 in one process" in findings[0].what
    once: list[int] = []

    def mostly_alike(*arguments):
        if once:
            here.unlink(missing_ok=True)
            write_bank(sound, {"first": BANK["first"]})
            arguments = (
                *arguments[:4],
                [one for one in read_bank(sound.root, "toy") if one.name == "first"],
                1,
            )
        once.append(1)
        return grade_packed(*arguments)

    monkeypatch.setattr("autograder.proof.trials.grade_packed", mostly_alike)
    report = audited(sound, fast=False, force=True)
    assert report.findings == []
    assert len(report.rare) == 1
    assert len(once) == 2


@pytest.mark.slow
def test_the_engine_runs_of_an_entry_the_tests_that_depend_on_it(tmp_path):
    course = new_course(tmp_path / "course")
    figure = f"# %% {marker('exercise', 'figure')}\n### BEGIN SOLUTION\nfigure = 0.8\n### END SOLUTION\n"
    course.write(add_test=ADD_TEST, figure=figure)  # the engine has no COURSE_SEED for the usual one
    write_bank(course, {"subtracts": BANK["subtracts"]})
    notebook = prepared(read_text(course.text), "toy")
    bank = read_bank(course.root, "toy")
    graded = grade_packed(course.root, "toy", notebook, graded_run(notebook), bank, 1)
    assert graded.submissions == 3
    assert graded.reference == {"add-test": 3, "figure-test": 1}
    assert graded.untouched == {"add-test": 0, "figure-test": 0}
    assert {name: test.points for name, test in graded.entries["subtracts"].items()} == {"add-test": 0}
    assert "this is the difference" in graded.entries["subtracts"]["add-test"].printed


# --- running variants ---------------------------------------------------------------------------------------


def bench_of(tmp_path, *sources: str, tests: tuple[int, ...] = ()) -> Workbench:
    cells = [
        cell_of(f"c{number}", source, is_test=number in tests, is_exercise=number not in tests, points=1.0)
        for number, source in enumerate(sources)
    ]
    bench = Workbench(cells, tmp_path)
    assert not bench.run_reference().ended
    return bench


def test_only_what_depends_on_a_change_runs_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench = bench_of(
        tmp_path,
        "def f(x):\n    return x + 1",
        "print('unrelated')\nother = 1",
        "def g(x):\n    return f(x) * 2",
        "y = 3",
        "assert g(y) == 8",
        "assert other == 1",
        tests=(4, 5),
    )
    outcome = bench.run({"c0": "def f(x):\n    return x"})
    assert set(outcome.printed) == {"c0", "c2", "c4"}
    assert outcome.scores == {"c4": 0.0}
    assert bench.run({"c0": "def f(x):\n    return 1 + x"}).scores == {"c4": 1.0}


def test_a_test_ends_at_the_first_part_that_costs_points_where_that_is_enough(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench = bench_of(
        tmp_path,
        "from course_utils import expect",
        "form, first = 1, 1",
        "with expect.exercise('Numbers', points=1) as exercise:\n"
        "    with exercise.part('form', points=0):\n        expect.equal(form, 1, 'the form')\n"
        "    with exercise.part('first', points=0.5):\n        expect.equal(first, 1, 'the first')\n"
        "    with exercise.part('second', points=0.5):\n        pass\n"
        "exercise.score",
        "assert form == first == 1",
        tests=(2, 3),
    )
    wrong, unformed = {"c1": "form, first = 1, 2"}, {"c1": "form, first = 2, 1"}
    assert bench.run(wrong).scores == {"c2": 0.5, "c3": 0.0}
    ended = bench.run(wrong, until_lost=True)
    assert ended.scores == {"c2": 0.0}
    assert not ended.ended
    assert "first" in ended.printed["c2"]
    assert "second" not in ended.printed["c2"]
    assert "second" in bench.run(unformed, until_lost=True).printed["c2"]
    assert bench.run({"c1": "form, first = 1, 1"}, until_lost=True).scores == {"c2": 1.0, "c3": 1.0}
    assert bench.run(wrong, last="c2").scores == {"c2": 0.5}


def test_what_a_variant_changes_in_place_does_not_reach_the_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench = bench_of(
        tmp_path,
        "import numpy as np\nnumbers = np.arange(3)\nparts = {'a': [1]}\n"
        "generator = np.random.default_rng(0)",
        "def f():\n    return numbers.sum() + len(parts['a'])",
        "assert f() == 4",
        "open('made', 'a').write('x')",
        tests=(2,),
    )
    made = bench.before["c1"]
    state = made["generator"].bit_generator.state
    spoils = "numbers[:] = 7\nparts['a'].append(2)\ngenerator.random()\nopen('made', 'a').write('y')\n"
    for _ in range(2):
        outcome = bench.run({"c1": f"{spoils}\ndef f():\n    return numbers.sum() + len(parts['a'])"})
        assert outcome.scores == {"c2": 0.0}  # 21 + 2
        assert bench.repeat("c2", 1, 10) == Repeats(1, [])
        assert made["numbers"].tolist() == [0, 1, 2]
        assert made["parts"] == {"a": [1]}
        assert made["generator"].bit_generator.state == state
    assert (tmp_path / "made").read_text() == "x"


def test_a_model_that_a_variant_trains_is_put_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bench = bench_of(
        tmp_path,
        "import keras\nimport numpy as np\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "model.compile('adam', 'mse')\nx = np.ones((4, 2))",
        "def f():\n    return 1",
        "model.set_weights([np.zeros((2, 1)), np.zeros(1)])",
        "assert f() == 1 and not model.predict(x, verbose=0).any()",
        tests=(3,),
    )
    before = bench.globals["model"].get_weights()
    bench.run({"c1": "def f():\n    model.fit(x, x[:, 0], verbose=0)\n    return 1\nf()"})
    after = bench.globals["model"].get_weights()
    assert all((one == other).all() for one, other in zip(before, after, strict=True))
    assert bench.repeat("c3", 1, 60) == Repeats(1, [])


def test_cells_that_an_exercise_needs():
    cells = [
        cell_of("imports", "import numpy as np"),
        cell_of("data", "x = np.ones(3)"),
        cell_of("shift", "x.sort()"),
        cell_of("unrelated", "z = np.zeros(3)"),
        cell_of("exercise", "def f():\n    return x.sum()", is_exercise=True),
        cell_of("test", "assert f() == 3", is_test=True, points=1.0),
        cell_of("later", "print(z)"),
    ]
    chosen = affected(cells, {"exercise": "def f():\n    return 3"})
    assert chosen == {"exercise", "test"}
    assert [cell.name for cell in needed(cells, chosen)] == ["imports", "data", "shift", "exercise", "test"]


def test_entries_are_packed_where_they_do_not_meet():
    cells = [
        cell_of("f", "def f():\n    return 1", is_exercise=True),
        cell_of("f-test", "f()", is_test=True, points=1.0),
        cell_of("g", "def g():\n    return 2", is_exercise=True),
        cell_of("g-test", "g()", is_test=True, points=1.0),
        cell_of("h", "y = f()", is_exercise=True),
        cell_of("h-test", "y", is_test=True, points=1.0),
    ]
    entries = {
        name: BankEntry(name, "", "alternate", {name[0]: source})
        for name, source in {"f1": "f = int", "g1": "g = int", "g2": "g = f", "h1": "y = 3"}.items()
    }
    groups = packs(cells, list(entries.values()))
    places = {one.name: number for number, group in enumerate(groups) for one in group}
    assert sorted(places) == sorted(entries)
    assert places["g1"] != places["g2"]  # the same cell
    assert places["f1"] != places["g2"]  # its code uses f
    assert places["f1"] != places["h1"]  # y is made from f
    assert places["f1"] == places["g1"]


def test_packing_the_first_practical():
    cells = graded_run(read_text(ROOT / "source/p01_mlp_basics/p01_mlp_basics.py"))
    bank = read_bank(ROOT, "p01_mlp_basics")
    groups = packs(cells, bank)
    assert sum(map(len, groups)) == len(bank)
    most = max(
        sum(name in one.cells for one in bank) for name in {name for one in bank for name in one.cells}
    )
    assert len(groups) <= most + 3


def test_one_exercise_of_an_entry_comes_with_what_it_needs_of_the_others():
    cells = {"f": "import math\nx = 2", "g": "def g():\n    return math.pi", "h": "y = 4", "k": "z = g()"}
    entry = BankEntry("style", "", "misconception", cells, fails={"g-test": (0, 1), "h-test": (0, 1)})
    assert list(restricted(entry, "g").cells) == ["f", "g"]
    assert list(restricted(entry, "k").cells) == ["f", "g", "k"]
    assert restricted(entry, "g").fails == {"g-test": (0, 1)}
    assert list(restricted(entry, "h").cells) == ["h"]


def test_the_table_has_whole_words_in_80_columns():
    names = ("alternates", "misconceptions", "mutants", "equivalent", "surviving")
    counts = dict(zip(names, (11, 38, 229, 29, 0), strict=True))
    console = Console(record=True, width=80)
    show([Report("p02_vanishing_gradients", counts=counts, seconds=1234)], console)
    shown = console.export_text()
    assert "…" not in shown
    assert "p02_vanishing_gradients" in shown
    assert "1234" in shown
