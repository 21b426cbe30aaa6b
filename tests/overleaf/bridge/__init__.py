"""A stand-in of Overleaf's git bridge: smart HTTP with its rules, its texts, and its failures on demand.

    with Bridge(folder) as bridge:
        paper = bridge.project({"main.tex": "..."})
        subprocess.run(["git", "clone", paper.url])           # user git, password bridge.token
        paper.write("main.tex", "edited online")
        bridge.busy(times=2)                                  # the next two answers are a failure

`Bridge(folder, rules=False)` is a plain git server (GitHub, GitLab): any user name, any branch, forced pushes.
`Project.create(folder / "x.git")` is a plain bare repository for a file path, without a server.
"""

from .compiling import Compiled
from .core import Bridge
from .faults import Fault
from .git import environment, git
from .project import NotEditable, Project
from .requests import Seen
from .rules import Limits

__all__ = [
    "Bridge",
    "Compiled",
    "Fault",
    "Limits",
    "NotEditable",
    "Project",
    "Seen",
    "environment",
    "git",
]
