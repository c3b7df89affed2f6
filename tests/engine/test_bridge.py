"""The bridge: tests use the student's work across processes, and nothing hostile comes back."""

# ruff: noqa: E501 (students' cells as text)
import json

import pytest
from kernels import run_cells, text
from loops import STUBBORN_LOOP, function


@pytest.fixture
def pair(parent, fork):
    """A function that runs student cells in one kernel, then a test's cells in another that is bound to it."""

    def run(student_cells, names, *test_cells, custom_models=False, seconds=30):
        student = fork()
        ran = run_cells(student, *student_cells)
        assert not [text(cell) for cell in ran if any(o.output_type == "error" for o in cell.outputs)]
        trusted = fork(trusted=True)
        prepare = (
            "import autograder.engine.inside.bridge as b, numpy as np, keras\n"
            f"b.prepare(get_ipython().user_ns, {names!r}, folder={student.seen_by_tests!r}, agent_folder='/run/own', "
            f"key={student.key!r}, max_message=2**25, clock={student.clock_seen_by_tests!r}, seconds={seconds}, "
            f"custom_models={custom_models}, gone=None, lost={{}})"
        )
        cells = run_cells(trusted, *[cell for test in test_cells for cell in (prepare, test)])
        assert not [text(cell) for cell in cells[::2] if cell.outputs]
        answers = [text(cell) for cell in cells[1::2]]
        return answers[0] if len(answers) == 1 else answers

    return run


PLAIN = [
    "None", "True", "-7", "2**300", "1.5", "float('inf')", "'text'", "b'bytes'", "1+2j", "...", "[1, [2, (3,)]]",
    "{'a': {1, 2}}", "slice(1, None, 2)", "range(3)", "np.float32(0.5)", "np.arange(6).reshape(2, 3)",
    "np.array(['ab', 'c'])", "np.dtype('float32')", "np.float32", "np.zeros((0, 3))", "np.array(True)",
]  # fmt: skip


def test_plain_values_arrive_as_they_are(pair):
    student = "import numpy as np\nvalues = [" + ", ".join(PLAIN) + "]"
    check = f"repr(values) == repr([{', '.join(PLAIN)}])"
    assert pair([student], ["values"], check) == "True"


def test_records_and_named_tuples_arrive_with_their_fields(pair):
    student = """
import collections
from course_utils import data
Fit = collections.namedtuple("Fit", "slope error")
def largest(dataset): return Fit(int(dataset.x_train.max()), 0.5), dataset
"""
    test = """
from course_utils import data
(slope, error), same = largest(data.load("digits"))
fit = largest(data.load("digits"))[0]
slope, error, fit.slope, fit[1], type(same) is data.Dataset, same.x_train.shape
"""
    assert pair([student], ["largest"], test) == "(16, 0.5, 16, 0.5, True, (1437, 8, 8))"


def test_functions_take_and_return_data_models_and_history(pair):
    student = """
import keras, numpy as np
def build(sizes):
    model = keras.Sequential([keras.Input((sizes[0],)), *[keras.layers.Dense(n) for n in sizes[1:]]])
    model.compile("sgd", "mse")
    return model
def train(model, x, y, epochs=1):
    return model.fit(x, y, epochs=epochs, verbose=0)
def double(x):
    x *= 2
"""
    test = """
import inspect
model = build((4, 3, 1))
assert isinstance(model, keras.Sequential) and model.count_params() == 19
before = model.get_weights()
x = np.random.default_rng().normal(size=(64, 4)).astype("float32")
history = train(model, x, x.sum(axis=1), epochs=2)
assert len(history.history["loss"]) == 2
assert not np.allclose(before[0], model.get_weights()[0])
assert list(inspect.signature(train).parameters) == ["model", "x", "y", "epochs"] and train.__name__ == "train"
own = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
own.compile(keras.optimizers.SGD(0.01), "mse")
assert train(own, x, x.sum(axis=1), 3).epoch == [0, 1, 2]
big = np.ones((300, 1000)); double(big); assert (big == 2).all()
small = np.ones(3); double(small); assert (small == 2).all()
"passed"
"""
    assert pair([student], ["build", "train", "double"], test) == "'passed'"


