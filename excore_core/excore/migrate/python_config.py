"""Python configs, read and never run: literals, names, ``dict()``, arithmetic and comprehensions of them."""

from __future__ import annotations

import ast
import io
import operator
import os
import tokenize
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from excore.migrate.source import TARGET, Config, Group, ImportPath, Unread, base_values, merged

LIMIT = 100_000
"""Longest sequence and text, and most steps of a config."""
_BASE = "_base_"
_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{one.__name__: one for one in (list, tuple, set, len, sum, int, float, str, bool, round, min, max, abs, sorted)},
    "enumerate": lambda *args: list(enumerate(*args)),
    "zip": lambda *args: list(zip(*args, strict=False)),
    "copy.deepcopy": deepcopy,
    "copy.copy": deepcopy,
    "deepcopy": deepcopy,
}
_DICTS = ("omegaconf.OmegaConf.create", "omegaconf.DictConfig", "mmengine.ConfigDict", "mmengine.config.ConfigDict")
_METHODS: dict[type, tuple[str, ...]] = {
    dict: ("update", "pop", "copy", "get", "keys", "values", "items", "setdefault"),
    list: ("append", "extend", "insert", "pop", "copy", "index", "remove"),
    str: ("format", "replace", "split", "join", "upper", "lower", "strip", "startswith", "endswith"),
}


class _Unreadable(Exception):
    """An expression that is more than data."""

    def __init__(self, node: ast.AST, reason: str) -> None:
        self.node, self.reason = node, reason


