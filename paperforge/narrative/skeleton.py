r"""The sections that `paperforge new` writes: a structure with short prompts to the author.

Each prompt is `\pfprompt{…}`: printed in a draft, a failure in a submission. What the project's
story already says takes the prompt's place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from paperforge.latex.escape import escape

if TYPE_CHECKING:
    from paperforge.spec import Project, Story


def sections(project: Project, *, impact: bool, tables: bool, wide: bool = False) -> dict[str, str]:
    """Path -> text of the author's section files.

    `impact`: the venue wants an impact statement. `tables`: results are there, so the experiments
    section shows the main table and the drafted findings; `wide`: over both columns.
    """
    story = project.story
    texts = {
        "abstract": _abstract(story),
        "introduction": _introduction(story),
        "related-work": _related(),
        "method": _method(story),
        "experiments": _experiments(story, tables=tables, wide=wide),
        "conclusion": _conclusion(),
        "limitations": _limitations(),
        "ethics": _ethics(project),
    }
    if impact:
        texts["impact"] = _prompt(
            "Who could be helped or harmed by this work, and how? If nothing stands out, say so in "
            "one sentence."
        )
    return {f"sections/{name}.tex": text for name, text in texts.items()}


def _prompt(text: str) -> str:
    return f"\\pfprompt{{{text}}}\n"


def _said(text: str, prompt: str) -> str:
    return f"{escape(text)}\n" if text else _prompt(prompt)


def _abstract(story: Story) -> str:
    return "".join(
        (
            _said(story.problem, "Problem: what goes wrong today, for whom? One sentence."),
            _said(story.insight, "Insight: what did you see that others did not? One sentence."),
            _said(story.method, "Method: what do you do? One sentence."),
            _said(story.evidence, "Evidence: the one number that matters."),
        )
    )


def _introduction(story: Story) -> str:
    contributions = "".join(
        f"  \\item {escape(text)}\n" for text in story.contributions
    ) or "".join(
        f"  \\item {_prompt(text)}"
        for text in (
            "What is new: a method, a finding, a data set?",
            "What is shown, and on what?",
        )
    )
    return (
        "\\section{Introduction}\n\\label{sec:introduction}\n\n"
        "\\paragraph{Problem.}\n"
        + _said(story.problem, "Who has which problem, and why is it not solved?")
        + "\n\\paragraph{Insight.}\n"
        + _said(story.insight, "The one idea that makes this paper possible.")
        + "\n\\paragraph{Contributions.}\n\\begin{itemize}\n"
        + contributions
        + "\\end{itemize}\n"
    )


def _related() -> str:
    return "\\section{Related work}\n\\label{sec:related}\n\n" + _prompt(
        "The two or three closest lines of work: what they do, and what they leave open."
    )


def _method(story: Story) -> str:
    return "\\section{Method}\n\\label{sec:method}\n\n" + _said(
        story.method,
        "Enough for a reader to build it: inputs, steps, outputs, choices with reasons.",
    )


def _experiments(story: Story, *, tables: bool, wide: bool) -> str:
    float_ = "table*" if wide else "table"
    setup = _prompt("Data, baselines, seeds, budget: what a reader needs to run it again.")
    text = (
        "\\section{Experiments}\n\\label{sec:experiments}\n\n"
        "\\paragraph{Set-up.}\n" + setup + "\n\\paragraph{Results.}\n"
    )
    if story.evidence:
        text += f"{escape(story.evidence)}\n"
    if not tables:
        return text + _prompt("Name your results in paper.toml, and the table comes here.")
    return text + (
        "% Drafted from the decisions on every build; replace it by your own words.\n"
        "\\input{generated/findings}\n\n"
        f"\\begin{{{float_}}}[tp]\n"
        "  \\centering\n"
        "  \\caption{Main results. \\pfnote{main}}\n"
        "  \\label{tab:main}\n"
        "  \\input{generated/tables/main}\n"
        f"\\end{{{float_}}}\n"
    )


def _conclusion() -> str:
    return "\\section{Conclusion}\n\\label{sec:conclusion}\n\n" + _prompt(
        "What does a reader do differently tomorrow?"
    )


def _limitations() -> str:
    return (
        "% The venue's template gives the heading. What the data itself says follows by itself.\n"
        + _prompt("Where does this not hold? Data, models, budget, population.")
    )


def _ethics(project: Project) -> str:
    return "% The venue's template gives the heading.\n" + _said(
        project.ethics, "Who could be harmed: by the data, by the method, by its use?"
    )
