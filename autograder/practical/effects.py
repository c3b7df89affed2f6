"""What running code of a notebook may do besides binding names: change objects, draw random numbers, …

Everything is read from the syntax tree, and what cannot be told counts as done. Taken for granted is this:

- functions of packages, `course_utils` too, leave their arguments alone, `IN_PLACE` and `out=` apart;
- `np.random` and the packages outside `NEUTRAL` draw from the global generators, `QUIET` apart;
- a method may change its object; it changes its arguments only if the notebook's own class says so.
"""

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

# They draw nothing from global generators; results share no memory with arguments, those of VIEWS apart
NEUTRAL = {
    "data", "expect", "functools", "itertools", "json", "math", "np", "numpy", "os", "pairwise",
    "partial", "pd", "plots", "plt", "runs", "sliders", "statistics", "string", "sys", "textwrap", "time",
    "training", "warnings",
}  # fmt: skip
QUIET = (
    "keras.Input", "keras.activations.", "keras.callbacks.", "keras.losses.", "keras.metrics.", "keras.ops.",
    "keras.optimizers.",
)  # fmt: skip
SEEDS = {"training.set_seed", "keras.utils.set_random_seed"}  # they set every global generator
OWN_GENERATORS = {"np.random.default_rng", "np.random.Generator", "np.random.SeedSequence"}
VIEWS = {
    "array_split", "asarray", "atleast_1d", "atleast_2d", "broadcast_to", "DataFrame", "expand_dims",
    "moveaxis", "partial", "ravel", "reshape", "Series", "split", "squeeze", "swapaxes", "transpose",
}  # fmt: skip
IN_PLACE = {
    "at", "copyto", "fill_diagonal", "heapify", "heappop", "heappush", "place", "put", "put_along_axis",
    "putmask", "shuffle",
}  # fmt: skip
# Methods that leave their object alone and draw nothing
READS = {
    "agg", "all", "any", "argmax", "argmin", "argsort", "astype", "copy", "corr", "count", "count_params",
    "cumsum", "describe", "dot", "endswith", "find", "format", "get", "get_config", "get_weights",
    "groupby", "head", "idxmax", "idxmin", "index", "isin", "item", "items", "iterrows", "join", "keys",
    "lower", "max", "mean", "median", "min", "nonzero", "numpy", "prod", "quantile", "ravel",
    "rename_axis", "replace", "reshape", "rolling", "round", "sort_values", "split", "squeeze",
    "startswith", "std", "strip", "sum", "summary", "tail", "title", "to_dict", "to_numpy", "to_string",
    "tobytes", "tolist", "transpose", "union", "unstack", "upper", "values", "var", "xs",
}  # fmt: skip
# Methods that put their arguments into their object and draw nothing
KEEPS = {"add", "append", "appendleft", "extend", "insert", "setdefault", "update"}
# Methods that change their object and draw nothing; so do those that begin with "set_"
CHANGES = {
    "axhline", "axvline", "bar", "colorbar", "compile", "errorbar", "fill_between", "grid", "hist",
    "imshow", "legend", "plot", "scatter", "text", "tick_params",
}  # fmt: skip
SHARING_BUILTINS = {
    "dict", "enumerate", "filter", "frozenset", "iter", "list", "map", "max", "min", "next", "reversed",
    "set", "sorted", "super", "tuple", "vars", "zip",
}  # fmt: skip
# Nobody can tell from the code what these do
OPAQUE = {
    "__import__", "delattr", "eval", "exec", "globals", "import_module", "locals", "setattr", "vars",
}  # fmt: skip
# What outlives a cell in the process, whatever its names are; so do functions of packages called "set_…"
PROCESS = {
    "chdir", "clear_session", "config", "environ", "filterwarnings", "get_ipython", "putenv", "rcParams",
    "reload", "seterr", "simplefilter", "unsetenv",
}  # fmt: skip
# Words of code that writes files, or reads what other cells wrote
FILES = {
    "callbacks", "compare", "CSVLogger", "load_model", "load_weights", "mkdtemp", "ModelCheckpoint",
    "open", "Path", "plot_runs", "read_csv", "Run", "save", "save_weights", "savefig", "savetxt", "savez",
    "shutil", "tempfile", "TemporaryDirectory", "TensorBoard", "to_csv", "unlink", "write_text",
}  # fmt: skip
BUILTINS = set(dir(builtins))
RESULT = "return"  # stands for a function's result among names

Random = Literal["kept", "set", "changed"]


