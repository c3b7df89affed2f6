"""Cells are read for their names in several threads at a time, one for each worker."""

import ast
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from autograder.engine import ownership


def test_one_syntax_tree_is_built_at_a_time(monkeypatch):
    parse, counting, inside, most = ast.parse, threading.Lock(), 0, 0

    def watched(code):
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        try:
            return parse(code)
        finally:
            with counting:
                inside -= 1

    monkeypatch.setattr(ownership, "ast", SimpleNamespace(**{**vars(ast), "parse": watched}))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ownership.stored_names, [f"a{i} = 1" for i in range(12)]))
    assert found == [{f"a{i}"} for i in range(12)]
    assert most == 1
