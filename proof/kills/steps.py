"""Every durable step a sync can make, with what a process that dies there leaves behind.

The sweep finds the steps by itself. One that is not told of here, or one here that no scenario comes to, fails it: who
adds a step must say what being killed there means, and have a scenario that is.
"""

STEPS = {
    "commit adapters.store.opening.migrate": "a store without a board: the next command makes that",
    "commit adapters.store.opening.prepare": "an empty store of the board",
    "commit services.sync.lease._acquire": "a lease held by a dead process: the next sync takes it",
    "commit services.sync.lease.hold_lease": "everything is done; before it, the lease is still held",
    "commit services.sync.engine._plan": "what came in is stored, with the intents; nothing of them is sent",
    "commit services.sync.sending._acknowledge": "the intents are acknowledged; before it, they may have landed",
    "commit services.sync.answers._working": "a person's answer is stored; nobody is told yet",
    "commit services.restoring._confirm": "an instance waits for an approval; its file is not put back yet",
    "fsync actiontrack_spreadsheet.workbook.ring.Ring._keep": "a version half kept, under a name nobody reads",
    "replace actiontrack_spreadsheet.workbook.ring.Ring._keep": "a version is kept of a file that stands as it was",
    "fsync actiontrack_spreadsheet.workbook.ring.sync_folder": "after a version was kept, or a file replaced",
    "unlink actiontrack_spreadsheet.workbook.ring.Ring.thin": "the file is replaced; an old version goes",
    "fsync actiontrack_spreadsheet.workbook.replace._write_beside": "new content beside a file that stands as it was",
    "replace actiontrack_spreadsheet.workbook.replace.replace_file": "the file is replaced; nothing says so yet",
    "fsync actiontrack_spreadsheet.newfile.put": "a new workbook half made, under a name nobody reads",
    "link actiontrack_spreadsheet.newfile.put": "a new workbook is there; nothing says so yet",
    "unlink actiontrack_spreadsheet.newfile.put": "the new workbook's other name is gone",
    "send proof.kills.remote.CaseSystem.apply": "one of several writes was told to a case system; no answer is noted",
}
