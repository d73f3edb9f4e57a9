"""`run`: what the schedule says, done in time, and files synced when they change."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from actiontrack.cli.base import Session, command, say
from actiontrack.cli.stopping import Stop, Stoppable, stopping

if TYPE_CHECKING:
    from collections.abc import Callable

    from actiontrack.domain.policy import Schedule, Subscription
    from actiontrack.ports import App
    from actiontrack.runtime import Runtime
    from actiontrack.services.core import Core
    from actiontrack.services.hints import Hints
    from actiontrack.services.scheduler import Jobs, Ran
    from actiontrack.services.sync.steps import SyncResult
    from actiontrack.services.watching import Watch

WHO = "scheduler"


@command("run")
@click.option("--once", is_flag=True, help="Run what is due now and stop (for cron or Task Scheduler).")
@click.option(
    "--check", is_flag=True, help="Say, and alarm if it is not, whether another `run` is on time; run nothing."
)
@click.option("--no-watch", is_flag=True, help="Sync at the slots of the schedule only.")
@click.option("--dry-run", is_flag=True, help="Say what is due; run nothing.")
@click.pass_obj
def run(session: Session, once: bool, check: bool, no_watch: bool, dry_run: bool) -> int:
    """The scheduler: runs the [[schedule]] of the configuration, and syncs files when they have changed, and systems
    when they tell the address of [hints] that something changed there.

    A file is synced once it is at rest and nobody has it open; `watch = "off"` in its [[connector]] leaves it to the
    schedule. One process leads; a second one ends with exit code 5. SIGTERM, or Ctrl-C, ends it when the job at hand is
    done; what is still due then is run by the next one.

    A scheduler that is dead tells nobody: `run --check`, called by another timer, ends with exit code 1 where no
    heartbeat came for a quarter of an hour or a slot is an hour late, and lets the safeguarding manager know by the
    [[notifier]].
    """
    if session.json and not (once or dry_run or check):
        raise click.UsageError("--json goes with --once: without it `run` never ends")
    if once + check + dry_run > 1:
        raise click.UsageError("--once, --check and --dry-run exclude each other")
    with session.runtime() as runtime:
        if check:
            return _check(session, runtime)
        if dry_run:
            return _show_due(session, runtime)
        if once:
            return _run_once(session, runtime)
        _run_on(runtime, watched=not no_watch)
    return 0


def _show_due(session: Session, runtime: Runtime) -> int:
    from actiontrack.cli.output import print_table
    from actiontrack.services import scheduler

    rows = [
        {"job": scheduler.name_of(rule), "slot": slot.isoformat(), "does": "run" if runs else "pass"}
        for rule in runtime.settings.schedules
        for slot, runs in scheduler.due(runtime.core, rule)
    ]
    columns = [("job", "Job"), ("slot", "Slot"), ("does", "Would")]
    session.show(rows, lambda: print_table(rows, columns, empty="Nothing is due."))
    return 0


def _check(session: Session, runtime: Runtime) -> int:
    from actiontrack.services.lateness import pulse
    from actiontrack.services.telling import alarm

    found = pulse(runtime.core, runtime.settings.schedules)
    if found.is_late:
        alarm(runtime.core, " ".join(found.lateness(runtime.core.board.timezone)))

    def human() -> None:
        for line in found.words(runtime.core.board.timezone):
            session.line(line)
        if not found.is_late:
            session.line("The scheduler is on time.")

    session.show(found.to_json(), human)
    return 1 if found.is_late else 0


def _run_once(session: Session, runtime: Runtime) -> int:
    from actiontrack.services import leading, scheduler
    from actiontrack.services.telling import deliver

    done: list[Ran] = []
    stopped = True
    with contextlib.suppress(KeyboardInterrupt), stopping() as stop, leading.leading(runtime.core) as lead:
        for ran in scheduler.run_due(lead, runtime.settings.schedules, jobs_of(runtime)):
            done.append(ran)
            stop.heed()
        deliver(runtime.core, who=WHO, going=lambda: not stop.is_asked)
        stopped = stop.is_asked
    told = [{"job": ran.job, "slot": ran.slot.isoformat(), "outcome": ran.outcome} for ran in done]

    def human() -> None:
        for ran in done:
            session.line(_line(ran))
        if not done:
            session.line("Nothing was due.")

    session.show(told, human)
    if stopped:
        say("stopped; what is still due is run the next time")
    return 4 if stopped or any(ran.failed for ran in done) else 0


def _run_on(runtime: Runtime, *, watched: bool) -> None:
    """Run until a signal says to stop. Raises RetryableError while, or as soon as, another process leads."""
    from actiontrack.services import leading, scheduler

    core, rules = runtime.core, runtime.settings.schedules
    with contextlib.suppress(KeyboardInterrupt), stopping() as stop, leading.leading(core) as lead:

        def heard(ran: Ran) -> None:
            _print_now(_line(ran))
            stop.heed()

        def trouble(why: str) -> None:
            _print_now(f"{core.clock.now():%Y-%m-%d %H:%M} UTC  {why}")

        _print_now(f"running; the schedule has {len(rules)} {'rule' if len(rules) == 1 else 'rules'}")
        if not watched:
            scheduler.loop(lead, rules, jobs_of(runtime), heard, trouble, _delivering(core, stop, stop.pause))
        with _watch(runtime, stop) as watch:
            jobs = jobs_of(runtime, watch.take)
            scheduler.loop(lead, rules, jobs, heard, trouble, _delivering(core, stop, watch.pause))
    _print_now("stopped")


def _delivering(core: Core, stop: Stop, pause: Callable[[float], None]) -> Callable[[float], None]:
    """A pause before which what is due is sent; a signal lets the message at hand go, and no more."""
    from actiontrack.errors import RetryableError
    from actiontrack.services.telling import deliver

    def deliver_and_pause(seconds: float) -> None:
        try:
            done = deliver(core, who=WHO, going=lambda: not stop.is_asked)
        except RetryableError as error:  # the store is in use: the next look goes on
            _print_now(f"{core.clock.now():%Y-%m-%d %H:%M} UTC  {error}")
        else:
            if done.sent or done.refused or done.failed:
                _print_now(f"{core.clock.now():%Y-%m-%d %H:%M} UTC  {done.words()}")
        pause(seconds)

    return deliver_and_pause


@contextlib.contextmanager
def _watch(runtime: Runtime, stop: Stop) -> Iterator[Watch]:
    import time

    from actiontrack.adapters.watching import watching
    from actiontrack.services.hints import Hints
    from actiontrack.services.watching import Watch

    core, base = runtime.core, runtime.settings.folder
    told = [files for each in runtime.hooks.connectors.values() if (files := each.files) is not None]
    hints = Hints(time.monotonic)
    with (
        watching(lambda path: any(files.matters(path) for files in told)) as watcher,
        _hints_heard(runtime, hints, watcher.wake),
    ):
        yield Watch(
            core, base, Stoppable(watcher, stop), time.monotonic, runtime.look_again,
            lambda line: _print_now(f"{core.clock.now():%Y-%m-%d %H:%M} UTC  {line}"), WHO, hints,
        )  # fmt: skip


@contextlib.contextmanager
def _hints_heard(runtime: Runtime, hints: Hints, wake: Callable[[], None]) -> Iterator[None]:
    """Listen to the systems for the block, where [hints] says at which address."""
    told = runtime.settings.hints
    if told is None:
        yield
        return
    from actiontrack.adapters.hints import listening
    from actiontrack.settings import secret_value

    systems = {each.name for each in runtime.settings.instances if runtime.hooks.files_of(each.type) is None}

    def heard(name: str) -> None:
        hints.tell(name)
        wake()

    token = secret_value(told.token, runtime.settings.folder, runtime.environ)
    with listening(*told.place, token, systems.__contains__, heard) as url:
        _print_now(f"hints are heard at {url}NAME/TOKEN, NAME being one of {', '.join(sorted(systems)) or 'none'}")
        yield


def _print_now(line: str) -> None:
    from actiontrack.cli.output import print_line

    print_line(line)
    sys.stdout.flush()


def _line(ran: Ran) -> str:
    return f"{ran.slot:%Y-%m-%d %H:%M} UTC  {ran.job}: {ran.outcome}"


def jobs_of(runtime: Runtime, synced: Callable[[SyncResult], None] | None = None) -> Jobs:
    """What each job does, the plugins' as well; `synced` is told what a sync did."""
    from actiontrack.services.use_cases import UseCases

    core, folder = runtime.core, runtime.settings.folder

    def sync(_: Schedule) -> None:
        from actiontrack.errors import RetryableError, UserError
        from actiontrack.services.sync.engine import sync as run_sync

        runtime.look_again()
        result = run_sync(core, (), dry_run=False, approve=(), who=WHO)
        if synced is not None:
            synced(result)
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
        def do(_: Schedule) -> None:
            runtime.look_again()
            job(UseCases(core))

        return do

    def of_subscription(wanted: Subscription) -> Callable[[Schedule], None]:
        def do(_: Schedule) -> None:
            from actiontrack.services.telling.subscriptions import publish

            publish(core, wanted)

        return do

    own: Jobs = {"sync": sync, "sweep": sweep, "report": report, "backup": backup}
    subscribed = {each.schedule.job: of_subscription(each) for each in core.subscriptions}
    return {**own, **subscribed, **{name: of_plugin(offered.job) for name, offered in runtime.hooks.jobs.items()}}
