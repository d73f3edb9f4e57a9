"""The state machine: people, faults and syncs over the real store, judged by a ledger of its own."""
