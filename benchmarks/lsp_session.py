"""All the measurements of one server on one config."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlparse

from lsp_answers import check_completion, check_definition, check_hover, names_of
from lsp_client import CAPS, Client, Dead, Timeout, now


class Session:
    """All the measurements of one server on one config."""

    def __init__(self, name, cmd, root, cfgname, cfg, a, iters):
        self.a, self.iters, self.cfg, self.name = a, iters, cfg, name
        self.path = root / cfgname
        self.uri = self.path.as_uri()
        self.text = self.path.read_text()
        self.lines = self.text.split("\n")
        self.cmd, self.root = cmd, root
        self.res: dict[str, dict] = {}
        self.version = 1

    def put(self, metric: str, ms: float | None = None, **chk):
        m = self.res.setdefault(
            metric,
            {
                "ms": [],
                "verdicts": {},
                "items": [],
                "recall": [],
                "bytes": [],
                "invalid": [],
                "docs": [],
                "cpu": [],
                "detail": None,
            },
        )
        if ms is not None:
            m["ms"].append(round(ms, 4))
        for k in ("items", "recall", "bytes", "invalid", "docs", "cpu"):
            if chk.get(k) is not None:
                m[k].append(chk[k])
        if chk.get("verdict"):
            m["verdicts"][chk["verdict"]] = m["verdicts"].get(chk["verdict"], 0) + 1
        if chk.get("detail"):
            m["detail"] = chk["detail"]

    # edits: `cur` is the document as the server has it
    def change(self, line0, char0, line1, char1, new: str) -> bytes:
        L = self.cur
        head, tail = L[line0][:char0], L[line1][char1:]
        L[line0 : line1 + 1] = (head + new + tail).split("\n")
        self.version += 1
        if self.sync == 2:
            ch = [
                {
                    "range": {"start": {"line": line0, "character": char0}, "end": {"line": line1, "character": char1}},
                    "text": new,
                }
            ]
        else:
            ch = [{"text": "\n".join(L)}]
        return self.c.note(
            "textDocument/didChange", {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": ch}
        )

    def insert_lines(self, at: int, new: list[str]) -> bytes:
        return self.change(at, 0, at, 0, "\n".join(new) + "\n")

    def remove_lines(self, at: int, n: int) -> bytes:
        return self.change(at, 0, at + n, 0, "")

    def pos(self, line, char):
        return {"textDocument": {"uri": self.uri}, "position": {"line": line, "character": char}}

    def has(self, key: str, method: str) -> bool:
        v = self.caps.get(key)
        return (v is not None and v is not False) or method in self.c.registered

    def want(self, group: str) -> bool:
        return not self.a.only or group in self.a.only

    def run(self) -> dict:
        a = self.a
        self.c = c = Client(self.cmd, self.root, a.timeout, a.settings, a.trace)
        try:
            self._run()
        except Dead as e:
            self.put("server", verdict="DIED", detail=str(e)[-600:])
        except Timeout:
            self.put("server", verdict="TIMEOUT")
        finally:
            for k, v in c.usage().items():
                self.put(k, v)
            c.close()
        return self.res

    def _run(self) -> None:
        c, a = self.c, self.a
        _, _, msg = c.call(
            "initialize",
            {
                "processId": os.getpid(),
                "clientInfo": {"name": "lsp_bench", "version": "1"},
                "rootUri": c.uri_root,
                "rootPath": str(self.root),
                "capabilities": CAPS,
                "initializationOptions": a.init_options,
                "trace": "off",
                "workspaceFolders": [{"uri": c.uri_root, "name": self.root.name}],
            },
            timeout=60,
        )
        self.put("start->initialize", (now() - c.t_start) * 1e3, verdict="OK" if "result" in msg else "ERROR")
        self.caps = msg["result"]["capabilities"]
        s = self.caps.get("textDocumentSync")
        self.sync = s if isinstance(s, int) else (s or {}).get("change", 0)
        self.put("sync_kind", float(self.sync))
        c.write(c.note("initialized", {}))
        self.cur = list(self.lines)
        c.diags.clear()
        opening = c.note(
            "textDocument/didOpen",
            {"textDocument": {"uri": self.uri, "languageId": "toml", "version": 1, "text": self.text}},
        )
        self.pull = self.has("diagnosticProvider", "textDocument/diagnostic")  # as editors do: pull where it is offered
        t0 = now()
        if self.pull:
            ms, _size, m = c.call("textDocument/diagnostic", {"textDocument": {"uri": self.uri}}, prefix=opening)
            self.put("open->diagnostics", ms, verdict="PULL", items=len((m.get("result") or {}).get("items", [])))
        else:
            c.write(opening)
            end = now() + a.timeout
            while not self.mine() and now() < end:
                c.step(end)
            if self.mine():
                self.put(
                    "open->diagnostics",
                    (self.mine()[0][0] - t0) * 1e3,
                    verdict="PUSH",
                    items=len(self.mine()[0][1]["diagnostics"]),
                )
            else:
                self.put("open->diagnostics", verdict="TIMEOUT")
        self.ready(t0)
        c.drain(0.3)
        u = c.usage()
        self.put("rss_after_open_mb", u["rss_mb"])
        for pr in self.cfg["probes"]:
            k = pr["kind"]
            if not self.want(k) and not self.want(pr["name"]):
                continue
            {"completion": self.completion, "hover": self.simple, "definition": self.simple, "diag": self.diag}[k](pr)
        if self.want("document"):
            self.document()

    def mine(self):
        return [d for d in self.c.diags if unquote(urlparse(d[1]["uri"]).path) == str(self.path)]

    def ready(self, t0) -> None:
        """didOpen -> first completion that has the wanted name (the schema or the index is loaded)."""
        if not self.has("completionProvider", "textDocument/completion"):
            return
        pr = next((p for p in self.cfg["probes"] if p["name"] == "param_empty"), None)
        if not pr:
            return
        c = self.c
        c.write(self.insert_lines(pr["at"], pr["insert"]))
        end = now() + self.a.ready_timeout
        v = None
        while now() < end:
            try:
                _ms, _size, m = c.call("textDocument/completion", self.pos(pr["line"], pr["char"]))
            except Timeout:
                break
            v = check_completion(m, pr)["verdict"]
            if v in ("OK", "NOISY", "TRUNCATED", "PARTIAL"):
                break
            c.drain(0.02)
        self.put("open->first correct completion", (now() - t0) * 1e3, verdict=v or "TIMEOUT")
        whole = (now() - c.t_start) * 1e3
        self.put("start->first correct completion", whole, verdict=v or "TIMEOUT", cpu=c.cpu_ms())
        c.write(self.remove_lines(pr["at"], len(pr["insert"])))
        c.drain(0.1)

    def loop(self, metric: str, one) -> None:
        """one() -> (ms, size, check) ; stops at the iterations, the budget, or after two time-outs."""
        t0, fails, n = now(), 0, 0
        cpu0 = None
        for i in range(self.a.warmup + self.iters):
            if i == self.a.warmup:
                cpu0 = self.c.cpu_ms()
            try:
                ms, size, chk = one()
            except Timeout:
                fails += 1
                self.put(metric, verdict="TIMEOUT")
                if fails >= 2:
                    break
                continue
            if i >= self.a.warmup:
                self.put(metric, ms, bytes=size, **chk)
                n += 1
            if now() - t0 > self.a.budget and n >= 3:
                break
        if n and cpu0 is not None and not fails:
            self.put(metric, cpu=(self.c.cpu_ms() - cpu0) / n)

    def completion(self, pr: dict) -> None:
        name = pr["name"]
        if not self.has("completionProvider", "textDocument/completion"):
            self.put(f"completion {name}", verdict="UNSUPPORTED")
            return
        c = self.c
        c.write(self.insert_lines(pr["at"], pr["insert"]))
        c.drain(0.05)
        p = self.pos(pr["line"], pr["char"])
        p["context"] = {"triggerKind": 1}
        last = {}

        def one():
            ms, size, m = c.call("textDocument/completion", p)
            last["m"] = m
            return ms, size, check_completion(m, pr)

        self.loop(f"completion {name}", one)
        # typing: one character in, one character out, each followed at once by a completion
        ch = pr["want"][len(pr["typed"])]
        st = {"on": False}
        pr2 = dict(pr, universe=[x for x in pr["universe"] if x.startswith(pr["typed"] + ch)])

        def typing():
            if not st["on"]:
                pre = self.change(pr["line"], pr["char"], pr["line"], pr["char"], ch)
                q, check = self.pos(pr["line"], pr["char"] + 1), pr2
            else:
                pre = self.change(pr["line"], pr["char"], pr["line"], pr["char"] + 1, "")
                q, check = self.pos(pr["line"], pr["char"]), pr
            st["on"] = not st["on"]
            ms, size, m = c.call("textDocument/completion", q, prefix=pre)
            return ms, size, check_completion(m, check)

        if self.res.get(f"completion {name}", {}).get("ms"):
            self.loop(f"change+completion {name}", typing)
        if st["on"]:
            c.write(self.change(pr["line"], pr["char"], pr["line"], pr["char"] + 1, ""))
        if (
            isinstance(self.caps.get("completionProvider"), dict)
            and self.caps["completionProvider"].get("resolveProvider")
            and last.get("m")
        ):
            r = last["m"].get("result")
            items = (r.get("items") if isinstance(r, dict) else r) or []
            it = next((i for i in items if pr["want"] in names_of(i)), None)
            if it:

                def res():
                    ms, size, m = c.call("completionItem/resolve", it)
                    return ms, size, {"verdict": "OK" if (m.get("result") or {}).get("documentation") else "EMPTY"}

                self.loop(f"resolve {name}", res)
        c.write(self.remove_lines(pr["at"], len(pr["insert"])))
        c.drain(0.05)

    def simple(self, pr: dict) -> None:
        kind = pr["kind"]
        key, meth = f"{kind}Provider", f"textDocument/{kind}"
        if not self.has(key, meth):
            self.put(pr["name"], verdict="UNSUPPORTED")
            return
        chk = check_hover if kind == "hover" else check_definition
        p = self.pos(pr["line"], pr["char"])

        def one():
            ms, size, m = self.c.call(meth, p)
            return ms, size, chk(m, pr)

        self.loop(pr["name"], one)

    def diag_state(self, params_items, lo, hi) -> bool:
        return any(
            lo <= d["range"]["start"]["line"] <= hi
            or (lo <= d["range"]["end"]["line"] <= hi and d["range"]["start"]["line"] >= lo)
            for d in params_items
        )

    def wait_diag(self, payload: bytes, lo: int, hi: int, expect: bool, timeout: float):
        """Write the change; wait for the diagnostics that tell its truth. -> (ms, n items) or None"""
        c = self.c
        if self.pull:
            ms, _size, m = c.call(
                "textDocument/diagnostic", {"textDocument": {"uri": self.uri}}, prefix=payload, timeout=timeout
            )
            items = (m.get("result") or {}).get("items", [])
            return (ms, len(items)) if self.diag_state(items, lo, hi) == expect else None
        c.diags.clear()
        t0 = c.write(payload)
        end = t0 + timeout
        seen = 0
        while True:
            got = self.mine()
            for t, d in got[seen:]:
                v = d.get("version")
                if v is not None and v != self.version:
                    continue
                if self.diag_state(d["diagnostics"], lo, hi) == expect:
                    return (t - t0) * 1e3, len(d["diagnostics"])
            seen = len(got)
            if now() >= end:
                return None
            c.step(end)

    def diag(self, pr: dict) -> None:
        metric = "change->" + pr["name"]
        lo, hi = pr["line"], pr["line"] + pr["span"]
        n = len(pr["insert"])
        t0, misses, k = now(), 0, 0
        for i in range(1 + self.iters // 2):
            r = self.wait_diag(self.insert_lines(pr["at"], pr["insert"]), lo, hi, True, self.a.diag_timeout)
            if r:
                if i:
                    self.put(metric, r[0], verdict="OK", items=r[1])
                    k += 1
            else:
                misses += 1
                self.put(metric, verdict="UNDETECTED")
            r2 = self.wait_diag(self.remove_lines(pr["at"], n), lo, hi, False, self.a.diag_timeout if r else 1.0)
            if r and r2 and i:
                self.put(metric + " cleared", r2[0], verdict="OK", items=r2[1])
            elif r and not r2:
                self.put(metric + " cleared", verdict="UNDETECTED")
            if misses >= 2 or (now() - t0 > self.a.budget and k >= 3):
                break
        self.c.drain(0.2)

    def document(self) -> None:
        c = self.c
        if self.has("documentSymbolProvider", "textDocument/documentSymbol"):

            def sym():
                ms, size, m = c.call("textDocument/documentSymbol", {"textDocument": {"uri": self.uri}})
                r = m.get("result") or []
                cnt, todo = 0, list(r)
                while todo:
                    x = todo.pop()
                    cnt += 1
                    todo += x.get("children") or []
                return (
                    ms,
                    size,
                    {"verdict": "OK" if cnt >= self.cfg["sections"] else "EMPTY" if not cnt else "WRONG", "items": cnt},
                )

            self.loop("documentSymbol", sym)
        else:
            self.put("documentSymbol", verdict="UNSUPPORTED")
        if self.has("documentFormattingProvider", "textDocument/formatting"):

            def fmt():
                ms, size, m = c.call(
                    "textDocument/formatting",
                    {"textDocument": {"uri": self.uri}, "options": {"tabSize": 2, "insertSpaces": True}},
                )
                return (
                    ms,
                    size,
                    {
                        "verdict": "ERROR" if "error" in m else "OK",
                        "items": len(m.get("result") or []),
                        "detail": str(m.get("error", ""))[:100],
                    },
                )

            self.loop("formatting", fmt)
        else:
            self.put("formatting", verdict="UNSUPPORTED")
        for label, key, meth in (
            ("semanticTokens", "semanticTokensProvider", "textDocument/semanticTokens/full"),
            ("foldingRange", "foldingRangeProvider", "textDocument/foldingRange"),
            ("documentLink", "documentLinkProvider", "textDocument/documentLink"),
        ):
            if self.has(key, meth):

                def other(meth=meth):
                    ms, size, m = c.call(meth, {"textDocument": {"uri": self.uri}})
                    r = m.get("result") or []
                    return (
                        ms,
                        size,
                        {
                            "verdict": "ERROR" if "error" in m else "OK" if r else "EMPTY",
                            "items": len(r.get("data", [])) if isinstance(r, dict) else len(r),
                        },
                    )

                self.loop(label, other)
