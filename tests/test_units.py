"""Units and labels that the names of metrics say."""

import pytest

from paperforge.model.units import measured, unit_in
from paperforge.names import is_cost, well_known
from paperforge.spec import Direction


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gpu_memory_gb", ("GPU memory", "GB")),
        ("inference_time_ms", ("Inference time", "ms")),
        ("inference_ms", ("Inference time", "ms")),
        ("memory_mib", ("Memory", "MiB")),
        ("peak_mem_gb", ("Peak memory", "GB")),
        ("step time (us)", ("Step time", "µs")),
        ("memory_bytes", ("Memory", "B")),
        ("parameters_m", ("Parameters", "M")),
        ("params_b", ("Parameters", "B")),
        ("ms", None),
        ("accuracy", None),
        ("loss_s", None),
        ("tokens_per_s", None),
        ("time_per_step_ms", None),
        ("f1_m", None),
    ],
)
def test_a_name_says_what_and_in_which_unit(name, said):
    assert measured(name) == said


def test_the_last_word_is_the_unit():
    assert unit_in("wall_time_s") == "s"
    assert unit_in("gflops") == "GFLOPs"
    assert not unit_in("s")
    assert not unit_in("throughput_tokens_per_s")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("gpu_memory_gb", "GPU memory"),
        ("test/peak_vram_mib", "Peak VRAM"),
        ("metrics.max_gpu_mem_gb", "Max GPU memory"),
        ("gpu_memory", "GPU memory"),
        ("peak_gpu_mem", "Peak GPU memory"),
        ("max_memory_allocated", "Max memory allocated"),
        ("req_mem", ""),
        ("system_gpu_0_memory", ""),
        ("rte/gpu_memory", ""),
        ("rte/gpu_memory_gb", ""),
        ("memory_per_gb", ""),
        ("disk_gb", ""),
        ("accuracy_gb", ""),
    ],
)
def test_memory_in_bytes_is_a_cost(name, label):
    """What a run takes is reported and less is better; what a part of it takes is no such thing."""
    assert well_known(name) == ((label, Direction.LOWER) if label else None)
    assert is_cost(name) is bool(label)
