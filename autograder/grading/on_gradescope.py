"""What `run_autograder` starts on Gradescope: grades /autograder/submission, writes results/results.json.

python -m autograder.grading.on_gradescope [FOLDER]
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.engine.assignment import load_assignment
from autograder.engine.parents import start_early
from autograder.engine.sandbox import SandboxUnavailable, require_sandbox
from autograder.errors import PracticalsError
from autograder.files import write_atomically
from autograder.grading.collect import Submission, collect
from autograder.grading.gradescope import for_instructors, not_graded, results, with_metadata
from autograder.grading.logs import log
from autograder.grading.single import grade_notebook
from autograder.practical.paths import course_config

SUBMITTED = "submission"  # Gradescope's folder; also the student id where one is needed
MEMORY_WANTED = 1400  # MB (2**20 bytes): a little more than honest answers took (docs/exports.md)
# What a container may use: version 2 and 1 of Linux' control groups
MEMORY_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def run(root: Path) -> dict[str, Any]:
    """Grade what lies in Gradescope's folder.

    Args:
        root: /autograder, with source/ (the course), submission/ and submission_metadata.json.

    Returns:
        what was written to results/results.json.

    Raises:
        PracticalsError: the submission could not be graded and the student is not to blame; nothing is
            written, and Gradescope tells the instructor.
    """
    _require_memory()
    course = root / "source"
    (source,) = (course / "source").glob("*/*.ipynb")
    problem = _start()
    config = course_config(course)
    metadata = _metadata(root)
    with tempfile.TemporaryDirectory() as temporary:
        submission = _find(root, Path(temporary), source, config)
        if submission.notebook is None:
            found = not_graded(f"Not graded: {submission.problem}.", f"{submission.remedy}.")
            found, _ = with_metadata(found, metadata)
        else:
            graded = grade_notebook(submission.notebook, source, sandboxed=not problem)
            if not graded.result.graded:
                raise PracticalsError(graded.result.status, graded.result.remedy)
            found, late = with_metadata(results(graded), metadata)
            found = _with_penalty(found, late, config)
            remarks = "".join(f" {one}." for one in submission.remarks)
            if remarks:
                found["tests"].append(for_instructors("How it was handed in", [remarks.strip()]))
    if problem:
        print(f"NOT ISOLATED: {problem}")
        said = [
            "The submission ran without isolation: it could read the tests, and change its results.",
            problem,
        ]
        found["tests"] = [*found.get("tests", []), for_instructors("Not isolated", said)]
    write_atomically(
        root / "results" / "results.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    )
    return found


def _require_memory() -> None:
    """Refuse a container that is too small: it would kill a kernel, which looks like the student's doing."""
    for file in MEMORY_LIMITS:
        if file.is_file() and (limit := file.read_text().strip()).isdecimal():  # or "max"
            megabytes = int(limit) // 2**20
            if megabytes < MEMORY_WANTED:
                raise PracticalsError(
                    f"this container has {megabytes} MB of memory, and grading needs {MEMORY_WANTED}",
                    "Choose a larger one in the assignment's settings, under Autograder Settings",
                )


def _start() -> str:
    """Start the kernels' parent early; return why submissions cannot be isolated here, "" where they can."""
    try:
        require_sandbox()
        start_early(sandboxed=True)
    except SandboxUnavailable as error:
        return error.problem
    return ""


def _metadata(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / "submission_metadata.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _find(root: Path, temporary: Path, source: Path, config: Config) -> Submission:
    """The notebook that was handed in, found as in a class folder."""
    practical = source.stem
    shutil.copytree(root / SUBMITTED, temporary / "class" / SUBMITTED / practical, symlinks=True)
    assignment = load_assignment(source, config)
    (submission,), _ = collect(
        temporary / "class", temporary / "collected", practical, assignment, root / "source"
    )
    return submission


def _with_penalty(found: dict[str, Any], late: float, config: Config) -> dict[str, Any]:
    """Results with the course's late policy applied to what is graded automatically."""
    score = sum(test["score"] for test in found["tests"])
    assign = AssignLatePenalties(config=config, log=log)
    assign.init_plugin()
    penalty = assign.plugin_inst.late_submission_penalty(SUBMITTED, score, late) if late else None
    if not penalty:
        return found
    said = f"<p>{min(penalty, score):g} points were taken off for it.</p>"
    return {**found, "score": max(0.0, score - penalty), "output": found["output"] + said}


if __name__ == "__main__":
    try:
        run(Path(sys.argv[1] if len(sys.argv) > 1 else "/autograder"))
    except PracticalsError as error:
        sys.exit(str(error))