CHANGES = """
def change(numbers, names, seen, table, nested):
    numbers.pop(0)
    numbers += [7, (8, 9)]
    names["b"] = names.pop("a")
    seen.add("new")
    table[0] = table[0] + 1
    nested["inner"][1].append(nested["inner"][0])
    nested["inner"].reverse()
def leave(numbers, names):
    return numbers + [1], {**names, "b": 2}
"""
CHANGED = """
numbers, names, seen, table, nested = [1, 2], {"a": [1]}, {"old"}, [np.ones(2), 5], {"inner": ["x", []]}
same, inner = table[1], nested["inner"]
change(numbers, names, seen, table, nested)
print(numbers, names, sorted(seen), table[0].tolist(), nested, nested["inner"] is inner)
numbers, names = [1, 2], {"a": [1]}
print(leave(numbers, names), numbers, names)
"""


def test_lists_dicts_and_sets_that_a_call_changed_are_changed_as_at_home(pair, fork):
    at_home = text(run_cells(fork(), "import numpy as np\n" + CHANGES, CHANGED)[1])
    assert at_home.startswith("[2, 7, (8, 9)] {'b': [1]} ['new', 'old'] [2.0, 2.0]")
    assert pair(["import numpy as np\n" + CHANGES], ["change", "leave"], CHANGED) == at_home


def test_what_a_changed_list_keeps_are_the_tests_own_objects(pair):
    student = """
def turn(layers, weights):
    layers.reverse()
    del weights[1]
    weights[0][0] = 5
"""
    test = """
layers = [keras.layers.Dense(3), np.mean, keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])]
kept, weights = list(layers), [np.zeros(2), np.ones(2)]
first = weights[0]
turn(layers, weights)
[layer is other for layer, other in zip(layers, reversed(kept), strict=True)], len(weights), weights[0] is first, first.tolist()
"""
    assert pair([student], ["turn"], test) == "([True, True, True], 1, True, [5.0, 0.0])"


def test_a_list_that_grew_too_large_or_holds_itself_is_refused(pair):
    student = """
def grow(numbers): numbers.extend(range(10**6))
def swallow(numbers): numbers.append([numbers])
"""
    test = """
for call in (grow, swallow):
    numbers = [1]
    try: call(numbers); print("returned", len(numbers))
    except TypeError as error: print(error)
"""
    shown = pair([student], ["grow", "swallow"], test).split("\n")
    assert "a value of more than 300,000 parts" in shown[0]
    assert shown[1] == "returned 2"


def test_layers_made_after_a_model_arrived_have_names_that_it_has_not(pair):
    """Keras numbers its names in each process, and refuses a model that has one of them twice."""
    student = """
import keras
def with_new_head(model, n_layers):
    return keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers[:n_layers], keras.layers.Dense(2)])
def small():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
"""
    test = """
given = keras.Sequential([keras.Input((4,)), *[keras.layers.Dense(3) for _ in range(5)]])
counts = [with_new_head(given, n).count_params() for n in (1, 3, 5)]
own = keras.Sequential([keras.Input((4,)), *small().layers, keras.layers.Dense(2)])
counts, own.count_params()
"""
    assert pair([student], ["with_new_head", "small"], test) == "([23, 47, 71], 23)"


def test_a_model_that_arrived_trains_what_is_unfrozen_there(pair):
    """Its optimiser must not be built for the layers that were trainable where it was compiled."""
    student = """
def unfrozen_and_trained(model, x, y):
    model.layers[0].trainable = True
    model.fit(x, y, verbose=0)
    return len(model.trainable_weights)
"""
    test = """
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, trainable=False), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
unfrozen_and_trained(model, np.ones((4, 2)), np.ones((4, 1)))
"""
    assert pair([student], ["unfrozen_and_trained"], test) == "4"


def test_layers_that_a_call_freezes_or_unfreezes_are_so_in_the_test_too(pair):
    student = """
import keras
def freeze(model):
    model.layers[0].trainable = False
def flags(model):
    return [layer.trainable for layer in model.layers], model.trainable
def two_layers():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3), keras.layers.Dense(1)])
def swap(model):
    model.trainable = False
    model.layers[1].trainable = True
"""
    test = """
seen = []
for model in (keras.models.clone_model(two_layers()), two_layers()):
    freeze(model)
    seen.append([layer.trainable for layer in model.layers])
    swap(model)
    seen.append(([layer.trainable for layer in model.layers], model.trainable))
    model.trainable = True
    seen.append(flags(model))
seen[:3] == [[False, True], ([False, True], False), ([True, True], True)] and seen[3:] == seen[:3]
"""
    assert pair([student], ["freeze", "flags", "two_layers", "swap"], test) == "True"


