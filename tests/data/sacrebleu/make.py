"""Write scores with sacreBLEU 2.6.0's own command.

    python tests/data/sacrebleu/make.py

flat/SYSTEM.json: bleu, chrf and ter of three systems; `wild` with another tokenizer.
folders/SYSTEM/DATASET.json: bleu alone, with an interval. systems.json: two systems compared.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
REFERENCE = "the cat sat on the mat today\na small dog ran fast from it\nno one knows the answer\n"
SYSTEMS = {
    "ours": "the cat sat on a mat today\na small dog ran away from it\nno one knows an answer\n",
    "base": "cat sat on mat\nthe small dog ran fast away\nno one knows the answer to this\n",
    "wild": "a cat on mat, today\nthe dog ran fast\nno one knows the answer\n",
}


def score(folder: Path, systems: list[str], *options: str) -> str:
    """What the command prints."""
    command = [sys.executable, "-m", "sacrebleu", "ref.txt", "-i", *systems, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def main() -> None:
    for name in ("flat", "folders"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    (HERE / "flat").mkdir()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ref.txt").write_text(REFERENCE)
        for system, text in SYSTEMS.items():
            (folder / f"{system}.txt").write_text(text)
            options = ["--tokenize", "char"] if system == "wild" else []
            printed = score(folder, [f"{system}.txt"], "-m", "bleu", "chrf", "ter", *options)
            (HERE / "flat" / f"{system}.json").write_text(printed)
        (HERE / "systems.json").write_text(
            score(folder, ["ours.txt", "base.txt"], "-m", "bleu", "--paired-bs")
        )
        for system in ("ours", "base"):
            for dataset in ("news", "talks"):
                place = HERE / "folders" / system
                place.mkdir(parents=True, exist_ok=True)
                printed = score(folder, [f"{system}.txt"], "--confidence", "--confidence-n", "10")
                (place / f"{dataset}.json").write_text(printed)


if __name__ == "__main__":
    main()
