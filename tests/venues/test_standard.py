"""Pages of LaTeX's own classes, as LaTeX has them."""

import re
import subprocess
from dataclasses import replace

import pytest

from paperforge import project, tables, venues
from paperforge.errors import InputError
from paperforge.model import Severity
from paperforge.spec import Project

KNOWN = [
    ("article", "", "", (345.0, 345.0, 550.0)),
    ("article", "11pt,a4paper", "", (360.0, 360.0, 595.8)),
    ("report", "12pt", r"\usepackage{times}", (390.0, 390.0, 548.5)),
    ("article", "twocolumn", "", (229.5, 469.0, 550.0)),
    ("article", "twocolumn,a4paper,11pt", "", (221.0, 452.0, 595.8)),
    ("article", "", r"\usepackage{geometry}", (430.0, 430.0, 556.48)),
    ("article", "", r"\usepackage[margin=1in]{geometry}", (469.755, 469.755, 650.43)),
    ("article", "a4paper", r"\usepackage[margin=2.5cm]{geometry}", (455.244, 455.244, 702.78)),
    ("article", "", "\\usepackage{geometry}\\geometry{left=3cm,\n right=2cm}", (472.03, 472.03, 556.48)),
    ("article", "", r"\usepackage[textwidth=16cm]{geometry}", (455.244, 455.244, 556.48)),
    ("article", "twocolumn", r"\usepackage[margin=1in]{geometry}", (229.8775, 469.755, 650.43)),
]  # fmt: skip
FORMS = [
    ("article", "a5paper", r"\usepackage[margin=2cm]{geometry}", (307.29, 307.29, 483.7)),
    ("article", "b5paper", r"\usepackage[margin=2cm]{geometry}", (386.957, 386.957, 597.51)),
    ("article", "a5paper", "", (276.0, 276.0, 346.0)),
    ("article", "b5paper,11pt", "", (356.0, 356.0, 459.8)),
    ("report", "legalpaper,12pt", "", (390.0, 390.0, 766.0)),
    ("article", "executivepaper,twocolumn", "", (184.5, 379.0, 514.0)),
    ("report", "a5paper", r"\usepackage[left=1in,right=2cm]{geometry}", (291.925, 291.925, 418.26)),
    ("article", "a4paper,landscape", "", (345.0, 345.0, 346.0)),
    ("article", "a4paper,landscape", r"\usepackage[margin=1in]{geometry}", (700.507, 700.507, 452.97)),
    ("article", "landscape", r"\usepackage[margin=1in]{geometry}", (650.43, 650.43, 469.75)),
    ("article", "", r"\usepackage[total={6.5in,9in}]{geometry}", (469.755, 469.755, 650.43)),
    ("article", "", r"\usepackage[total=6in]{geometry}", (433.62, 433.62, 433.62)),
    ("article", "", r"\usepackage[scale=0.8]{geometry}", (491.436, 491.436, 635.98)),
    ("article", "", r"\usepackage[scale={0.8,0.75}]{geometry}", (491.436, 491.436, 596.23)),
    ("article", "", r"\usepackage[hscale=0.75]{geometry}", (460.721, 460.721, 556.48)),
    ("article", "", r"\usepackage[width=15cm,height=22cm]{geometry}", (426.791, 426.791, 625.96)),
    ("article", "twocolumn", r"\usepackage[margin=1in,columnsep=0.25in]{geometry}", (225.844, 469.755, 650.43)),
    ("article", "", r"\usepackage[margin=1in,columnsep=0.25in,twocolumn]{geometry}", (225.844, 469.755, 650.43)),
    ("article", "", r"\usepackage[hmargin={1in,2cm}]{geometry}", (485.119, 485.119, 556.48)),
    ("article", "", "\\usepackage{geometry}\n\\geometry{hmargin={1in,2cm},vmargin=1in}", (485.119, 485.119, 650.43)),
    ("article", "", r"\usepackage[margin={1in,2cm}]{geometry}", (469.755, 469.755, 681.16)),
    ("article", "", r"\usepackage[left=2cm]{geometry}", (465.245, 465.245, 556.48)),
    ("article", "twoside", r"\usepackage[left=2cm,bottom=3cm]{geometry}", (483.674, 483.674, 614.22)),
    ("article", "", r"\usepackage[left=2cm,hmarginratio=1:2,top=1in]{geometry}", (443.578, 443.578, 627.3)),
    ("article", "", r"\usepackage[left=2cm,textwidth=14cm,textheight=20cm,right=1cm]{geometry}", (528.937, 528.937, 569.06)),
    ("article", "", r"\usepackage[includefoot,margin=1in]{geometry}", (469.755, 469.755, 620.43)),
    ("article", "", r"\usepackage[includeheadfoot,margin=1in,headsep=10pt]{geometry}", (469.755, 469.755, 598.43)),
    ("article", "", r"\usepackage[includehead,nohead,margin=1in]{geometry}", (469.755, 469.755, 650.43)),
    ("article", "11pt", r"\usepackage[lines=40]{geometry}", (430.006, 430.006, 541.4)),
    ("article", "11pt", r"\usepackage[margin=1in,heightrounded]{geometry}", (469.755, 469.755, 650.2)),
    ("article", "", r"\usepackage[margin=0.1\paperwidth]{geometry}", (491.436, 491.436, 672.11)),
    ("article", "", r"\usepackage[paper=a5paper,margin=2cm]{geometry}", (307.29, 307.29, 483.7)),
    ("article", "", r"\usepackage[a4paper,margin=2cm]{geometry}", (483.697, 483.697, 731.24)),
    ("article", "", r"\usepackage[papersize={6in,9in},margin=0.5in]{geometry}", (361.35, 361.35, 578.16)),
    ("article", "", r"\usepackage[paperwidth=15cm,margin=0.5in]{geometry}", (354.521, 354.521, 722.7)),
    ("article", "", r"\usepackage[hdivide={2cm,*,3cm},vdivide={1in,8in,*}]{geometry}", (472.031, 472.031, 578.16)),
    ("article", "", r"\usepackage[body={6in,8in},centering]{geometry}", (433.62, 433.62, 578.16)),
    ("article", "", r"\usepackage{fullpage}", (469.755, 469.755, 620.43)),
    ("article", "a4paper,11pt", r"\usepackage[cm]{fullpage}", (512.15, 512.15, 729.69)),
    ("article", "", r"\usepackage[headings]{fullpage}", (469.755, 469.755, 583.43)),
    ("article", "", r"\usepackage[empty]{fullpage}", (469.755, 469.755, 650.43)),
    ("article", "a4paper", r"\usepackage{a4wide}", (424.586, 424.586, 646.0)),
    ("article", "a4paper,11pt", r"\usepackage{a4wide}", (442.654, 442.654, 636.6)),
    ("article", "a4paper,12pt", r"\usepackage{a4wide}", (460.721, 460.721, 621.0)),
    ("article", "", r"\setlength{\textwidth}{6.5in}", (469.755, 469.755, 550.0)),
    ("article", "", "\\setlength\\textwidth{16cm}\n\\addtolength{\\textwidth}{1cm}\n\\setlength{\\textheight}{9in}", (483.697, 483.697, 650.43)),
    ("article", "", r"\textwidth=6in", (433.62, 433.62, 550.0)),
    ("article", "", "\\textwidth 6in\n\\textheight = 8.5in", (433.62, 433.62, 614.29)),
    ("article", "twocolumn", r"\setlength{\columnsep}{0.5in}", (216.433, 469.0, 550.0)),
    ("article", "twocolumn", "\\columnsep=2pc\\relax\n\\textwidth=17cm\n", (229.848, 483.697, 550.0)),
    ("article", "", r"\setlength{\textwidth}{0.8\paperwidth}", (491.436, 491.436, 550.0)),
    ("article", "", "\\setlength{\\textwidth}{\\paperwidth}\n\\addtolength{\\textwidth}{-2in}", (469.755, 469.755, 550.0)),
    ("article", "", "\\usepackage[margin=1in]{geometry}\n\\setlength{\\textwidth}{5in}", (361.35, 361.35, 650.43)),
    ("article", "", "\\setlength{\\textwidth}{5in}\n\\usepackage[margin=1in]{geometry}", (469.755, 469.755, 650.43)),
    ("article", "margin=1in,a4paper", r"\usepackage{geometry}", (418.256, 418.256, 591.53)),
    ("article", "", "\\usepackage{geometry}\n\\geometry{left=1in}\n\\geometry{right=2in,top=1in}", (397.485, 397.485, 627.3)),
    ("article", "", "\\usepackage{graphicx,fullpage,times}\n\\newcommand{\\pic}[1]{\\includegraphics[width=\\textwidth]{#1}}", (469.755, 469.755, 620.43)),
]  # fmt: skip


