r"""docs/gallery.md: every table layout and kind of figure, set in three venues' pages.

    python scripts/gallery.py [--only icml-2026] [--keep FOLDER]      needs TeX and pdftoppm

Each table and figure is made by the command that stands under it, from the samples' results or from
made-up data (gallery_data.py), and set in the venue's page by a build; the pages become pictures.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import gallery_data

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "gallery"
VENUES = {"neurips-2026": "NeurIPS", "icml-2026": "ICML", "arr-2026": "ACL"}
STUDY = "../../sample_paper/adaptation/results/runs.csv"
SHARED = "--pair-by seed"


@dataclass(frozen=True)
class Shown:
    """One table or figure: its name, what it shows, the command's words without the venue."""

    name: str
    title: str
    command: str
    wide: bool = False

    @property
    def kind(self) -> str:
        """Table or figure."""
        return self.command.split()[0]


ACCURACY = "--metric accuracy --unit accuracy=%"
FULL = "--ours 'full model'"
SHOWN = (
    Shown("main", "methods by datasets, from a sample paper", f"table {STUDY} {ACCURACY} --where split=test --baseline full --ours linear-probe {SHARED} --second", wide=True),
    Shown("turned", "datasets by methods", f"table seeds.csv {ACCURACY} {FULL} --layout dataset-by-method"),
    Shown("several", "several metrics", f"table seeds.csv --metric accuracy --metric loss --unit accuracy=% {FULL}", wide=True),
    Shown("columns", "more columns: rank, difference, P(improvement), n", f"table seeds.csv {ACCURACY} --baseline linear --column rank --column difference --column improvement --column n", wide=True),
    Shown("heat", "shaded cells", f"table seeds.csv {ACCURACY} --heat --spread none"),
    Shown("ablation", "an ablation", f"table seeds.csv {ACCURACY} {FULL} {SHARED} --layout ablation"),
    Shown("pairwise", "every decision", f"table seeds.csv {ACCURACY} --baseline linear --layout pairwise", wide=True),
    Shown("per-seed", "every run", f"table seeds.csv {ACCURACY} --layout per-seed"),
    Shown("cost", "what runs took", "table seeds.csv --layout cost"),
    Shown("settings", "hyper-parameters", "table seeds.csv --layout settings"),
    Shown("listing", "a file's own columns", "table datasets.csv --layout listing"),
    Shown("ratings", "human ratings with their agreement", "table ratings.csv --layout ratings"),
    Shown("learning-curves", "learning curves", f"figure curves.csv --kind learning-curves {ACCURACY}"),
    Shown("intervals", "means with intervals", f"figure {STUDY} --kind intervals {ACCURACY} --where split=test", wide=True),
    Shown("differences", "differences from a baseline", f"figure seeds.csv --kind differences {ACCURACY} --baseline linear"),
    Shown("bars", "grouped bars with points", f"figure seeds.csv --kind bars {ACCURACY}"),
    Shown("distributions", "distributions over seeds", f"figure seeds.csv --kind distributions {ACCURACY}"),
    Shown("box", "boxes over seeds", f"figure {STUDY} --kind distributions --shape box {ACCURACY} --where split=test --where dataset=digits-noisy"),
    Shown("violin", "violins over seeds", f"figure {STUDY} --kind distributions --shape violin {ACCURACY} --where split=test --where dataset=digits-noisy"),
    Shown("slopes", "paired slopes", f"figure seeds.csv --kind slopes {ACCURACY} {FULL} --baseline 'small encoder' {SHARED}"),
    Shown("waterfall", "an ablation's steps", f"figure seeds.csv --kind waterfall {ACCURACY} {FULL} {SHARED}"),
    Shown("critical-difference", "critical differences", "figure many.csv --kind critical-difference --replicate dataset"),
    Shown("profile", "performance profiles", "figure agents.csv --kind profile --aggregate iqm"),
    Shown("improvement", "probability of improvement", "figure agents.csv --kind improvement --aggregate iqm --ours ours"),
    Shown("pareto", "quality against cost", f"figure seeds.csv --kind pareto {ACCURACY} --metric wall_time_s --x wall_time_s"),
    Shown("scaling", "a scaling law", "figure sizes.csv --kind scaling --metric loss --x dataset --lower loss"),
    Shown("reliability", "calibration", "figure examples.csv --kind reliability"),
    Shown("confusion", "confusion matrices", "figure examples.csv --kind confusion"),
    Shown("correlation", "how metrics go together", "figure seeds.csv --kind correlation"),
    Shown("script", "the author's own function", f"figure {STUDY} --kind script --file gallery_own.py {ACCURACY} --where split=test", wide=True),
    Shown("tikz", "the author's TikZ", "figure --kind tikz --file architecture.tikz"),
)  # fmt: skip


