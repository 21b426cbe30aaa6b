"""Tests of the parser and the split on a small inline index."""

from __future__ import annotations

import pytest
from collection import (
    TRAIN_PERCENT,
    VALIDATION_PERCENT,
    Package,
    build_examples,
    describe,
    digest_of,
    is_placeholder,
    latest_sources,
    limit_examples,
    parse_packages,
    parse_stanzas,
    parse_translations,
    split_of,
)

PACKAGES = """\
Package: tune
Source: tune-suite (1.2)
Section: sound
Description: plays tunes
Description-md5: aaa
Tag: role::program,
 works-with::audio

Package: tune-extra
Source: tune-suite
Section: non-free/sound
Description: plays more tunes
Description-md5: bbb

Package: oldtune
Section: sound
Description: transitional package
Description-md5: ccc

Package: libtune-dev
Section: libdevel
Description: development files
Description-md5: ddd
"""
TRANSLATIONS = """\
Package: tune
Description-md5: aaa
Description-en: plays tunes
 Plays every tune
 there is.
 .
 Twice.

Package: tune-extra
Description-md5: bbb
Description-en: plays more tunes
 Even more.
"""


def _packages() -> list[Package]:
    return parse_packages(PACKAGES, parse_translations(TRANSLATIONS))


def test_stanzas_keep_continuation_lines() -> None:
    """Stanzas keep continuation lines."""
    first = next(parse_stanzas(PACKAGES))
    assert first["Tag"] == "role::program,\n works-with::audio"


def test_packages_carry_source_section_and_both_descriptions() -> None:
    """Packages carry source section and both descriptions."""
    tune, extra, old, _ = _packages()
    assert tune == Package(
        "tune", "tune-suite", "sound", "plays tunes", "Plays every tune there is. Twice."
    )
    assert (extra.source, extra.section) == ("tune-suite", "sound")
    assert old.source == "oldtune"


def test_placeholders_are_recognised() -> None:
    """Placeholders are recognised."""
    assert [is_placeholder(package) for package in _packages()] == [False, False, True, False]


def test_examples_leave_out_placeholders_and_kinds_of_file() -> None:
    """Examples leave out placeholders and kinds of file."""
    examples = build_examples(_packages())
    assert [example.example_id for example in examples] == ["tune", "tune-extra"]
    assert {example.cluster for example in examples} == {"tune-suite"}
    assert examples[0].full == "plays tunes Plays every tune there is. Twice."


def test_split_is_by_source_package_and_near_the_stated_shares() -> None:
    """Split is by source package and near the stated shares."""
    examples = build_examples(_packages())
    assert len({example.split for example in examples}) == 1
    splits = [split_of(f"source-{number}") for number in range(5000)]
    assert splits.count("train") / 5000 == pytest.approx(TRAIN_PERCENT / 100, abs=0.03)
    assert splits.count("validation") / 5000 == pytest.approx(VALIDATION_PERCENT / 100, abs=0.02)


def test_highest_of_numbered_sources_is_kept() -> None:
    """Highest of numbered sources is kept."""
    assert latest_sources(["gcc-9", "gcc-12", "gcc-11", "make"]) == {"gcc-12", "make"}


def test_digest_does_not_depend_on_order() -> None:
    """Digest does not depend on order."""
    examples = build_examples(_packages())
    assert digest_of(examples) == digest_of(reversed(examples))
    assert describe(examples)["sections"] == {"sound": 2}


def test_limit_keeps_whole_source_packages_or_labels_to_learn_only() -> None:
    """Limit keeps whole source packages or labels to learn only."""
    examples = build_examples(_packages())
    trained = split_of("tune-suite") == "train"
    assert limit_examples(examples, 1) == (examples if trained else [])
