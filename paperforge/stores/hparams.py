"""What TensorBoard's hparams plugin keeps of a run: its settings, and whether it failed.

HParamsPluginData: 3 session_start_info (1 hparams, a map of google.protobuf.Value), 4
session_end_info (1 status). Source:
https://github.com/tensorflow/tensorboard/blob/master/tensorboard/plugins/hparams/plugin_data.proto
"""

from __future__ import annotations

import struct

from paperforge.stores import protobuf
from paperforge.stores.protobuf import DamagedError

_FAILURE = 2
"""STATUS_FAILURE. STATUS_SUCCESS says nothing: PyTorch writes it together with the settings."""


def double(data: bytes, at: int) -> float:
    """The double at a place."""
    return float(struct.unpack_from("<d", data, at)[0])


def settings(content: bytes) -> dict[str, object]:
    """The run's settings: text, numbers, true and false; {} where there are none."""
    found: dict[str, object] = {}
    try:
        for start in protobuf.parts(protobuf.message(content).get(3)):
            for pair in protobuf.parts(protobuf.message(start).get(1)):
                told = protobuf.message(pair)
                for value in protobuf.parts(told.get(2)):
                    found[protobuf.text(told.get(1))] = _value(value)
    except DamagedError:
        return found
    return {key: value for key, value in found.items() if value is not None}


def failed(content: bytes) -> bool:
    """Whether the run's end says that it failed."""
    try:
        ends = protobuf.parts(protobuf.message(content).get(4))
        return any(protobuf.whole(protobuf.message(end).get(1)) == _FAILURE for end in ends)
    except DamagedError:
        return False


def _value(data: bytes) -> object:
    """google.protobuf.Value: 2 number, 3 text, 4 true or false; lists and objects are none."""
    told = protobuf.message(data)
    for raw in protobuf.parts(told.get(2)):
        number = double(raw, 0) if len(raw) == 8 else 0.0  # noqa: PLR2004  bytes
        return int(number) if number.is_integer() and abs(number) < 1e15 else number  # noqa: PLR2004  exact
    if 3 in told:  # noqa: PLR2004  the field's number
        return protobuf.text(told[3])
    if 4 in told:  # noqa: PLR2004  the field's number
        return "true" if protobuf.whole(told[4]) else "false"
    return None
