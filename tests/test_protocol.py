"""plan.toml: read, written, hashed, locked, and held against an analysis."""

import json
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperforge import protocol
from paperforge.errors import InputError
from paperforge.model import (
    Aggregate,
    Analysis,
    Decision,
    Design,
    Look,
    PlannedMethod,
    PlannedMetric,
    Protocol,
    Severity,
    Spending,
    Stopping,
    Verdict,
)
from paperforge.protocol import lock, read
from paperforge.spec import Dataset, Direction, Method, Metric, Role, Unit

PLAN = """\
question = "Is lora better than full?"
datasets = ["rte", "sst2"]
family = [["lora", "full"]]

[methods.lora]
role = "ours"
seeds = 3

[methods.full]
role = "baseline"
seeds = 3

[metrics.accuracy]
direction = "higher"
margin = 0.5
"""


def planned(text=PLAN):
    return read.protocol_of(text, "plan.toml")


# --- reading and writing -------------------------------------------------------------------------


def test_a_plan_is_read():
    assert planned() == Protocol(
        methods={"lora": PlannedMethod(Role.OURS, 3), "full": PlannedMethod(Role.BASELINE, 3)},
        metrics={"accuracy": PlannedMetric(Direction.HIGHER, 0.5)},
        question="Is lora better than full?",
        datasets=("rte", "sst2"),
        family=(("lora", "full"),),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("seeds = 3", "seeds = 0", "plan.toml line 7, key methods.lora.seeds: must be a whole"),
        (
            "margin = 0.5",
            "margin = -1",
            "line 15, key metrics.accuracy.margin: must be a number ab",
        ),
        ("question", "qestion", "line 1: unknown key 'qestion' (did you mean 'question'?)"),
        ('"higher"', '"up"', "line 14, key metrics.accuracy.direction: 'up' is not one of higher"),
        ('["lora", "full"]', '["lora", "fll"]', "line 3, key family: 'fll' is none of the methods"),
        ('["lora", "full"]', '["lora"]', "line 3, key family: must be a list of pairs"),
        ("question", 'unit = "sed"\nquestion', "'sed' is not one of seed, example"),
        ("question", "alpha = 5\nquestion", "line 1, key alpha: must be a number between 0 and 1"),
        ("question", "methods = 5\nquestion", "Cannot"),
        ('["rte", "sst2"]', '["rte", "rte"]', "line 2, key datasets: names something twice"),
        (PLAN, "", "is empty"),
        (PLAN, "question = 'x'", "methods: must name at least one"),
        ("[methods.lora]", "[stopping]\nlooks = [3, 2]\n[methods.lora]", "must rise"),
        ("[methods.lora]", "[stopping]\nlooks = [3, 6]\n[methods.lora]", "the last look is at 6"),
        (
            "[methods.lora]",
            '[stopping]\nlooks = [2, 3]\nspending = "pocok"\n[methods.lora]',
            "(did you mean 'pocock'?)",
        ),
    ],
)
def test_a_mistake_is_named_with_line_and_key(old, new, said):
    with pytest.raises(InputError) as error:
        planned(PLAN.replace(old, new, 1))
    assert said in str(error.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(InputError) as error:
        planned(PLAN.replace("seeds = 3", "seeds = 0").replace("margin", "margn"))
    assert str(error.value).count("plan.toml line") == 3


NAMES = st.text(string.ascii_letters + ' ."[]=#é-', min_size=1, max_size=8)


@st.composite
def plans(draw):
    names = draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    looks = draw(st.sampled_from([(), (2, 4), (1, 3, 9)]))
    seeds = st.just(looks[-1]) if looks else st.none() | st.integers(1, 50)
    numbers = st.none() | st.floats(1e-9, 1e9)
    metric = st.builds(PlannedMetric, st.none() | st.sampled_from(Direction), numbers, numbers)
    return Protocol(
        methods={
            name: PlannedMethod(draw(st.none() | st.sampled_from(Role)), draw(seeds))
            for name in names
        },
        metrics=draw(st.dictionaries(NAMES, metric, min_size=1, max_size=3)),
        question=draw(NAMES).strip(),
        datasets=tuple(draw(st.lists(NAMES, max_size=3, unique=True))),
        ablations=tuple(draw(st.lists(NAMES.filter(lambda n: n not in names), unique=True))),
        alpha=draw(st.floats(0.001, 0.5)),
        scope=draw(st.sampled_from(["all", "metric"])),
        family=((names[0], names[1]),),
        stopping=Stopping(looks, draw(st.sampled_from(Spending)) if looks else Spending("pocock")),
    )


@given(plans())
def test_what_is_written_is_read_and_has_one_hash(plan):
    text = protocol.dump(plan)
    again = planned(text)
    if not plan.stopping.looks:
        again = replace(again, stopping=plan.stopping)
    assert again == plan
    assert lock.digest(lock.content(again)) == lock.digest(lock.content(plan))
    back = read.of(lock.content(plan), "plan.lock")
    assert lock.content(back) == lock.content(plan)


# --- the hash and the lock -----------------------------------------------------------------------


def test_the_hash_is_over_what_is_said_not_over_the_bytes():
    blocks = PLAN.split("\n\n")
    rewritten = "# a comment\n" + "\n\n".join([blocks[0], blocks[3], blocks[2], blocks[1]])
    rewritten = rewritten.replace('["rte", "sst2"]', '[\n  "sst2",\n  "rte",\n]')
    rewritten = 'alpha = 0.05\nunit = "seed"\n' + rewritten.replace("0.5\n", "0.50\n")
    assert rewritten != PLAN
    first, second = (lock.digest(lock.content(planned(t))) for t in (PLAN, rewritten))
    assert first == second


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.5", "0.6"),
        ("seeds = 3", "seeds = 4"),
        ('"sst2"', '"sst2", "cola"'),
        ('"higher"', '"lower"'),
        ("question", "alpha = 0.01\nquestion"),
        ("question", 'correction = "none"\nquestion'),
        ("question", 'pair_by = ["seed"]\nquestion'),
        ("question", 'scope = "metric"\nquestion'),
        ('["lora", "full"]', ""),
    ],
)
def test_whatever_changes_the_plan_changes_the_hash_and_is_named(old, new):
    before, after = lock.content(planned()), lock.content(planned(PLAN.replace(old, new, 1)))
    assert lock.digest(before) != lock.digest(after)
    assert len(protocol.changes(before, after)) == 1
    assert not protocol.changes(before, before)


