"""LSP ``DocumentSymbol`` and ``SymbolInformation``. Those of a document are ready JSON, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from json import JSONEncoder
from typing import TYPE_CHECKING

from excore.lang.syntax.tree import Block
from excore.lang.text import Encoding, units
from excore.lang.workspace.host import File, Snapshot
from excore.tooling.diagnostics import Json
from excore_server.ide.document_symbol import Symbol, SymbolKind, block_symbols, shows_arguments
from excore_server.ide.view import View
from excore_server.ide.workspace_symbol import WorkspaceSymbol as Found
from excore_server.lsp.session.client_features import ClientFeatures
from excore_server.lsp.session.document_cache import DocumentCache, Template
from excore_server.lsp.to_lsp.location import goal_location, span_range
from excore_server.lsp.transport.wire import Ready

if TYPE_CHECKING:
    from excore_server.lsp.session.session import Session

SYMBOL_KINDS: dict[SymbolKind, int] = {
    "section": 19,
    "table": 3,
    "class": 5,
    "function": 12,
    "module": 2,
    "variable": 13,
    "argument": 7,
}
_OLD_SYMBOL_KINDS: dict[SymbolKind, int] = {**SYMBOL_KINDS, "section": 5}
_quote = JSONEncoder().encode


def symbol_kinds(client: ClientFeatures) -> Mapping[SymbolKind, int]:
    """The numbers of symbol kinds, of those that the client knows."""
    return SYMBOL_KINDS if client.object_symbols else _OLD_SYMBOL_KINDS


def document_symbols(cache: DocumentCache, snapshot: Snapshot, file: File, client: ClientFeatures) -> Ready:
    """LSP ``DocumentSymbol``s."""
    encoding, kinds = client.encoding, symbol_kinds(client)
    view = View(snapshot, file)
    deep = shows_arguments(file)

    def make(block: Block) -> Template:
        lines: list[int] = []
        symbols = block_symbols(view, block, deep)
        text = ",".join([_symbol(symbol, block, encoding, kinds, lines) for symbol in symbols])
        return Template(text, tuple(lines))

    return cache.symbols.text(file.tree, (view.catalog, view.project, deep), make)


def _symbol(symbol: Symbol, block: Block, encoding: Encoding, kinds: Mapping[SymbolKind, int], lines: list[int]) -> str:
    index, (start, end) = block.lines, symbol.span
    line, column = index.position(start, encoding)
    until = column + units(block.text[start:end], encoding)  # a name is on one line
    first, left = (line, column) if symbol.whole.start == start else index.position(symbol.whole.start, encoding)
    last, right = index.position(symbol.whole.end, encoding)
    lines += (first, last, line, line)
    detail = f',"detail":{_escaped(symbol.detail)}' if symbol.detail else ""
    text = (
        f'{{"name":{_escaped(symbol.name or "?")},"kind":{kinds[symbol.kind]},'
        f'"range":{{"start":{{"line":%d,"character":{left}}},"end":{{"line":%d,"character":{right}}}}},'
        f'"selectionRange":{{"start":{{"line":%d,"character":{column}}},"end":{{"line":%d,"character":{until}}}}}{detail}'
    )
    if symbol.children:
        inner = ",".join([_symbol(child, block, encoding, kinds, lines) for child in symbol.children])
        return f'{text},"children":[{inner}]}}'
    return text + "}"


def _escaped(text: str) -> str:
    return _quote(text).replace("%", "%%")


def flat_symbols(
    symbols: Iterable[Symbol], file: File, uri: str, client: ClientFeatures, container: str = ""
) -> list[Json]:
    """LSP ``SymbolInformation``s, for clients that know no trees."""
    result: list[Json] = []
    kinds = symbol_kinds(client)
    for symbol in symbols:
        location = {"uri": uri, "range": span_range(file, symbol.whole, client)}
        about = {"name": symbol.name, "kind": kinds[symbol.kind]}
        result.append({**about, "location": location, "containerName": container})
        result += flat_symbols(symbol.children, file, uri, client, symbol.name)
    return result


def workspace_symbols(symbols: Iterable[Found], session: Session) -> list[Json]:
    """LSP ``SymbolInformation``s."""
    kinds = symbol_kinds(session.client)
    located = ((symbol, goal_location(symbol.goal, session)) for symbol in symbols)
    return [
        {"name": symbol.name, "kind": kinds[symbol.kind], "location": location, "containerName": symbol.container}
        for symbol, location in located
        if location is not None
    ]
