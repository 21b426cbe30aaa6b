"""Simulated and enumerated error rates of every default path, for the table and for the tests.

The files are named after what is replicated; `ROWS` of each is what it measures.
"""

from rates import corpus, corpus_crossed, datasets, examples, grouped, joint, prompts, runs, seeds
from rates.row import Row

ROWS: tuple[Row, ...] = (
    *seeds.ROWS,
    *runs.ROWS,
    *examples.ROWS,
    *grouped.ROWS,
    *prompts.ROWS,
    *corpus.ROWS,
    *corpus_crossed.ROWS,
    *datasets.ROWS,
    *joint.ROWS,
)
