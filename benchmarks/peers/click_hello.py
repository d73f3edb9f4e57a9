"""The least that a command line with click does."""

import click


@click.command()
def hello() -> None:
    """Say hello."""
    click.echo("hello")


hello()