@dataclass
class Effects:
    """What running a piece of code may do.

    Args:
        touched: names whose objects may change.
        shared: sets of names whose objects may share memory, or hold one another.
        binds: names of the notebook that functions bind (`global`).
        reads_random: whether a result may depend on the state of the global generators before the code.
        random: what becomes of that state: kept; set, whatever it was; or changed.
        process: whether it changes what later cells do by another way than names.
        opaque: whether it may do anything.
        files: whether it reads or writes files.
    """

    touched: set[str] = field(default_factory=set)
    shared: list[set[str]] = field(default_factory=list)
    binds: set[str] = field(default_factory=set)
    reads_random: bool = False
    random: Random = "kept"
    process: bool = False
    opaque: bool = False
    files: bool = False

    def reach(self, names: Iterable[str]) -> set[str]:
        """The names, and all that may share memory with them."""
        found = set(names)
        while more := [group for group in self.shared if group & found and not group <= found]:
            found.update(*more)
        return found


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Reader:
    """Reads the effects of code, knowing the functions, classes and imports of its notebook.

    Args:
        trees: the notebook's cells; a function that several of them define may be any of these.
    """

    def __init__(self, trees: Iterable[ast.Module]):
        self.definitions: dict[str, list[Definition]] = {}
        self.imported: set[str] = set()
        self.generators: set[str] = {"rng"}
        self._summaries: dict[ast.AST, Effects] = {}
        others: set[str] = set()
        assigned: list[ast.Assign] = []
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, Definition):
                    self.definitions.setdefault(node.name, []).append(node)
                elif isinstance(node, ast.Import | ast.ImportFrom):
                    self.imported |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.Assign):
                    assigned.append(node)
                    own = isinstance(node.value, ast.Call) and _chain(node.value.func) in OWN_GENERATORS
                    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
                    (self.generators if own else others).update(names)
        self.generators -= others
        # names of packages' parts: `schedules = keras.optimizers.schedules`
        self.modules = self.imported | {
            target.id
            for node in assigned
            if _chain(node.value).split(".")[0] in self.imported
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def of_cell(self, tree: ast.Module) -> Effects:
        """What running a cell may do; functions that it defines do nothing until something mentions them."""
        walk = _Walk(self)
        walk.body(tree.body, top=True)
        return walk.effects

    def of_definition(self, node: Definition) -> Effects:
        """What calling a function may do, or using a class in any way.

        Its parameters are called by their names; those of a class are those of all its methods.
        """
        if node not in self._summaries:
            self._summaries[node] = Effects()  # what a function that calls itself adds by that: nothing
            walk = _Walk(self)
            if isinstance(node, ast.ClassDef):
                walk.maybe(node.body)
            else:
                walk.body(node.body)
            self._summaries[node] = walk.effects
        return self._summaries[node]


def parameters(node: ast.AST) -> set[str]:
    """Names of the parameters of a function, or of all functions in a class, `self` too."""
    return {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)}


def _locals(node: ast.AST) -> set[str]:
    declared = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
    stored = {
        one.id
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store | ast.Del)
    }
    return (stored | parameters(node)) - declared


