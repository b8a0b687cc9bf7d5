"""From the samples of all rounds to percentiles, ratios and a table. The first server is the base of the ratios."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

HEAD = "| metric | server | verdict | n | p50 | p95 | max | CPU | items | recall | not valid | kB | p50 / {base} |"
RULE = "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * (len(ordered) - 1))))]


def load() -> str:
    """The machine's load average of the last minute."""
    return Path("/proc/loadavg").read_text().split()[0]


def summarise(result: dict[str, Any]) -> None:
    """Replace the samples of each metric by n, p50, p95, max, the ranges of its counts, and ``ratio`` to the base."""
    base = next(iter(result["servers"]))
    for by_server in result["configs"].values():
        for metrics in by_server.values():
            for metric in metrics.values():
                condense(metric)
        for server, metrics in by_server.items():
            for name, metric in metrics.items():
                anchor = by_server[base].get(name, {}).get("round_p50")
                if server != base and anchor and metric.get("round_p50"):
                    pairs = zip(metric["round_p50"], anchor, strict=False)  # a round may have failed on one side
                    ratios = [ours / theirs for ours, theirs in pairs if theirs]
                    if ratios:
                        metric["ratio"] = {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}


def condense(metric: dict[str, Any]) -> None:
    samples = [sample for samples in metric["rounds"] for sample in samples]
    metric["n"] = len(samples)
    if samples:
        metric["p50"], metric["p95"], metric["max"] = quantile(samples, 0.5), quantile(samples, 0.95), max(samples)
        metric["min"] = min(samples)
        metric["round_p50"] = [quantile(samples, 0.5) for samples in metric["rounds"] if samples]
    for key in ("items", "recall", "invalid", "docs"):
        metric[key] = [min(metric[key]), max(metric[key])] if metric[key] else None
    metric["bytes"] = int(statistics.median(metric["bytes"])) if metric["bytes"] else None
    cpu = metric.pop("cpu")
    metric["cpu_ms"] = statistics.median(cpu) if cpu else None


def render(result: dict[str, Any], configs: dict[str, Any]) -> str:
    """The summarised result as Markdown."""
    base = next(iter(result["servers"]))
    load_range = f"load {result['load_start']} -> {result['load_end']}"
    lines = [f"# {result['project']}: {result['n']} classes; {load_range}; {result['rounds']} rounds, alternating", ""]
    for config, by_server in result["configs"].items():
        info = configs[config]
        lines += [f"## {config} ({info['sections']} sections, {info['lines']} lines, {info['bytes']} bytes)", ""]
        lines += [HEAD.format(base=base), RULE]
        order = dict.fromkeys(metric for metrics in by_server.values() for metric in metrics)
        for name in order:
            lines += [row(name, server, metrics[name]) for server, metrics in by_server.items() if name in metrics]
        lines.append("")
        for server, metrics in by_server.items():
            for name, metric in metrics.items():
                if metric["detail"] and set(metric["verdicts"]) - {"OK"}:
                    lines.append(f"- {server} {name}: {metric['detail']!r}")
        lines.append("")
    return "\n".join(lines)


def row(name: str, server: str, metric: dict[str, Any]) -> str:
    ratio = metric.get("ratio")
    cells = [
        name,
        server,
        verdicts(metric["verdicts"]),
        str(metric["n"]),
        *(number(metric.get(key)) for key in ("p50", "p95", "max", "cpu_ms")),
        *(span(metric[key]) for key in ("items", "recall", "invalid")),
        "" if metric["bytes"] is None else str(round(metric["bytes"] / 1024, 1)),
        f"{ratio['median']:.2f} ({ratio['min']:.2f}-{ratio['max']:.2f})" if ratio else "",
    ]
    return "| " + " | ".join(cells) + " |"


def verdicts(counts: dict[str, int]) -> str:
    if len(counts) == 1:
        return next(iter(counts))
    return ",".join(f"{verdict}:{count}" for verdict, count in counts.items())


def number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def span(values: list[float] | None) -> str:
    if values is None:
        return ""
    low, high = values
    return f"{low}" if low == high else f"{low}-{high}"