def test_exceptions_keep_their_class_message_and_the_students_line(pair):
    student = """
class Own(ValueError): pass
def fail(how):
    if how == 0: raise Own("mine")
    if how == 1: return 1 / 0
    if how == 2: raise SystemExit(3)
    if how == 3: raise KeyboardInterrupt
    raise NotImplementedError("Exercise not answered yet")
"""
    test = """
seen = []
for how in range(5):
    try: fail(how)
    except Exception as error: seen.append((type(error).__name__, str(error), getattr(error, "__notes__", None)))
import json; print(json.dumps(seen))
"""
    own, zero, leave, interrupt, unanswered = json.loads(pair([student], ["fail"], test))
    assert own[:2] == ["ValueError", "Own: mine"]
    assert zero[0] == "ZeroDivisionError"
    assert zero[2] == ["in `fail`, line 4 of your cell: if how == 1: return 1 / 0"]
    assert leave[:2] == ["RuntimeError", "SystemExit: 3"]
    assert interrupt[0] == "RuntimeError"
    assert unanswered[:2] == ["NotImplementedError", "Exercise not answered yet"]


def test_objects_of_the_students_own_classes_are_used_where_they_are(pair):
    student = """
import numpy as np
class Ensemble:
    def __init__(self, n): self.n, self.log = n, []
    def predict(self, x): return np.mean([x * k for k in range(self.n)], axis=0)
    def __len__(self): return self.n
    def __getitem__(self, k): return k * 10
def batches():
    for k in range(3): yield np.full(2, k), "b"
"""
    test = """
e = Ensemble(3)
assert len(e) == 3 and e[2] == 20 and (e.predict(np.ones(2)) == 1).all() and e.n == 3
assert [int(x[0]) for x, _ in batches()] == [0, 1, 2]
"passed"
"""
    assert pair([student], ["Ensemble", "batches"], test) == "'passed'"


def test_an_object_that_equals_everything_equals_nothing_here(pair):
    student = """
import numpy as np
class Yes:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.array(0.99)
    def __float__(self): return 0.99
    def __bool__(self): return True
    def __sub__(self, other): return 0
    def __ge__(self, other): return True
answer = Yes()
class List(list):
    def __eq__(self, other): return True
    def __iter__(self): return iter([1, 2, 3])
lying = List([0])
"""
    test = """
caught = []
for attempt in (lambda: answer == 1, lambda: np.asarray(answer), lambda: float(answer), lambda: answer >= 1, lambda: answer - 1):
    try: caught.append(attempt())
    except TypeError: caught.append("refused")
caught, lying
"""
    assert (
        pair([student], ["answer", "lying"], test)
        == "([False, 'refused', 'refused', 'refused', 'refused'], [0])"
    )


OWN_CODE = {
    "keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])": "Lambda",
    "keras.Sequential([keras.Input((2,)), Mine()])": "Mine",
    "Whole()": "Whole",
    "Sneaky(4)": "Dense",
    "compiled()": None,
}


def test_models_with_code_of_their_own_are_refused_and_say_which(pair):
    student = f"""
import keras
@keras.saving.register_keras_serializable()
class Mine(keras.layers.Layer):
    def call(self, x): return x
class Whole(keras.Model):
    def count_params(self): return 266610
    def call(self, x): return x
class Dense(keras.layers.Dense):
    def call(self, x): return x * 0
def Sneaky(n): return keras.Sequential([keras.Input((2,)), Dense(n)])
def compiled():
    m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    m.compile("sgd", loss=lambda a, b: (a - b) ** 2)
    return m
models = [{", ".join(OWN_CODE)}]
{"; ".join(f"model_{n} = models[{n}]" for n in range(len(OWN_CODE)))}
def make(n): return [{", ".join(f"lambda: {code}" for code in OWN_CODE)}][n]()
"""
    tests = [
        f"""
try: print("count", model_{n}.count_params())
except TypeError as error: print("refused:", error)
try: print("count", make({n}).count_params())
except TypeError as error: print("refused:", error)
"""
        for n in range(len(OWN_CODE))
    ]
    names = [*(f"model_{n}" for n in range(len(OWN_CODE))), "make"]
    for reason, shown in zip(OWN_CODE.values(), pair([student], names, *tests), strict=True):
        if reason is None:
            assert shown == "count 3\ncount 3"  # the student's loss stays where it is
        else:
            assert shown.count("refused:") == 2
            assert shown.count(reason) >= 2