def make(shown: Shown, venue: str, folder: Path) -> str:
    """Run the command; what it said on stderr where it failed, else nothing."""
    import shlex

    place = "text" if shown.wide or venue.startswith("neurips") else "column"
    end = "tex" if shown.kind == "table" else "pdf"
    words = shlex.split(shown.command.replace(STUDY, str(ROOT / STUDY.removeprefix("../../"))))
    command = [sys.executable, "-m", "paperforge", *words, "--venue", venue, "--width", place]
    command += ["-o", f"shown/{shown.name}.{end}"]
    if shown.kind == "table":
        command += ["--notes"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def section(venue: str, made: list[Shown]) -> str:
    """The text that shows them."""
    both = not venue.startswith("neurips")
    lines = [r"\section{Tables and figures}", r"Each is made by one command."]
    for one in made:
        star = "*" if one.wide and both else ""
        body = rf"\input{{shown/{one.name}.tex}}"
        if one.kind == "figure":
            body = rf"\includegraphics{{shown/{one.name}.pdf}}"
        caption = rf"\caption{{\texttt{{{one.name}}}: {one.title}.}}"
        inside = [caption, body] if one.kind == "table" else [body, caption]
        lines += [
            rf"\begin{{{one.kind}{star}}}[tp]\centering",
            *inside,
            rf"\end{{{one.kind}{star}}}",
        ]
    return "\n".join([*lines, ""])


def build(venue: str, folder: Path) -> list[Path]:
    """The pages of one venue as pictures. Raises SystemExit where something cannot be made."""
    (folder / "shown").mkdir(parents=True)
    (folder / "sections").mkdir()
    gallery_data.make(folder)
    copy(Path(__file__).with_name("gallery_own.py"), folder)
    start = [sys.executable, "-m", "paperforge", "figure", "--kind", "tikz", "--start"]
    subprocess.run(
        [*start, "--file", "architecture.tikz"], cwd=folder, check=True, capture_output=True
    )
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda one: make(one, venue, folder), SHOWN))
    wrong = [f"{one.command}\n{text}" for one, text in zip(SHOWN, said, strict=True) if text]
    if wrong:
        raise SystemExit("\n".join(wrong))
    (folder / "sections" / "gallery.tex").write_text(section(venue, list(SHOWN)), encoding="utf-8")
    (folder / "paper.toml").write_text(
        f'title = "The gallery"\nauthors = ["The paperforge founders"]\nvenue = "{venue}"\n'
        'mode = "preprint"\npackages = ["colortbl"]\ndate = "2026-11-29"\nsections = ["sections/gallery.tex"]\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "paperforge", "build"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    (pdf,) = folder.glob("build/*/paper*.pdf")
    print(done.stderr[-1500:] if done.returncode else f"{venue}: built")
    for old in PAGES.glob(f"{venue}-*.png"):
        old.unlink()
    subprocess.run(["pdftoppm", "-r", "75", "-png", pdf, PAGES / venue], check=True)
    pages = sorted(PAGES.glob(f"{venue}-*.png"))
    for page in pages:
        _shrink(page)
    return pages


def _shrink(page: Path) -> None:
    """Fewer colours: a page of text needs no more."""
    from PIL import Image

    with Image.open(page) as picture:
        picture.convert("RGB").quantize(48).save(page, optimize=True)


def main() -> None:
    """Make the pages and the page that shows them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=VENUES)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    PAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        base = asked.keep or Path(name)
        for venue in [asked.only] if asked.only else VENUES:
            build(venue, base / venue)
    lines = [
        "# Gallery",
        "",
        "Every table layout and kind of figure in three venues' pages, made by `make gallery`: from a sample's results",
        "where the command names `runs.csv`, else from numbers that `scripts/gallery_data.py` makes up. The styles are",
        "paperforge's stand-ins. Each is one command, with `--venue VENUE --width column|text -o FILE` added:",
        "",
        "| | shows | command |",
        "|---|---|---|",
    ]
    for one in SHOWN:
        command = one.command.replace(STUDY, "runs.csv")
        lines.append(f"| {one.name} | {one.title} | `paperforge {command}` |")
    for venue, title in VENUES.items():
        lines += ["", f"## {title}", ""]
        lines += [
            f"![{title}, page {i}](gallery/{p.name})"
            for i, p in enumerate(sorted(PAGES.glob(f"{venue}-*.png")), 1)
        ]
    (ROOT / "docs" / "gallery.md").write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
