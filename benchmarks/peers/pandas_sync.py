"""What an analyst would script: read the plan and the register, merge them on the id, write both back.

The register is a table in SQLite. What differs is found by column, without a loop over rows; the plan's value wins,
and a row the register does not know is added. `--start` fills the register from the plan as adopted.
"""

import argparse
import sqlite3
import warnings
from pathlib import Path

import pandas as pd

KEY = "Action ID"
warnings.filterwarnings("ignore", "The default engine for reading")  # The default is what is meant.


def read_plan(path: Path, engine: str | None) -> pd.DataFrame:
    """The plan, every cell as text but dates."""
    plan = pd.read_excel(path, sheet_name="Action plan", engine=engine)
    for column in ("Original due date", "Due date"):
        plan[column] = pd.to_datetime(plan[column]).dt.strftime("%Y-%m-%d")
    return plan


def merge(register: pd.DataFrame, plan: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The register brought up to date, and how many cells differed."""
    both = register.merge(plan, on=KEY, how="outer", suffixes=("", " (plan)"), indicator=True)
    columns = [column for column in plan.columns if column != KEY]
    changed = 0
    for column in columns:
        theirs = both[f"{column} (plan)"]
        differs = (both[column] != theirs) & theirs.notna()
        changed += int(differs.sum())
        both[column] = both[column].where(~differs, theirs)
    return both[[*columns, KEY]], changed


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine")
    parser.add_argument("--start", action="store_true")
    args = parser.parse_args()
    with sqlite3.connect(args.folder / "register.db") as register:
        if args.start:
            plan = read_plan(args.folder / "plan.xlsx", args.engine)
            plan.to_sql("actions", register, index=False, if_exists="replace")
            return
        plan = read_plan(args.folder / "theirs.xlsx", args.engine)
        merged, changed = merge(pd.read_sql("select * from actions", register), plan)
        merged.to_sql("actions", register, index=False, if_exists="replace")
    merged.to_excel(args.folder / "theirs.xlsx", sheet_name="Action plan", index=False)
    print(len(merged), changed)


main()
