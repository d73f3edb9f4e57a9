"""actiontrack: from a case review's recommendation to proof that practice changed."""

__version__ = "0.1.0"