def test_activations_of_tensorflow_and_of_keras_ops_are_those_of_keras(pair):
    student = """
import keras, tensorflow as tf
def build(name):
    activation = {"tf": tf.nn.relu, "ops": keras.ops.relu, "softmax": tf.nn.softmax, "layer": keras.layers.ReLU()}[name]
    return keras.Sequential([keras.Input((2,)), keras.layers.Pipeline([keras.layers.Dense(3, activation=activation)])])
"""
    test = """
found = [build(name).layers[0].layers[0].activation for name in ("tf", "ops", "softmax", "layer")]
[getattr(one, "__name__", type(one).__name__) for one in found], found[0] is keras.activations.relu
"""
    assert pair([student], ["build"], test) == "(['relu', 'relu', 'softmax', 'ReLU'], True)"


PARTIAL_LOSS = """
import functools, keras, numpy as np
from course_utils import expect
def build():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), functools.partial(keras.losses.huber, delta=0.5), metrics=["mae"])
    return model
def train(model, x): model.fit(x, x[:, :1], verbose=0); return model
"""


def test_a_loss_that_cannot_cross_counts_only_where_a_test_reads_it(pair):
    test = """
from course_utils import expect
model = build()
print(model.count_params(), float(model.optimizer.learning_rate), model.metrics_names, model.predict(np.ones((1, 2)), verbose=0).shape)
before = model.get_weights()
print(train(model, np.ones((4, 2))).count_params(), not np.allclose(before[0], model.get_weights()[0]))
for use in (lambda: model.loss == "mse", lambda: model.evaluate(np.ones((1, 2)), np.ones(1)), lambda: model.fit(np.ones((1, 2)))):
    try: use(); print("read")
    except TypeError as error: print(error)
try: expect.equal(model.loss, "mse", "the loss")
except AssertionError as error: print(error.got)
model.compile("sgd", "mse")
print(model.evaluate(np.ones((1, 2)), model.predict(np.ones((1, 2)), verbose=0), verbose=0), model.loss)
"""
    shown = pair([PARTIAL_LOSS], ["build", "train"], test).split("\n")
    assert shown[0] == "3 0.5 ['loss', 'compile_metrics'] (1, 1)"
    assert shown[1] == "3 True"
    refusal = (
        "the `loss` that the model was compiled with cannot be graded: it has the function 'partial', which"
    )
    assert all(line.startswith(refusal) for line in shown[2:6])
    assert shown[6] == "[0.0, 0.0] mse"  # Keras keeps the metrics of the first `compile`


SAME_CELL = """
from course_utils import expect
with expect.exercise("Build it", points=3) as exercise:
    with exercise.part("the value", points=1):
        expect.builtin_model(model, "the model")
        expect.equal(model.count_params(), 3, "the number of parameters")
    with exercise.part("what the function returns", points=1):
        found = build()
        expect.builtin_model(found, "the model")
        expect.equal(found.count_params(), 3, "the number of parameters")
    with exercise.part("its training", points=1):
        found = build()
        expect.builtin_model(found, "the model", compiled=True)
        found.fit(np.ones((1, 2)), np.ones((1, 1)), verbose=0)
exercise.score
"""


DEFINITIONS = [
    "def build(): return network(keras.layers.Dense(1, activation=tf.nn.relu))",
    "def build(): return network(keras.layers.Dense(1, activation=lambda x: x))",
    "def relu(x): return x\ndef build(): return network(keras.layers.Dense(1, activation=relu))",
    "def build(): return network(keras.layers.Dense(1), keras.layers.Lambda(lambda x: x))",
    "class Dense(keras.layers.Dense): pass\ndef build(): return network(Dense(1))",
    "class Own(keras.Sequential): pass\ndef build(): return Own([keras.Input((2,)), keras.layers.Dense(1)])",
    "def build(): m = network(keras.layers.Dense(1)); m.compile('sgd', functools.partial(keras.losses.huber, delta=1)); return m",
    "def build(): return 5",
]


