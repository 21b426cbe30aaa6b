"""Several figures at once and figures drawn before: the same bytes as one by one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from paperforge import figures
from paperforge.figures import kept, several
from paperforge.spec import FigureSpec, Role


def jobs(study, venue, count=4, **changes):
    analysis = study(3, 2)
    kinds = ("learning-curves", "intervals", "differences")
    return [
        figures.job(FigureSpec(f"f{i}", kinds[i % 3], title=f"T{i}", **changes), analysis, venue("icml"))
        for i in range(count)
    ]  # fmt: skip


def test_helpers_draw_the_same_bytes(study, venue):
    asked = jobs(study, venue)
    alone, together = several.draw(asked, helpers=0), several.draw(asked, helpers=2)
    assert alone == together
    assert all(figure is not None for figure in alone)


def test_a_helper_that_dies_is_stood_in_for(study, venue, monkeypatch):
    monkeypatch.setattr(several, "_START", "import os, sys; sys.stdin.buffer.read(9); os._exit(3)")
    asked = jobs(study, venue, 3)
    assert several.draw(asked, helpers=2) == several.draw(asked, helpers=0)


def test_an_interrupt_leaves_no_helper(study, venue, monkeypatch):
    started = []
    start = several._start

    def noted():
        started.append(start())
        return started[-1]

    def interrupted(job):
        raise KeyboardInterrupt

    monkeypatch.setattr(several, "_start", noted)
    monkeypatch.setattr(several, "_tried", interrupted)
    with pytest.raises(KeyboardInterrupt):
        several.draw(jobs(study, venue), helpers=2)
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(timeout=10)


def test_a_figure_that_cannot_be_drawn_is_left_out(study, venue):
    asked = jobs(study, venue, 2)
    low = replace(asked[0], style=replace(asked[0].style, height=41.0))
    assert several.draw([low, asked[1]], helpers=0)[0] is None
    assert several.draw([low, asked[1]], helpers=1)[0] is None


def test_a_callers_script_is_not_run_again(tmp_path):
    here = Path(__file__).with_name("conftest.py")
    script = tmp_path / "mine.py"
    script.write_text(
        "import importlib.util\n"
        f"found = importlib.util.spec_from_file_location('synthetic', {str(here)!r})\n"
        "made = importlib.util.module_from_spec(found); found.loader.exec_module(made)\n"
        "from paperforge import figures\nfrom paperforge.figures import several\n"
        "from paperforge.spec import FigureSpec\nprint('once')\n"
        "asked = [figures.job(FigureSpec(n, 'intervals'), made.study(2)) for n in 'ab']\n"
        "print(all(several.draw(asked, helpers=1)))\n"
    )
    (tmp_path / "pickle.py").write_text("raise SystemExit('a module of the folder was imported')")
    done = subprocess.run(
        [sys.executable, "-P", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "once\nTrue\n"


def test_a_kept_figure_is_taken_as_it_was_without_matplotlib(study, venue, tmp_path):
    asked = jobs(study, venue)
    drawn = several.draw(asked, tmp_path / "figures", helpers=0)
    assert len(list((tmp_path / "figures").iterdir())) == 8
    for job in asked:
        kept.key(job)
    code = (
        "import pathlib, sys; from paperforge.figures import kept\n"
        f"folder = pathlib.Path({str(tmp_path / 'figures')!r})\n"
        "found = [kept.find(folder, one.stem) for one in folder.glob('*.json')]\n"
        "assert all(found) and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert several.draw(asked, tmp_path / "figures", helpers=0) == drawn


def test_only_what_is_drawn_decides_whether_it_is_drawn_again(study, venue):
    analysis, place = study(3, 2), venue("icml")
    spec = FigureSpec("f", "intervals")
    key = kept.key(figures.job(spec, analysis, place))
    cell = analysis.aggregates[0]
    moved = replace(
        analysis, aggregates=(replace(cell, mean=cell.mean + 1e-9), *analysis.aggregates[1:])
    )
    curve = replace(analysis, curves=())
    method = replace(analysis.methods[0], colour="#123456")
    other = replace(analysis, methods=(method, *analysis.methods[1:]))
    ours = replace(analysis.methods[0], role=Role.OURS)
    weight = replace(analysis, methods=(ours, *analysis.methods[1:]))
    assert kept.key(figures.job(spec, curve, place)) == key
    for changed in (moved, other, weight):
        assert kept.key(figures.job(spec, changed, place)) != key
    assert kept.key(figures.job(replace(spec, title="T"), analysis, place)) != key
    assert kept.key(figures.job(spec, analysis, venue("acl"))) != key


def test_a_font_that_comes_or_goes_is_a_change(study, venue, monkeypatch, tmp_path):
    job = jobs(study, venue, 1)[0]
    key = kept.key(job)
    monkeypatch.setattr("paperforge.figures.fonts._find", lambda name: None)
    assert kept.key(job) != key


@pytest.mark.parametrize("harm", ["cut", "other", "text", "gone", "link"])
def test_a_damaged_entry_is_as_good_as_none(harm, study, venue, tmp_path):
    [job] = jobs(study, venue, 1)
    [drawn] = several.draw([job], tmp_path, helpers=0)
    [pdf], [about] = tmp_path.glob("*.pdf"), tmp_path.glob("*.json")
    if harm == "cut":
        pdf.write_bytes(pdf.read_bytes()[:-9])
    elif harm == "other":
        pdf.write_bytes(b"%PDF-1.4")
    elif harm == "text":
        said = json.loads(about.read_text())
        said["figure"]["alt"] = "something else"
        about.write_text(json.dumps(said))
    elif harm == "gone":
        pdf.unlink()
    else:
        about.unlink()
        about.symlink_to(tmp_path)
    assert kept.find(tmp_path, about.stem) is None
    assert several.draw([job], tmp_path, helpers=0) == [drawn]
    if harm != "link":
        assert kept.find(tmp_path, about.stem) == drawn


def test_what_other_fonts_of_the_machine_drew_is_not_kept(study, venue, tmp_path):
    analysis = study(("a", "算"), 1)
    job = figures.job(FigureSpec("f", "intervals"), analysis, venue("icml"))
    [figure] = several.draw([job], tmp_path / "k", helpers=0)
    assert figure is not None
    assert not list(tmp_path.glob("k/*.json"))


def test_a_folder_that_cannot_be_written_costs_nothing(study, venue, tmp_path):
    (tmp_path / "file").write_text("")
    [figure] = several.draw(jobs(study, venue, 1), tmp_path / "file" / "below", helpers=0)
    assert figure is not None


def test_the_longest_unused_go_first(tmp_path, monkeypatch):
    for place, name in enumerate(("old", "new")):
        (tmp_path / name).write_bytes(b"x" * 60)
        os.utime(tmp_path / name, (1000 + place, 1000 + place))
    monkeypatch.setattr(kept, "MOST", 100)
    kept.trim(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_few_figures_are_drawn_here_and_more_are_shared(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(4)), raising=False)
    assert [several._helpers(n) for n in (0, 3, 4, 12, 100)] == [0, 0, 2, 3, 3]
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0}, raising=False)
    assert several._helpers(12) == 0
