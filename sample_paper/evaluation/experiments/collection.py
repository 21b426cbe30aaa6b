"""The collection: package descriptions with their sections, grouped by source package.

Pure functions from the text of a package index to examples; no files and no processes here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")

# Sections that state the kind of file, the programming language or the role of a package are
# left out: their descriptions carry boilerplate ("development files", "Perl module") that
# settles the label, so only sections that say what a package is about remain.
LEFT_OUT_SECTIONS: frozenset[str] = frozenset(
    [
        "cli-mono",
        "debug",
        "doc",
        "fonts",
        "gnu-r",
        "golang",
        "haskell",
        "interpreters",
        "introspection",
        "java",
        "javascript",
        "libdevel",
        "libs",
        "lisp",
        "localization",
        "metapackages",
        "misc",
        "ocaml",
        "oldlibs",
        "otherosfs",
        "perl",
        "php",
        "python",
        "ruby",
        "rust",
        "tasks",
        "zope",
    ]
)
NUMBER_OF_SECTIONS = 16
MAX_PER_SOURCE = 10
TRAIN_PERCENT = 70
VALIDATION_PERCENT = 10
_PLACEHOLDER_SHORT = re.compile(r"\b(transition(al)?|dummy|meta-?package)\b")
_PLACEHOLDER_LONG = re.compile(r"\b(transition(al)?|dummy|empty|meta)[ -]?package\b")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Package:
    """One binary package as the index describes it."""

    name: str
    source: str
    section: str
    short: str
    long: str


@dataclass(frozen=True, slots=True)
class Example:
    """One package to classify; ``cluster`` is its source package."""

    example_id: str
    cluster: str
    label: str
    short: str
    full: str
    split: Split


def parse_stanzas(text: str) -> Iterator[dict[str, str]]:
    """Yield the stanzas of a control file; continuation lines keep their line breaks."""
    for block in re.split(r"\n\s*\n", text.strip()):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line[:1] in {" ", "\t"}:
                fields[name] = fields.get(name, "") + "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        if fields:
            yield fields


def long_description(field: str) -> str:
    """Return the paragraphs after the synopsis of a description field as plain text."""
    lines = [line.strip() for line in field.split("\n")[1:]]
    return " ".join(line for line in lines if line not in {"", "."})


def parse_translations(text: str) -> dict[str, str]:
    """Map the checksum of a description to its long part, from a Translation-en index."""
    return {
        fields["Description-md5"]: long_description(fields["Description-en"])
        for fields in parse_stanzas(text)
        if "Description-md5" in fields and "Description-en" in fields
    }


def parse_packages(text: str, translations: Mapping[str, str]) -> list[Package]:
    """Read packages from a Packages index, with long descriptions from ``translations``."""
    packages = []
    for fields in parse_stanzas(text):
        description = fields.get("Description-en", fields.get("Description", ""))
        long = translations.get(fields.get("Description-md5", ""), long_description(description))
        packages.append(
            Package(
                name=fields["Package"],
                # "Source: gcc-defaults (1.203)" names a version where the two differ.
                source=fields.get("Source", fields["Package"]).split(" ")[0],
                section=fields.get("Section", "").rpartition("/")[2],
                short=description.split("\n")[0].strip(),
                long=long,
            )
        )
    return packages


def is_placeholder(package: Package) -> bool:
    """Tell whether the package only points elsewhere (transitional, dummy, empty, meta)."""
    return (
        _PLACEHOLDER_SHORT.search(package.short.lower()) is not None
        or _PLACEHOLDER_LONG.search(package.long.lower()) is not None
    )


def _version_key(source: str) -> tuple[int, ...]:
    return tuple(int(part) for number in _NUMBER.findall(source) for part in number.split("."))


def latest_sources(sources: Iterable[str]) -> set[str]:
    """Keep one source, the highest, of those that differ in numbers only (gcc-11, gcc-12)."""
    latest: dict[str, str] = {}
    for source in sorted(set(sources)):
        family = _NUMBER.sub("#", source)
        kept = latest.get(family)
        if kept is None or _version_key(source) > _version_key(kept):
            latest[family] = source
    return set(latest.values())


def largest_sections(packages: Iterable[Package], count: int) -> list[str]:
    """Return the ``count`` largest sections, largest first; equal sizes go by name."""
    sizes = Counter(package.section for package in packages)
    return sorted(sizes, key=lambda section: (-sizes[section], section))[:count]


def _stable_number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def split_of(source: str) -> Split:
    """Assign a source package to a split by a hash of its name alone."""
    percent = _stable_number(f"split:{source}") % 100
    if percent < TRAIN_PERCENT:
        return "train"
    return "validation" if percent < TRAIN_PERCENT + VALIDATION_PERCENT else "test"


def select_packages(packages: Iterable[Package]) -> list[Package]:
    """Apply the stated rules: sections, placeholders, versions, duplicates, size of a source."""
    candidates = [
        package
        for package in packages
        if package.section
        and package.section not in LEFT_OUT_SECTIONS
        and package.short
        and package.long
        and not is_placeholder(package)
    ]
    sources = latest_sources(package.source for package in candidates)
    seen: set[str] = set()
    per_source: Counter[str] = Counter()
    kept = []
    # The order by hash picks a fixed, arbitrary subset of the packages of a large source.
    for package in sorted(candidates, key=lambda item: (_stable_number(item.name), item.name)):
        text = _NUMBER.sub("#", f"{package.short} {package.long}".lower())
        if package.source not in sources or text in seen:
            continue
        if per_source[package.source] < MAX_PER_SOURCE:
            seen.add(text)
            per_source[package.source] += 1
            kept.append(package)
    return kept


def build_examples(
    packages: Iterable[Package], number_of_sections: int = NUMBER_OF_SECTIONS
) -> list[Example]:
    """Turn packages into examples, sorted by name, split by source package."""
    kept = select_packages(packages)
    sections = set(largest_sections(kept, number_of_sections))
    return [
        Example(
            example_id=package.name,
            cluster=package.source,
            label=package.section,
            short=package.short,
            full=f"{package.short} {package.long}",
            split=split_of(package.source),
        )
        for package in sorted(kept, key=lambda item: item.name)
        if package.section in sections
    ]


def limit_examples(examples: list[Example], limit: int) -> list[Example]:
    """Keep about ``limit`` examples, whole source packages at a time, for a quick trial."""
    clusters = sorted({example.cluster for example in examples}, key=_stable_number)
    sizes = Counter(example.cluster for example in examples)
    kept: set[str] = set()
    total = 0
    for cluster in clusters:
        if total >= limit:
            break
        kept.add(cluster)
        total += sizes[cluster]
    few = [example for example in examples if example.cluster in kept]
    # A label without a training example cannot be learnt; the full collection has none.
    learnable = {example.label for example in few if example.split == "train"}
    return [example for example in few if example.label in learnable]


def digest_of(examples: Iterable[Example]) -> str:
    """Return the SHA-256 of the sorted ``id<TAB>label`` lines: the identity of a collection."""
    lines = sorted(f"{example.example_id}\t{example.label}\n" for example in examples)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def describe(examples: list[Example]) -> dict[str, object]:
    """Summarise sections, splits and clusters for the record of the collection."""
    sizes = Counter(example.label for example in examples)
    splits: dict[str, dict[str, int]] = {}
    for split in SPLITS:
        members = [example for example in examples if example.split == split]
        splits[split] = {
            "examples": len(members),
            "clusters": len({example.cluster for example in members}),
        }
    return {
        "examples": len(examples),
        "clusters": len({example.cluster for example in examples}),
        "sections": dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0]))),
        "splits": splits,
        "sha256_of_sorted_ids_and_labels": digest_of(examples),
    }