def test_the_hash_is_the_one_that_it_was():
    """A new version of paperforge must not change the hash of a plan that was frozen before."""
    content = lock.content(planned())
    assert json.dumps(content, sort_keys=True) == (
        '{"alpha": 0.05, "correction": "holm", "datasets": ["rte", "sst2"], '
        '"family": [["lora", "full"]], "methods": {"full": {"role": "baseline", "seeds": 3}, '
        '"lora": {"role": "ours", "seeds": 3}}, "metrics": {"accuracy": {"direction": "higher", '
        '"margin": 0.5}}, "question": "Is lora better than full?", "unit": "seed"}'
    )
    assert lock.digest(content) == (
        "d6a644823f38b157648daec1ed2563fe3b4649316a2955434df90af6423542fa"
    )


def test_a_lock_that_was_edited_does_not_hold():
    entries = lock.add((), planned(), "2026-11-01")
    entries = lock.add(entries, planned(PLAN.replace("0.5", "0.6")), "2026-11-20")
    assert lock.intact(entries)
    first, second = entries
    assert not lock.intact((replace(first, date="2026-10-01"), second))
    assert not lock.intact((replace(first, content={**first.content, "alpha": 0.1}), second))
    assert not lock.intact((second,))
    assert not lock.intact((second, first))


def test_a_lock_is_read_as_it_was_written(tmp_path):
    entries = lock.add((), planned(), "2026-11-01")
    path = tmp_path / "plan.lock"
    assert lock.read(path) == ()
    path.write_text(lock.text(entries), encoding="utf-8")
    assert lock.read(path) == entries


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"frozen": [1]}', '{"frozen": 3}', "\x00", "[" * 9999]
)
def test_a_damaged_lock_is_an_error_of_ours(tmp_path, text):
    (tmp_path / "plan.lock").write_text(text)
    with pytest.raises(InputError):
        lock.read(tmp_path / "plan.lock")


# --- the analysis --------------------------------------------------------------------------------

METHODS = (Method("full", "Full", Role.BASELINE), Method("lora", "LoRA", Role.OURS))
ACCURACY = Metric("accuracy", "Accuracy", Direction.HIGHER, margin=0.5)


