"""A small language client that measures: one server process on non-blocking pipes; it notes when each answer came."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import subprocess
import tempfile
import time
from pathlib import Path

now = time.perf_counter


class Dead(Exception):
    pass


class Timeout(Exception):
    pass


class Client:
    """One server process; single-threaded, non-blocking pipes."""

    def __init__(
        self, cmd: list[str], root: Path, timeout: float, settings: dict | None = None, trace: str | None = None
    ):
        self.root, self.timeout, self.settings = root, timeout, settings or {}
        self.uri_root = root.as_uri()
        self.err = tempfile.TemporaryFile()  # noqa: SIM115 lives as long as the server
        self.trace = open(trace, "ab") if trace else None  # noqa: SIM115
        self.t_start = now()
        self.p = subprocess.Popen(
            cmd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.err, cwd=root, bufsize=0
        )
        self.fi, self.fo = self.p.stdin.fileno(), self.p.stdout.fileno()
        os.set_blocking(self.fi, False)
        os.set_blocking(self.fo, False)
        self.buf = bytearray()
        self.out = bytearray()
        self.next_id = 0
        self.resp: dict[int, tuple[float, int, dict]] = {}
        self.diags: list[tuple[float, dict]] = []  # (arrival, params)
        self.server_requests: dict[str, int] = {}
        self.registered: list[str] = []
        self.log: list[str] = []

    # -- wire
    @staticmethod
    def frame(msg: dict) -> bytes:
        body = json.dumps(msg, separators=(",", ":"), ensure_ascii=False).encode()
        return b"Content-Length: %d\r\n\r\n" % len(body) + body

    def write(self, data: bytes) -> float:
        t = now()
        self.out += data
        self._flush()
        return t

    def _flush(self) -> None:
        while self.out:
            try:
                n = os.write(self.fi, memoryview(self.out)[:65536])
            except BlockingIOError:
                return
            except BrokenPipeError as e:
                raise Dead(self.stderr_tail()) from e
            del self.out[:n]

    def step(self, deadline: float) -> bool:
        """Wait for data until the deadline; handle what came. False on time-out."""
        wait = deadline - now()
        if wait <= 0:
            return False
        r, w, _ = select.select([self.fo], [self.fi] if self.out else [], [], wait)
        if w:
            self._flush()
        if not r:
            return bool(w)
        try:
            chunk = os.read(self.fo, 1 << 20)
        except BlockingIOError:
            return True
        if not chunk:
            raise Dead(self.stderr_tail())
        t = now()
        self.buf += chunk
        while True:
            h = self.buf.find(b"\r\n\r\n")
            if h < 0:
                break
            m = re.search(rb"content-length:\s*(\d+)", bytes(self.buf[:h]), re.I)
            n = int(m.group(1))
            if len(self.buf) < h + 4 + n:
                break
            body = bytes(self.buf[h + 4 : h + 4 + n])
            del self.buf[: h + 4 + n]
            self.handle(t, body)
        return True

    def handle(self, t: float, body: bytes) -> None:
        if self.trace:
            self.trace.write(body[:4000] + b"\n")
        msg = json.loads(body)
        if "method" not in msg:
            self.resp[msg["id"]] = (t, len(body), msg)
            return
        meth = msg["method"]
        if "id" in msg:
            self.server_requests[meth] = self.server_requests.get(meth, 0) + 1
            res, err = None, None
            if meth == "workspace/configuration":
                res = [self.settings.get(i.get("section") or "", None) for i in msg["params"]["items"]]
            elif meth == "workspace/workspaceFolders":
                res = [{"uri": self.uri_root, "name": self.root.name}]
            elif meth == "client/registerCapability":
                self.registered += [r["method"] for r in msg["params"]["registrations"]]
            elif meth == "workspace/applyEdit":
                res = {"applied": False}
            elif meth.endswith("/refresh") or meth in (
                "client/unregisterCapability",
                "window/workDoneProgress/create",
                "window/showMessageRequest",
                "window/showDocument",
            ):
                pass
            else:
                err = {"code": -32601, "message": f"not supported by the bench: {meth}"}
            ans = {"jsonrpc": "2.0", "id": msg["id"]}
            ans.update({"error": err} if err else {"result": res})
            self.write(self.frame(ans))
        elif meth == "textDocument/publishDiagnostics":
            self.diags.append((t, msg["params"]))
        elif meth in ("window/logMessage", "window/showMessage"):
            self.log.append(str(msg["params"].get("message"))[:300])

    def stderr_tail(self) -> str:
        self.err.seek(0)
        return self.err.read()[-2000:].decode("utf-8", "replace")

    # -- messages
    def req(self, method: str, params) -> tuple[int, bytes]:
        self.next_id += 1
        return self.next_id, self.frame({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})

    def note(self, method: str, params) -> bytes:
        return self.frame({"jsonrpc": "2.0", "method": method, "params": params})

    def wait(self, rid: int, timeout: float | None = None):
        end = now() + (timeout or self.timeout)
        while rid not in self.resp:
            if not self.step(end) and now() >= end:
                raise Timeout()
        return self.resp.pop(rid)

    def call(self, method: str, params, prefix: bytes = b"", timeout: float | None = None):
        """-> (ms, bytes, message); `prefix` (e.g. a didChange) is written in the same burst and is timed."""
        rid, data = self.req(method, params)
        t0 = self.write(prefix + data)
        t1, size, msg = self.wait(rid, timeout)
        return (t1 - t0) * 1e3, size, msg

    def drain(self, seconds: float) -> None:
        end = now() + seconds
        while self.step(end):
            pass

    # -- process
    def tree(self) -> list[int]:
        pids, todo = [], [self.p.pid]
        while todo:
            pid = todo.pop()
            pids.append(pid)
            try:
                for t in os.listdir(f"/proc/{pid}/task"):
                    todo += [int(x) for x in Path(f"/proc/{pid}/task/{t}/children").read_text().split()]
            except OSError:
                pass
        return pids

    def cpu_ms(self) -> float:
        """On-CPU time of all threads of the tree (scheduler's ns counter): next to free of other load."""
        ns = 0
        for pid in self.tree():
            try:
                for t in os.listdir(f"/proc/{pid}/task"):
                    ns += int(Path(f"/proc/{pid}/task/{t}/schedstat").read_text().split()[0])
            except (OSError, IndexError, ValueError):
                pass
        return ns / 1e6

    def usage(self) -> dict:
        hwm = rss = cpu = 0.0
        pids = self.tree()
        for pid in pids:
            try:
                s = Path(f"/proc/{pid}/status").read_text()
                hwm += int(re.search(r"VmHWM:\s+(\d+)", s).group(1)) / 1024
                rss += int(re.search(r"VmRSS:\s+(\d+)", s).group(1)) / 1024
                f = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                cpu += (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")
            except (OSError, AttributeError):
                pass
        return {"peak_rss_mb": hwm, "rss_mb": rss, "cpu_s": cpu, "processes": len(pids)}

    def close(self) -> None:
        """End the server politely, and by force if that does not help."""
        with contextlib.suppress(Dead, Timeout, OSError, subprocess.TimeoutExpired):
            self.call("shutdown", None, timeout=3)
            self.write(self.note("exit", None))
            self.p.wait(2)
        if self.p.poll() is None:
            for pid in reversed(self.tree()):
                with contextlib.suppress(OSError):
                    os.kill(pid, 9)
            self.p.wait()


CAPS = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showMessage": {}},
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "applyEdit": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "diagnostics": {"refreshSupport": True},
    },
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
        "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": True},
        "completion": {
            "contextSupport": True,
            "completionItem": {
                "snippetSupport": True,
                "labelDetailsSupport": True,
                "insertReplaceSupport": True,
                "documentationFormat": ["markdown", "plaintext"],
                "deprecatedSupport": True,
                "resolveSupport": {"properties": ["documentation", "detail"]},
            },
            "completionList": {
                "itemDefaults": ["commitCharacters", "editRange", "insertTextFormat", "insertTextMode", "data"]
            },
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "definition": {"linkSupport": True},
        "typeDefinition": {"linkSupport": True},
        "declaration": {"linkSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "formatting": {},
        "foldingRange": {},
        "documentLink": {},
        "semanticTokens": {"requests": {"full": True}, "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"]},
    },
}
