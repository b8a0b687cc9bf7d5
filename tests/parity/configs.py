"""Random configs for a random project: mostly right, then changed at random."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from random import Random

from projects import FIELDS, PARAMETERS, Known, Project

PREFIXES = ("!", "@", "$", "&", "")
_PLAIN = (
    "1",
    "0.5",
    '"text"',
    "true",
    "[1, 2]",
    "[]",
    '{a = 1, b = "x"}',
    '["a", 1]',
    "1979-05-27",
    '"!Net"',
    '"$Model"',
)


@dataclass
class Section:
    """One table with its entries, as text."""

    header: str
    entries: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Config:
    """Entries before the first header, tables, and files to inherit from."""

    entries: list[tuple[str, str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    bases: list[Config] = field(default_factory=list)

    def files(self, name: str = "run") -> dict[str, str]:
        """All files, by name; the config itself is `<name>.toml`."""
        found: dict[str, str] = {}
        names = [f"{name}_b{number}" for number in range(len(self.bases))]
        lines = []
        if names:
            listed = ", ".join(f'"{base}.toml"' for base in names)
            lines.append(f"__base__ = [{listed}]")
        lines += [f"{key} = {value}" for key, value in self.entries]
        for section in self.sections:
            lines.append(f"[{section.header}]")
            lines += [f"{key} = {value}" for key, value in section.entries]
        found[f"{name}.toml"] = "\n".join(lines) + "\n"
        for base, config in zip(names, self.bases, strict=True):
            found.update(config.files(base))
        return found

    def tables(self) -> list[Section]:
        """All tables, also those of its bases."""
        return [*self.sections, *(section for base in self.bases for section in base.tables())]


class ConfigMaker:
    """Makes configs for one project."""

    def __init__(self, random: Random, project: Project) -> None:
        self.random = random
        self.project = project
        self.objects = [item for item in project.known if item.kind in ("class", "function")]
        self.hooks = [item for item in project.known if item.kind == "argument hook"]
        self.made: list[tuple[str, Known]] = []  # headers of tables so far
        self.how: dict[str, str] = {}  # a name -> the prefix it is built under
        self.variables = False

    def make(self) -> Config:
        """A config that would be right if its author made no slip."""
        self.made, self.how = [], {}
        config = Config()
        self.variables = self.random.random() < 0.6
        if self.variables:
            config.entries += [("seed", "1"), ("size", "[1, 2]")]
            config.entries.append(("names", self.random.choice(('"text"', "[]", "{a = 1}"))))
        self.scratchpads(config)
        for name, registry in FIELDS.items():
            known = [item for item in self.project.of(registry) if item.kind in ("class", "function")]
            if known and self.random.random() < 0.6:
                for item in self.random.sample(known, min(len(known), self.random.choice((1, 1, 2)))):
                    config.sections.append(self.section(f"{name}.{item.name}", item))
        config_hooks = [item for item in self.project.known if item.kind == "config hook"]
        if config_hooks and self.random.random() < 0.2:
            item = self.random.choice(config_hooks)
            config.sections.append(self.section(f"ExcoreHook.{item.name}", item))
        if self.random.random() < 0.4:
            self.random.shuffle(config.sections)
        if self.random.random() < 0.25 and len(config.sections) > 1:
            self.split(config)
        return config

    def scratchpads(self, config: Config) -> None:
        for group in ("S", "Pool"):
            if self.random.random() < 0.4 and self.objects:
                for item in self.random.sample(self.objects, min(len(self.objects), self.random.choice((1, 2)))):
                    config.sections.append(self.section(f"{group}.{item.name}", item))
        if self.random.random() < 0.4 and self.objects:
            item = self.random.choice(self.objects)
            if not any(item.name == header.rpartition(".")[2] for header, _ in self.made):
                config.sections.append(self.section(item.name, item))
        if self.hooks and self.random.random() < 0.4:
            item = self.random.choice(self.hooks)
            config.sections.append(self.section(f"ConfigHook.{item.name}", item))

    def split(self, config: Config) -> None:
        """Move some of it into a base."""
        cut = self.random.randint(1, len(config.sections) - 1)
        base = Config([], config.sections[:cut])
        config.sections = config.sections[cut:]
        if self.random.random() < 0.4:
            again = self.random.choice(base.sections)
            if not any(section.header == again.header for section in config.sections):
                config.sections.append(Section(again.header, [copy.copy(entry) for entry in again.entries[:1]]))
        config.bases.append(base)

    def section(self, header: str, item: Known) -> Section:
        section = Section(header)
        for name in item.required:
            section.entries.append(self.argument(name))
        for name in item.optional:
            if self.random.random() < 0.4:
                section.entries.append(self.argument(name))
        if self.random.random() < 0.03:
            section.entries.append(("__no_call__", "true"))
        self.made.append((header, item))
        return section

    def argument(self, name: str) -> tuple[str, str]:
        prefix = self.random.choices(PREFIXES, (4, 2, 2, 1, 5))[0]
        if not prefix or (prefix == "&" and not self.variables):
            return name, self.random.choice(_PLAIN)
        if prefix == "&":
            return f"&{name}", self.random.choice(('"seed"', '"size"', '"names"', '"seed"', '["seed", "size"]'))
        form = self.random.random()
        if form < 0.7:
            return prefix + name, f'"{self.reference(prefix)}"'
        count = self.random.choice((1, 2, 2, 3))
        texts = [self.reference(prefix, every=form < 0.8) for _ in range(count)]
        if form < 0.9:
            listed = ", ".join(f'"{text}"' for text in texts)
            return prefix + name, f"[{listed}]"
        return prefix + name, "{" + ", ".join(f'k{number} = "{text}"' for number, text in enumerate(texts)) + "}"

    def reference(self, prefix: str, every: bool = False) -> str:
        """A reference: to a table made before, or to a class without one."""
        made = [(header, item) for header, item in self.made if self.fits(header, prefix)]
        if made and self.random.random() < 0.6:
            header, item = self.random.choice(made)
            if prefix != "$":
                self.how[header] = prefix
            group, _, name = header.rpartition(".")
            choices = [f"${group}::{name}", f"${group}::{name}", name] if group else [name]
            if group and sum(other.startswith(f"{group}.") for other, _ in self.made) == 1:
                choices.append(f"${group}")
            if every and group:
                choices = [f"${group}::*"]
            text = self.random.choice(choices)
        elif self.random.random() < 0.1:
            return self.random.choice(("math.pi", "math", "math.sqrt(4.0)"))
        else:
            free = [item for item in self.objects if prefix == "$" or not item.required]
            item = self.random.choice([item for item in free if self.fits(item.name, prefix)] or self.objects)
            text = item.name
            if prefix != "$":
                self.how.setdefault(text, prefix)
        return text + self.tail(item, prefix)

    def fits(self, name: str, prefix: str) -> bool:
        """Whether what has this name may be built under this prefix, too."""
        return prefix == "$" or self.how.get(name, prefix) == prefix or self.random.random() < 0.02

    def tail(self, item: Known, prefix: str) -> str:
        chance = self.random.random()
        paths = item.class_attributes if prefix == "$" else item.attributes
        if chance < 0.15 and paths:
            return f".{self.random.choice(paths)}"
        if chance < 0.25 and self.hooks:
            return f"@{self.random.choice(self.hooks).name}"
        return ""

    # -- slips

    def slip(self, config: Config) -> None:
        """Change one thing as people do by mistake, or try."""
        slips = (
            self.typo_in_header,
            self.typo_in_key,
            self.typo_in_value,
            self.typo_in_value,
            self.drop_entry,
            self.drop_entry,
            self.drop_section,
            self.unknown_parameter,
            self.swap_prefix,
            self.swap_prefix,
            self.other_value,
            self.other_value,
            self.no_call,
            self.other_header,
            self.double_argument,
            self.add_tail,
            self.add_tail,
            self.top_level,
            self.point_at_table,
            self.point_at_table,
        )
        self.random.choice(slips)(config)

    def any_section(self, config: Config) -> Section | None:
        tables = config.tables()
        return self.random.choice(tables) if tables else None

    def any_entry(self, config: Config) -> tuple[Section, int] | None:
        places = [(section, index) for section in config.tables() for index in range(len(section.entries))]
        return self.random.choice(places) if places else None

    def misspelt(self, text: str) -> str:
        places = [index for index, char in enumerate(text) if char.isalpha()]
        if not places:
            return text
        index = self.random.choice(places)
        change = self.random.choice(("", text[index] * 2, text[index].swapcase()))
        return text[:index] + change + text[index + 1 :]

    def typo_in_header(self, config: Config) -> None:
        section = self.any_section(config)
        if section is not None:
            group, dot, name = section.header.rpartition(".")
            header = f"{group}{dot}{self.misspelt(name)}"
            if self.random.random() < 0.3 and group:
                header = f"{self.misspelt(group)}.{name}"
            section.header = header if not header.startswith(".") and not header.endswith(".") else section.header

    def typo_in_key(self, config: Config) -> None:
        self.replace(config, lambda key, value: (self.misspelt(key), value))

    def typo_in_value(self, config: Config) -> None:
        self.replace(config, lambda key, value: (key, self.misspelt(value) if value[:1] in '"[{' else value))

    def replace(self, config: Config, change: object) -> None:
        place = self.any_entry(config)
        if place is not None and callable(change):
            section, index = place
            section.entries[index] = change(*section.entries[index])

    def drop_entry(self, config: Config) -> None:
        place = self.any_entry(config)
        if place is not None:
            del place[0].entries[place[1]]

    def drop_section(self, config: Config) -> None:
        owners = [one for one in (config, *config.bases) if one.sections]
        if owners:
            owner = self.random.choice(owners)
            del owner.sections[self.random.randrange(len(owner.sections))]

    def unknown_parameter(self, config: Config) -> None:
        section = self.any_section(config)
        if section is not None:
            section.entries.append(self.argument(self.random.choice((*PARAMETERS, "extra", "extra", "extra", "node"))))

    def swap_prefix(self, config: Config) -> None:
        self.replace(config, lambda key, value: (self.random.choice(PREFIXES) + key.lstrip("!@$&"), value))

    def other_value(self, config: Config) -> None:
        names = [item.name for item in self.project.known]
        values = (
            *_PLAIN,
            '""',
            '"$"',
            '"nope"',
            '"&seed"',
            '"&nope"',
            '"$S::*"',
            '"$Model::*"',
            '"Model"',
            '"S"',
            '"$Nope"',
            '"a::b"',
            '"$A::b::c"',
            '["&seed"]',
            '"${DIFFERENTIAL_UNSET}/a"',
            '"seed.real"',
            '"size.nope"',
            "[[1]]",
            "{a = [1]}",
            *(f'"{name}"' for name in self.random.sample(names, min(3, len(names)))),
        )
        self.replace(config, lambda key, _: (key, self.random.choice(values)))

    def no_call(self, config: Config) -> None:
        section = self.any_section(config)
        if section is not None and all(key != "__no_call__" for key, _ in section.entries):
            section.entries.append(("__no_call__", self.random.choice(("true", "true", "false", "1", '"yes"'))))

    def other_header(self, config: Config) -> None:
        section = self.any_section(config)
        if section is not None:
            name = section.header.rpartition(".")[2]
            group = self.random.choice((*FIELDS, "S", "Head", "Hook", "Transform", "ExcoreHook", "Free", "module", ""))
            section.header = f"{group}.{name}" if group else name

    def double_argument(self, config: Config) -> None:
        place = self.any_entry(config)
        if place is not None:
            section, index = place
            key = section.entries[index][0].lstrip("!@$&")
            section.entries.append(self.argument(key))

    def add_tail(self, config: Config) -> None:
        hook = self.random.choice(self.hooks).name if self.hooks else "Nope"
        tails = (
            *(".nope", ".stride", ".parameters()", "[0]", ".a.b", ".f(a + 1)", ".f(", f"@{hook}", "@Nope", "@", "."),
            f"@{hook}.shape",
            ".__class__",
            f".stride@{hook}",
            ".pretrained()",
            ".depth",
            ".count(1, n=2)",
            "@math",
        )

        def change(key: str, value: str) -> tuple[str, str]:
            if not value.endswith('"'):
                return key, value
            return key, f'{value[:-1]}{self.random.choice(tails)}"'

        self.replace(config, change)

    def top_level(self, config: Config) -> None:
        entries = (
            ("Backbone", "1"),
            ("Model", '"x"'),
            ("S", "{a = 1}"),
            ("Head", "{}"),
            ("!free", '"Nope"'),
            ("__base__", '"none.toml"'),
            ("__base__", "3"),
            ("__base__", '["run.toml"]'),
            ("seed", "2"),
            ("Optimizer", "{a = 1}"),
            ("TrainData", "{}"),
        )
        config.entries.append(self.random.choice(entries))

    def point_at_table(self, config: Config) -> None:
        """Let an argument use any table: too often a cycle or a conflict."""
        section = self.any_section(config)
        if section is None:
            return
        group, _, name = section.header.rpartition(".")
        text = self.random.choice((f"${group}::{name}", f"${group}", name)) if group else name
        prefix = self.random.choice(("!", "@", "@", "$", "&"))
        self.replace(config, lambda key, _: (prefix + key.lstrip("!@$&"), f'"{text}"'))