def _chain(node: ast.AST) -> str:
    """`a.b.c` of an attribute of a name; else empty."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


class _Walk:
    """Goes through code in the order in which Python runs it, and collects effects."""

    def __init__(self, reader: Reader):
        self.reader = reader
        self.effects = Effects()

    # --- statements -----------------------------------------------------------------------------------------

    def body(self, statements: list[ast.stmt], top: bool = False) -> None:
        for node in statements:
            self.statement(node, top)

    def maybe(self, nodes: Iterable[ast.AST]) -> None:
        """Code that may run, or not, or often."""
        before = self.effects.random
        for node in nodes:
            if isinstance(node, ast.stmt):
                self.statement(node)
            elif isinstance(node, ast.expr):
                self.value(node)
        if before != self.effects.random:
            self.effects.random = "set" if before == "set" else "changed"

    def statement(self, node: ast.stmt, top: bool = False) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for one in node.decorator_list:
                    self.value(one)
                if isinstance(node, ast.ClassDef):
                    self.maybe([*node.bases, *(one.value for one in node.keywords)])
                    if top:  # the class's own statements run; its methods do not
                        self.maybe([one for one in node.body if not isinstance(one, Definition)])
                else:
                    self.maybe([one for one in (*node.args.defaults, *node.args.kw_defaults) if one])
                if not top:
                    self.maybe(node.body)
            case ast.Import() | ast.ImportFrom():
                if any(alias.name == "*" for alias in node.names):
                    self.effects.opaque = True
            case ast.Assign(targets=targets, value=value):
                self.value(value)
                for target in targets:
                    self.store(target, self.roots(value))
            case ast.AnnAssign(target=target, value=value) if value:
                self.value(value)
                self.store(target, self.roots(value))
            case ast.AugAssign(target=target, value=value):
                self.value(value)
                self.touch(self.roots(target))
            case ast.For() | ast.AsyncFor():
                self.value(node.iter)
                self.store(node.target, self.roots(node.iter))
                self.maybe([*node.body, *node.orelse])
            case ast.While(test=test, body=body, orelse=orelse):
                self.value(test)
                self.maybe([*body, *orelse])
            case ast.If(test=test, body=body, orelse=orelse):
                self.value(test)
                self.maybe(body)
                self.maybe(orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self.value(item.context_expr)
                    if item.optional_vars:
                        self.store(item.optional_vars, self.roots(item.context_expr))
                self.body(node.body)
            case ast.Try() | ast.TryStar():
                self.maybe(node.body)
                for handler in node.handlers:
                    self.maybe(handler.body)
                self.maybe(node.orelse)
                self.body(node.finalbody)
            case ast.Match(subject=subject, cases=cases):
                self.value(subject)
                bound = {one.name for one in ast.walk(node) if isinstance(one, ast.MatchAs | ast.MatchStar)}
                self.share({name for name in bound if name} | self.roots(subject))
                for case in cases:
                    self.maybe(case.body)
            case ast.Return(value=value) if value:
                self.value(value)
                self.share({RESULT} | self.roots(value))
            case ast.Delete(targets=targets):
                for target in targets:
                    if not isinstance(target, ast.Name):
                        self.touch(self.roots(target))
            case ast.Global(names=names):
                self.effects.binds |= set(names)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.value(child)

    def store(self, target: ast.expr, roots: set[str]) -> None:
        match target:
            case ast.Name(id=name):
                self.share({name} | roots)
            case ast.Starred(value=value):
                self.store(value, roots)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for element in elements:
                    self.store(element, roots)
            case ast.Attribute() | ast.Subscript():
                self.value(target.value)
                changed = self.roots(target.value)
                self.touch(changed)
                self.share(changed | roots)
                if _first(target) in self.reader.modules:
                    self.effects.process = True

    # --- values ---------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> None:
        """An expression that is evaluated."""
        match node:
            case ast.Call():
                self.call(node)
            case ast.Name(id=name):
                self.word(name)
                self.effects.opaque |= name in OPAQUE
                if name in self.reader.definitions:  # handed on, to be called or not
                    self.called(name, [], surely=False)
            case ast.Attribute(value=value, attr=name):
                self.word(name)
                self.value(value)
            case ast.Lambda(body=body):
                self.maybe([body])
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for generator in node.generators:
                    self.maybe([generator.iter])
                    self.store(generator.target, self.roots(generator.iter))
                    self.maybe(generator.ifs)
                self.maybe([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
            case ast.NamedExpr(target=target, value=value):
                self.value(value)
                self.store(target, self.roots(value))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test)
                self.maybe([body])
                self.maybe([orelse])
            case ast.BoolOp(values=values):
                self.value(values[0])
                self.maybe(values[1:])
            case ast.Yield(value=value) | ast.YieldFrom(value=value) if value:
                self.value(value)
                self.share({RESULT} | self.roots(value))
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.value(child)

    def call(self, node: ast.Call) -> None:
        arguments = [*node.args, *(one.value for one in node.keywords)]
        if not isinstance(node.func, ast.Name):
            self.value(node.func)
        for one in arguments:
            self.value(one)
        handed = set().union(*(self.roots(one) for one in arguments))
        for one in arguments:  # what is handed on may be called, with the other arguments
            if isinstance(one, ast.Lambda):
                self.share(parameters(one) | handed)
            elif isinstance(one, ast.Name) and one.id in self.reader.definitions:
                self.called(one.id, arguments, surely=False)
        if any(one.arg == "out" for one in node.keywords):
            self.touch(handed)
        chain, name = _chain(node.func), getattr(node.func, "attr", getattr(node.func, "id", ""))
        library = _first(node.func) in self.reader.imported
        if chain in SEEDS:
            self.effects.random = "set"
        elif library:
            self.effects.process |= name.startswith("set_") or name in PROCESS
            self.effects.opaque |= name in OPAQUE
            if name in IN_PLACE:
                self.touch(handed)
            drawn_globally = ".random." in f".{chain}" and chain not in OWN_GENERATORS
            if drawn_globally or not (chain.split(".")[0] in NEUTRAL or chain.startswith(QUIET)):
                self.draw()
        elif isinstance(node.func, ast.Name):
            self.word(name)
            self.effects.opaque |= name in OPAQUE
            if name in self.reader.definitions:
                self.called(name, arguments)
            elif name == "next":
                self.touch(handed)
            elif name not in BUILTINS:
                self.draw()
                self.touch(handed | {name})
        elif isinstance(node.func, ast.Attribute):
            receiver = self.roots(node.func.value)
            if name in IN_PLACE:
                self.touch(handed)
            if name in self.reader.definitions:  # a method of the notebook's own classes
                self.called(name, arguments)
                self.touch(receiver)
            elif name in KEEPS:
                self.touch(receiver)
                self.share(receiver | handed)
            elif name not in READS and not name.startswith("get_"):
                self.touch(receiver)
                quiet = name in CHANGES or name.startswith("set_") or receiver <= self.reader.generators
                if not quiet or not receiver:
                    self.draw()
        else:
            self.draw()
            self.touch(handed | self.roots(node.func))

    def called(self, name: str, arguments: list[ast.expr], surely: bool = True) -> None:
        """A call of a function of the notebook, or a use of one of its classes."""
        handed = set().union(*(self.roots(one) for one in arguments))
        before, outcomes = self.effects.random, set()
        for node in self.reader.definitions[name]:
            made = self.reader.of_definition(node)
            outcomes.add(made.random)
            outside = made.reach(made.touched) - _locals(node) - {RESULT}
            self.touch(outside)
            if made.reach(made.touched) & parameters(node) - {"self"}:
                self.touch(handed)
            self.effects.binds |= made.binds
            self.effects.process |= made.process
            self.effects.opaque |= made.opaque
            self.effects.files |= made.files
            if made.reads_random and before != "set":
                self.effects.reads_random = True
        if before != "set" and outcomes != {"kept"}:
            self.effects.random = "set" if surely and outcomes == {"set"} else "changed"

    def roots(self, node: ast.expr) -> set[str]:
        """Names whose objects the value may be, hold, or share memory with."""
        match node:
            case ast.Name(id=name):
                return {name}
            case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Starred(value=value):
                return self.roots(value)
            case ast.Await(value=value) | ast.NamedExpr(value=value):
                return self.roots(value)
            case ast.IfExp(body=body, orelse=orelse):
                return self.roots(body) | self.roots(orelse)
            case ast.BoolOp(values=values):
                return set().union(*map(self.roots, values))
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
                return set().union(*map(self.roots, elements))
            case ast.Dict(values=values):
                return set().union(*map(self.roots, values))
            case ast.ListComp(elt=value) | ast.SetComp(elt=value) | ast.GeneratorExp(elt=value):
                return self.roots(value)
            case ast.DictComp(value=value):
                return self.roots(value)
            case ast.Call():
                return self.result_roots(node)
            case ast.BinOp() | ast.Compare() | ast.Constant() | ast.JoinedStr() | ast.UnaryOp() | ast.Slice():
                return set()
        return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}

    def result_roots(self, node: ast.Call) -> set[str]:
        handed = set().union(*(self.roots(one) for one in (*node.args, *(k.value for k in node.keywords))))
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if _first(node.func) in self.reader.imported:
            neutral = _chain(node.func).split(".")[0] in NEUTRAL
            return handed if name in VIEWS or not neutral else set()
        if isinstance(node.func, ast.Name):
            if name not in self.reader.definitions:
                return (
                    handed | {name} if name not in BUILTINS else handed if name in SHARING_BUILTINS else set()
                )
            found: set[str] = set()
            for one in self.reader.definitions[name]:
                made = self.reader.of_definition(one)
                of_result = made.reach({RESULT})
                found |= of_result - _locals(one) - {RESULT}
                if isinstance(one, ast.ClassDef) or of_result & parameters(one):
                    found |= handed
            return found
        receiver = (
            self.roots(node.func.value) if isinstance(node.func, ast.Attribute) else self.roots(node.func)
        )
        return receiver | (handed if name in self.reader.definitions else set())

    # --- what is collected ----------------------------------------------------------------------------------

    def draw(self) -> None:
        """Something may draw from a global generator."""
        if self.effects.random != "set":
            self.effects.reads_random, self.effects.random = True, "changed"

    def touch(self, names: set[str]) -> None:
        self.effects.touched |= names - self.reader.imported

    def share(self, names: set[str]) -> None:
        if len(names - self.reader.imported) > 1:
            self.effects.shared.append(names - self.reader.imported)

    def word(self, name: str) -> None:
        """A name or attribute that the code mentions."""
        self.effects.process |= name in PROCESS
        self.effects.files |= name in FILES


def _first(node: ast.AST) -> str:
    """The name that an expression begins with: `a` of `a.b[0].c(…)`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
