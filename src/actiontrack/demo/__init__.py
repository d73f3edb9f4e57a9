"""The demo: the whole main job on made-up data, again and again, with no network."""

from actiontrack.demo.run import run_demo

__all__ = ["run_demo"]