def test_a_check_says_the_same_at_home_and_when_graded(pair, fork):
    """All definitions in one kernel, and the checks of all in another: kernels take longest."""
    given = """
import functools, keras, numpy as np, tensorflow as tf
def network(*layers):
    m = keras.Sequential([keras.Input((2,)), *layers])
    m.compile("sgd", "mse")
    return m
"""
    numbers = range(len(DEFINITIONS))
    students = [given] + [
        f"{one}\nbuild_{n}, model_{n} = build, build()" for n, one in enumerate(DEFINITIONS)
    ]
    checks = [f"build, model = build_{n}, model_{n}\n{SAME_CELL}" for n in numbers]
    at_home = [text(cell) for cell in run_cells(fork(), *students, *checks)[len(students) :]]
    assert all("its training" in said for said in at_home)
    names = [f"{name}_{n}" for n in numbers for name in ("model", "build")]
    graded = pair(students, names, *checks)
    assert dict(zip(DEFINITIONS, graded, strict=True)) == dict(zip(DEFINITIONS, at_home, strict=True))


def test_exit_in_a_function_ends_the_kernel_in_that_call(pair):
    """IPython ends it a moment later, when it would do something else."""
    test = "try: leave(1)\nexcept TimeoutError as error: print(error)"
    assert "ended the kernel" in pair(["def leave(x): exit()"], ["leave"], test)


def test_a_cell_may_allow_models_with_own_classes_to_predict_and_no_more(pair):
    student = """
import keras
class Whole(keras.Model):
    def call(self, x): return x * 2
    def count_params(self): return 1
model = Whole()
"""
    test = """
print(model.predict(np.ones((1, 2)), verbose=0).tolist(), np.asarray(model(np.ones((1, 2)))).tolist())
for name in ("evaluate", "count_params", "layers", "fit"):
    try: print(getattr(model, name))
    except AttributeError: print("no")
from course_utils import expect
try: expect.builtin_model(model, "the model")
except TypeError as error: print(error)
"""
    *shown, refused = pair([student], ["model"], test, custom_models=True).split("\n")
    assert shown == ["[[2.0, 2.0]] [[2.0, 2.0]]", "no", "no", "no", "no"]
    assert refused == "the model cannot be graded: it has the class 'Whole', which is not one of Keras' own"


def test_a_function_that_does_not_return_costs_its_call_and_not_the_cell(pair):
    student = function("def slow(x)") + "def quick(x): return x + 1"
    test = """
try: slow(1)
except TimeoutError as error: print(error)
print(quick(1))
"""
    # nobody counts the kernel's processor time here, so the clock alone ends the call: ten times as late
    shown, after = pair([student], ["slow", "quick"], test, "print(quick(2))", seconds=2)
    assert shown == "your code did not return within 10 seconds by the clock\n2"
    assert after == "3"


def test_a_function_that_cannot_be_interrupted_is_said_to_be_lost(pair):
    student = function("def stuck(x)", STUBBORN_LOOP) + "def quick(x): return x + 1"
    test = "try: stuck(1)\nexcept TimeoutError: print('late')\ntry: quick(1)\nexcept TimeoutError as error: print(error)"
    assert "could not be interrupted" in pair([student], ["stuck", "quick"], test, seconds=4)


def test_a_function_that_ends_the_kernel_is_said_to_have(pair):
    student = "import os\ndef leave(x): os._exit(0)"
    test = "try: leave(1)\nexcept TimeoutError as error: print(error)"
    assert "ended the kernel" in pair([student], ["leave"], test)


