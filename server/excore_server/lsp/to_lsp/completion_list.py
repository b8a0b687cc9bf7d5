"""LSP ``CompletionList`` as ready JSON: a list may have thousands of items."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder
from types import MappingProxyType

from excore.lang.text import Span
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import encode
from excore_server.ide.completion.items import CompletionList, DocKey, ItemKind
from excore_server.lsp.session.client_features import SUGGEST, ClientFeatures
from excore_server.lsp.to_lsp.location import span_range
from excore_server.lsp.to_lsp.markup import markup
from excore_server.lsp.transport.wire import Ready

ITEM_KINDS: dict[ItemKind, int] = {
    "field": 9,
    "registry": 9,
    "class": 7,
    "function": 3,
    "module": 9,
    "parameter": 5,
    "value": 12,
    "choice": 20,
    "variable": 6,
    "environment": 21,
    "file": 17,
    "section": 22,
    "hook": 23,
    "attribute": 10,
    "method": 2,
    "keyword": 14,
}
_KINDS = {kind: f'"kind":{number}' for kind, number in ITEM_KINDS.items()}
_OLD_KINDS = {**_KINDS, "choice": '"kind":13', "environment": '"kind":6', "section": '"kind":7', "hook": '"kind":3'}
_SNIPPET = ',"insertTextFormat":2'
_AGAIN = f',"command":{{"title":"suggest","command":"{SUGGEST}"}}'
_quote = JSONEncoder().encode
_NOTHING: Mapping[DocKey, str] = MappingProxyType({})


def completion_list(
    completions: CompletionList,
    file: File,
    uri: str,
    client: ClientFeatures,
    documented: Mapping[DocKey, str] = _NOTHING,
) -> Ready:
    """An LSP ``CompletionList`` as ready JSON; what items have in common is said once where the client allows it.

    ``documented`` is the documentation, in Markdown, of items for clients that do not ask for it.
    """
    ranges: dict[Span, str] = {}
    common = completions.items[0].span if completions.items and "editRange" in client.item_defaults else None
    detail = ',"labelDetails":{"description":%s}' if client.label_details else ',"detail":%s'
    kinds, quote = _KINDS if client.item_kinds else _OLD_KINDS, _quote
    origin = f',"data":[{quote(uri)},' if client.resolves_documentation else ""
    texts: list[str] = []
    for label, kind, span, insert, more, snippet, sort, match, key, again, beside in completions.items:
        name = quote(label)
        text = f'{{"label":{name},{kinds[kind]},"sortText":"{sort}"'
        if match != label:
            text += f',"filterText":{quote(match)}'
        if more:
            text += detail % quote(more)
        if span == common:
            if insert != label:
                text += f',"textEditText":{quote(insert)}'
        else:
            where = ranges.get(span)
            if where is None:
                where = ranges[span] = encode(span_range(file, span, client))
            text += f',"textEdit":{{"range":{where},"newText":{quote(insert)}}}'
        if snippet:
            text += _SNIPPET
        if beside:
            changes = [{"range": span_range(file, Span(*edit[:2]), client), "newText": edit.text} for edit in beside]
            text += f',"additionalTextEdits":{encode(changes)}'
        if again and client.suggest_again:
            text += _AGAIN
        if key and origin:
            text += origin + ",".join(map(quote, key)) + "]"
        elif documented.get(key):
            text += f',"documentation":{encode(markup(documented[key], client.markdown_items))}'
        texts.append(text + "}")
    defaults = "" if common is None else f'"itemDefaults":{{"editRange":{encode(span_range(file, common, client))}}},'
    cut = "true" if completions.incomplete else "false"
    return Ready(f'{{"isIncomplete":{cut},{defaults}"items":[{",".join(texts)}]}}')
