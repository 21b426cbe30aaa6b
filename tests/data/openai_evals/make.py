"""Write logs/ with OpenAI evals 3.0.1 itself: its recorder, its Match eval and its runner.

    python tests/data/openai_evals/make.py

The models are toys; nothing is asked of any service (a key that is no key satisfies the import).
One log is torn, as a killed process leaves it: no final report, half a line at the end.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("OPENAI_API_KEY", "none")
os.environ["EVALS_SEQUENTIAL"] = "1"
HERE = Path(__file__).parent
SKILLS = {"toy-alpha": 0.4, "toy-beta": 0.8}
QUESTIONS = 5


def right(model: str, name: str, number: int) -> bool:
    """Whether the model knows: a hash decides."""
    return hashlib.sha256(f"{model}|{name}|{number}".encode()).digest()[0] / 256 < SKILLS[model]


def main() -> None:
    """Two models, two evals."""
    import evals.base
    from evals.api import CompletionFn, CompletionResult
    from evals.elsuite.basic.match import Match
    from evals.record import LocalRecorder, record_sampling

    class Answer(CompletionResult):
        def __init__(self, text):
            self.text = text

        def get_completions(self):
            return [self.text]

    class Toy(CompletionFn):
        def __init__(self, model, name):
            self.model, self.name = model, name

        def __call__(self, prompt, **_):
            number = int(prompt[-1]["content"].split()[0])
            said = f"{number + 1}" if right(self.model, self.name, number) else "no"
            record_sampling(prompt=prompt, sampled=[said], model=self.model)
            return Answer(said)

    out = HERE / "logs"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        asked = [
            {"input": [{"role": "user", "content": f"{n} + 1"}], "ideal": f"{n + 1}"}
            for n in range(QUESTIONS)
        ]
        data = Path(folder) / "sums.jsonl"
        data.write_text("".join(json.dumps(one) + "\n" for one in asked))
        for model in SKILLS:
            for name in ("sums.dev.v0", "more-sums.test.v1"):
                spec = evals.base.RunSpec(
                    completion_fns=[model],
                    eval_name=name,
                    base_eval=name.split(".")[0],
                    split=name.split(".")[1],
                    run_config={"seed": 20220722},
                    created_by="",
                )
                spec.run_id = f"260301000000{model[4:].upper()}{name[:4].upper()}"
                path = out / f"{spec.run_id}_{model}_{name}.jsonl"
                recorder = LocalRecorder(str(path), run_spec=spec)
                made = Match(
                    completion_fns=[Toy(model, name)],
                    samples_jsonl=str(data),
                    eval_registry_path=Path(folder),
                    name=name,
                )
                report = made.run(recorder)
                recorder.flush_events()
                recorder.record_final_report(report)
    torn = min(out.glob("*beta_more*"))
    lines = torn.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b"final_report" not in line]
    torn.write_bytes(b"".join(kept)[:-40])


if __name__ == "__main__":
    main()
