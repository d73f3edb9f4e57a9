"""`run`: what the schedule says, done in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from actiontrack.cli.base import Session, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from actiontrack.domain.policy import Schedule
    from actiontrack.ports import App
    from actiontrack.runtime import Runtime
    from actiontrack.services.scheduler import Jobs, Ran

WHO = "scheduler"


@command("run")
@click.option("--once", is_flag=True, help="Run what is due now and stop (for cron or Task Scheduler).")
@click.option("--dry-run", is_flag=True, help="Say what is due; run nothing.")
@click.pass_obj
def run(session: Session, once: bool, dry_run: bool) -> int:
    """The scheduler: runs the [[schedule]] of the configuration."""
    from actiontrack.cli.output import print_line, print_table
    from actiontrack.services import scheduler

    if session.json and not (once or dry_run):
        raise click.UsageError("--json goes with --once: without it `run` never ends")
    with session.runtime() as runtime:
        core, rules = runtime.core, runtime.settings.schedules
        if dry_run:
            rows = [
                {"job": scheduler.name_of(rule), "slot": slot.isoformat(), "does": "run" if runs else "pass"}
                for rule in rules
                for slot, runs in scheduler.due(core, rule)
            ]
            columns = [("job", "Job"), ("slot", "Slot"), ("does", "Would")]
            session.show(rows, lambda: print_table(rows, columns, empty="Nothing is due."))
            return 0
        jobs = jobs_of(runtime)
        with scheduler.leading(core):
            if not once:
                scheduler.loop(core, rules, jobs, lambda ran: print_line(_line(ran)))
            done = scheduler.run_due(core, rules, jobs)
    told = [{"job": ran.job, "slot": ran.slot.isoformat(), "outcome": ran.outcome} for ran in done]

    def human() -> None:
        for ran in done:
            print_line(_line(ran))
        if not done:
            print_line("Nothing was due.")

    session.show(told, human)
    return 4 if any(ran.failed for ran in done) else 0


def _line(ran: Ran) -> str:
    return f"{ran.slot:%Y-%m-%d %H:%M} UTC  {ran.job}: {ran.outcome}"


def jobs_of(runtime: Runtime) -> Jobs:
    """What each job does, the plugins' as well."""
    from actiontrack.services.use_cases import UseCases

    core, folder = runtime.core, runtime.settings.folder

    def sync(_: Schedule) -> None:
        from actiontrack.errors import RetryableError, UserError
        from actiontrack.services.sync.engine import sync as run_sync

        result = run_sync(core, (), dry_run=False, approve=(), who=WHO)
        if result.exit_code > 1:
            problem = RetryableError if result.exit_code == 5 else UserError
            raise problem(f"sync ended with code {result.exit_code}; `actiontrack status` says where")

    def sweep(_: Schedule) -> None:
        from actiontrack.services.sweep import sweep as run_sweep

        run_sweep(core, as_at=None, dry_run=False, who=WHO)

    def report(rule: Schedule) -> None:
        from actiontrack.services.reporting import board_report, write_report

        made = board_report(core, as_at=core.clock.today(), since=None, at_entry=None)
        write_report(core, made, rule.formats, folder / (rule.out or "reports") / core.clock.today().isoformat())

    def backup(rule: Schedule) -> None:
        from actiontrack.services.backup import backup as run_backup

        target = folder / (rule.out or "backups") / f"actiontrack-{core.clock.now():%Y%m%dT%H%M%SZ}.db"
        target.parent.mkdir(parents=True, exist_ok=True)
        run_backup(core.store, target)

    def of_plugin(job: Callable[[App], None]) -> Callable[[Schedule], None]:
        return lambda _: job(UseCases(core))

    own: Jobs = {"sync": sync, "sweep": sweep, "report": report, "backup": backup}
    return {**own, **{name: of_plugin(offered.job) for name, offered in runtime.hooks.jobs.items()}}
