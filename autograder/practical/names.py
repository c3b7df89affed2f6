"""Which names a piece of code binds and looks up at the notebook's top level, read from its syntax tree."""

import ast
import symtable
from collections.abc import Iterator


def alias_names(node: ast.Import | ast.ImportFrom) -> set[str]:
    """Names that an import binds."""
    return {alias.asname or alias.name.split(".")[0] for alias in node.names}


def stores(tree: ast.AST) -> set[str]:
    """Names bound at the top level, and those that functions declare global."""
    found: set[str] = set()
    pending = list(ast.iter_child_nodes(tree))
    while pending:
        node = pending.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(node.name)
                found.update(
                    name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names
                )
                continue
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                found.update(one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
                continue
            case ast.Import() | ast.ImportFrom():
                found |= alias_names(node)
            case ast.Name(ctx=ast.Store() | ast.Del()):
                found.add(node.id)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                found.add(name)
            case ast.MatchMapping(rest=str(rest)):
                found.add(rest)
        pending.extend(ast.iter_child_nodes(node))
    return found


def loads(tree: ast.Module) -> set[str]:
    """Names that a piece of code looks up at the notebook's top level, at once or in functions."""
    found: set[str] = set()
    for table in _tables(tree):
        for symbol in table.get_symbols():
            at_top = table.get_type() == "module" or symbol.is_global()
            if at_top and (symbol.is_referenced() or symbol.is_declared_global()):
                found.add(symbol.get_name())
    # `x += 1` refers to x, which a symbol table does not say
    found |= {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    return found


def used_by_functions(tree: ast.Module) -> set[str]:
    """Names that functions look up at the top level when they are called."""
    return {
        symbol.get_name()
        for table in _tables(tree)
        if table.get_type() == "function"
        for symbol in table.get_symbols()
        if symbol.is_global() and symbol.is_referenced()
    }


def reads_first(tree: ast.Module) -> set[str]:
    """Names that a cell looks up at the top level before it binds them itself, in functions too.

    A name that one branch binds counts as bound after it.
    """
    return _read_first(tree.body, set(), stores(tree))


def _read_first(body: list[ast.stmt], bound: set[str], bound_somewhere: set[str]) -> set[str]:
    """What `reads_first` says of a block; adds to `bound` what the block binds."""
    found: set[str] = set()

    def read(*nodes: ast.expr | None) -> None:
        statements: list[ast.stmt] = [ast.Expr(node) for node in nodes if node]
        found.update(loads(ast.Module(statements, [])) - bound)

    for statement in body:
        blocks: list[list[ast.stmt]] = []
        match statement:
            case ast.For(target=target, iter=values):
                read(values)
                bound |= stores(ast.Module([ast.Expr(target)], []))
                blocks = [statement.body, statement.orelse]
            case ast.If(test=test) | ast.While(test=test):
                read(test)
                blocks = [statement.body, statement.orelse]
            case ast.With(items=items):
                for item in items:
                    read(item.context_expr)
                    if item.optional_vars:
                        bound |= stores(ast.Module([ast.Expr(item.optional_vars)], []))
                blocks = [statement.body]
            case ast.Try():
                bound |= {handler.name for handler in statement.handlers if handler.name}
                read(*(handler.type for handler in statement.handlers))
                handlers = [handler.body for handler in statement.handlers]
                blocks = [statement.body, *handlers, statement.orelse, statement.finalbody]
            case ast.FunctionDef() | ast.ClassDef():
                # the body of a function runs when it is called, and then the whole cell may have run
                found |= loads(ast.Module([statement], [])) - bound_somewhere
            case _:
                found |= loads(ast.Module([statement], [])) - bound
        for block in blocks:
            found |= _read_first(block, bound, bound_somewhere)
        bound |= stores(ast.Module([statement], []))
    return found


def _tables(tree: ast.Module) -> Iterator[symtable.SymbolTable]:
    pending = [symtable.symtable(ast.unparse(tree), "cell", "exec")]
    while pending:
        table = pending.pop()
        yield table
        pending.extend(table.get_children())
