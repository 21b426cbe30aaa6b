"""A push as the bridge judges it: each command separately, in the bridge's order of checks."""

from dataclasses import dataclass

from . import rules, texts
from .faults import Faults
from .git import ZERO, git
from .project import Project
from .rules import Rejected


@dataclass(frozen=True)
class Push:
    """A push under way: `synced` is the commit of HEAD when its request came in (each request first syncs)."""

    project: Project
    synced: str | None
    faults: Faults
    errors: list[BaseException]


def judge(push: Push, commands: list[tuple[str, str, str]]) -> tuple[list[str], list[str]]:
    """The lines after "remote:" and one "ok REF" or "ng REF REASON" for each command (old, new, reference)."""
    said, fates = [], []
    for old, new, ref in commands:
        try:
            _one(push, old, new, ref)
            fates.append(f"ok {ref}")
        except Rejected as error:
            said += error.lines()
            fates.append(f"ng {ref} {error.reason}")
        except Exception as error:  # noqa: BLE001  the bridge answers so to any exception, and this one is ours
            push.errors.append(error)
            said += Rejected("internal error").lines()
            fates.append(f"ng {ref} internal error")
    return said, fates


def _one(push: Push, old: str, new: str, ref: str) -> None:
    """One command: raises Rejected, or has moved the branch."""
    there = push.project
    if old != (push.synced or ZERO) and ref == f"refs/heads/{there.branch}":
        raise Rejected(texts.STALE, (), quiet=True)
    if ref != f"refs/heads/{there.branch}":
        raise Rejected("wrong branch", texts.wrong_branch(there.branch))
    if ZERO not in {old, new} and not _contains(there, new, old):
        raise Rejected("forced push prohibited")
    if new == ZERO:
        raise Rejected(
            "invalid git repo"
        )  # the bridge makes no exception of it, and there is no such tree to walk
    entries = there.entries(new)
    rules.walk(entries, there.limits)
    before = push.faults.take("judging", "push")
    if before and before.call:
        before.call()
    with there.lock:
        _locked(push, entries, new)


def _contains(project: Project, new: str, old: str) -> bool:
    return git(project.path, "merge-base", old, new, check=False).decode().strip() == old


def _locked(push: Push, entries: list[rules.Entry], new: str) -> None:
    """What the bridge does under the project's lock, and then the web app."""
    there = push.project
    if push.faults.take("busy", "push"):
        raise Rejected(texts.BUSY)
    rules.count(entries, there.limits)
    if there.access != "owner":
        raise Rejected("forbidden")
    if there.head() != push.synced:
        raise Rejected(texts.OUT_OF_DATE, (), quiet=True)
    rules.names(entries, there.limits)
    rules.project(entries, lambda entry: there.blob(entry.oid), there.limits)
    fault = push.faults.take("refuse", "push")
    if (
        fault and fault.landed
    ):  # the web app took the files, its word came too late: the next sync makes a commit of them
        there.edit(
            dict.fromkeys(there.files()) | there.files(new), author="Pushed Late <git@example.org>"
        )
    if fault:
        raise Rejected(fault.reason, fault.hints)
    there.move(new, push.synced)