def analysis(**changes):
    """One as planned, but for the changes; keys of Design or of Analysis."""
    design = Design(
        unit=Unit.SEED, inferred=True, pair_by=(), alpha=0.05, correction="holm", mcnemar="mid-p",
        clustered=False, shared_runs=False, replicates=(3, 3), generalises="", sentences=(),
    )  # fmt: skip
    own = {k: changes.pop(k) for k in list(changes) if k in Design.__slots__ and k != "metrics"}
    given = {
        "metrics": (ACCURACY,),
        "methods": METHODS,
        "datasets": (Dataset("rte", "RTE"), Dataset("sst2", "SST2")),
        "decisions": (decision("lora", "full"),),
    } | changes
    cells = [(m, d.name) for m in ("full", "lora") for d in given["datasets"]]
    aggregates = tuple(Aggregate("accuracy", m, d, 3, 0.9, 0.1, 0.1, 0.1) for m, d in cells)
    return Analysis(replace(design, **own), aggregates=aggregates, **given)


def decision(a, b, metric="accuracy"):
    return Decision(
        metric, a, b, None, True, 0.1, 0.0, 0.2, 0.95, 0.04, 0.04, 1, (3, 3), Unit.SEED, False,
        "Welch t", 2.0, 4.0, Verdict.BETTER,
    )  # fmt: skip


def runs(n=3, **more):
    found = {("accuracy", m, d): n for m in ("full", "lora") for d in ("rte", "sst2")}
    return found | {("accuracy", *key.split("_")): count for key, count in more.items()}


def held(made=None, counts=None, text=PLAN, frozen=(), look=None):
    plan = protocol.Plan("plan.toml", planned(text), frozen)
    found = protocol.against(plan, made or analysis(), counts or runs(), look, ())
    return tuple(one for one in found if one.check != "plan-runs")


def test_an_analysis_as_planned_is_one_note():
    (one,) = held()
    assert one.severity is Severity.NOTE
    assert one.message == "the analysis is the planned one (not frozen)"
    (one,) = held(frozen=lock.add((), planned(), "2026-11-01"))
    assert "frozen on 2026-11-01, sha256 " in one.message


@pytest.mark.parametrize(
    ("changes", "aspect", "said"),
    [
        ({"methods": (*METHODS, Method("x", "X"))}, "methods", "methods: x was added"),
        ({"methods": METHODS[1:]}, "methods", "methods: full was dropped"),
        ({"metrics": (ACCURACY, Metric("f1", "F1"))}, "metrics", "metrics: f1 was added"),
        (
            {"metrics": (replace(ACCURACY, direction=Direction.LOWER),)},
            "direction",
            "higher → lower",
        ),
        (
            {"metrics": (replace(ACCURACY, margin=None),)},
            "margin",
            "margin of accuracy: 0.5 → none",
        ),
        ({"metrics": (replace(ACCURACY, margin=1.0),)}, "margin", "margin of accuracy: 0.5 → 1"),
        ({"datasets": (Dataset("rte", "RTE"),)}, "datasets", "datasets: sst2 was dropped"),
        ({"unit": Unit.EXAMPLE}, "unit", "unit of replication: seed → example"),
        ({"unit": Unit.NONE}, "unit", "seed → nothing is replicated"),
        ({"pair_by": ("seed",)}, "pairing", "pairing: seed was added"),
        ({"alpha": 0.1}, "alpha", "alpha: 0.05 → 0.1"),
        ({"correction": "none"}, "correction", "correction: holm → none"),
        (
            {"per_metric": True},
            "scope",
            "the comparisons of all metrics → those of each metric by itself",
        ),
        (
            {"decisions": (decision("lora", "full"), decision("lora", "x"))},
            "family",
            "comparisons: lora against x was added",
        ),
        ({"decisions": ()}, "family", "comparisons: lora against full was dropped"),
    ],
)
def test_what_differs_is_a_warning_in_plain_words(changes, aspect, said):
    (one,) = held(analysis(**changes))
    assert one.severity is Severity.WARNING
    assert one.check == f"plan-{aspect}"
    assert said in one.message


def test_the_order_of_a_comparison_and_what_a_run_costs_are_no_change():
    hours = Metric("hours", "Hours", tested=False)
    (one,) = held(analysis(decisions=(decision("full", "lora"),), metrics=(ACCURACY, hours)))
    assert one.severity is Severity.NOTE


def test_an_ablation_is_a_method_that_was_planned():
    text = PLAN.replace("family", 'ablations = ["half"]\nfamily', 1)
    (one,) = held(analysis(methods=(*METHODS, Method("half", "Half"))), text=text)
    assert one.severity is Severity.NOTE
    (one,) = held(text=text)
    assert one.message == "methods: half was dropped"


