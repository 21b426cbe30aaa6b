"""paperforge schema: the JSON Schema of paper.toml."""

from __future__ import annotations

import json

import click


def schema() -> int:
    """Print the schema; editors complete and check paper.toml with it."""
    from paperforge import project

    click.echo(json.dumps(project.schema(), indent=2, ensure_ascii=False))
    return 0
