"""What a finished walk shows: states that nothing leads out of, circles that never wait, and answers met with silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.flows.definition import HANDS_OVER, Collect, Utter

if TYPE_CHECKING:
    from bot.flows.definition import Flow
    from bot.flows.proof_walk import Node, Visit, Walk

Ways: TypeAlias = "dict[Node, list[Node]]"
_WAITS: Final = (Collect, *HANDS_OVER)
_Quiet: TypeAlias = "tuple[Node, bool]"
"""A state at which nothing was said, and whether since the person wrote or since the flow began."""


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
    return step is not None and not isinstance(step, _WAITS)


def _reached(found: Iterable[Node], ways: Mapping[Node, Iterable[Node]]) -> set[Node]:
    reached = set(found)
    waiting = list(reached)
    while waiting:
        for node in ways.get(waiting.pop(), ()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return reached


def traps(walk: Walk, among: set[Node]) -> list[set[Node]]:
    """Of these states, the sets that lead to one another and to no other of them: where whoever is stuck ends up.

    Tarjan's strongly connected components, without recursion.
    """
    ways = {node: [one for one in _ahead(walk, node) if one in among] for node in walk.came_from if node in among}
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    path: list[Node] = []
    closed: dict[Node, int] = {}
    found: list[set[Node]] = []
    for root in ways:
        waiting = [(root, 0)] if root not in number else []
        while waiting:
            node, position = waiting.pop()
            if position == 0:
                number[node] = lowest[node] = len(number)
                path.append(node)
            if position < len(ways[node]):
                waiting.append((node, position + 1))
                after = ways[node][position]
                if after not in number:
                    waiting.append((after, 0))
                continue
            lowest[node] = min(lowest[one] for one in [node, *ways[node]] if one not in closed)
            if lowest[node] == number[node]:
                whole = _taken_off(path, node)
                closed.update(dict.fromkeys(whole, len(found)))
                found.append(whole)
    return [one for one in found if all(after in one for node in one for after in ways[node])]


def _ahead(walk: Walk, node: Node) -> list[Node]:
    return [*walk.moves.get(node, ()), *(after for _, after in walk.returns.get(node, ()))]


def _taken_off(path: list[Node], until: Node) -> set[Node]:
    taken: set[Node] = set()
    while until not in taken:
        taken.add(path.pop())
    return taken


def quick(walk: Walk) -> Ways:
    """Moves that do not wait for the person: within a flow, into a flow, and through one to where its caller goes on."""
    ways: Ways = {origin: [n for n, waits in moves.items() if not waits] for origin, moves in walk.moves.items()}
    waiting = walk.entries()
    at_once = set(waiting)
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
        if root in done:
            continue
        path = {root: iter(ways[root])}
        while path:
            node, ahead = next(reversed(path.items()))
            for after in ahead:
                if after in path:
                    nodes = list(path)
                    return nodes[nodes.index(after) :]
                if after not in done:
                    path[after] = iter(ways.get(after, ()))
                    break
            else:
                done.add(node)
                del path[node]
    return []


class Silence:
    """Where the person has written and nothing has been said since: in a flow itself, or as whoever called it was.

    Each is kept with what led to it, as far back as the person's words, so that the way itself can be shown.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._came: dict[_Quiet, tuple[_Quiet | None, tuple[str, ...]]] = {}
        self._heard: set[Node] = set()
        self._passed: set[Node] = set()
        for node in walk.entries():
            self._came.setdefault((node, False), (None, ()))
        for origin, moves in walk.moves.items():
            for node in (node for node, waits in moves.items() if waits):
                self._came.setdefault((node, True), ((origin, False), walk.answers.get((origin, node), ())))
        self._waiting = list(self._came)
        while self._waiting:
            self._spread(*self._waiting.pop())

    def _then(self, after: Node, heard: bool, before: _Quiet, said: tuple[str, ...]) -> None:
        if (after, heard) not in self._came:
            self._came[after, heard] = (before, said)
            self._waiting.append((after, heard))

    def _spread(self, node: Node, heard: bool) -> None:
        (self._heard if heard else self._passed).add(node)
        step = self._walk.step(node)
        if isinstance(step, HANDS_OVER):
            entries = [entry for entry in self._walk.moves.get(node, ()) if entry.visit != node.visit]
            for end in (one for entry in entries for one in self._walk.exits(entry.visit) if one in self._passed):
                self._go_on(end, {node}, heard)
        elif step is None:
            self._come_back(node, heard)
        elif not isinstance(step, Utter):  # a question that is passed says nothing
            said = self._walk.said
            for after, waits in self._walk.moves.get(node, {}).items():
                if not waits and (after, heard) not in self._came:
                    self._then(after, heard, (node, heard), said.get((node, after), ()))

    def _come_back(self, end: Node, heard: bool) -> None:
        callers = {caller for caller, _ in self._walk.returns.get(end, ())}
        if heard:
            for _, after in self._walk.returns.get(end, ()):
                self._then(after, True, (end, True), ())
        else:
            self._go_on(end, callers & self._heard, True)
            self._go_on(end, callers & self._passed, False)

    def _go_on(self, end: Node, callers: set[Node], heard: bool) -> None:
        """Through a flow that says nothing, back to those of its callers at which nothing was said since, either."""
        for caller, after in self._walk.returns.get(end, ()) if callers else ():
            if caller in callers and (after, heard) not in self._came:
                self._then(after, heard, (caller, heard), self._quietly(end))

    def _quietly(self, end: Node) -> tuple[str, ...]:
        """What leads through a flow without a word."""
        return tuple(words for _, said in self._way((end, False)) for words in said)

    def _way(self, at: _Quiet) -> list[tuple[_Quiet, tuple[str, ...]]]:
        """From the person's words, or from where a flow begins, to here: each state with what led to it."""
        way: list[tuple[_Quiet, tuple[str, ...]]] = []
        next_one: _Quiet | None = at
        while next_one is not None and next_one in self._came:
            before, said = self._came[next_one]
            way.insert(0, (next_one, said))
            if before is not None and next_one[1] and not before[1]:  # where the person wrote
                way.insert(0, (before, ()))
                break
            next_one = before
        return way

    def conversation(self, end: Node) -> tuple[str, ...]:
        """A conversation that ends here without a word: as its last callers came, not as somebody else did."""
        walk, way = self._walk, self._way((end, end in self._heard))
        visits = [way[0][0][0]]  # where the person wrote, then who called that flow, and so on outwards
        for (before, _), (after, _) in pairwise(way):
            if after[0].visit != before[0].visit:
                callers = [one for one, to in walk.returns.get(before[0], ()) if to == after[0]]
                visits += callers[:1]
        said = [*walk.conversation(walk.entry(visits[-1].visit))]
        for node in reversed(visits):
            said += walk.within(node)
        return (*said, *(words for _, each in way for words in each))

    def ends(self) -> list[Node]:
        """Ends of it all that are silent; patterns are left out, since the interrupted question is put again."""
        begun = {visit for visit in self._walk.started if self._walk.book.flows[visit.flow].intents}
        waiting = [node for node in self._heard if isinstance(self._walk.step(node), HANDS_OVER)]
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
