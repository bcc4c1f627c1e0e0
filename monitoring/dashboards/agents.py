"""The agents together: states, time, pauses. No board shows one person."""

from __future__ import annotations

from monitoring.dashboards import asked
from monitoring.dashboards.drawn import bars, course, figure
from monitoring.dashboards.model import Board, Query, Row, Step, Unit
from monitoring.definitions.key_figures import HANDLE_TIME, OCCUPANCY
from monitoring.metrics import agents, supervisors

_STATES = ("ready", agents.PHONE_AWAY, "reserved", "talking", "wrapup", "paused", "logged_out")
_NOW = Row(
    "Now",
    tuple(
        (
            figure(
                state.replace("_", " ").capitalize(),
                about,
                Unit.COUNT,
                asked.now(agents.AGENTS, where=f'{asked.OF_ORG},state="{state}"'),
                width=3,
            )
            for state, about in zip(
                _STATES,
                (
                    "Free for the next caller.",
                    "Ready, but their phone is in use or cannot be reached: look at the phone.",
                    "Their phone rings, or is about to.",
                    "In a conversation.",
                    "Finishing the last conversation.",
                    "In a pause, by themselves or because they did not answer.",
                    "Not at work.",
                ),
                strict=True,
            )
        )
    ),
)
_TIME = Row(
    "How the time goes",
    (
        figure(
            "Occupancy",
            f"{OCCUPANCY.name}: {OCCUPANCY.expression}.",
            Unit.SHARE,
            asked.defined(OCCUPANCY, where=asked.OF_ORG),
            (Step(0.85, "yellow"), Step(0.95, "red")),
        ),
        figure(
            "Handle time",
            f"{HANDLE_TIME.name}: {HANDLE_TIME.expression}.",
            Unit.SECONDS,
            asked.defined(HANDLE_TIME, where=asked.OF_ORG),
        ),
        bars(
            "Time by state",
            "Of all agents together, in the time shown.",
            Unit.SECONDS,
            Query(
                asked.total(agents.AGENT_STATE_SECONDS, "state", where=asked.OF_ORG), "{{state}}"
            ),
        ),
        bars(
            "Calls of their own",
            "Calls that agents have made, by outcome, in the time shown.",
            Unit.COUNT,
            Query(asked.total(agents.AGENT_CALLS, "outcome", where=asked.OF_ORG), "{{outcome}}"),
            Query(
                asked.total(agents.AGENT_CALLS_REFUSED, "reason", where=asked.OF_ORG),
                "refused: {{reason}}",
            ),
        ),
        figure(
            "Talk in calls of their own",
            "Average length of the conversations in them.",
            Unit.SECONDS,
            asked.mean(agents.AGENT_CALL_TALK, where=asked.OF_ORG),
        ),
        bars(
            "Pauses by reason",
            "Of all agents together, in the time shown.",
            Unit.SECONDS,
            Query(
                asked.total(agents.AGENT_PAUSE_SECONDS, "reason", where=asked.OF_ORG), "{{reason}}"
            ),
        ),
    ),
)
_COURSE = Row(
    "Course",
    (
        course(
            "Agents by state",
            "Those who are logged out apart.",
            Unit.COUNT,
            Query(
                asked.now(agents.AGENTS, "state", where=f'{asked.OF_ORG},state!="logged_out"'),
                "{{state}}",
            ),
        ),
        course(
            "Occupancy, moving",
            f"{OCCUPANCY.expression}.",
            Unit.SHARE,
            Query(
                asked.defined(OCCUPANCY, "org", where=asked.OF_ORG, window=asked.MOVING), "{{org}}"
            ),
        ),
        course(
            "Offers a minute",
            "Offers to agents, and those that came to nothing, by reason.",
            Unit.PER_MINUTE,
            Query(asked.a_minute(agents.AGENT_OFFERS, where=asked.OF_ORG), "offers"),
            Query(
                asked.a_minute(agents.AGENT_OFFERS_REFUSED, "reason", where=asked.OF_ORG),
                "refused: {{reason}}",
            ),
        ),
        figure(
            "Wrong PINs",
            "Agents who were locked out for a while by wrong PINs, in the time shown.",
            Unit.COUNT,
            asked.total(agents.AGENT_LOCKS, where=asked.OF_ORG),
            (Step(1, "yellow"), Step(5, "red")),
            width=12,
        ),
    ),
)
_SUPERVISORS = Row(
    "Supervisors",
    (
        bars(
            "In conversations",
            "How often supervisors came in, by the way in which it began.",
            Unit.COUNT,
            Query(
                asked.total(supervisors.SUPERVISOR_PRESENCES, "mode", where=asked.OF_ORG),
                "{{mode}}",
            ),
        ),
        figure(
            "Length of stay",
            "How long a supervisor was in a conversation, on average.",
            Unit.SECONDS,
            asked.mean(supervisors.SUPERVISOR_PRESENCE, where=asked.OF_ORG),
        ),
        bars(
            "Acts",
            "On agents and contacts, by the API or at a phone.",
            Unit.COUNT,
            Query(asked.total(supervisors.SUPERVISOR_ACTS, "act", where=asked.OF_ORG), "{{act}}"),
        ),
        bars(
            "Refused",
            "What they were not let do, and wrong PINs.",
            Unit.COUNT,
            Query(
                asked.total(supervisors.SUPERVISORS_REFUSED, "reason", where=asked.OF_ORG),
                "{{reason}}",
            ),
        ),
    ),
)
AGENTS = Board(
    "agents",
    "Växel: agents",
    "How many agents are there, what they do, and how their time goes.",
    (asked.ORG, asked.WINDOW),
    (_NOW, _TIME, _COURSE, _SUPERVISORS),
)
