"""A paper.toml's bytes -> Project."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperforge.errors import InputError
from paperforge.project import paths
from paperforge.project.lines import KeyPath, key_lines
from paperforge.project.problems import Problem, nearest, raise_all, shape_problems, where
from paperforge.spec import (
    Answer,
    Author,
    DesignSpec,
    FigureSpec,
    Project,
    Source,
    Story,
    TableSpec,
)
from paperforge.sums import CORPUS, corpus_problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pydantic import BaseModel

    from paperforge.project.shape import PaperToml

NAME = "paper.toml"
SHORTEST = 'the shortest that does something: results = "runs.csv"'
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_ADVICE = {
    "Unescaped '\\'": "write TeX in 'single quotes', where a backslash is a backslash",
    "Invalid value": 'text needs quotes: title = "Like this"',
    "Invalid initial character for a key": "a key is letters, digits, - and _; quote other names",
    "Cannot overwrite a value": "the same key is there twice; keep one",
    "Cannot declare": "the same [table] is there twice; put their keys together",
    "Expected '=' after a key": "every line is key = value, [table] or # comment",
}
"""tomllib's message -> the next move, for the mistakes that papers make."""


def find(path: Path) -> Path:
    """The paper.toml that is meant: the file itself, or the one in the folder."""
    try:
        if path.is_file():
            if path.suffix.lower() != ".toml":
                hint = f"for a table of it alone: paperforge table {path}"
                raise InputError("is not a paper.toml", str(path), hint)
            return path
        if (path / NAME).is_file():
            return path / NAME
        there = path.is_dir()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be opened: {error}", str(path)) from error
    if not there:
        raise InputError("there is no such file or folder", str(path), _near(path))
    raise InputError(
        f"the folder holds no {NAME}",
        str(path),
        "`paperforge new` starts a paper; `paperforge table results.csv --save` writes a paper.toml"
        " for results that you have",
    )


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()][:2000]
    except OSError:
        names = []
    near = nearest(path.name, names)
    return f"did you mean {path.with_name(near)}?" if near else "check the path"


