"""Whether an answer is right: the verdicts on completion, hover and definition."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote, urlparse

_first = re.compile(r"""^[\[\s"'`!@$&]*([\w.\-"']+)""")


def names_of(item: dict) -> set[str]:
    out = set()
    te = item.get("textEdit") or {}
    for s in (
        item.get("label"),
        item.get("filterText"),
        item.get("insertText"),
        te.get("newText"),
        item.get("textEditText"),
    ):
        if isinstance(s, str) and (m := _first.match(s)):
            out.add(re.split(r"\.", m.group(1).replace('"', "").replace("'", ""))[-1])
    return out


def check_completion(msg: dict, pr: dict) -> dict:
    if "error" in msg:
        return {"verdict": "ERROR", "detail": str(msg["error"])[:200], "items": 0}
    res = msg.get("result")
    inc = bool(isinstance(res, dict) and res.get("isIncomplete"))
    items = res.get("items", []) if isinstance(res, dict) else (res or [])
    if not items:
        return {"verdict": "EMPTY", "items": 0}
    got = [names_of(i) for i in items]
    flat = set().union(*got)
    uni = set(pr["universe"])
    valid = set(pr["all"]) | uni
    hit = len(uni & flat)
    bad = sum(1 for g in got if not (g & valid))
    docs = sum(1 for i in items if i.get("documentation"))
    d = {
        "items": len(items),
        "recall": round(hit / max(1, len(uni)), 4),
        "invalid": bad,
        "docs": docs,
        "incomplete": inc,
    }
    if pr["want"] not in flat:
        d["verdict"] = "WRONG"
        d["detail"] = "got e.g. " + ", ".join(str(i.get("label")) for i in items[:4])
    elif hit < len(uni):
        d["verdict"] = "TRUNCATED" if inc else "PARTIAL"
    elif bad * 2 > len(items):
        d["verdict"] = "NOISY"
    else:
        d["verdict"] = "OK"
    return d


def check_hover(msg: dict, pr: dict) -> dict:
    if "error" in msg:
        return {"verdict": "ERROR", "detail": str(msg["error"])[:200]}
    res = msg.get("result")
    if not res:
        return {"verdict": "EMPTY"}
    c = res["contents"]
    text = (
        c
        if isinstance(c, str)
        else c.get("value", "")
        if isinstance(c, dict)
        else "\n".join(x if isinstance(x, str) else x["value"] for x in c)
    )
    text = text.replace("\\_", "_").replace("\\-", "-")
    if pr["want"] in text:
        return {"verdict": "OK", "items": 1}
    if pr.get("want_weak") and pr["want_weak"] in text:
        return {"verdict": "WEAK", "detail": text[:120]}
    return {"verdict": "WRONG", "detail": text[:120]}


def check_definition(msg: dict, pr: dict) -> dict:
    if "error" in msg:
        return {"verdict": "ERROR", "detail": str(msg["error"])[:200]}
    res = msg.get("result")
    if not res:
        return {"verdict": "EMPTY"}
    locs = res if isinstance(res, list) else [res]
    for x in locs:
        uri = x.get("uri") or x.get("targetUri")
        rg = x.get("targetSelectionRange") or x.get("range")
        if unquote(urlparse(uri).path) == pr["want_file"] and abs(rg["start"]["line"] - pr["want_line"]) <= 1:
            return {"verdict": "OK", "items": len(locs)}
    return {"verdict": "WRONG", "detail": json.dumps(locs[0])[:160], "items": len(locs)}
