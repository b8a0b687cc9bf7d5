"""Where the bodies of blocks go: TOML's rules on headers."""

from __future__ import annotations

from excore.lang.problems import Origin, Problem, Related, problem
from excore.lang.syntax.tree import Block, KeyPart
from excore.lang.tables.table import Binding, Body, Table, Tables


class Placer:
    """Puts bodies where their headers say. Copies a body's table before adding to it, since bodies are shared."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root = Table({}, (), "root")
        self.problems: list[Problem] = []
        self.owned: dict[int, Table] = {id(self.root): self.root}
        self.parents: dict[str, Table] = {}  # owned tables right below the root, which most headers are under
        self.growing: dict[int, tuple[Tables, list[Table]]] = {}
        self.dotted: set[int] = set()  # ids of tables made by headers that dotted keys opened as well

    def add(self, block: Block, body: Body) -> None:
        """Put the body where its header says, or report why it cannot go there."""
        header = block.header
        if header is None or block.top is None or body.binding is None:
            return
        parts = header.parts
        part = parts[-1]
        table = self._parent(block, parts)
        if table is None:
            return
        first = table.bindings.get(part.name)
        if header.array:
            self._append(table, first, part, block, body)
        elif first is None:
            table.bindings[part.name] = body.binding
        else:
            self._reopen(table, first, part, block, body)

    def _parent(self, block: Block, parts: tuple[KeyPart, ...]) -> Table | None:
        """The table that the header's last part belongs to."""
        parent = self.parents.get(parts[0].name) if len(parts) == 2 else None
        if parent is not None:
            return parent
        table = self.root
        for part in parts[:-1]:
            inner = self._enter(table, part, block)
            if inner is None:
                return None
            table = inner
        if len(parts) == 2 and self.root.bindings[parts[0].name].value is table:
            self.parents[parts[0].name] = table
        return table

    def finish(self) -> None:
        """Close the arrays of tables; nothing may be added later."""
        for tables, items in self.growing.values():
            tables.items = tuple(items)

    def _own(self, table: Table, binding: Binding) -> Table:
        """The table bound by ``binding`` in ``table``, copied if it belongs to a body."""
        value = binding.value
        assert isinstance(value, Table)
        if id(value) in self.owned:
            return value
        copy = self._copied(value)
        table.bindings[binding.name] = Binding(binding.name, copy, binding.file, binding.block, binding.part)
        return copy

    def _copied(self, value: Table) -> Table:
        copy = Table(dict(value.bindings), value.headers, value.style)
        self.owned[id(copy)] = copy
        return copy

    def _enter(self, table: Table, part: KeyPart, block: Block) -> Table | None:
        """The table ``part`` names, on the way to a header's own; ``None`` (and a problem) if there can be none."""
        binding = table.bindings.get(part.name)
        if binding is None:
            inner = Table({}, (), "implicit")
            self.owned[id(inner)] = inner
            table.bindings[part.name] = Binding(part.name, inner, self.file, block, part)
            return inner
        value = binding.value
        if isinstance(value, Table) and value.style != "inline":
            return self._own(table, binding)
        if isinstance(value, Tables):
            items = self.growing[id(value)][1]
            if id(items[-1]) not in self.owned:
                items[-1] = self._copied(items[-1])
            return items[-1]
        what = "an inline table, which is complete" if isinstance(value, Table) else "a value, not a table"
        self._collision(block, part, binding, f"`{part.name}` is {what}: no header can add to it")
        return None

    def _append(self, table: Table, first: Binding | None, part: KeyPart, block: Block, body: Body) -> None:
        if first is None:
            tables = Tables(())
            self.growing[id(tables)] = (tables, [body.table])
            table.bindings[part.name] = Binding(part.name, tables, self.file, block, part)
        elif isinstance(first.value, Tables):
            self.growing[id(first.value)][1].append(body.table)
        else:
            what = "a table" if isinstance(first.value, Table) else "a value"
            self._collision(block, part, first, f"`{part.name}` is {what} already: it cannot be an array of tables too")

    def _reopen(self, table: Table, first: Binding, part: KeyPart, block: Block, body: Body) -> None:
        """A header for what exists: right only for a table that nobody wrote out yet (``[a]`` after ``[a.b]``)."""
        value = first.value
        if not isinstance(value, Table) or value.style == "inline":
            what = "an array of tables: use `[[...]]` to add one" if isinstance(value, Tables) else "given already"
            self._collision(block, part, first, f"`{part.name}` is {what}")
            return
        fresh = value.style == "implicit" and not value.headers and id(value) not in self.dotted
        if not fresh:
            self._collision(block, part, first, f"the table `{_path(block)}` is defined twice")
        inner = self._own(table, first)
        if fresh:
            inner.headers = body.table.headers
        self._merge(inner, body.table, block, report=fresh)

    def _merge(self, into: Table, new: Table, block: Block, report: bool) -> None:
        for name, binding in new.bindings.items():
            first = into.bindings.get(name)
            if first is None:
                into.bindings[name] = binding
                continue
            value, more = first.value, binding.value
            both = isinstance(value, Table) and isinstance(more, Table) and more.style == "dotted"
            if both and isinstance(value, Table) and value.style == "implicit" and not value.headers:
                inner = self._own(into, first)
                self.dotted.add(id(inner))
                assert isinstance(more, Table)
                self._merge(inner, more, block, report)
            elif report:
                message = f"`{name}` is a table with a header already" if both else f"`{name}` is given twice"
                self._collision(block, binding.part, first, message)

    def _collision(self, block: Block, part: KeyPart, first: Binding, message: str) -> None:
        origin = Origin(self.file, block, part.start, part.end)
        place = first.value.headers[0] if isinstance(first.value, Table) and first.value.headers else first.origin
        related = (Related(place, "first given here"),)
        self.problems.append(problem("duplicate-key", message, origin, related=related))


def _path(block: Block) -> str:
    return ".".join(part.name for part in block.header.parts) if block.header is not None else ""
