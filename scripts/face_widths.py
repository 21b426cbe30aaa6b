r"""Write paperforge/data/face_widths.json: how wide characters are in the faces of papers.

    python scripts/face_widths.py      needs TeX (kpsewhich)

Widths are facts of the fonts' metric files (.tfm; Fuchs 1981, TUGboat 2(1), "TeX font metric
files"), in thousandths of the design size. A face whose characters are not drawn to scale (Computer
Modern) has an entry a size. Mathematical signs are Computer Modern's in every face: that is what
`$-$` and `$\pm$` take beside Times.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

TARGET = Path(__file__).parents[1] / "paperforge" / "data" / "face_widths.json"
LATIN = {chr(code): code for code in (*range(0x20, 0x7F), *range(0xC0, 0xD7), *range(0xD8, 0xDF))}
LATIN |= {chr(code): code for code in (*range(0xE0, 0xF7), *range(0xF8, 0xFF))}
T1 = LATIN | {"ß": 0xFF, "–": 0x15, "—": 0x16, "“": 0x10, "”": 0x11, "’": 0x27}
"""Character -> its place in the T1 encoding (Ferguson 1990, TUGboat 11(4)): mostly Latin-1's."""
FACES = {
    "times": {"regular": {10: "ptmr8t"}, "bold": {10: "ptmb8t"}},
    "palatino": {"regular": {10: "pplr8t"}, "bold": {10: "pplb8t"}},
    "computer modern": {
        "regular": {size: f"ec-lmr{size}" for size in (5, 6, 7, 8, 9, 10)},
        "bold": {10: "ec-lmb10"},
    },
}
SIGNS = {"−": ("cmsy", 0x00), "±": ("cmsy", 0x06), "×": ("cmsy", 0x02), "↑": ("cmsy", 0x22)}
SIGNS |= {"↓": ("cmsy", 0x23), "→": ("cmsy", 0x21), "∞": ("cmsy", 0x31), "∅": ("cmsy", 0x3B)}
SIGNS |= {"<": ("cmmi", 0x3C), ">": ("cmmi", 0x3E), "†": ("cmsy", 0x79), "‡": ("cmsy", 0x7A)}


QUAD = -1
"""The em of a font, which thin spaces are a sixth of."""


def widths(font: str) -> dict[int, float]:
    """Code -> width in thousandths of the design size."""
    found = subprocess.run(["kpsewhich", f"{font}.tfm"], check=True, capture_output=True, text=True)
    data = Path(found.stdout.strip()).read_bytes()
    words = [int.from_bytes(data[i : i + 2], "big") for i in range(0, 24, 2)]
    _, header, first, last, count = words[:5]
    start = 24 + 4 * header
    table = start + 4 * (last - first + 1)
    sizes = [int.from_bytes(data[table + 4 * i : table + 4 * i + 4], "big") for i in range(count)]
    places = {code: data[start + 4 * (code - first)] for code in range(first, last + 1)}
    found_widths = {code: round(1000 * sizes[at] / 2**20, 1) for code, at in places.items() if at}
    parameters = table + 4 * sum(words[4:8]) + 4 * sum(words[8:11])
    quad = int.from_bytes(data[parameters + 20 : parameters + 24], "big")
    return found_widths | {QUAD: round(1000 * quad / 2**20, 1)}


def main() -> None:
    """Read the metrics and write them down."""
    made: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for face, weights in FACES.items():
        for weight, fonts in weights.items():
            for size, font in fonts.items():
                known = widths(font)
                letters = {c: known[code] for c, code in T1.items() if code in known}
                letters["\u2003"] = known[QUAD]
                letters[" "] = {"times": 250.0, "palatino": 250.0}.get(face, 333.3)
                made.setdefault(face, {}).setdefault(weight, {})[str(size)] = letters
    signs = {
        str(size): {c: widths(f"{font}{size}")[code] for c, (font, code) in SIGNS.items()}
        for size in (5, 6, 7, 8, 9, 10)
    }
    source = "TeX font metrics of psnfss (ptmr8t, pplr8t), Latin Modern 2.004 and Computer Modern"
    text = json.dumps({"source": source, "faces": made, "signs": signs}, ensure_ascii=False)
    TARGET.write_text(text.replace('}, "', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