def paper(folder, kind, options, preamble):
    text = rf"\documentclass[{options}]{{{kind}}} % twocolumn" + f"\n{preamble}\n"
    (folder / "main.tex").write_text(text + r"\begin{document}x\end{document}", encoding="utf-8")


@pytest.mark.parametrize(("kind", "options", "preamble", "widths"), [*KNOWN, *FORMS])
def test_widths(tmp_path, kind, options, preamble, widths):
    paper(tmp_path, kind, options, preamble)
    found = venues.of_paper(tmp_path, "main.tex")
    height = found.facts["measured"]["textheight"]
    assert (found.column_width_pt, found.text_width_pt, height) == pytest.approx(widths, abs=0.02)
    page = tables.Page.of(found)
    assert page.text == found.text_width_pt and page.name == found.name
    assert page.sizes[0] == (
        "normalsize",
        {"11": 10.95, "12": 12.0}.get(options[:2], page.sizes[0][1]),
    )


@pytest.mark.tex
@pytest.mark.parametrize(
    ("kind", "options", "preamble", "widths"),
    [*KNOWN, *(pytest.param(*form, marks=pytest.mark.slow) for form in FORMS)],
)
def test_latex_says_the_same(tmp_path, kind, options, preamble, widths):
    paper(tmp_path, kind, options, preamble)
    text = (tmp_path / "main.tex").read_text(encoding="utf-8")
    told = r"\begin{document}\typeout{W \the\columnwidth, \the\textwidth, \the\textheight.}"
    (tmp_path / "main.tex").write_text(text.replace(r"\begin{document}", told), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    said = re.search(r"W ([\d.]+)pt, ([\d.]+)pt, ([\d.]+)pt", done.stdout)
    assert tuple(map(float, said.groups())) == pytest.approx(widths, abs=0.02)


@pytest.mark.parametrize(
    ("kind", "preamble"),
    [
        ("scrartcl", ""), ("IEEEtran", ""), ("article", r"\usepackage{typearea}"), ("article", r"\usepackage{icml2019}"),
        ("article", r"\setlength{\textwidth}{\dimexpr 6in}"), ("article", r"\usepackage[margin=2em]{geometry}"), ("article", r"\usepackage{own}"),
        ("article", r"\usepackage[includemp,margin=1in]{geometry}"), ("article", r"\usepackage[layout=a5paper]{geometry}"),
        ("article", r"\AtBeginDocument{\setlength{\textwidth}{6in}}"), ("article", r"\usepackage[margin=6in]{geometry}"),
        ("article", r"\usepackage[nonsense=2cm]{geometry}"), ("article", r"\textwidth=\dimexpr 6in\relax"),
        ("article", r"\input{setup}"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_no_page(tmp_path, kind, preamble):
    (tmp_path / "own.sty").write_text("", encoding="utf-8")
    (tmp_path / "setup.tex").write_text(r"\usepackage[mag=1200]{geometry}", encoding="utf-8")
    paper(tmp_path, kind, "", preamble)
    assert venues.of_paper(tmp_path, "main.tex") is None
    said = Project(tmp_path, main="main.tex")
    (found,) = venues.unread(said)
    assert found.severity is Severity.WARNING and "[page] width" in found.hint
    stated = replace(
        said, page={"width": "6.5in", "columns": 2, "column_sep": "0.25in", "size": 11}
    )
    assert venues.unread(stated) == ()
    page = venues.page_of(stated)
    assert (page.text_width_pt, page.column_width_pt) == pytest.approx((469.755, 225.844), abs=1e-3)
    assert page.body_size_pt == 10.95


def test_what_paper_toml_says_goes_before_the_main_file(tmp_path):
    paper(tmp_path, "article", "", r"\usepackage{mathpazo}")
    toml = 'title = "t"\nmain = "main.tex"\n[page]\nwidth = {}\n'
    for written, points in (('"10cm"', 284.528), ("300", 300.0)):
        (tmp_path / "paper.toml").write_text(toml.format(written), encoding="utf-8")
        read = project.load(tmp_path)
        page = venues.page_of(read)
        assert page.column_width_pt == pytest.approx(points, abs=1e-3)
        assert page.text_face == "Palatino" and 'width = "' in project.dump(read)
    for wrong in ('"wide"', "-3", "true", '"0pt"'):
        (tmp_path / "paper.toml").write_text(toml.format(wrong), encoding="utf-8")
        with pytest.raises(InputError, match=r"paper\.toml line 4"):
            project.load(tmp_path)


def test_the_face_is_that_of_its_package(tmp_path):
    paper(tmp_path, "article", "", r"\usepackage{microtype,mathpazo}")
    assert venues.of_paper(tmp_path, "main.tex").text_face == "Palatino"
