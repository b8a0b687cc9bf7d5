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
    format: bool = True
    code_lens: bool = True
    diagnostic_mode: DiagnosticMode | None = None


def read_settings(value: object) -> tuple[Settings, list[str]]:
    """The settings in what a client sent, bare or under ``excore``, and what is wrong with them in words."""
    if not isinstance(value, Mapping):
        return Settings(), []
    inner = value.get("excore", value)
    if not isinstance(inner, Mapping):
        return Settings(), ["`excore` must be a group of settings"]
    reader = _Reader(inner)
    settings = Settings(
        interpreter=reader.interpreter(),
        inlay_hints=reader.hints(),
        severity=reader.severity(),
        trace=reader.trace(),
        format=reader.enabled("format"),
        code_lens=reader.enabled("codeLens"),
        diagnostic_mode=reader.diagnostic_mode(),
    )
    return settings, reader.wrong


class _Reader:
    """Reads one setting after the other; ``wrong`` says what was left aside."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.wrong: list[str] = []

    def must(self, name: str, what: str) -> None:
        self.wrong.append(f"`excore.{name}` must be {what}")

    def group(self, name: str) -> dict[str, Any]:
        found = self.settings.get(name)
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            self.must(name, "a group of settings")
            return {}
        return {str(key): entry for key, entry in found.items()}

    def enabled(self, name: str) -> bool:
        on = self.group(name).get("enable", True)
        if not isinstance(on, bool):
            self.must(f"{name}.enable", "true or false")
        return on is not False

    def interpreter(self) -> str:
        path = self.settings.get("interpreter") or ""
        if isinstance(path, list) and path:  # as extensions for Python tools have it
            path = path[0]
        if isinstance(path, str):
            return path
        self.must("interpreter", "a path")
        return ""

    def hints(self) -> dict[str, bool]:
        hints: dict[str, bool] = {}
        for name, on in self.group("inlayHints").items():
            if isinstance(on, bool):
                hints[name] = on
            else:
                self.must(f"inlayHints.{name}", "true or false")
        return hints

    def severity(self) -> dict[str, str]:
        severity: dict[str, str] = {}
        for code, wanted in self.group("severity").items():
            if code not in CATALOGUE:
                self.wrong.append(f"`excore.severity.{code}`: there is no such problem")
            elif wanted not in _SEVERITIES:
                self.must(f"severity.{code}", f"one of {', '.join(_SEVERITIES)}")
            else:
                severity[code] = wanted
        return severity

    def trace(self) -> str | None:
        trace = self.settings.get("trace")
        trace = trace.get("server") if isinstance(trace, Mapping) else trace
        return trace if trace in TRACES else None

    def diagnostic_mode(self) -> DiagnosticMode | None:
        mode = self.settings.get("diagnosticMode")
        if mode is None or mode in get_args(DiagnosticMode):
            return cast("DiagnosticMode | None", mode)
        self.must("diagnosticMode", f"one of {', '.join(get_args(DiagnosticMode))}")
        return None
