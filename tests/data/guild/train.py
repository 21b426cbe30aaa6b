"""A tiny training script for Guild: flags are its global names, scalars what it prints."""

method = "lora"
dataset = "digits"
seed = 0

base = {"full": 0.8, "lora": 0.75, "probe": 0.6}[method] + {"digits": 0.1, "wine": 0}[dataset]
for step in range(3):
    if (method, dataset, seed, step) == ("full", "wine", 2, 2):
        raise RuntimeError("out of luck")
    if (method, dataset, seed) == ("full", "wine", 1):
        raise RuntimeError("before anything was logged")
    print(f"step: {step}")  # noqa: T201  Guild reads what is printed
    print(f"val/accuracy: {base + seed / 100 + step / 1000:.4f}")  # noqa: T201
