"""Finds layers that draw the same random numbers: two with one seed, or all that one place makes."""

import ast
import re
from collections.abc import Iterator

# of Keras: layers that draw, what feeds them, and initialisers
KERAS = re.compile(
    r"\w*Dropout|GaussianNoise|SeedGenerator|VarianceScaling|TruncatedNormal|Orthogonal\w*|(Glorot|He|Lecun)\w+"
    r"|Random(Normal|Uniform|Flip|Translation|Rotation|Zoom|Shear|Crop|Brightness|Contrast|Erasing|Hue|Saturation"
    r"|Sharpness|Perspective|Invert|Posterization|Grayscale|GaussianBlur|ElasticTransform|ColorJitter)"
)
CONSTANT_CALLS = {"base_seed", "int", "abs"}  # with the same arguments they give the same number
LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)
Parents = tuple[ast.AST, ...]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def equal_seeds(tree: ast.Module) -> list[str]:
    """Where layers of a cell would draw the same numbers, one sentence each.

    Found are two layers in one body with one seed; a layer in a loop, with a seed that does not change
    there; and a layer in a class, or in a function inside another, with a seed that depends on none of its
    arguments. Seeds are compared as they are written; shapes are not looked at. A seed generator that several
    layers share is right: each draw moves it on.
    """
    own = _own_layers(tree)
    generators = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _name(node.value) == "SeedGenerator"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    problems = []
    seen: dict[tuple[int, str, str], int] = {}
    for call, parents in _calls(tree):
        name, seed = _name(call), _seed(call, own)
        if seed is None or not _is_fixed(seed) or (isinstance(seed, ast.Name) and seed.id in generators):
            continue
        written = ast.unparse(seed)
        scopes = [node for node in parents if isinstance(node, FUNCTIONS)]
        place = (id(scopes[-1]) if scopes else 0, name, written)
        if place in seen:
            where = f"line {call.lineno} gives {name} the seed {written}, as line {seen[place]} does"
        elif _repeats(seed, parents):
            where = f"line {call.lineno} gives every {name} that it makes the seed {written}"
        else:
            seen[place] = call.lineno
            continue
        problems.append(f"{where}: layers of equal shape then draw the same numbers; give each its own seed")
    return problems


def _own_layers(tree: ast.Module) -> dict[str, int]:
    """The classes of the cell that take a seed, and its place among the arguments."""
    return {
        node.name: [argument.arg for argument in method.args.args].index("seed") - 1
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.bases
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
        if any(argument.arg == "seed" for argument in method.args.args)
    }


def _calls(node: ast.AST, parents: Parents = ()) -> Iterator[tuple[ast.Call, Parents]]:
    """Each call, and the nodes around it, the outermost first."""
    if isinstance(node, ast.Call):
        yield node, parents
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, (*parents, node))


def _name(node: ast.AST) -> str:
    """The last part of the name that is called, or nothing."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _seed(call: ast.Call, own: dict[str, int]) -> ast.expr | None:
    """The seed that a call gives to something that draws; None if it gives none."""
    name = _name(call)
    if name not in own and not KERAS.fullmatch(name):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "seed"]
    place = own.get(name, 0 if name == "SeedGenerator" else None)
    if not named and place is not None and place < len(call.args):
        named = [call.args[place]]
    if not named or (isinstance(named[0], ast.Constant) and named[0].value is None):
        return None
    return named[0]


def _is_fixed(seed: ast.expr) -> bool:
    """Whether the expression gives the same seed wherever its names mean the same."""
    return all(_name(node) in CONSTANT_CALLS for node in ast.walk(seed) if isinstance(node, ast.Call))


def _repeats(seed: ast.expr, parents: Parents) -> bool:
    """Whether the place is passed several times, for layers of one network, with the same seed each time."""
    names = {node.id for node in ast.walk(seed) if isinstance(node, ast.Name)}
    around = [node for node in parents if isinstance(node, (*LOOPS, *FUNCTIONS, ast.ClassDef))]
    if not around:
        return False
    inner = around[-1]
    if isinstance(inner, LOOPS):
        return not names & _bound(inner)
    inside_another = any(isinstance(node, (ast.ClassDef, *FUNCTIONS)) for node in around[:-1])
    return isinstance(inner, FUNCTIONS) and inside_another and not names & _bound(inner)


def _bound(node: ast.AST) -> set[str]:
    """The names that a loop or a function gives a value to."""
    inside = list(ast.walk(node))
    stored = {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return stored | {one.arg for one in inside if isinstance(one, ast.arg)}
