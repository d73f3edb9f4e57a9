"""Disks that are full, fail, write half, or may not be written: faults put in at the doors of proof/kills."""
