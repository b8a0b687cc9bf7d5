"""Part of `live.py`, run by the interpreter that has the packages: imports what was read and says where it differs.

Stdin is JSON: ``entries`` as read (``path``, ``complete``, ``any``, ``params`` as name, kind, default text, owner) and
the modules that were ``matched``, each with the names read and whether that is all. Stdout is one verdict an entry.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import importlib
import importlib.machinery
import inspect
import json
import os
import sys
import types
import warnings
from typing import Any

_BY_NAME = ("positional-or-keyword", "keyword-only")
_KINDS = {kind: kind.name.lower().replace("_", "-") for kind in inspect._ParameterKind}


class _Stub(types.ModuleType):
    """Stands for a compiled module that the build of a package leaves out: whatever is asked of it is there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def imported(path: str) -> Any:
    """The object at an import path."""
    module, _, rest = path, "", ""
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        module, rest = ".".join(parts[:length]), parts[length:]
        try:
            found: Any = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is not None and (module == error.name or module.startswith(f"{error.name}.")):
                continue
            raise
        for name in rest:
            found = getattr(found, name)
        return found
    raise ModuleNotFoundError(path)


def signature_of(found: Any) -> inspect.Signature:
    """The signature of a call; that of an enum is a look-up, though Python before 3.12 shows how enums are made."""
    if isinstance(found, enum.EnumMeta):
        return inspect.Signature([inspect.Parameter("value", inspect.Parameter.POSITIONAL_OR_KEYWORD)])
    return inspect.signature(found)


def refuted(entry: dict[str, Any], found: Any) -> dict[str, list[str]]:
    """What was read of a call and Python says otherwise, by the kind of mistake."""
    params = list(signature_of(found).parameters.values())
    python = {param.name: param for param in params}
    takes_any = any(param.kind is param.VAR_KEYWORD for param in params)
    read = {name: (kind, default, owner) for name, kind, default, owner in entry["params"]}
    result: dict[str, list[str]] = {"required": [], "unknown": [], "other": [], "untold": []}
    for name, (kind, default, owner) in read.items():
        if kind not in _BY_NAME or default is not None:
            continue
        if name in python and python[name].default is not inspect.Parameter.empty:
            result["required"].append(name)
        elif name not in python and takes_any:
            result["required" if _has_default(owner, name) else "untold"].append(f"{name} <{owner}>")
    for name, param in python.items():
        if param.kind not in (param.POSITIONAL_OR_KEYWORD, param.KEYWORD_ONLY):
            continue
        if read.get(name, ("",))[0] not in _BY_NAME:
            result["unknown" if not entry["any"] else "other"].append(f"is {name}")
    if not takes_any:
        ours = [(name, kind, default is None) for name, kind, default, _ in entry["params"] if kind in _BY_NAME]
        theirs = [(p.name, _KINDS[p.kind], p.default is p.empty) for p in params if _KINDS[p.kind] in _BY_NAME]
        result["other"] += [f"read {one}" for one in ours if one not in theirs]
        result["other"] += [f"is {one}" for one in theirs if one not in ours]
        if entry["complete"] and not result["other"] and ours != theirs:
            result["other"].append("their order")
        if result["other"] and entry["reason"]:
            result["other"] = [entry["reason"]]
        for name, (_, default, owner) in read.items():
            param = python.get(name)
            if (
                default not in (None, "...")
                and param is not None
                and not _same(default, param.default, owner or entry["path"])
            ):
                result["other"].append(f"{name} = {default}, not {param.default!r:.60}")
    return {key: value for key, value in result.items() if value}


def _has_default(owner: str, name: str) -> bool:
    """Whether nobody has to give a parameter to the class or function that declares it."""
    try:
        param = inspect.signature(imported(owner)).parameters.get(name)
    except (ImportError, AttributeError, ValueError, TypeError):
        return False
    return param is not None and param.default is not param.empty


def _same(text: str, value: Any, owner: str) -> bool:
    """Whether a default is the one that its text says; what is neither a literal nor a name counts as the same, and so
    does what a factory makes anew for each object."""
    if repr(value) == "<factory>":
        return True
    try:
        return repr(ast.literal_eval(text)) == repr(value) or ast.literal_eval(text) == value
    except (ValueError, SyntaxError, TypeError):
        pass
    if not text.replace(".", "").isidentifier():
        return True
    names, scope = text.split("."), sys.modules.get(owner.rpartition(".")[0])
    if scope is None or not hasattr(scope, names[0]):
        return True
    found: Any = scope
    for name in names:
        found = getattr(found, name, value)
    return found is value or repr(found) == repr(value)


def unread(module: str, names: list[str]) -> list[str]:
    """Names that ``match`` would register from a module, and reading did not find."""
    found = []
    for name, item in list(vars(importlib.import_module(module)).items()):
        own = getattr(item, "__name__", "")
        is_one = isinstance(item, type | types.FunctionType) and "<" not in item.__qualname__
        is_one &= getattr(item, "__module__", "") != "builtins"
        if is_one and own.isidentifier() and not name.startswith("__") and own not in names and name not in names:
            found.append(name)
    return found


def judged(work: dict[str, Any]) -> dict[str, Any]:
    for name in work["stubs"]:
        sys.modules[name] = _Stub(name)
        sys.modules[name].__spec__ = importlib.machinery.ModuleSpec(name, None)
    entries: dict[str, Any] = {}
    missing: dict[str, list[str]] = {}
    for module in work["matched"]:
        try:
            importlib.import_module(module)
        except Exception as error:
            missing[module] = [f"! {type(error).__name__}: {error}"]
            continue
    for key, entry in work["entries"].items():
        try:
            found = imported(entry["path"])
        except Exception as error:
            entries[key] = {"not imported": [f"{type(error).__name__}: {error}".split("\n")[0]]}
            continue
        try:
            signature = signature_of(found)
        except (ValueError, TypeError) as error:
            entries[key] = {"no signature": [str(error)]}
            continue
        listed = isinstance(found, type) and not any(
            param.kind is param.VAR_KEYWORD for param in signature.parameters.values()
        )
        entries[key] = {"listed": listed, **refuted(entry, found)}
    for module, (names, is_all) in work["matched"].items():
        if is_all and module not in missing:
            missing[module] = unread(module, names)
    return {"entries": entries, "missing": {module: names for module, names in missing.items() if names}}


if __name__ == "__main__":
    os.environ.update(HF_HUB_OFFLINE="1", NO_ALBUMENTATIONS_UPDATE="1")
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):
        answer = judged(json.load(sys.stdin))
    json.dump(answer, sys.stdout)
