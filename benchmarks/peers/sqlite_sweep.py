"""A sweep as a good analyst would write it: each action's highest level into a table, by one query; nothing twice."""

import contextlib
import sqlite3
import sys

QUERY = """
INSERT OR IGNORE INTO escalation
SELECT a.ref,
       CASE WHEN b.days > 60 THEN 'L4' WHEN b.days > 30 THEN 'L3' WHEN b.days > 14 THEN 'L2' ELSE 'L1' END,
       a.current_due, CAST(julianday('2026-11-26') - julianday(a.current_due) AS INTEGER), datetime()
FROM action a JOIN back b ON b.day = a.current_due
WHERE b.days > 0 AND a.status IN ('not_started', 'in_progress', 'blocked', 'evidence_queried')
ORDER BY a.ref
"""

with contextlib.closing(sqlite3.connect(sys.argv[1])) as register, register:
    print(register.execute(QUERY).rowcount)
