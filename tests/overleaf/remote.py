"""A bare repository, edited as a co-author online edits it; quick, for tests of many steps."""

import os
import subprocess
from pathlib import Path

ENV = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Co",
    "GIT_AUTHOR_EMAIL": "co@example.org",
    "GIT_COMMITTER_NAME": "Co",
    "GIT_COMMITTER_EMAIL": "co@example.org",
}


class Remote:
    """A bare repository in a folder, and the edits of somebody else."""

    def __init__(self, folder: Path, branch: str = "main") -> None:
        self.folder, self.branch = folder, branch
        self.git("init", "--quiet", "--bare", f"--initial-branch={branch}", str(folder), bare=False)

    def git(self, *args, given=b"", bare=True, index=None):
        env = ENV | ({"GIT_INDEX_FILE": str(index)} if index else {})
        command = ["git", *([f"--git-dir={self.folder}"] if bare else []), *args]
        done = subprocess.run(command, input=given, capture_output=True, env=env, check=True)
        return done.stdout

    @property
    def head(self):
        """The commit of the branch, or nothing."""
        return (
            self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{self.branch}")
            .decode()
            .strip()
        )

    def files(self):
        """Path -> content."""
        if not self.head:
            return {}
        listed = self.git("ls-tree", "-r", "-z", self.head).decode().split("\0")
        blobs = [(line.split("\t")[1], line.split()[2]) for line in listed if line]
        out = self.git("cat-file", "--batch", given="".join(f"{b}\n" for _, b in blobs).encode())
        found, at = {}, 0
        for path, _ in blobs:
            end = out.index(b"\n", at)
            size = int(out[at:end].split()[2])
            found[path] = out[end + 1 : end + 1 + size]
            at = end + size + 2
        return found

    def edit(self, changes, message="Update on Overleaf."):
        """A commit on the branch: path -> bytes or str, None to delete."""
        index = self.folder / "edit.index"
        index.unlink(missing_ok=True)
        parent = self.head
        self.git(*(["read-tree", parent] if parent else ["read-tree", "--empty"]), index=index)
        lines = b""
        for path, given in changes.items():
            if given is None:
                lines += f"0 {'0' * 40}\t{path}\n".encode()
                continue
            data = given.encode() if isinstance(given, str) else given
            blob = self.git("hash-object", "-w", "--stdin", given=data).decode().strip()
            lines += f"100644 {blob}\t{path}\n".encode()
        self.git("update-index", "--index-info", given=lines, index=index)
        tree = self.git("write-tree", index=index).decode().strip()
        above = ["-p", parent] if parent else []
        commit = self.git("commit-tree", tree, *above, given=message.encode()).decode().strip()
        self.git("update-ref", f"refs/heads/{self.branch}", commit)
        return commit
