"""What several scripts reply, in the ACD's words."""

from __future__ import annotations

from dataclasses import replace

from acd.estimate import Pace, estimate_by
from acd.model.figures import LineFigures
from acd.model.offer import Offer
from acd.script import Reply


def offer_of(reply: Reply) -> Offer | None:
    """An offer as scripts reply it, ``offer.lua`` first of all; ``None`` for none."""
    if reply is None:
        return None
    offer, contact, queue, agent, phone, controller, expires, node, *beside = reply
    first = Offer(offer, contact, queue, agent, phone, controller, int(expires), node)
    others = tuple(replace(first, agent=a, phone=p, node=n) for a, p, n in beside)
    return replace(first, beside=others) if others else first


def figures_of(reply: Reply) -> LineFigures:
    """The figures that ``figures.lua`` replies."""
    waiting, callbacks, oldest, logged_in, ready, position, pace, ways = reply
    estimate = estimate_by(Pace(*pace), position, ready, ways)
    return LineFigures(waiting, callbacks, oldest, logged_in, ready, estimate)
