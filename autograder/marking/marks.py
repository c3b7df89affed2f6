"""Marks and comments of essays in nbgrader's gradebook, read and written as its Formgrader does."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import and_

from autograder.errors import PracticalsError
from autograder.marking.questions import Question
from autograder.marking.rubric import Item, as_number, points, put_together, read_apart

OPEN, MARKED, AGAIN, UNANSWERED = "open", "marked", "again", "unanswered"


@dataclass(frozen=True)
class Mark:
    """What an essay has in the gradebook.

    Args:
        student_id: who wrote it.
        name: "Last, First", or "" where the gradebook does not know it.
        score: given by hand; None until somebody has.
        comment: given by hand, whole.
        standing: `OPEN`; `MARKED`; `AGAIN`, when the answer was graded again after it was marked; or
            `UNANSWERED`, which nbgrader gives 0 points by itself.
    """

    student_id: str
    name: str
    score: float | None
    comment: str
    standing: str


class MarkedMeanwhile(PracticalsError):
    """Somebody else changed a mark since it was read; `mark` is what the gradebook has now."""

    def __init__(self, mark: Mark):
        found = "no mark" if mark.score is None else f"{mark.score:g} points"
        super().__init__(f"somebody else marked this meanwhile: it has {found}", "Keep that, or take yours")
        self.mark = mark


class StudentLeft(PracticalsError):
    """The gradebook does not know the student, or the submission, any more."""

    def __init__(self) -> None:
        super().__init__("the gradebook does not have this student's essay any more", "Nothing was written")


class Marks:
    """The marks of one practical.

    Args:
        book: the open gradebook.
        practical: its name, and that of its notebook.
        groups: the group of each student who handed in with others: what one of them gets, all get who have
            the same mark until then.
    """

    def __init__(self, book: Gradebook, practical: str, groups: Mapping[str, str] = MappingProxyType({})):
        self.book = book
        self.practical = practical
        self.groups = groups

    def all(self, question: Question) -> list[Mark]:
        """The marks of an essay over the class, by name."""
        self.book.db.rollback()  # what others wrote since is read
        try:
            grade_cell = self.book.find_grade_cell(question.name, self.practical, self.practical)
            solution_cell = self.book.find_solution_cell(question.name, self.practical, self.practical)
        except MissingEntry:
            return []  # the essay is newer than the grades
        rows = (
            self.book.db.query(Student, Grade, Comment)
            .select_from(Grade)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Student, SubmittedAssignment.student_id == Student.id)
            .outerjoin(
                Comment,
                and_(Comment.notebook_id == SubmittedNotebook.id, Comment.cell_id == solution_cell.id),
            )
            .filter(Grade.cell_id == grade_cell.id)
        )
        found = [_mark(student, grade, comment) for student, grade, comment in rows]
        return sorted(found, key=lambda mark: (mark.name or mark.student_id).casefold())

    def one(self, question: Question, student_id: str) -> Mark:
        """The mark of one essay.

        Raises:
            StudentLeft: there is none.
        """
        self.book.db.rollback()
        grade, comment = self._find(question, student_id)
        return _mark(grade.student, grade, comment)

    def give_score(
        self, question: Question, student_id: str, typed: str, seen: float | None, tried: str | None = None
    ) -> Mark:
        """Give points, as they were typed; "" takes them back.

        Args:
            question: the essay.
            student_id: whose.
            typed: a number from 0 to the essay's points.
            seen: the score that the marker saw before.
            tried: what the marker gave before and had no answer to, default nothing: a server that was killed
                may have written it.

        Raises:
            PracticalsError: it is no such number.
            MarkedMeanwhile: the gradebook's score is none of these, nor this one.
            StudentLeft: there is no such submission.
        """
        score = allowed_score(typed, question)
        mark = self.one(question, student_id)
        own = [seen, score]
        if tried is not None:
            with suppress(PracticalsError):  # what was refused was not written
                own.append(allowed_score(tried, question))
        if mark.score not in own:
            raise MarkedMeanwhile(mark)
        self._write(question, student_id, score, mark.comment)
        return self.one(question, student_id)

    def give_text(
        self,
        question: Question,
        student_id: str,
        text: str,
        seen: str,
        items: Sequence[Item],
        tried: str | None = None,
    ) -> Mark:
        """Write what a comment says beside its items; the score stays.

        Args:
            question: the essay.
            student_id: whose.
            text: Markdown.
            seen: the whole comment that the marker saw before.
            items: of the essay's rubric.
            tried: as in `give_score`.

        Raises:
            MarkedMeanwhile: the gradebook's comment is none of these, nor this one.
            StudentLeft: there is no such submission.
        """
        mark = self.one(question, student_id)
        ticked, _ = read_apart(seen, items)
        wanted = put_together(ticked, items, text)
        own = [seen, wanted, *([] if tried is None else [put_together(ticked, items, tried)])]
        if mark.comment not in own:
            raise MarkedMeanwhile(mark)
        for _, comment in self._of_group(question, student_id):
            comment.manual_comment = wanted or None
        self.book.db.commit()
        return self.one(question, student_id)

    def tick(
        self, question: Question, student_id: str, ticked: Sequence[int], seen: Mark, items: Sequence[Item]
    ) -> Mark:
        """Apply these items, and no others: their points make the score, their sentences are in the comment.

        Args:
            question: the essay.
            student_id: whose.
            ticked: places in the list of items.
            seen: the mark that the marker saw before.
            items: of the essay's rubric.

        Raises:
            MarkedMeanwhile: the gradebook has another score or comment.
            StudentLeft: there is no such submission.
        """
        mark = self.one(question, student_id)
        if (mark.score, mark.comment) != (seen.score, seen.comment):
            raise MarkedMeanwhile(mark)
        _, text = read_apart(mark.comment, items)
        score = points(ticked, items, question.max_score)
        self._write(question, student_id, score, put_together(ticked, items, text))
        return self.one(question, student_id)

    def exchange(self, question: Question, before: Sequence[Item], after: Sequence[Item | None]) -> int:
        """Change items wherever they apply: their lines, and the scores that came from items alone.

        Args:
            question: the essay.
            before: the items as they are.
            after: for each of them what it is from now on; None for one that is an item no longer: what it
                gave, points and sentence, stays.

        Returns:
            how many essays it changed.
        """
        lines = {one.line: new.line for one, new in zip(before, after, strict=True) if new not in (None, one)}
        changed = 0
        for mark in self.all(question):
            ticked, _ = read_apart(mark.comment, before)
            if not any(before[place].line in lines for place in ticked):
                continue
            comment = "\n".join(lines.get(line, line) for line in mark.comment.split("\n"))
            score = mark.score
            if score == points(ticked, before, question.max_score):
                now = [new or old for old, new in zip(before, after, strict=True)]
                score = points(ticked, now, question.max_score)
            self._write(question, mark.student_id, score, comment, commit=False)
            changed += 1
        self.book.db.commit()
        return changed

    def _write(
        self, question: Question, student_id: str, score: float | None, comment: str, commit: bool = True
    ) -> None:
        """Write what Formgrader writes when somebody types a mark there."""
        for grade, recorded in self._of_group(question, student_id):
            grade.manual_score = score
            grade.needs_manual_grade = score is None and grade.auto_score is None
            recorded.manual_comment = comment or None
        if commit:
            self.book.db.commit()

    def _of_group(self, question: Question, student_id: str) -> list[tuple[Grade, Comment]]:
        """What the gradebook has of a student, and of all of the group who have the same mark."""
        own = self._find(question, student_id)
        found = [own]
        for mate in self.mates(student_id):
            with suppress(StudentLeft):
                theirs = self._find(question, mate)
                if _same_mark(own, theirs):
                    found.append(theirs)
        return found

    def mates(self, student_id: str) -> list[str]:
        """The others of a student's group."""
        group = self.groups.get(student_id)
        return [one for one, name in self.groups.items() if group and name == group and one != student_id]

    def _find(self, question: Question, student_id: str) -> tuple[Grade, Comment]:
        where = (question.name, self.practical, self.practical, student_id)
        try:
            return self.book.find_grade(*where), self.book.find_comment(*where)
        except MissingEntry as error:
            raise StudentLeft from error


def allowed_score(typed: str, question: Question) -> float | None:
    """A score as it was typed; None for "".

    Raises:
        PracticalsError: it is not a number, or not from 0 to the essay's points.
    """
    if not str(typed).strip():
        return None
    score = as_number(typed)
    if score > question.max_score:
        raise PracticalsError(
            f"{score:g} is more than the {question.max_score:g} points of this essay", "It was not written"
        )
    if score < 0:
        raise PracticalsError(f"{score:g} is less than 0 points", "It was not written")
    return score


def _same_mark(one: tuple[Grade, Comment], other: tuple[Grade, Comment]) -> bool:
    """Whether two students have the same score and comment from a person."""
    return (one[0].manual_score, one[1].manual_comment) == (other[0].manual_score, other[1].manual_comment)


def _mark(student: Student, grade: Grade, comment: Comment | None) -> Mark:
    if grade.manual_score is not None:
        standing = AGAIN if grade.needs_manual_grade else MARKED
    else:
        standing = OPEN if grade.auto_score is None else UNANSWERED
    return Mark(
        student.id,
        ", ".join(part for part in (student.last_name, student.first_name) if part),
        grade.manual_score,
        (comment.manual_comment if comment is not None else None) or "",
        standing,
    )