FORGERIES = {
    "no JSON": "'not json'",
    "a list": "'[1, 2]'",
    "deep": "'{\"value\":' + '[' * 100000 + ']' * 100000 + '}'",
    "unknown kind": """json.dumps({"value": {"t": "pickle", "v": "gASV"}})""",
    "a link": """(os.symlink("/etc/localtime", folder + "/x-aa"), json.dumps({"value": {"t": "array", "dtype": "|u1", "shape": [1], "file": "x-aa"}}))[1]""",
    "a path": """json.dumps({"value": {"t": "array", "dtype": "|u1", "shape": [1], "file": "../../etc/passwd"}})""",
    "a pipe": """(os.mkfifo(folder + "/x-bb"), json.dumps({"value": {"t": "array", "dtype": "|u1", "shape": [1], "file": "x-bb"}}))[1]""",
    "huge shape": """json.dumps({"value": {"t": "array", "dtype": "<f8", "shape": [2**30, 2**30], "v": ""}})""",
    "negative shape": """json.dumps({"value": {"t": "array", "dtype": "<f8", "shape": [-1], "v": ""}})""",
    "object dtype": """json.dumps({"value": {"t": "array", "dtype": "|O", "shape": [1], "v": "AAAAAAAAAAA="}})""",
    "record dtype": """json.dumps({"value": {"t": "dtype", "v": "i4,O"}})""",
    "lambda": """json.dumps({"value": {"t": "model", "weights": [], "config": {"module": "keras.layers", "class_name": "Lambda", "config": {"function": {"class_name": "__lambda__", "config": {"value": ""}}}, "registered_name": None}}})""",
    "function of another module": """json.dumps({"value": {"t": "keras", "config": {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}}})""",
    "class of another module": """json.dumps({"value": {"t": "keras", "config": {"module": "subprocess", "class_name": "Popen", "config": {"args": "id"}, "registered_name": None}}})""",
    "a record of another module": """json.dumps({"value": {"t": "record", "module": "subprocess", "name": "Popen", "v": {"args": "id"}}})""",
    "fields that are code": """json.dumps({"value": {"t": "namedtuple", "fields": ["x=__import__('os')"], "v": [1]}})""",
    "monstrous layer": """json.dumps({"value": {"t": "keras", "config": {"module": "keras.layers", "class_name": "Dense", "config": {"units": 10**15}, "registered_name": None, "build_config": {"input_shape": [None, 10]}}}})""",
    "unhashable key": """json.dumps({"value": {"t": "dict", "v": [[{"t": "list", "v": []}, 1]]}})""",
    "fields of wrong kinds": """json.dumps({"value": {"t": "ref", "handle": 5}, "arrays": 7, "models": [1]})""",
    "error of wrong kinds": """json.dumps({"error": {"kinds": 5 and [[], {}], "message": {}, "line": 9}})""",
    "an argument that was not sent": """json.dumps({"value": {"t": "argument", "v": [0, 2]}})""",
    "an argument before the first": """json.dumps({"value": {"t": "argument", "v": [0, -1]}})""",
    "a part of an argument": """json.dumps({"value": {"t": "argument", "v": [0, 1, 0]}})""",
    "a list that became a dict": """json.dumps({"value": 1, "containers": {"0": {"t": "dict", "v": []}}})""",
    "a list that became an array": """json.dumps({"value": 1, "containers": {"0": {"t": "array", "dtype": "|u1", "shape": [1], "v": "AA=="}}})""",
    "an array's new shape": """json.dumps({"value": 1, "arrays": {"0": {"dtype": "<f8", "shape": [1], "v": "AAAAAAAAAAA="}}})""",
}  # fmt: skip


def test_forged_replies_are_refused_as_type_errors(pair):
    student = f"""
import json, os
import autograder.engine.inside.agent as agent
original, folder = agent._answer, "/run/own"
class Text(dict): pass
def forged(request, exchange):
    if request["do"] == "bind": return original(request, exchange)
    how = original(request, exchange)["value"]
    return Text(text=FORGE[how]())
FORGE = {{{", ".join(f"{name!r}: lambda: {code}" for name, code in FORGERIES.items())}}}
dumps = agent.codec.dumps
agent.codec.dumps = lambda message: message["text"] if isinstance(message, Text) else dumps(message)
agent._answer = forged
def f(how, x): return how
"""
    test = f"""
seen = {{}}
for how in {list(FORGERIES)!r}:
    try: seen[how] = ("returned", repr(f(how, np.zeros(3))))
    except TypeError as error: seen[how] = ("TypeError", str(error))
    except Exception as error: seen[how] = (type(error).__name__, str(error))
import json; print(json.dumps(seen))
"""
    seen = json.loads(pair([student], ["f"], test))
    assert {how: outcome[0] for how, outcome in seen.items() if outcome[0] != "TypeError"} == {
        "error of wrong kinds": "RuntimeError"
    }


def test_the_student_learns_no_more_than_what_is_called(pair):
    student = """
import os
def look(x):
    return sorted(name for name in os.listdir("/run/own") if not name.startswith(("s-", "kernel-"))), os.listdir("/run/practicals")
"""
    assert pair([student], ["look"], "SECRET = 5\nlook(1)") == "([], [])"


def test_nan_and_huge_arrays(pair):
    student = (
        "import numpy as np\nnan = float('nan')\nhuge = np.zeros((1024, 1024, 80))\ndef give(): return huge"
    )
    test = """
print(nan)
try: huge.shape
except TypeError as error: print(error)
try: give()
except TypeError as error: print(error)
"""
    shown = pair([student], ["nan", "huge", "give"], test).split("\n")
    assert shown[0] == "nan"
    assert all("at most 512 MB can be graded" in line for line in shown[1:])
