"""Write runs/ with HELM's own helm-run (crfm-helm 0.5.16) and toy clients.

    python tests/data/helm/make.py

Two models answer two of HELM's simple scenarios, two trials each; one more run has misspelt copies
of its questions, and no numbers per question are kept of it. The prompts and answers (scenario_state.json) are left out: they are not read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SKILLS = {"alpha": 0.3, "beta": 0.8}
ENTRIES = ("simple_mcqa:model=toy/{}", "simple_classification:model=toy/{}")
CLIENT = '''
import hashlib

from helm.clients.simple_client import SimpleClient

SKILLS = {skills}


class Toy(SimpleClient):
    """Right with a chance of its skill: a hash of model and question decides."""

    def invoke_model(self, raw_request):
        name = raw_request["engine"]
        question = raw_request["prompt"].rpartition("\\n")[0].rpartition("\\n\\n")[2]
        number = int("".join(c for c in question if c.isdigit())[-2:])
        digest = hashlib.sha256(f"{{name}}|{{raw_request['prompt']}}".encode()).digest()
        right = digest[0] / 256 < SKILLS[name]
        even = (number % 2 == 0) == right
        choice = "A. Even" in raw_request["prompt"]
        said = ("A" if even else "B") if choice else ("Even" if even else "Odd")
        return {{"completions": [said] * raw_request["num_completions"]}}
'''
DEPLOYMENT = """
  - name: toy/{0}
    model_name: toy/{0}
    tokenizer_name: simple/tokenizer1
    max_sequence_length: 2048
    client_spec: {{class_name: toys.Toy}}
"""
MODEL = """
  - name: toy/{0}
    display_name: {0}
    description: A toy.
    creator_organization_name: Nobody
    access: open
    release_date: 2026-01-01
    tags: [TEXT_MODEL_TAG, FULL_FUNCTIONALITY_TEXT_MODEL_TAG]
"""


def main() -> None:
    """Run HELM in a temporary folder and keep what the reader reads."""
    shutil.rmtree(HERE / "runs", ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "toys.py").write_text(CLIENT.format(skills=SKILLS))
        (folder / "prod_env").mkdir()
        for file, part in (("model_deployments", DEPLOYMENT), ("model_metadata", MODEL)):
            head = "models:" if file == "model_metadata" else "model_deployments:"
            text = head + "".join(part.format(model) for model in SKILLS)
            (folder / "prod_env" / f"{file}.yaml").write_text(text)
        entries = [entry.format(model) for model in SKILLS for entry in ENTRIES]
        entries.append("simple_mcqa:model=toy/beta,data_augmentation=misspelling_mild")
        command = [str(Path(sys.executable).with_name("helm-run")), "--run-entries", *entries]
        command += ["--suite", "toy", "--max-eval-instances", "2", "-t", "2", "-n", "1"]
        names = {"PYTHONPATH": name, "HF_HUB_OFFLINE": "1", "HOME": name}
        subprocess.run(command, cwd=folder, env={**os.environ, **names}, check=True)
        for run in sorted((folder / "benchmark_output" / "runs" / "toy").glob("*:*")):
            # Windows has no colons in names; the tests write them again.
            place = HERE / "runs" / "toy" / run.name.replace(":", "__")
            place.mkdir(parents=True)
            files = ["run_spec", "stats", "scenario"]
            for file in files if "augmentation" in run.name else [*files, "per_instance_stats"]:
                shutil.copy(run / f"{file}.json", place)


if __name__ == "__main__":
    main()
