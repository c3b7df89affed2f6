"""What float32 work takes of a tolerance: measured on tests that are too narrow, wide enough, or fussy."""

import numpy as np
import pytest

from autograder.proof.audit_report import Report
from autograder.proof.judging import judge_rounding
from autograder.proof.rounding import (
    DRAWS,
    LARGEST,
    MANY_DRAWS,
    Check,
    Rounding,
    in_float32,
    measure,
    narrow,
    tolerance_for,
)
from autograder.proof.rounding_kept import Kept
from autograder.proof.trials import InFloat32, Results
from course_utils import expect

TEST = """with expect.exercise("Sum", points=2) as exercise:
    with exercise.part("many numbers that nearly cancel", points=2):
        x = np.random.default_rng().normal(size=200)
        expect.close(total(x), x.sum(), f"the sum of {x[0]:.3f} …", rtol=1e-6, atol=ATOL)
exercise.score
"""


def total(x):
    return x.sum()


def measured(source: str, answers: dict, points: float = 2, seconds: float = 0.2) -> Rounding:
    found = Rounding()
    namespace = {"np": np, "expect": expect, **answers}
    before = dict(namespace)
    measure(source, points, namespace, set(answers), found, seconds)
    assert namespace == before  # the answers are what they were
    return found


def test_a_tolerance_that_float32_exceeds_is_measured_though_the_answer_is_right():
    tight, wide = (measured(TEST.replace("ATOL", atol), {"total": total}) for atol in ("1e-7", "1e-3"))
    assert list(tight.checks) == list(wide.checks) == [4]  # one check, whatever it says
    assert tight.checks[4].share > 1
    assert tight.failed > 0
    assert "the sum of" in tight.said
    assert wide.checks[4].share < LARGEST
    assert wide.failed == 0
    assert wide.checks[4].error < tight.checks[4].error * 10


def test_float32_work_that_gives_no_number_is_a_finding_that_no_tolerance_would_mend():
    ratio = TEST.replace("total(x), x.sum()", "total(1e-30 * x), 1.0").replace("ATOL", "1e-3")
    with np.errstate(invalid="ignore"):
        found = measured(ratio, {"total": lambda x: np.sum(x * x) / np.sum(x * x)})
    assert found.checks[4].share == found.checks[4].error == np.inf  # the squares are 0 in float32
    results, report = Results(), Report("toy")
    results.rounded[InFloat32("sum-test")] = found
    judge_rounding(results, report)
    (one,) = report.findings
    assert "no tolerance would do" in one.what
    assert "float64" in one.what


def test_an_error_of_what_is_sampled_is_none_of_rounding():
    sampled = TEST.replace("total(x), x.sum()", "total(x), 0.0").replace("ATOL", "80")
    found = measured(sampled, {"total": total})
    assert found.checks[4].share > LARGEST
    assert not found.checks[4].is_rounding
    rounded = measured(TEST.replace("ATOL", "1e-7"), {"total": total})
    assert rounded.checks[4].is_rounding
    results, report = Results(), Report("toy")
    results.rounded = {InFloat32("sampled-test"): found, InFloat32("sum-test"): rounded}
    judge_rounding(results, report)
    assert [one.where for one in report.findings] == ["sum-test"]


def test_what_is_proposed_is_wide_enough_and_not_much_wider():
    for check in (Check("", 4.6, 1e-5, 1e-6, 4.97, 6e-6), Check("", 9, 0, 1e-9, 0, 3.3e-7)):
        room = tolerance_for(check) + check.rtol * check.expected
        assert check.error <= LARGEST * room
        assert room < 12 * check.error


def test_a_thousand_draws_or_thirty_thousand_where_they_are_quick():
    assert measured("None", {}, seconds=20).draws == MANY_DRAWS
    slow = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end:\n    pass\nNone"
    assert measured(slow.format(0.0015), {}, seconds=20).draws == DRAWS
    assert 0 < measured(slow.format(0.05), {}, seconds=0.2).draws < 10


def test_arguments_and_results_are_float32_and_nothing_else_changes():
    seen = []

    def answer(x, labels, rate, parts=None):
        seen.append((x.dtype, labels.dtype, type(rate), parts[0].dtype))
        return {"a": [x.astype(float), 0.1]}, labels

    result, labels = in_float32(answer)(np.ones(2), np.arange(2), 0.1, parts=(np.ones(1),))
    assert seen == [(np.float32, np.int64, float, np.float32)]
    assert result["a"][0].dtype == np.float32
    assert type(result["a"][1]) is np.float32
    assert labels.dtype == np.int64
    assert narrow("text") == "text"


def test_what_an_answer_changes_in_place_is_changed_for_the_test():
    def double(x, rest):
        x *= 2

    x, rest = np.arange(3.0), np.full(3, 0.1)
    in_float32(double)(x, rest)
    assert x.tolist() == [0, 2, 4]
    assert rest.tolist() == [0.1] * 3  # untouched, to the last digit


def test_a_test_that_refuses_float32_is_no_matter_of_tolerance_and_told_too():
    fussy = TEST.replace(
        "expect.close(total", "expect.equal(total(x).dtype, x.dtype, 'the dtype')\n        expect.close(total"
    )
    found = measured(fussy.replace("ATOL", "1e-3"), {"total": total})
    assert found.failed == found.draws
    results, report = Results(), Report("toy")
    results.rounded[InFloat32("sum-test", "loops")] = found
    judge_rounding(results, report)
    (one,) = report.findings
    assert one.what.startswith(f"loops.py in float32 loses points in {found.draws:,} of {found.draws:,} runs")


@pytest.mark.parametrize(("share", "count"), [(LARGEST, 0), (LARGEST * 1.01, 1)])
def test_a_share_above_a_quarter_is_a_finding_the_worst_answer_alone(share, count):
    results, report = Results(), Report("toy")
    for entry, part in {"": 0.5, "loops": 1.0, "ops": 0.7}.items():
        check = Check("the sum", share * part, 1e-5, 1e-6, 2.0, 3e-6)
        results.rounded[InFloat32("sum-test", entry)] = Rounding(1000, {4: check})
    judge_rounding(results, report)
    assert len(report.findings) == count
    assert all("1,000 runs of loops.py in float32" in one.what for one in report.findings)
    assert report.rounding == {"sum-test": {"share": share, "draws": 1000}}


def test_a_measurement_is_kept_until_its_digest_is_another(tmp_path):
    kept = Kept(tmp_path, "toy")
    rounding = Rounding(1000, {4: Check("the sum", 0.1, 1e-5, 1e-6, 2.0, 3e-6)}, 1, "said")
    assert kept.find("now") is None
    kept.add("now", "sum-test", "", rounding)
    kept.write()
    again = Kept(tmp_path, "toy")
    assert again.find("now") == rounding
    again.add("later", "sum-test", "", rounding)
    again.write()
    gone = Kept(tmp_path, "toy")
    assert gone.find("later") == rounding
    gone.write()  # "now" was not asked for any more
    assert Kept(tmp_path, "toy").find("now") is None