class _Returned(Exception):
    """What a function gives."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Comments:
    """The comments of a file; each is given out once."""

    def __init__(self, text: str) -> None:
        self.own: dict[int, str] = {}
        self.beside: dict[int, str] = {}
        lines = text.splitlines()
        try:
            for token in tokenize.generate_tokens(io.StringIO(text).readline):
                if token.type == tokenize.COMMENT and "noqa" not in token.string and "yapf" not in token.string:
                    line = token.start[0]
                    alone = not lines[line - 1][: token.start[1]].strip()
                    (self.own if alone else self.beside)[line] = token.string
        except (tokenize.TokenError, IndentationError, SyntaxError):
            return

    def of(self, line: int) -> list[str]:
        """Those right above a line, and the one beside it."""
        found: list[str] = []
        above = line - 1
        while above in self.own:
            found.insert(0, self.own.pop(above))
            above -= 1
        return [*found, self.beside.pop(line)] if line in self.beside else found

    def rest(self) -> list[str]:
        """Those that nobody asked for."""
        return [text for _, text in sorted({**self.own, **self.beside}.items())]


class PythonReader:
    """Reads one file. ``read_base`` gives the merged values of a base, by its path; or None."""

    def __init__(self, path: str, text: str, read_base: Callable[[str], Config | None]) -> None:
        self.config = Config(path)
        self.text = text
        self.read_base = read_base
        self.comments = Comments(text)
        self.names: dict[str, Any] = {"__name__": "config"}
        self.imports: dict[str, str] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.depth = 0
        self.written = Group()
        self.base = Group()
        self.steps = 0

    def read(self) -> Config:
        """The config; what cannot be read is listed in it."""
        try:
            tree = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None) or 1
            self.config.unread.append(Unread(line, os.path.basename(self.config.path), f"no Python: {error.args[0]}"))
            return self.config
        self._find_bases(tree)
        for statement in tree.body:
            self._try(statement)
        for name in list(self.written):
            if name in self.names:
                self.written[name] = self.names[name]
        self.config.values = merged(self.base, self.written)
        self.config.loose = self.comments.rest()
        self.config.interpolates |= self.is_lazy
        return self.config

    def _try(self, statement: ast.stmt) -> None:
        try:
            self.statement(statement)
        except _Unreadable as found:
            self._unread(found.node if hasattr(found.node, "lineno") else statement, found.reason)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            self._unread(statement, f"cannot be worked out: {error}")

    def _unread(self, node: ast.AST, reason: str) -> None:
        text = (ast.get_source_segment(self.text, node) or "").strip().split("\n")[0]
        self.config.unread.append(Unread(getattr(node, "lineno", 1), text[:80], reason))

    # -- bases

    def _find_bases(self, tree: ast.Module) -> None:
        """``_base_`` counts for the whole file, wherever it stands."""
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == _BASE for t in node.targets):
                try:
                    paths = self.value(node.value)
                except _Unreadable:
                    paths = []
                for path in [paths] if isinstance(paths, str) else paths:
                    self.base = merged(self.base, self._add_base(path, node) or Group())
        self.names[_BASE] = self.base

    def _add_base(self, path: str, node: ast.AST) -> Group | None:
        place = os.path.normpath(os.path.join(os.path.dirname(self.config.path), path))
        found = self.read_base(place)
        if found is None:
            self._unread(node, f"the base {path} is not there or not among the sources")
            return None
        self.config.bases.append(place)
        self.config.interpolates |= found.interpolates
        self.config.unread += [one for one in found.unread if one not in self.config.unread]
        return base_values(found, path)

    # -- statements

    def statement(self, node: ast.stmt) -> None:
        self._count(node)
        method = _STATEMENTS.get(type(node))
        if method is None:
            raise _Unreadable(node, "a config is read, not run: only assignments of data are understood")
        method(self, node)

    def _do_assign(self, node: ast.Assign) -> None:
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id == _BASE:
            return
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value, node)

    def _do_annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value), node)

    def _do_augassign(self, node: ast.AugAssign) -> None:
        value = self._operate(node, type(node.op), self.value(node.target), self.value(node.value))
        self.assign(node.target, value, node)

    def _do_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.delete(target)

    def _do_with(self, node: ast.With) -> None:
        for inner in node.body:
            if "read_base" not in ast.unparse(node.items[0]) or not isinstance(inner, ast.ImportFrom):
                raise _Unreadable(inner, "only imports below `read_base()` are read")
            self._import_base(inner)

    def _do_expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _do_def(self, node: ast.FunctionDef) -> None:
        if node.args.vararg or node.args.kwarg or node.decorator_list:
            raise _Unreadable(node, "only functions of named values are worked out")
        self.functions[node.name] = node
        self.config.told.append(f"line {node.lineno}: the function `{node.name}` is no value and is left out")

    def _do_return(self, node: ast.Return) -> None:
        raise _Returned(self.value(node.value) if node.value is not None else None)

    def _do_if(self, node: ast.If) -> None:
        for inner in node.body if self.value(node.test) else node.orelse:
            self._try(inner)

    def _do_for(self, node: ast.For) -> None:
        for item in self.value(node.iter):
            self.assign(node.target, item, node)
            for inner in node.body:
                self._try(inner)

    def _do_import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom) and node.level:
            self._import_base(node)
            return
        module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            plain = alias.name.split(".")[0] if not module and not alias.asname else alias.name
            self.imports[alias.asname or plain] = module + plain

    def _import_base(self, node: ast.ImportFrom) -> None:
        folders = [os.pardir] * (node.level - 1) + (node.module or "").split(".")
        names = [alias.name for alias in node.names]
        if not node.module:  # from . import a, b
            for name in names:
                self.names[name] = self._add_base(os.path.join(*folders[:-1], f"{name}.py"), node)
            return
        base = self._add_base(os.path.join(*folders) + ".py", node)
        values = base if base is not None else Group()
        for alias in node.names if base is not None else ():
            for name in values if alias.name == "*" else [alias.name] if alias.name in values else []:
                self.names[alias.asname or name] = values[name]
                self.written.put(alias.asname or name, values[name], values.names.get(name, ""))
            if alias.name not in ("*", *values):
                raise _Unreadable(node, f"the base has no `{alias.name}` that is data")

    def assign(self, target: ast.expr, value: Any, node: ast.stmt) -> None:
        if isinstance(target, ast.Name):
            self.names[target.id] = value
            if not target.id.startswith("__"):
                source = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
                self.written.put(target.id, value, self._name(source) if source is not None else "")
                comments = self.comments.of(node.lineno)
                if comments:
                    self.written.comments[target.id] = comments
        elif isinstance(target, (ast.Tuple, ast.List)):
            for inner, item in zip(target.elts, value, strict=True):
                self.assign(inner, item, node)
        elif isinstance(target, ast.Attribute):
            owner = self._group(target.value)
            # what a config of mmengine puts into its base is copied there
            owner[target.attr] = deepcopy(value) if ast.unparse(target).startswith(f"{_BASE}.") else value
        elif isinstance(target, ast.Subscript):
            self.value(target.value)[self.value(target.slice)] = value
        else:
            raise _Unreadable(target, "nothing can be assigned to it")

    def _group(self, node: ast.expr) -> Group:
        value = self.value(node)
        if not isinstance(value, Group):
            raise _Unreadable(node, "is no table of the config")
        root = node
        while isinstance(root, (ast.Attribute, ast.Subscript)):
            root = root.value
        if isinstance(root, ast.Name) and root.id in self.names and root.id != _BASE:
            self.written.setdefault(root.id, self.names[root.id])
        return value

    def delete(self, target: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.names.pop(target.id, None)
            self.written.pop(target.id, None)
        elif isinstance(target, ast.Attribute):
            value = self.value(target.value)
            del value[target.attr]
        elif isinstance(target, ast.Subscript):
            del self.value(target.value)[self.value(target.slice)]

    # -- expressions

    def value(self, node: ast.expr) -> Any:
        self._count(node)
        method = _VALUES.get(type(node))
        if method is None:
            raise _Unreadable(node, "a config is read, not run: this is more than data")
        result = method(self, node)
        if isinstance(result, (str, list, tuple, dict, set)) and len(result) > LIMIT:
            raise _Unreadable(node, "is too long")
        return result

    def _count(self, node: ast.AST) -> None:
        self.steps += 1
        if self.steps > LIMIT:
            raise _Unreadable(node, "takes too many steps")

    def _name(self, node: ast.expr) -> str:
        """The top-level name that an expression is."""
        if isinstance(node, ast.Set) and len(node.elts) == 1:
            return self._name(node.elts[0])
        if isinstance(node, ast.Name) and node.id in self.names:
            return node.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == _BASE:
            return node.attr
        return ""

    def _constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str) and node.value.startswith("{{") and node.value.endswith("}}"):
            try:
                return self.value(ast.parse(node.value.strip("{} "), mode="eval").body)
            except SyntaxError:
                raise _Unreadable(node, "only `_base_` is known in braces") from None
        if isinstance(node.value, (bytes, complex)) or node.value is Ellipsis:
            raise _Unreadable(node, "TOML has no form for it")
        return node.value

    def _name_node(self, node: ast.Name) -> Any:
        if node.id in self.names:
            return self.names[node.id]
        if node.id in self.imports:
            return ImportPath(self.imports[node.id])
        raise _Unreadable(node, f"`{node.id}` is no value of this file")

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.value(node.value)
        if isinstance(value, ImportPath):
            return ImportPath(f"{value}.{node.attr}")
        if isinstance(value, Group) and node.attr in value:
            return value[node.attr]
        raise _Unreadable(node, f"there is no `{node.attr}` in it")

    def _subscript(self, node: ast.Subscript) -> Any:
        value = self.value(node.value)
        if isinstance(value, ImportPath):
            raise _Unreadable(node, "a config is read, not run: this is more than data")
        return value[self.value(node.slice)]

    def _slice(self, node: ast.Slice) -> slice:
        return slice(*(self.value(part) if part is not None else None for part in (node.lower, node.upper, node.step)))

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self._items(node.elts))

    def _list(self, node: ast.List) -> list[Any]:
        return list(self._items(node.elts))

    def _items(self, nodes: list[ast.expr]) -> Iterator[Any]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                yield from self.value(node.value)
            else:
                yield self.value(node)

    def _set(self, node: ast.Set) -> Any:
        inner = node.elts[0]
        if len(node.elts) == 1 and isinstance(inner, ast.Set) and len(inner.elts) == 1:  # {{_base_.x}}
            return deepcopy(self.value(inner.elts[0]))
        raise _Unreadable(node, "TOML has no sets")

    def _dict(self, node: ast.Dict) -> Group:
        group = Group(line=node.lineno)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                group.update_from(self.value(value))
                continue
            name = self.value(key)
            if not isinstance(name, str):
                raise _Unreadable(key, "keys of TOML are texts")
            self._put(group, name, value, key.lineno)
        return group

    def _put(self, group: Group, key: str, value: ast.expr, line: int) -> None:
        comments = self.comments.of(line)  # before those in the value
        group.put(key, self.value(value), self._name(value))
        if comments:
            group.comments[key] = comments

    def _binop(self, node: ast.BinOp) -> Any:
        return self._operate(node, type(node.op), self.value(node.left), self.value(node.right))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return self._operate(node, type(node.op), self.value(node.operand))

    def _operate(self, node: ast.AST, kind: type[ast.AST], *values: Any) -> Any:
        function = _OPERATORS.get(kind)
        sizes = [len(value) if isinstance(value, (str, list, tuple)) else 0 for value in values]
        if kind is ast.Mult and any(sizes) and max(sizes) * max(v for v in values if isinstance(v, int)) > LIMIT:
            function = None
        if kind is ast.Pow and any(abs(value) > 64 for value in values[1:]):
            function = None
        if function is None:
            raise _Unreadable(node, "is not worked out")
        return function(*values)

    def _compare(self, node: ast.Compare) -> Any:
        left, result = self.value(node.left), True
        for kind, right in zip(node.ops, map(self.value, node.comparators), strict=True):
            result = result and self._operate(node, type(kind), left, right)
            left = right
        return result

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        texts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                spec = self._joinedstr(part.format_spec) if isinstance(part.format_spec, ast.JoinedStr) else ""
                if len(spec) > 8:
                    raise _Unreadable(node, "is not worked out")
                texts.append(format(self.value(part.value), spec))
            else:
                texts.append(str(self.value(part)))
        return "".join(texts)

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        return [self.value(node.elt) for _ in self._rounds(node.generators)]

    def _dictcomp(self, node: ast.DictComp) -> Group:
        return Group([(self.value(node.key), self.value(node.value)) for _ in self._rounds(node.generators)])

    def _rounds(self, generators: list[ast.comprehension]) -> Iterator[None]:
        if not generators:
            yield
            return
        first, *others = generators
        for item in self.value(first.iter):
            known, written = dict(self.names), dict(self.written)
            self.assign(first.target, item, ast.Pass(lineno=0))
            self.written.clear()
            self.written.update(written)
            if all(self.value(test) for test in first.ifs):
                yield from self._rounds(others)
            self.names = known

    def _call(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        if name == "dict":
            group = Group(line=node.lineno)
            for argument in node.args:
                group.update_from(Group(self.value(argument)))
            return self._keywords(group, node.keywords)
        if isinstance(node.func, ast.Call) and len(node.func.args) == 1:  # L(Class)(...) of detectron2
            maker = self.value(node.func.func)
            if isinstance(maker, ImportPath) and maker.endswith(("LazyCall", "LazyConfig.L")):
                if node.args:
                    raise _Unreadable(node, "arguments by position have no names in a table")
                return self._keywords(Group({TARGET: self._class(node.func.args[0])}, node.lineno), node.keywords)
        if name in _FUNCTIONS and name.split(".")[0] not in self.names:
            return _FUNCTIONS[name](
                *self._items(node.args), **{k.arg or "": self.value(k.value) for k in node.keywords}
            )
        if name == "range":
            return range(*map(self.value, node.args))[: LIMIT + 1]
        if name in self.functions:
            return self._function(node, self.functions[name])
        return self._made(node, self._path(node.func))

    def _made(self, node: ast.Call, target: str) -> Any:
        """What a call of something imported, or of a method, gives."""
        if target in _DICTS:
            return self._keywords(Group(self.value(node.args[0]) if node.args else (), node.lineno), node.keywords)
        if target.endswith("model_zoo.get_config") and len(node.args) == 1:
            return self._add_base(f"{target.split('.')[0]}::{self.value(node.args[0])}", node) or Group()
        if target == "functools.partial" and len(node.args) == 1:
            group = self._keywords(Group({TARGET: self._class(node.args[0])}, node.lineno), node.keywords)
            group.partial = True
            return group
        if self.is_lazy and target.rpartition(".")[2][:1].isupper() and not node.args:
            return self._keywords(Group({TARGET: ImportPath(target)}, node.lineno), node.keywords)
        if isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value)
            return self._method(node, owner, node.func.attr)
        raise _Unreadable(node, "a config is read, not run: the call is more than data")

    @property
    def is_lazy(self) -> bool:
        """Whether this is a LazyConfig of detectron2, where objects are as good as their classes with arguments."""
        return any(path.endswith(".LazyCall") for path in self.imports.values())

    def _path(self, node: ast.expr) -> str:
        """The import path that an expression names; empty if it names none."""
        name, _, rest = ast.unparse(node).partition(".")
        path = self.imports.get(name, "") if name not in self.names else ""
        return f"{path}.{rest}" if path and rest else path

    def _function(self, node: ast.Call, function: ast.FunctionDef) -> Any:
        """What a function of the file gives, which sees its arguments and the names of the file."""
        kinds = function.args
        ordered = [one.arg for one in (*kinds.posonlyargs, *kinds.args)]
        parameters = [*ordered, *(one.arg for one in kinds.kwonlyargs)]
        defaults = dict(zip(reversed(ordered), reversed(kinds.defaults), strict=False))
        defaults |= {one.arg: value for one, value in zip(kinds.kwonlyargs, kinds.kw_defaults, strict=True) if value}
        given = {name: self.value(value) for name, value in defaults.items()}
        given |= dict(zip(ordered, self._items(node.args), strict=False))
        given |= {keyword.arg or "": self.value(keyword.value) for keyword in node.keywords}
        if given.keys() != set(parameters) or self.depth > 20:
            raise _Unreadable(node, "is not worked out")
        names, written = self.names, self.written
        self.names, self.written, self.depth = {**names, **given}, Group(), self.depth + 1
        try:
            for statement in function.body:
                self.statement(statement)
        except _Returned as returned:
            return returned.value
        finally:
            self.names, self.written, self.depth = names, written, self.depth - 1
        return None

    def _class(self, node: ast.expr) -> Any:
        value = self.value(node)
        if not isinstance(value, ImportPath):
            raise _Unreadable(node, "is no imported class")
        return value

    def _keywords(self, group: Group, keywords: list[ast.keyword]) -> Group:
        for keyword in keywords:
            if keyword.arg is None:
                group.update_from(self.value(keyword.value))
            else:
                self._put(group, keyword.arg, keyword.value, keyword.lineno)
        return group

    def _method(self, node: ast.Call, owner: Any, name: str) -> Any:
        allowed = next((names for kind, names in _METHODS.items() if isinstance(owner, kind)), ())
        if name not in allowed or (name == "format" and "{:" in str(owner)):
            raise _Unreadable(node, "a config is read, not run: the call is more than data")
        args = list(self._items(node.args))
        keywords = {keyword.arg or "": self.value(keyword.value) for keyword in node.keywords}
        if isinstance(owner, Group) and name == "update":
            owner.update_from({**(args[0] if args else {}), **keywords})
            return None
        result = getattr(owner, name)(*args, **keywords)
        return list(result) if name in ("keys", "values", "items") else deepcopy(result) if name == "copy" else result


_STATEMENTS: dict[type[ast.AST], Callable[[PythonReader, Any], None]] = {
    ast.Pass: lambda reader, node: None,
    ast.Assign: PythonReader._do_assign,
    ast.AnnAssign: PythonReader._do_annassign,
    ast.AugAssign: PythonReader._do_augassign,
    ast.Delete: PythonReader._do_delete,
    ast.With: PythonReader._do_with,
    ast.Expr: PythonReader._do_expr,
    ast.If: PythonReader._do_if,
    ast.For: PythonReader._do_for,
    ast.FunctionDef: PythonReader._do_def,
    ast.Return: PythonReader._do_return,
    ast.Import: PythonReader._do_import,
    ast.ImportFrom: PythonReader._do_import,
}
_VALUES: dict[type[ast.AST], Callable[[PythonReader, Any], Any]] = {
    ast.Constant: PythonReader._constant,
    ast.Name: PythonReader._name_node,
    ast.Attribute: PythonReader._attribute,
    ast.Subscript: PythonReader._subscript,
    ast.Slice: PythonReader._slice,
    ast.Tuple: PythonReader._tuple,
    ast.List: PythonReader._list,
    ast.Set: PythonReader._set,
    ast.Dict: PythonReader._dict,
    ast.BinOp: PythonReader._binop,
    ast.UnaryOp: PythonReader._unaryop,
    ast.Compare: PythonReader._compare,
    ast.IfExp: PythonReader._ifexp,
    ast.JoinedStr: PythonReader._joinedstr,
    ast.ListComp: PythonReader._listcomp,
    ast.GeneratorExp: PythonReader._listcomp,
    ast.DictComp: PythonReader._dictcomp,
    ast.Call: PythonReader._call,
}
