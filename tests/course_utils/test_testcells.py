"""What the code of a test cell says of its exercise, parts and checks."""

import ast

from course_utils.testcells import Check, Heading, read

CELL = """import math
with expect.exercise("Train", points=4) as exercise:
    with exercise.part("shape", points=1):
        expect.shape(predictions, (None, 10), "it")
    ### BEGIN HIDDEN TESTS
    with exercise.part("accuracy", points=2.5):
        expect.at_least(accuracy, -0.5, "it", figure="accuracy")
        expect.at_most(loss, threshold=LIMIT, what="it", figure=NAME)
        expect.at_least(math.floor(accuracy), 1, "it")
    ### END HIDDEN TESTS
exercise.score"""


def test_a_test_cell_is_read_in_its_order():
    cell = read(ast.parse(CELL))
    assert (cell.title, cell.points, cell.last) == ("Train", 3.5, "exercise.score")
    assert cell.exercises == (Heading("Train", 4),)
    assert read(ast.parse(CELL.replace("Train", "Train \\n it"))).title == "Train it"
    assert cell.parts == (Heading("shape", 1), Heading("accuracy", 2.5))
    assert cell.checks == (
        Check("shape", 4),
        Check("at_least", 7, True, "accuracy", -0.5),
        Check("at_most", 8, True, None, None),
        Check("at_least", 9, False, None, 1.0),
    )


def test_what_is_worked_out_is_not_guessed():
    source = 'with expect.exercise(f"{it}", points=N) as exercise, exercise.part(points="2"): pass'
    cell = read(ast.parse(source))
    assert cell.exercises == cell.parts == (Heading(None, None),)
    assert (cell.title, cell.points, cell.last) == (None, 0, "")


def test_another_cell_has_no_exercise():
    cell = read(ast.parse("assert square(3) == 9\nsession.exercise('x').expect.equal(1)"))
    assert (cell.title, cell.exercises, cell.checks) == (None, (), ())
