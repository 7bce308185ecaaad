"""What a finished walk shows: states that nothing leads out of, circles that never wait, and answers met with silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from bot.flows.definition import Call, Collect, Link, Utter

if TYPE_CHECKING:
    from bot.flows.definition import Flow
    from bot.flows.proof_walk import Node, Visit, Walk

Ways: TypeAlias = "dict[Node, list[Node]]"


def backwards(walk: Walk) -> Ways:
    """State -> those from which it can come next, over calls too."""
    back: Ways = {}
    for origin, moves in walk.moves.items():
        for node in moves:
            back.setdefault(node, []).append(origin)
    for end, returns in walk.returns.items():
        for caller, after in returns:
            back.setdefault(after, []).extend((end, caller))
    return back


def can_end(walk: Walk, back: Ways) -> set[Node]:
    """The states from which something leads to an end."""
    return _reached(walk.ends, back)


def will_end(walk: Walk, back: Ways) -> set[Node]:
    """The states from which the person's answers lead to an end, whatever the actions give each time.

    At a question one good answer is enough; after an action every result has to be good.
    """
    owed = {node: len(moves) for node, moves in walk.moves.items() if _is_not_asked(walk, node)}
    good = set(walk.ends)
    waiting = list(good)
    while waiting:
        for node in back.get(waiting.pop(), ()):
            if node in good:
                continue
            if node in owed:
                owed[node] -= 1
                if owed[node] > 0:
                    continue
            good.add(node)
            waiting.append(node)
    return good


def _is_not_asked(walk: Walk, node: Node) -> bool:
    step = walk.step(node)
    return step is not None and not isinstance(step, Collect | Call | Link)


def _reached(found: Iterable[Node], ways: Mapping[Node, Iterable[Node]]) -> set[Node]:
    reached = set(found)
    waiting = list(reached)
    while waiting:
        for node in ways.get(waiting.pop(), ()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return reached


def reached_from(walk: Walk, node: Node, among: set[Node]) -> set[Node]:
    """What can come after a state by way of some others only."""
    ways: Ways = {}
    for origin in among:
        ahead = [*walk.moves.get(origin, ()), *(after for _, after in walk.returns.get(origin, ()))]
        ways[origin] = [one for one in ahead if one in among]
    return _reached(ways.get(node, ()), ways)


def quick(walk: Walk) -> Ways:
    """Moves that do not wait for the person: within a flow, into a flow, and through one to where its caller goes on."""
    ways: Ways = {origin: [n for n, waits in moves.items() if not waits] for origin, moves in walk.moves.items()}
    entries = {walk.entry(node.visit) for node in walk.came_from}
    at_once = set(entries)
    waiting = list(entries)
    while waiting:
        node = waiting.pop()
        for caller, after in walk.returns.get(node, ()):
            ways.setdefault(caller, []).append(after)
            if caller in at_once and after not in at_once:
                at_once.add(after)
                waiting.append(after)
        for after in ways.get(node, ()):
            if after.visit == node.visit and after not in at_once:
                at_once.add(after)
                waiting.append(after)
    return ways


def circle(ways: Ways) -> list[Node]:
    """The states of some circle, in order; none when there is no circle."""
    done: set[Node] = set()
    for root in ways:
        path: list[tuple[Node, int]] = [(root, 0)] if root not in done else []
        on_path = {root}
        while path:
            node, position = path.pop()
            ahead = ways.get(node, [])
            if position >= len(ahead):
                done.add(node)
                on_path.discard(node)
                continue
            path.append((node, position + 1))
            if ahead[position] in on_path:
                nodes = [one for one, _ in path]
                return nodes[nodes.index(ahead[position]) :]
            if ahead[position] not in done:
                path.append((ahead[position], 0))
                on_path.add(ahead[position])
    return []


class Silence:
    """Where the person has written and nothing has been said since: in a flow itself, or as whoever called it was."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        heard = [node for moves in walk.moves.values() for node, waits in moves.items() if waits]
        self._heard: set[Node] = set()
        self._passed: set[Node] = set()
        entries = {walk.entry(node.visit) for node in walk.came_from}
        self._waiting = [(node, True) for node in heard] + [(node, False) for node in entries]
        while self._waiting:
            self._spread(*self._waiting.pop())

    def _spread(self, node: Node, heard: bool) -> None:
        found = self._heard if heard else self._passed
        if node in found:
            return
        found.add(node)
        step = self._walk.step(node)
        if isinstance(step, Call | Link):
            entries = [entry for entry in self._walk.moves.get(node, ()) if entry.visit != node.visit]
            for end in (one for entry in entries for one in self._walk.exits(entry.visit) if one in self._passed):
                self._go_on(end, {node}, heard)
        elif step is None:
            self._come_back(node, heard)
        elif not isinstance(step, Utter | Collect):
            self._waiting += [(after, heard) for after in self._walk.moves.get(node, ())]

    def _come_back(self, end: Node, heard: bool) -> None:
        callers = {caller for caller, _ in self._walk.returns.get(end, ())}
        if heard:
            self._go_on(end, callers, True)
        else:
            self._go_on(end, callers & self._heard, True)
            self._go_on(end, callers & self._passed, False)

    def _go_on(self, end: Node, callers: set[Node], heard: bool) -> None:
        self._waiting += [(after, heard) for caller, after in self._walk.returns.get(end, ()) if caller in callers]

    def ends(self) -> list[Node]:
        """Ends of it all that are silent; patterns are left out, since the interrupted question is put again."""
        begun = {visit for visit in self._walk.started if self._walk.book.flows[visit.flow].intents}
        waiting = [node for node in self._heard if isinstance(self._walk.step(node), Call | Link)]
        inside: dict[Visit, list[Node]] = {}
        for node in self._passed:
            inside.setdefault(node.visit, []).append(node)
        waiting += [one for visit in begun for one in inside.get(visit, ())]
        while waiting:
            for entry in self._walk.moves.get(waiting.pop(), ()):
                if entry.visit not in begun and entry == self._walk.entry(entry.visit):
                    begun.add(entry.visit)
                    waiting += inside.get(entry.visit, ())
        silent = [end for end in self._walk.ends if end in self._heard or (end in self._passed and end.visit in begun)]
        return [end for end in silent if self._ends_it_all(self._walk.book.flows[end.visit.flow])]

    def _ends_it_all(self, flow: Flow) -> bool:
        return not flow.is_pattern and (bool(flow.intents) or not flow.keeps_place)
