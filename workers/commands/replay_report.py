"""What a replay tells: one line for every dead letter, and a summary."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from workers.commands.letter_views import safe
from workers.runtime.replay_plan import Refuse, Send, Skip

if TYPE_CHECKING:
    from workers.runtime.letters import Letter
    from workers.runtime.replay import Planned, Sent


class ReplayReport:
    """Prints as the replay goes on and remembers whether all went well."""

    def __init__(self, plan: Sequence[Planned], *, dry: bool, json: bool) -> None:
        self._plan = plan
        self._dry = dry
        self._json = json
        self._counts: Counter[str] = Counter()
        self._left = {
            item.letter.place: item.letter for item in plan if isinstance(item.decision, Send)
        }
        self.sends = len(self._left)
        """How many the plan sends."""

    @property
    def fine(self) -> bool:
        """Whether nothing was refused and nothing failed."""
        return not (self._counts["refused"] or self._counts["failed"])

    def decisions(self) -> None:
        """Tell what will not be sent and why; in a dry run also what would be sent."""
        for item in self._plan:
            match item.decision:
                case Refuse(why):
                    self._tell("refused", item.letter, why=why)
                case Skip(why):
                    self._tell("skipped", item.letter, why=why)
                case Send(topic, partition, number):
                    if self._dry:
                        to = topic if partition is None else f"{topic}/{partition}"
                        self._tell("would send", item.letter, to=to, replay=number)

    def sent(self, sent: Sent) -> None:
        """Tell what became of one that was to be sent."""
        self._left.pop(sent.letter.place, None)
        if sent.where is None:
            self._tell("failed", sent.letter, why=sent.problem)
        else:
            self._tell("sent", sent.letter, to=sent.where)

    def interrupted(self) -> None:
        """Tell what Kafka has not confirmed."""
        for letter in self._left.values():
            self._tell("failed", letter, why="not confirmed by Kafka; replay it again")
        self.summary()

    def summary(self) -> None:
        """How many of each, on standard error."""
        told = ", ".join(
            f"{count} {what}".replace("would send", "to be sent")
            for what, count in self._counts.items()
        )
        hint = "; --yes sends them" if self._dry and self.sends else ""
        print(f"{told}{hint}", file=sys.stderr)

    def _tell(self, what: str, letter: Letter, **more: Any) -> None:
        self._counts[what] += 1
        if self._json:
            record = {
                "result": what.replace(" ", "_"),
                **{"place": letter.place, "origin": str(letter.origin), "id": letter.id},
                **more,
            }
            print(orjson.dumps(record).decode())
            return
        subject = f"{letter.place} ({letter.id}, {letter.reason} in {letter.stage})"
        detail = f": {more['why']}" if "why" in more else f" → {more['to']}"
        print(safe(f"{what} {subject}{detail}"))