def test_seeds_that_are_missing_or_were_added():
    (one,) = held(counts=runs(lora_rte=2))
    assert one.message == "seeds: lora has 2 of 3 on rte"
    (one,) = held(counts={k: n for k, n in runs().items() if k[1:] != ("lora", "sst2")})
    assert one.message == "seeds: lora has 0 of 3 on sst2"
    (one,) = held(counts=runs(5))
    assert one.message.startswith(
        "seeds: lora has 5, planned were 3 on rte and sst2; full has 5, planned were 3"
    )
    assert "all of alpha = 0.05 is spent: judge by the first 3" in one.message


def test_a_plan_that_was_changed_after_it_was_frozen():
    frozen = lock.add((), planned(), "2026-11-01")
    made = analysis(metrics=(replace(ACCURACY, margin=0.9),))
    found = held(made, text=PLAN.replace("0.5", "0.9"), frozen=frozen)
    said = {one.check: one.message for one in found}
    assert said["plan-changed"].startswith(
        "has changed since it was frozen on 2026-11-01: metric accuracy, margin 0.5 → 0.9"
    )
    assert said["plan-margin"] == "margin of accuracy: 0.5 → 0.9"


def test_a_plan_that_was_frozen_again_says_what_was_amended():
    later = PLAN.replace("0.5", "0.9")
    frozen = lock.add(lock.add((), planned(), "2026-11-01"), planned(later), "2026-11-20")
    made = analysis(metrics=(replace(ACCURACY, margin=0.9),))
    (one,) = held(made, text=later, frozen=frozen)
    assert one.severity is Severity.WARNING
    assert one.message == "was amended on 2026-11-20: metric accuracy, margin 0.5 → 0.9"


def test_an_edited_lock_is_said():
    (entry,) = lock.add((), planned(), "2026-11-01")
    found = held(frozen=(replace(entry, date="2026-01-01"),))
    assert [one.check for one in found] == ["plan-lock"]


LOOKS = PLAN.replace("seeds = 3", "seeds = 10") + "[stopping]\nlooks = [3, 6, 10]\n"


def test_a_look_on_the_way_is_as_planned_and_says_its_alpha():
    look = Look(2, 3, 6, 10, nominal=0.0151, spent=0.0158, before=0.0006)
    note, spending = held(analysis(alpha=0.0151), runs(6), LOOKS, look=look)
    assert note.message.startswith("the analysis is the planned one")
    assert spending.message == (
        "look 2 of 3, at 6 of 10 seeds: it is judged at alpha = 0.0151 (O'Brien-Fleming type "
        "spending: with it 0.0158 of 0.05 are spent, 0.0006 of it before)"
    )
    assert {note.severity, spending.severity} == {Severity.NOTE}


def test_a_look_judged_at_too_large_an_alpha_is_a_warning():
    look = Look(2, 3, 6, 10, nominal=0.0151, spent=0.0158, before=0.0006)
    found = held(analysis(), runs(6), LOOKS, look=look)
    (warning,) = [one for one in found if one.severity is Severity.WARNING]
    assert warning.check == "plan-alpha"
    assert "alpha = 0.05, this look may be judged at 0.0151" in warning.message
    assert "--alpha 0.0151" in warning.hint


def test_replicates_are_those_of_the_smallest_planned_cell():
    more = runs(6, lora_rte=4) | {("accuracy", "x", "rte"): 1, ("f1", "lora", "rte"): 1}
    assert protocol.replicates(planned(LOOKS), analysis(), more) == 4


# --- which runs there were -----------------------------------------------------------------------


def named(*seeds, methods=("full", "lora")):
    return tuple((m, "rte", f"seed {s}") for m in methods for s in seeds)


def history(then, now, *more):
    """What is said where `then` were there at the freeze, and at each later one `more`."""
    frozen = lock.add((), planned(), "2026-11-01", then)
    for day, runs in enumerate(more, 20):
        text = PLAN.replace("0.5", f"0.{day}")
        frozen = lock.add(frozen, planned(text), f"2026-11-{day}", runs)
    plan = protocol.Plan("plan.toml", planned(), frozen)
    return list(protocol.there.said(plan, now)), protocol.there.counts(plan, now)


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ((), named(0, 1), "no run was there when the plan was frozen on 2026-11-01; all 4 came later"),
        (named(0), named(0, 1, 2), "2 of 6 runs were there when the plan was frozen on 2026-11-01; 4 came later"),
        (named(0, 1), named(0, 1), "all 4 runs were there when the plan was frozen on 2026-11-01"),
        (None, named(0), "the lock does not say which runs were there when the plan was frozen"),
    ],
)  # fmt: skip
def test_what_came_after_the_plan_is_counted(then, now, said):
    (one,), counts = history(then, now)
    assert one.severity is Severity.NOTE
    assert one.message == said
    if then is None:
        assert counts is None
    else:
        later = len(now) - len(then)
        assert counts == {"there": len(then), "now": len(now), "later": later, "gone": 0}


