"""How entries, parameters and members read in Markdown: for hover and for the documentation of completions."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable

from excore.index import documented
from excore.index.docstrings import KEYWORD_SECTIONS, param_docs
from excore.lang.catalog import Entry, Location, Member, Param
from excore_server.ide.prose import escaped, prose

_SECTIONS = frozenset({"args", "arguments", "parameters", "params", "attributes", *map(str.lower, KEYWORD_SECTIONS)})
_WIDE = 88


def code(text: str, language: str = "python") -> str:
    """A fenced block."""
    return f"```{language}\n{text}\n```"


def inline(text: str) -> str:
    """A code span, also of text with backticks."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def join(parts: Iterable[str]) -> str:
    """Paragraphs, the empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def place(path: str, line: int, root: str) -> str:
    """``file:line`` as people say it: relative to the project, lines from 1."""
    relative = os.path.relpath(path, root) if path.startswith(root + os.sep) else path
    return f"{relative.replace(os.sep, '/')}:{line + 1}"


def located(location: Location | None, root: str) -> str:
    """Where something is defined; empty if unknown."""
    return inline(place(location.path, location.line, root)) if location is not None else ""


def description(doc: str) -> str:
    """A docstring in Markdown, without what it says about parameters, which are shown apart."""
    lines: list[str] = []
    for line in doc.splitlines():
        bare = line.strip().casefold()
        if bare.rstrip(":") in _SECTIONS or bare.startswith((":param", ":type", "@param", ":key", "@key", ":arg")):
            break
        lines.append(line)
    return prose("\n".join(lines))


def parameter(param: Param) -> str:
    """``name: annotation = default`` as in Python."""
    star = {"var-positional": "*", "var-keyword": "**"}.get(param.kind, "")
    text = star + param.name
    if param.annotation is not None:
        text += f": {param.annotation}"
    if param.default is not None and not star:
        text += f" = {param.default}" if param.annotation is not None else f"={param.default}"
    return text


def signature(entry: Entry) -> str:
    """``class Name(...)`` or ``def name(...)``, over several lines if it is long."""
    word = {"class": "class ", "function": "def ", "module": "import "}[entry.kind]
    if entry.kind == "module":
        return word + entry.path
    name = word + entry.path.rpartition(".")[2]
    returns = f" -> {entry.signature.returns}" if entry.kind == "function" and entry.signature.returns else ""
    texts: list[str] = []
    starred = False
    for param in entry.signature.params:
        if param.kind == "keyword-only" and not starred:
            texts.append("*")
        starred = starred or param.kind in ("keyword-only", "var-positional")
        texts.append(parameter(param))
    if not entry.signature.complete:
        texts.append("...")
    short = f"{name}({', '.join(texts)}){returns}"
    if len(short) <= _WIDE or not texts:
        return short
    return f"{name}(\n" + "".join(f"    {text},\n" for text in texts) + f"){returns}"


def parameters(params: Iterable[Param]) -> str:
    """A list of the parameters that have something to say."""
    return listed((one.name, one.annotation or "", one.doc) for one in params)


def listed(params: Iterable[tuple[str, str, str]]) -> str:
    """A list of those with documentation, from names, annotations and documentation."""
    lines = []
    for name, annotation, doc in params:
        if doc:
            kind = f" ({inline(annotation)})" if annotation else ""
            lines.append(f"- {inline(name)}{kind}: {escaped(' '.join(doc.split()))}")
    return "**Parameters**\n\n" + "\n".join(lines) if lines else ""


def origin(entry: Entry, root: str) -> str:
    """Where an entry comes from: registry, source, certainty."""
    texts = []
    if entry.registry:
        texts.append(f"Registry {inline(entry.registry)}")
    if entry.location is not None:
        texts.append(located(entry.location, root))
    elif entry.path:
        texts.append(inline(entry.path))
    if not entry.certain:
        texts.append("maybe registered: the registration depends on something that cannot be read")
    if entry.signature.reason:
        texts.append(f"it may take more: {entry.signature.reason}")
    return " · ".join(texts)


def entry_text(entry: Entry, root: str) -> str:
    """All that is known of a class, function or module."""
    entry = documented(entry)
    return join(
        (code(signature(entry)), description(entry.doc), parameters(entry.signature.params), origin(entry, root))
    )


def param_text(entry: Entry, param: Param, root: str) -> str:
    """All that the signature and the docstring say about a parameter."""
    param = documented(entry).signature.get(param.name) or param
    facts = []
    owner = param.owner.rpartition(".")[2]
    of = owner or entry.name
    facts.append(f"Parameter of {inline(of)}" + (" (required)" if param.needed else ""))
    if param.location is not None:
        facts.append(located(param.location, root))
    choices = ", ".join(inline(repr(choice)) for choice in param.choices)
    return join(
        (
            code(f"(parameter) {parameter(param)}"),
            prose(param.doc),
            f"One of {choices}." if choices else "",
            " · ".join(facts),
        )
    )


def member_text(owner: str, member: Member, root: str) -> str:
    """An attribute or method."""
    kind = f": {member.annotation}" if member.annotation else ""
    if member.is_method and member.annotation:
        kind = f" -> {member.annotation}"
    head = f"({member.kind}) {owner}.{member.name}{f'({member.params or str()})' if member.is_method else ''}{kind}"
    docs = [(name, "", doc) for name, doc in param_docs(member.doc).items()] if member.is_method else []
    return join((code(head), description(inspect.cleandoc(member.doc)), listed(docs), located(member.location, root)))
