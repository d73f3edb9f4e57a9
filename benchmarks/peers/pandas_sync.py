"""What an analyst would script to collate a plan: read the register and the copy that came back, merge, write it.

Both are workbooks, as boards keep them. What differs is found by column, without a loop over rows; the copy's value
wins where it has one, and a row the register does not know is added. With a base, which is what both said when they
last agreed (a pickle, the quickest to read), only what was changed in the copy is taken, and both files are written.
"""

import argparse
import shutil
import warnings
from pathlib import Path

import pandas as pd

KEY = "Action ID"
SHEET = "Action plan"
warnings.filterwarnings("ignore", "The default engine for reading")  # The default is what is meant.


def merge(register: pd.DataFrame, copy: pd.DataFrame, base: pd.DataFrame | None) -> tuple[pd.DataFrame, int]:
    """The register brought up to date, and how many cells differed."""
    both = register.merge(copy, on=KEY, how="outer", suffixes=("", " (copy)"))
    if base is not None:
        both = both.merge(base.add_suffix(" (base)"), left_on=KEY, right_on=f"{KEY} (base)", how="left")
    changed = 0
    for column in register.columns.drop(KEY):
        theirs = both[f"{column} (copy)"]
        differs = theirs.notna() & (both[column] != theirs)
        if base is not None:
            differs &= theirs != both[f"{column} (base)"]
        changed += int(differs.sum())
        both[column] = both[column].where(~differs, theirs)
    return both[list(register.columns)], changed


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("register", type=Path)
    parser.add_argument("copy", type=Path)
    parser.add_argument("--base", type=Path, help="a pickle of both as they last agreed")
    parser.add_argument("--engine", help="what reads the workbooks; pandas' default where not said")
    args = parser.parse_args()
    register, copy = (pd.read_excel(path, sheet_name=SHEET, engine=args.engine) for path in (args.register, args.copy))
    merged, changed = merge(register, copy, pd.read_pickle(args.base) if args.base else None)
    merged.to_excel(args.register, sheet_name=SHEET, index=False)
    if args.base:
        shutil.copyfile(args.register, args.copy)
    print(f"{len(merged)} rows, {changed} cells changed")


main()
