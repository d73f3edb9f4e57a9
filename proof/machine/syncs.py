"""Syncs of every kind: looked at first, killed and resumed, with another worker at the door, a person in the gap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from actiontrack.domain.ledger import Instance, Intent, IntentState, Link, LinkState
from actiontrack.errors import ActionTrackError, RetryableError
from actiontrack.services.sync.steps import SyncResult
from proof.machine.deeds import Life
from proof.machine.judge import hold, outcome, snapshot
from proof.machine.workers import MortalStore
from proof.machine.world import Interlude, World
from proof.remotes.faults import Fault, Killed

MOMENTS = ("before a write request", "after a write", "before a read request", "after a write")
WRONG = (timedelta(hours=-3), timedelta(minutes=-20), timedelta(minutes=31), timedelta(hours=5), timedelta(days=400))
LEASE = timedelta(minutes=31)
"""After which a lease has run out."""
SILENT = ("short page", "empty")
"""A system that says all is well and leaves rows out: only a complete scan finds out."""


def sync(life: Life, where: int, which: int, how: int) -> None:
    """One sync of one kind; then the judge looks."""
    kind = KINDS[how % len(KINDS)]
    life.say(kind.__name__)
    if kind not in (looked_at, killed) and which % 2:
        life.fault(where + 1, which // 2, how * 7 + where)
    kind(life, where, which, how // len(KINDS))
    life.world.interludes.clear()
    life.judge.after_sync(life.world)


def plain(life: Life, where: int, which: int, how: int) -> None:
    """Everything; what waits for an approval may get it."""
    result = tried(life)
    _approve(life, result, which)


def named(life: Life, where: int, which: int, how: int) -> None:
    """One instance alone."""
    tried(life, [life.instance(where)])


def looked_at(life: Life, where: int, which: int, how: int) -> None:
    """Dry runs first: they change nothing, and say the same whoever fails, and whatever the order or the clock."""
    world = life.world
    everybody = list(world.core.instances)  # named, so that none is left in peace while time goes by
    if _calm(world):
        before = _everything(world)
        first = world.sync(everybody, dry_run=True)
        hold("I11 dry-run purity", _everything(world) == before, "a dry run changed something")
        if which % 3 == 0:
            ahead = WRONG[how % len(WRONG)]
            then = world.sync(everybody, dry_run=True, ahead=ahead)
            one, other = _but_for_missing(world, first), _but_for_missing(world, then)
            told = f"a clock that is wrong by {ahead} changes the plan: {one} → {other}"
            hold("I13 clock independence", one == other, told)
        elif which % 3 == 1:
            out = life.instance(where)
            world.weather[out].waiting.append(Fault("500", 0, 0))
            failing = world.sync(everybody, dry_run=True)
            others = world.sync([name for name in everybody if name != out], dry_run=True)
            hold("I10 isolation", _plan(failing, out) == _plan(others, out), f"{out} failing changes another's plan")
        else:
            for name in world.systems:
                world.weather[name].waiting.append(Fault("reordered", 0, how))
            then = world.sync(everybody, dry_run=True)
            hold("I12 order independence", _plan(then) == _plan(first), "the order of tickets tells")
    for weather in world.weather.values():
        weather.waiting = [each for each in weather.waiting if each.kind != "reordered"]
    plain(life, where, which, how)


def killed(life: Life, where: int, which: int, how: int) -> None:
    """The worker dies at some step; the next one ends as if it had not (I6)."""
    world, calm = life.world, _calm(life.world)
    expected: dict[str, Any] | None = None
    if calm and where % 3 == 0 and world.book is None:
        with world.fork() as other:
            for _ in range(3):
                other.sync()
            expected = outcome(other)
    store = MortalStore(world.store)
    if how % 3 == 0:
        store.commits_left, store.after = which % 5, bool(where % 2)
    else:
        world.interludes.append(Interlude(MOMENTS[how % len(MOMENTS)], which % 4, store.die))
    died = False
    try:
        world.sync(store=store)
    except Killed:
        died = True
    except RetryableError as error:
        life.say(f"not run: {error}")
    world.interludes.clear()
    life.say("killed" if died else "lived on")
    world.counts["kills"] += died
    if died and expected is not None:
        for _ in range(3):
            tried(life)
        if _asks_whether_it_was_made(world):
            return
        now = outcome(world)
        for part in expected:
            hold(f"I6 crash equivalence ({part})", now[part] == expected[part], f"{now[part]} ≠ {expected[part]}")


def _asks_whether_it_was_made(world: World) -> bool:
    """A create that can be neither found nor sent twice: only a person can tell what became of it."""
    with world.store.reading() as reader:
        return reader.count(Intent, creates=True, state=IntentState.UNKNOWN) > 0


def together(life: Life, where: int, which: int, how: int) -> None:
    """Another worker starts in the midst of it: it is turned away, or takes over once the lease has run out.

    It has run out for both, where the first one slept; or for the other alone, whose clock is ahead.
    """
    world, takes_over = life.world, how % 2 == 0
    slept = how // 2 % 2 == 0
    pids: list[int] = []

    def other() -> None:
        first = world.workers.working
        if takes_over and slept:
            world.clock.off += LEASE
        if how // 4 % 2:
            life.ask_here(where, which, how)
        try:
            world.sync(ahead=LEASE if takes_over and not slept else timedelta())
            hold("lease", takes_over, "two workers at once")
            world.overtaken.add(first)
            pids.append(first)
            world.counts["take-overs"] += 1
        except RetryableError as error:
            hold("lease", not takes_over, error)
            world.counts["turned away"] += 1

    world.interludes.append(Interlude(MOMENTS[where % len(MOMENTS)], which % 4, other))
    result = tried(life)
    hold("lease", not pids or result is None, "a worker whose lease had passed on went on to its end")


def edited_meanwhile(life: Life, where: int, which: int, how: int) -> None:
    """Somebody types just while it writes."""
    moment = ("in the gap", "before a write", "before a write request", "after a write")[which % 4]
    life.world.interludes.append(Interlude(moment, which % 3, lambda: life.type_there(where, which, how)))
    tried(life)


KINDS: tuple[Callable[[Life, int, int, int], None], ...] = (
    plain, plain, plain, plain, named, looked_at, killed, killed, together, edited_meanwhile,
)  # fmt: skip


def tried(life: Life, names: list[str] | None = None, approve: list[str] | None = None) -> SyncResult | None:
    """A sync; None where it was turned away. Nothing fails without a fault."""
    world = life.world
    before = sum((weather.struck for weather in world.weather.values()), start=type(world.counts)())
    try:
        result = world.sync(names or (), approve=approve or ())
    except RetryableError as error:
        life.say(f"not run: {error}")
        return None
    struck = sum((weather.struck for weather in world.weather.values()), start=type(world.counts)()) - before
    for each in result.connectors:
        told = f"{each.name} {each.status}: {each.why}"
        hold(
            "a failure has a fault",
            each.status in ("ok", "guard", "deferred") or bool(struck) or _stopped(each.why),
            told,
        )
        if each.status != "ok":
            life.say(told)
    return result


def _stopped(why: str) -> bool:
    """Whether it had been turned away before, and stays away until somebody names it."""
    return "401" in why or "403" in why


def _approve(life: Life, result: SyncResult | None, which: int) -> None:
    plans = [each.plan for each in result.connectors if each.status == "guard"] if result else []
    if plans and which % 3:
        life.say("approved")
        tried(life, approve=plans)


def _calm(world: World) -> bool:
    return not any(weather.waiting for weather in world.weather.values())


def _plan(result: SyncResult, without: str = "") -> list[str]:
    return sorted(str(step.to_json()) for step in result.steps if step.connector != without)


def _but_for_missing(world: World, result: SyncResult) -> list[str]:
    """What is planned; but for what is missing, which is asked about once an hour has passed by the clock."""
    missing = {(each.instance, each.action) for each in world.links() if each.state is LinkState.MISSING}
    return sorted(str(step.to_json()) for step in result.steps if (step.connector, step.ref) not in missing)


def _everything(world: World) -> dict[str, Any]:
    with world.store.reading() as reader:
        kept = [each.model_dump_json() for kind in (Instance, Link, Intent) for each in reader.find(kind)]
    return {**snapshot(world), "kept": kept}


def rest(life: Life) -> None:
    """Faults cease; people approve what waits for it, and after two rounds all is quiet."""
    world = life.world
    silent = any(weather.struck[kind] for weather in world.weather.values() for kind in SILENT)
    for name, system in world.systems.items():
        world.weather[name].clear()
        system.missing_field = ""
    world.time.pass_by(timedelta(days=2) if silent or len(life.told) % 2 else timedelta(minutes=20))
    life.told.append("rest")
    names = list(world.core.instances)
    result = tried(life, names)
    for _ in range(2):
        plans = [each.plan for each in result.connectors if each.status == "guard"] if result else []
        if plans:
            result = tried(life, names, plans)
    result = tried(life, names)
    hold("I2 convergence", result is not None, "turned away though nobody else is at work")
    for each in result.connectors if result else ():
        hold("I2 convergence", each.status == "ok", f"{each.name} {each.status}: {each.why}")
    life.judge.after_sync(world)
    try:
        life.judge.at_rest(world)
    except ActionTrackError as error:
        hold("I2 convergence", False, error)
