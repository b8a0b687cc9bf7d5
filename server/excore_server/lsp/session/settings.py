"""Settings that editors send, under ``excore``: read leniently, for a wrong one must not cost the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast, get_args

from excore.lang.problems import CATALOGUE

_SEVERITIES = ("error", "warning", "information", "hint", "off")
TRACES = ("off", "messages", "verbose")
DiagnosticMode: TypeAlias = Literal["openFilesOnly", "workspace"]


@dataclass(frozen=True)
class Settings:
    """``inlay_hints`` and ``severity`` hold what was set; what was not is left to its own default. So is a
    ``diagnostic_mode`` of None: clients that ask for diagnostics get those of all configs, others of what is open."""

    interpreter: str = ""
    inlay_hints: Mapping[str, bool] = field(default_factory=dict)
    severity: Mapping[str, str] = field(default_factory=dict)
    trace: str | None = None
    formats: bool = True
    lenses: bool = True
    diagnostic_mode: DiagnosticMode | None = None


def read_settings(value: object) -> tuple[Settings, list[str]]:
    """The settings in what a client sent, bare or under ``excore``, and what is wrong with them in words."""
    wrong: list[str] = []
    if not isinstance(value, Mapping):
        return Settings(), wrong
    inner = value.get("excore", value)
    if not isinstance(inner, Mapping):
        return Settings(), ["`excore` must be a group of settings"]

    def group(name: str) -> dict[str, Any]:
        found = inner.get(name)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            wrong.append(f"`excore.{name}` must be a group of settings")
            return {}
        return {str(key): entry for key, entry in found.items()}

    interpreter = inner.get("interpreter") or ""
    if isinstance(interpreter, list) and interpreter:  # as extensions for Python tools have it
        interpreter = interpreter[0]
    if not isinstance(interpreter, str):
        wrong.append("`excore.interpreter` must be a path")
        interpreter = ""
    hints: dict[str, bool] = {}
    for name, on in group("inlayHints").items():
        if isinstance(on, bool):
            hints[name] = on
        else:
            wrong.append(f"`excore.inlayHints.{name}` must be true or false")
    severity: dict[str, str] = {}
    for code, wanted in group("severity").items():
        if code not in CATALOGUE:
            wrong.append(f"`excore.severity.{code}`: there is no such problem")
        elif wanted not in _SEVERITIES:
            wrong.append(f"`excore.severity.{code}` must be one of {', '.join(_SEVERITIES)}")
        else:
            severity[code] = wanted
    trace = inner.get("trace")
    trace = trace.get("server") if isinstance(trace, Mapping) else trace
    mode = inner.get("diagnosticMode")
    if mode is not None and mode not in get_args(DiagnosticMode):
        wrong.append(f"`excore.diagnosticMode` must be one of {', '.join(get_args(DiagnosticMode))}")
        mode = None

    def enabled(name: str) -> bool:
        on = group(name).get("enable", True)
        if not isinstance(on, bool):
            wrong.append(f"`excore.{name}.enable` must be true or false")
        return on is not False

    return Settings(
        interpreter,
        hints,
        severity,
        trace if trace in TRACES else None,
        enabled("format"),
        enabled("codeLens"),
        cast("DiagnosticMode | None", mode),
    ), wrong