def text_of(file: Path) -> str:
    """The file's text. Raises InputError where it cannot be read or is not UTF-8."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(file)) from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("is UTF-16, not UTF-8", f"{file} line 1", "save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise InputError(wrong, where(str(file), line), "save the file as UTF-8") from error


def parse(text: str, shown: str, shortest: str = SHORTEST) -> dict[str, Any]:
    """The keys and values. Raises InputError with the line of a mistake in the TOML itself."""
    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise InputError("brackets are nested too deeply", shown) from error
    except ValueError as error:
        found = _PLACE.search(str(error))
        line = int(found[1]) if found and found[1] else len(text.rstrip().splitlines())
        message = _PLACE.sub("", str(error)).split("; use sys.")[0]
        hint = next((advice for start, advice in _ADVICE.items() if start in message), "")
        written = "".join(text.splitlines()[max(line, 1) - 1 :][:1]).strip()[:60]
        raise InputError(
            f"not valid TOML: {message}: {written}", where(shown, max(line, 1)), hint
        ) from error
    if not data:
        raise InputError("is empty", f"{shown} line 1", shortest)
    return data


def project_of(text: str, shown: str, root: Path) -> Project:
    """The validated project. Raises one InputError that names everything wrong with the file."""
    from paperforge.project.shape import PaperToml

    data = parse(text, shown)
    data = {_called(key, data): value for key, value in data.items()}
    problems = shape_problems(data, PaperToml)
    problems += paths.path_problems(data, root)
    problems += _twice(data, "tables", "main") + _twice(data, "figures", "") + _misplaced(data)
    problems += _sums(data)
    raise_all(problems, shown, lines_of(text))
    return _convert(PaperToml.model_validate(data), root)


def lines_of(text: str) -> dict[KeyPath, int]:
    """Line of each key of a valid paper.toml, by the names that its values have here."""
    found = key_lines(text)
    names = {path[0] for path in found}
    return {(_called(str(path[0]), names), *path[1:]): line for path, line in found.items()}


def _called(key: str, every: Collection[object]) -> str:
    """The name of a top-level key: [[table]], [[figure]] and [[source]] are understood too."""
    plural = f"{key}s"
    return plural if key in ("table", "figure", "source") and plural not in every else key


def _twice(data: Mapping[str, Any], key: str, default: str) -> list[Problem]:
    """Tables or figures of one name would overwrite each other's files."""
    items = data.get(key)
    listed = [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
    names = [str(item.get("name", default)) for item in listed]
    seen: Counter[str] = Counter()
    problems = []
    for index, name in enumerate(names):
        seen[name] += 1
        if name and seen[name] == 2:  # noqa: PLR2004 (say it once)
            message = f"two {key} are called {name!r}; give each a name of its own"
            problems.append(Problem((key, index, "name"), message))
    return problems


def _sums(data: Mapping[str, Any]) -> list[Problem]:
    """Corpus metrics that cannot be computed from what they name; wrong types are passed over."""
    problems = []
    metrics = data.get("metrics")
    for name, table in metrics.items() if isinstance(metrics, dict) else ():
        keys = table if isinstance(table, dict) else {}
        kind, named = keys.get("corpus"), keys.get("from", [])
        named = [named] if isinstance(named, str) else named
        if "from" in keys and "corpus" not in keys:
            message = "says what is summed, and not for what: corpus = 'f1', 'bleu', 'ratio' …"
            problems.append(Problem(("metrics", name, "from"), message))
        elif isinstance(kind, str) and kind in CORPUS and isinstance(named, list):
            wrong = corpus_problem(kind, [str(one) for one in named])
            if wrong:
                problems.append(Problem(("metrics", name, "from" if named else "corpus"), wrong))
    return problems


def _misplaced(data: Mapping[str, Any]) -> list[Problem]:
    """[compute] takes any key, so a top-level key written after it would vanish in it."""
    from paperforge.project.shape import PaperToml

    compute = data.get("compute")
    names = [k for k in compute if k in PaperToml.model_fields] if isinstance(compute, dict) else []
    message = "belongs at the top, above the first [table]"
    return [Problem(("compute", name), message) for name in names]


def _convert(paper: PaperToml, root: Path) -> Project:
    return Project(
        root=root,
        title=paper.title,
        authors=tuple(Author(**a.model_dump()) for a in paper.authors),
        venue=paper.venue,
        mode=paper.mode,
        date=paper.date.isoformat() if paper.date else "",
        engine=paper.engine,
        main=paths.inside(paper.main),
        bib=paths.inside(paper.bib),
        keywords=tuple(paper.keywords),
        sections=tuple(paths.inside(s) for s in paper.sections),
        packages=tuple(paper.packages),
        page=paper.page.model_dump(exclude_none=True) if paper.page else {},
        sources=_source_values(paper, root),
        metrics=_ordered(paper.metrics),
        methods=_ordered(paper.methods),
        datasets=_ordered(paper.datasets),
        design=DesignSpec(**_tuples(paper.design)),
        tables=tuple(TableSpec(**_tuples(t)) for t in paper.tables),
        figures=tuple(FigureSpec(**_tuples(f)) for f in paper.figures),
        story=Story(**_tuples(paper.story)),
        limitations=tuple(paper.limitations),
        ethics=paper.ethics,
        compute=paper.compute,
        checklist={k: Answer(**a.model_dump()) for k, a in paper.checklist.items()},
    )


def _source_values(paper: PaperToml, root: Path) -> tuple[Source, ...]:
    short = [Source(paths.source_path(root, shown), shown) for shown in paper.results]
    long = [
        Source(
            path=paths.source_path(root, source.path),
            shown=source.path,
            columns=dict(source.columns),
            metrics=tuple(source.metrics),
            where=source.where,
            pattern=source.pattern,
            table=source.table,
        )
        for source in paper.sources
    ]
    return (*short, *long)


def _ordered(tables: Mapping[str, BaseModel]) -> dict[str, dict[str, object]]:
    """Declared keys by name: those with an `order` first, by it; the others as in the file."""
    declared = {
        name: table.model_dump(exclude_unset=True, by_alias=True) for name, table in tables.items()
    }

    def place(name: str) -> tuple[bool, int]:
        order = declared[name].get("order")
        return order is None, order or 0

    names = sorted(declared, key=place)
    return {n: {k: v for k, v in declared[n].items() if k != "order"} for n in names}


def _tuples(table: BaseModel) -> dict[str, Any]:
    values: Iterable[tuple[str, Any]] = table.model_dump().items()
    return {key: _frozen(value) for key, value in values}


def _frozen(value: Any) -> Any:  # noqa: ANN401  a value of TOML
    """Lists as tuples, also in tables."""
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return tuple(value) if isinstance(value, list) else value


def folder_of(file: Path) -> Path:
    """The project's folder, absolute."""
    return Path(os.path.abspath(file)).parent  # noqa: PTH100 (keeps the path that the user knows)