def test_runs_that_went_away_are_named():
    (warning, note), counts = history(named(0, 1, 2), named(0, 1, methods=("lora",)))
    assert warning.severity is Severity.WARNING
    assert warning.message == (
        "4 runs were there when the plan was frozen, and not any more: full on rte (seed 0), "
        "full on rte (seed 1), full on rte (seed 2) and 1 more"
    )
    assert note.message == "all 2 runs were there when the plan was frozen on 2026-11-01"
    assert counts["gone"] == 4


def test_an_amended_plan_says_what_was_there_both_times():
    (one,), _ = history((), named(0, 1), named(0))
    assert one.message == (
        "2 of 4 runs were there when the plan was amended on 2026-11-20 (none when it was first "
        "frozen, on 2026-11-01); 2 came later"
    )


def test_the_runs_of_a_lock_cannot_be_edited(tmp_path):
    entries = lock.add((), planned(), "2026-11-01", named(0, 1))
    assert lock.intact(entries)
    assert not lock.intact((replace(entries[0], runs=()),))
    assert not lock.intact((replace(entries[0], runs=None),))
    path = tmp_path / "plan.lock"
    path.write_text(lock.text(entries), encoding="utf-8")
    (again,) = lock.read(path)
    assert lock.intact((again,)) and set(again.runs) == set(named(0, 1))
    path.write_text(lock.text(entries).replace('"seed 1"', '"seed 7"'), encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        lock.read(path)


def test_a_look_that_judges_too_freely_is_not_called_planned_too():
    look = Look(2, 3, 6, 10, nominal=0.0151, spent=0.0158, before=0.0006)
    found = held(analysis(), runs(6), LOOKS, look=look)
    assert not any("is the planned one" in one.message for one in found)


def test_a_plan_that_is_not_frozen_says_so_beside_what_differs():
    found = held(analysis(), runs(2))
    assert any(one.severity is Severity.WARNING for one in found)
    assert "the plan is not frozen" in found[0].hint
    frozen = held(analysis(), runs(2), frozen=lock.add((), planned(), "2026-11-01"))
    assert "amended plan" in frozen[0].hint


def test_a_frozen_plan_is_announced_with_the_level_of_its_look():
    look = Look(1, 3, 2, 6, nominal=0.000207, spent=0.000207, before=0.0)
    plan = protocol.read.protocol_of(LOOKS, "plan.toml")
    assert protocol.announced(protocol.Plan("plan.toml", plan), analysis(), look) == ()
    frozen = protocol.lock.add((), plan, "2026-11-29", (), None)
    (one,) = protocol.announced(protocol.Plan("plan.toml", plan, frozen), analysis(), look)
    assert one.severity is Severity.WARNING
    assert "a plan was frozen on 2026-11-29; look 1 of 3" in one.message
    assert "verdicts here are at alpha = 0.05, not at the plan's 0.000207" in one.message
    for alpha, at in ((0.0002, look), (0.05, None)):
        made = analysis(alpha=alpha)
        (one,) = protocol.announced(protocol.Plan("plan.toml", plan, frozen), made, at)
        assert one.severity is Severity.NOTE
        assert "verdicts" not in one.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"per_metric": True}, "corrected together: the comparisons of all metrics → those of"),
        ({"correction": "none"}, "correction: holm → none"),
        ({"decisions": ()}, "comparisons: lora against full was dropped"),
    ],
)
def test_a_family_that_is_not_the_frozen_one_is_announced_as_a_warning(changes, said):
    frozen = protocol.lock.add((), planned(), "2026-11-29", (), None)
    plan = protocol.Plan("plan.toml", planned(), frozen)
    (one,) = protocol.announced(plan, analysis(), None)
    assert one.severity is Severity.NOTE
    (one,) = protocol.announced(plan, analysis(**changes), None)
    assert one.severity is Severity.WARNING
    assert f"The family here is not the plan's: {said}" in one.message


def test_what_is_corrected_together_is_held_and_written():
    """One family over all metrics is what a plan means that says nothing."""
    usual, own = planned(), replace(planned(), scope="metric")
    assert 'scope = "all"' in protocol.dump(usual)
    assert 'scope = "metric"' in protocol.dump(own)
    before, after = lock.content(usual), lock.content(own)
    assert protocol.changes(before, after) == ("scope all → metric",)
    (one,) = held(analysis(), text=PLAN.replace("question", 'scope = "metric"\nquestion', 1))
    assert one.check == "plan-scope"
