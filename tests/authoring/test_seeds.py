"""Layers that would draw the same random numbers are found wherever their seeds stand."""

import ast

import pytest
from checkout import ROOT

from autograder.authoring.rules import broken_rules
from autograder.authoring.seeds import equal_seeds
from autograder.practical.notebooks import read_text
from autograder.practical.paths import source_text

LAYER = """
class Noisy(keras.layers.Layer):
    def __init__(self, rate, seed):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(seed)
"""

NESTED = """
def network(seed):
    def block():
        return Dropout(0.5, seed=seed)
    return block(), block()
"""
TWO_FUNCTIONS = """
def narrow():
    return Dropout(0.5, seed=1)

def wide():
    return Dropout(0.5, seed=1)
"""
COUNTED = """
for units in sizes:
    seed += 1
    chain.append(Dropout(0.5, seed=seed))
"""

ALIKE = {
    "two layers of one network": "Sequential([Dropout(0.2, seed=1), Dense(9), Dropout(0.2, seed=1)])",
    "two of the cell's own layers, by position": LAYER + "a = Noisy(0.1, 7)\nb = Noisy(0.2, 7)",
    "one of them by name": LAYER + "a = Noisy(0.1, 7)\nb = Noisy(0.2, seed=7)",
    "two seed generators": "a = keras.random.SeedGenerator(3)\nb = keras.random.SeedGenerator(seed=3)",
    "two initialisers": "Dense(9, kernel_initializer=HeNormal(seed=s))(Dense(9, None, HeNormal(seed=s))(x))",
    "a loop over layers": "for units in (50, 50):\n    chain += [Dense(units), Dropout(0.5, seed=seed)]",
    "a comprehension": "layers = [GaussianNoise(0.1, seed=training.base_seed()) for _ in range(3)]",
    "a class that makes its own": LAYER.replace("Generator(seed)", "Generator(training.base_seed())"),
    "a function inside another": NESTED,
}
APART = {
    "seeds of their own": "a = Dropout(0.2, seed=1)\nb = Dropout(0.2, seed=2)",
    "no seeds": "a = Dropout(0.2)\nb = Dropout(0.2)\nc = Dropout(0.2, seed=None), Dropout(0.2, seed=None)",
    "other kinds of layers": "a = Dropout(0.2, seed=1)\nb = GaussianNoise(0.2, seed=1)",
    "a seed that grows with the loop": "for i in range(3):\n    chain.append(Dropout(0.5, seed=seed + i))",
    "a seed that is counted up in the loop": COUNTED,
    "one generator for both": "g = SeedGenerator(1)\na = Dropout(0.5, seed=g)\nb = Dropout(0.5, seed=g)",
    "a seed drawn anew": "a = Dropout(0.5, seed=next(seeds))\nb = Dropout(0.5, seed=next(seeds))",
    "the seed is an argument of the class": LAYER + "a = Noisy(0.1, 7)\nb = Noisy(0.1, 8)",
    "two networks, each in its function": TWO_FUNCTIONS,
    "what only looks like a layer": "a = RandomState(seed=1)\nb = RandomState(seed=1)",
}


@pytest.mark.parametrize("source", ALIKE.values(), ids=ALIKE)
def test_equal_seeds_are_found(source):
    (problem,) = equal_seeds(ast.parse(source))
    assert "then draw the same numbers" in problem


@pytest.mark.parametrize("source", APART.values(), ids=APART)
def test_layers_that_draw_apart_are_left_alone(source):
    assert equal_seeds(ast.parse(source)) == []


def test_a_practical_with_equal_seeds_is_refused_by_cell_and_line():
    notebook = read_text(source_text(ROOT, "p07_dropout"))
    assert broken_rules(notebook) == []
    index, cell = next(
        (index, cell) for index, cell in enumerate(notebook.cells) if "class DropoutForEach" in cell.source
    )
    cell.source = cell.source.replace("SeedGenerator(seed)", "SeedGenerator(training.base_seed())")
    (problem,) = broken_rules(notebook)
    assert f"cell {index + 1}: line " in problem
    assert "every SeedGenerator that it makes the seed training.base_seed()" in problem
