"""LSP ``CompletionList`` as ready JSON: a list may have thousands of items."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder
from types import MappingProxyType

from excore.lang.text import Span
from excore.lang.workspace.host import File
from excore.tooling.diagnostics import encode
from excore_server.ide.completion.items import CompletionItem, CompletionList, DocKey, ItemKind
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
    options = completions.options
    common = (options[0].span or completions.span) if options and "editRange" in client.item_defaults else None
    ranges: dict[Span | None, str] = {common: ""}
    added = completions.add(()) if completions.add is not None else None
    end = (added.text, file.position(added.start, client.encoding)) if added is not None else None
    asked = (uri, client, completions.opening, common == completions.span, bool(documented), end)
    texts: list[str] = []
    for number, option in enumerate(options):
        shown, span = option.shown, option.span or completions.span
        where = ranges.get(span)
        if where is None:
            where = ranges[span] = encode(span_range(file, span, client))
        if shown is None or not shown or shown[0] != asked:
            parts = _parts(completions.item(number), bool(where), file, uri, client, documented)
            if shown is not None:
                shown[:] = asked, parts
        else:
            parts = shown[1]
        texts.append(f"{parts[0]}{number:05}{parts[1]}{where}{parts[2]}")
    defaults = "" if common is None else f'"itemDefaults":{{"editRange":{encode(span_range(file, common, client))}}},'
    cut = "true" if completions.incomplete else "false"
    return Ready(f'{{"isIncomplete":{cut},{defaults}"items":[{",".join(texts)}]}}')


def _parts(
    item: CompletionItem, placed: bool, file: File, uri: str, client: ClientFeatures, documented: Mapping[DocKey, str]
) -> tuple[str, str, str]:
    """The JSON of an item in front of its number in the list, from there to its range, if it is ``placed`` at one of
    its own, and behind that."""
    label, kind, _, insert, more, snippet, _, match, key, again, beside = item
    kinds = _KINDS if client.item_kinds else _OLD_KINDS
    head = f'{{"label":{_quote(label)},{kinds[kind]},"sortText":"'
    text = '"'
    if match != label:
        text += f',"filterText":{_quote(match)}'
    if more:
        name = ',"labelDetails":{"description":%s}' if client.label_details else ',"detail":%s'
        text += name % _quote(more)
    middle = ""
    if placed:
        middle, text = text + ',"textEdit":{"range":', f',"newText":{_quote(insert)}}}'
    elif insert != label:
        text += f',"textEditText":{_quote(insert)}'
    if snippet:
        text += _SNIPPET
    if beside:
        changes = [{"range": span_range(file, Span(*edit[:2]), client), "newText": edit.text} for edit in beside]
        text += f',"additionalTextEdits":{encode(changes)}'
    if again and client.suggest_again:
        text += _AGAIN
    if key and client.resolves_documentation:
        text += f',"data":[{",".join(map(_quote, (uri, *key)))}]'
    elif documented.get(key):
        text += f',"documentation":{encode(markup(documented[key], client.markdown_items))}'
    return head, middle, text + "}"
