"""Simulated systems that behave like real ones, flaws and all."""
