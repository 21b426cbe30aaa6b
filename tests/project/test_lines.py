"""The line of every key, held against a writer that knows where it put each value."""

import random
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge.project.lines import key_lines

TRICKY = (
    '"a # b"',
    "'[x] = 1'",
    '"""\nx = 1\n[y]\n"""',
    "'''\n'' # \"\"\"\n'''",
    '"\\" ] }"',
    '""""quoted""""',
    '"""\\\n  folded \\""" # """',
    "''''a''''",
    "1979-05-27 07:32:00",
    "-inf",
    "0xf",
    "[]",
    "{}",
    "[ # ]\n  [ '}' ],\n]",
)
KEYS = ("a", "b-c", "0", '"x.y"', "'#'", '"\\u00e9"', '"]"', '"="')


class Writer:
    """Random TOML in which every number is used once, so a line can be told by its number."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = 1000
        self.out: list[str] = []

    def text(self) -> str:
        self.table((), 3)
        return "".join(self.out)

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def gap(self) -> None:
        self.out.append(self.pick("", "", "\n", "# [no] = '''\n", "  \t\n"))

    def table(self, path: tuple[str, ...], depth: int) -> None:
        keys = self.random.sample(KEYS, self.random.randint(0, 4))
        tables = self.random.randint(0, len(keys)) if depth else 0
        for key in keys[tables:]:
            self.gap()
            dotted = f"{key} . {self.pick(*KEYS)}" if self.random.random() < 0.2 else key
            indent = self.pick("", "  ")
            self.out.append(f"{indent}{dotted} = {self.value(2)}{self.pick('', ' # x')}\n")
        for key in keys[:tables]:
            self.header((*path, key), depth)

    def header(self, path: tuple[str, ...], depth: int) -> None:
        many = self.random.random() < 0.4
        for _ in range(self.random.randint(1, 3) if many else 1):
            self.gap()
            name = self.pick(".", " . ").join(path)
            self.out.append(f"[[{name}]]\n" if many else f"[ {name} ] # [x]\n")
            self.table(path, depth - 1)

    def value(self, depth: int) -> str:
        kind = self.random.random()
        if depth and kind < 0.25:
            items = [self.value(depth - 1) for _ in range(self.random.randint(0, 3))]
            return f"[{self.pick('', chr(10))}{self.pick(', ', ',' + chr(10), ' , # ] ' + chr(10)).join(items)}]"
        if depth and kind < 0.45:
            keys = self.random.sample(KEYS, self.random.randint(0, 3))
            return f"{{{', '.join(f'{key} = {self.value(0)}' for key in keys)}}}"
        if kind < 0.65:
            return self.pick(*TRICKY) if depth else self.pick(*TRICKY[:2])
        self.number += 1
        return str(self.number)


def numbers(
    value: object, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], int]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from numbers(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from numbers(one, (*path, index))
    elif isinstance(value, int) and value > 1000:
        yield path, value


@given(st.integers(0, 10**9), st.booleans())
def test_every_number_is_on_the_line_of_its_key(seed, windows):
    text = Writer(seed).text()
    data = tomllib.loads(text)
    lines = key_lines(text.replace("\n", "\r\n") if windows else text)
    written = text.split("\n")
    for path, number in numbers(data):
        assert str(number) in written[lines[path] - 1]


def test_the_property_sees_enough():
    found = [len(list(numbers(tomllib.loads(Writer(seed).text())))) for seed in range(200)]
    assert sum(found) > 500


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1", ("a",), 1),
        ("\n# x\na.b = 1\na.c = 2", ("a", "c"), 4),
        ("\na.b = 1\na.c = 2", ("a",), 2),
        ("[[s]]\np = 1\n[[s]]\np = 2\n[s.c]\nx = 1", ("s", 1, "c", "x"), 6),
        ("[[s]]\n[[s]]\n[[s.t]]\n[[s.t]]\nq = 1", ("s", 1, "t", 1, "q"), 5),
        ("k = [\n 'a', # x, y\n\n 'b',\n]", ("k", 1), 4),
        ("k = { a = 1, b = [\n2,\n3] }\nz = 1", ("z",), 4),
        ("t = '''\nz = 0\n'''\nz = 1", ("z",), 4),
        ('[methods."a.b"]\nlabel = 1', ("methods", "a.b", "label"), 2),
    ],
)
def test_places(text, path, line):
    assert key_lines(text)[path] == line
