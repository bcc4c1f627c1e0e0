"""The headings and words of reports in Swedish, Danish and English."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

LANGUAGES = ("sv", "da", "en")


class Word(Enum):
    """A heading, in the languages of :data:`LANGUAGES`."""

    QUEUES = "Köer", "Køer", "Queues"
    AGENTS = "Handläggare", "Medarbejdere", "Agents"
    CONTACTS = "Samtal", "Opkald", "Contacts"
    INTERVAL = "Tid", "Tid", "Interval"
    QUEUE = "Kö", "Kø", "Queue"
    TOTAL = "Totalt", "I alt", "Total"
    OFFERED = "Inkomna", "Indkomne", "Offered"
    ANSWERED = "Besvarade", "Besvarede", "Answered"
    ABANDONED = "Avbrutna", "Afbrudte", "Abandoned"
    SHORT = "varav korta", "heraf korte", "of these short"
    LEFT = "Lämnat kön", "Forlod køen", "Flowed out"
    WAITING = "Väntar", "Venter", "Waiting"
    UNKNOWN = "Okänt", "Ukendt", "Unknown"
    CALLBACKS = "Återuppringningar", "Tilbagekald", "Callbacks"
    CALLED_BACK = "varav samtal", "heraf samtaler", "of these talked"
    SERVICE_LEVEL = "Servicenivå", "Serviceniveau", "Service level"
    ABANDON_RATE = "Andel avbrutna", "Andel afbrudte", "Abandon rate"
    LONG_ABANDON_RATE = "utan korta", "uden korte", "without short"
    ASA = "Medelväntetid", "Gennemsnitlig svartid", "Average speed of answer"
    ATA = "Tid till avbrott", "Tid til afbrydelse", "Time to abandon"
    AHT = "Hanteringstid", "Behandlingstid", "Average handle time"
    AGENT = "Handläggare", "Medarbejder", "Agent"
    NAME = "Namn", "Navn", "Name"
    LOGGED_IN = "Inloggad", "Logget på", "Logged in"
    TALKING = "I samtal", "I samtale", "Talking"
    WRAPUP = "Efterarbete", "Efterbehandling", "Wrap-up"
    READY = "Redo", "Klar", "Ready"
    RESERVED = "Ringer", "Ringer", "Ringing"
    PAUSED = "Paus", "Pause", "Paused"
    DIALLING = "Ringer upp", "Ringer op", "Dialling"
    OUTBOUND = "Utgående samtal", "Udgående samtaler", "Outbound talk"
    OUTBOUND_CALLS = "Uppringda", "Opkald ud", "Outbound calls"
    HANDLED = "Samtal", "Samtaler", "Handled"
    OCCUPANCY = "Beläggning", "Belægning", "Occupancy"
    ARRIVED = "Kom", "Ankom", "Arrived"
    CALLER = "Från", "Fra", "Caller"
    OUTCOME = "Utfall", "Udfald", "Outcome"
    WAITED = "Väntade", "Ventede", "Waited"
    TALKED = "Talade", "Talte", "Talked"
    SINCE = "Besvarad senare", "Besvaret senere", "Answered since"
    CONTACT = "Kontakt", "Kontakt", "Contact"
    RESULTS = "Resultat", "Resultater", "Results"
    RESULT = "Resultat", "Resultat", "Result"
    SHARE = "Andel", "Andel", "Share"
    TALK_TIME = "Samtalstid", "Samtaletid", "Average talk time"
    WRAPUP_TIME = "Efterarbetstid", "Efterbehandlingstid", "Average wrap-up time"
    NO_RESULT = "inget angivet", "intet angivet", "none given"
    HOURS = "timmar", "timer", "hours"
    TRANSFERS = "Överlämnade samtal", "Overdragne opkald", "Transfers"
    HANDED_OVER = "Överlämnade", "Overdragne", "Handed over"
    TO_A_QUEUE = "till kö", "til kø", "to a queue"
    TO_AN_AGENT = "till handläggare", "til medarbejder", "to an agent"
    TO_A_NUMBER = "till nummer", "til nummer", "to a number"
    ASKED_FIRST = "efter förfrågan", "efter forespørgsel", "asked first"
    RECEIVED = "Mottagna", "Modtagne", "Received"
    CONSULTATIONS = "Förfrågningar", "Forespørgsler", "Consultations"
    HOLDS = "Parkeringar", "Parkeringer", "Holds"
    HELD = "Parkerad tid", "Parkeret tid", "Time on hold"
    HOLD_TIME = "Medeltid parkerad", "Gennemsnitlig parkering", "Average hold"
    SURVEYS = "Enkäter", "Undersøgelser", "Surveys"
    SURVEY = "Enkät", "Undersøgelse", "Survey"
    QUESTION = "Fråga", "Spørgsmål", "Question"
    ASKED = "Ställd", "Stillet", "Asked"
    ANSWERS = "Svar", "Svar", "Answers"
    MEAN = "Medelbetyg", "Gennemsnit", "Mean score"
    SPOKEN = "talade svar", "talte svar", "spoken"
    ESTIMATES = "Uppskattade väntetider", "Anslåede ventetider", "Estimated waits"
    ESTIMATED = "med uppskattning", "med anslået tid", "with an estimate"
    INSIDE = "inom intervallet", "inden for intervallet", "inside the range"
    EARLIER = "tidigare", "tidligere", "earlier"
    LATER = "senare", "senere", "later"
    ERROR = "Medelfel", "Gennemsnitlig fejl", "Mean error"
    BIAS = "Systematiskt fel", "Systematisk fejl", "Bias"
    TIME = "Tid", "Tid", "Time"
    AUDIT = "Arbetsledares åtgärder", "Lederes handlinger", "Supervisors' acts"
    SUPERVISOR = "Arbetsledare", "Leder", "Supervisor"
    ACT = "Åtgärd", "Handling", "Act"
    VIA = "Genom", "Via", "By"
    API = "program", "program", "program"
    PHONE = "Telefon", "Telefon", "Phone"
    LASTED = "Varade", "Varede", "Lasted"
    REFUSED = "Nekades", "Afvist", "Refused"
    TO_QUEUE = "Till kö", "Til kø", "To queue"
    CREDIT = "Försprång", "Forspring", "Credit"

    def spoken(self, language: str) -> str:
        """In a language; in English where there is none of it."""
        return str(self.value[_place(language)])


OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "answered": ("besvarat", "besvaret", "answered"),
    "abandoned": ("avbrutet", "afbrudt", "abandoned"),
    "timeout": ("för lång väntan", "for lang ventetid", "waited too long"),
    "closed": ("kön stängde", "køen lukkede", "the queue closed"),
    "nobody": ("ingen inloggad", "ingen logget på", "nobody logged in"),
    "failed": ("fel", "fejl", "failed"),
    "moved": ("flyttat", "flyttet", "moved"),
    "taken_over": ("övertaget", "overtaget", "taken over"),
    "callback": ("återuppringning", "tilbagekald", "callback"),
    "": ("pågår eller okänt", "i gang eller ukendt", "in progress or unknown"),
}

ACTS: Mapping[str, tuple[str, str, str]] = {
    "listen": ("lyssna", "lytte", "listen"),
    "whisper": ("viska", "hviske", "whisper"),
    "barge": ("gå in i samtalet", "gå ind i samtalen", "barge in"),
    "take_over": ("ta över", "overtage", "take over"),
    "present": ("vara med", "være med", "be present"),
    "pause": ("pausa", "sætte på pause", "pause"),
    "unpause": ("avsluta paus", "afslutte pause", "end pause"),
    "logout": ("logga ut", "logge ud", "log out"),
    "result": ("ange resultat", "angive resultat", "give result"),
    "prioritise": ("prioritera", "prioritere", "prioritise"),
    "move": ("flytta", "flytte", "move"),
    "cancel": ("avbryta återuppringning", "annullere tilbagekald", "cancel callback"),
    "": ("legitimera sig", "legitimere sig", "prove identity"),
}
REFUSALS: Mapping[str, tuple[str, str, str]] = {
    "right": ("saknar behörighet", "har ikke lov", "no right to it"),
    "role": ("tokenets roll räcker inte", "tokenets rolle er for lav", "token's role is too low"),
    "queue": ("kön är privat", "køen er privat", "private queue"),
    "wrong_pin": ("fel PIN-kod", "forkert pinkode", "wrong PIN"),
    "locked": ("spärrad", "spærret", "locked"),
}


def outcome_in(language: str, outcome: str) -> str:
    """An outcome as people say it."""
    return OUTCOMES[outcome][_place(language)]


def act_in(language: str, act: str) -> str:
    """What a supervisor does, as people say it; one of a newer version by its code."""
    return ACTS[act][_place(language)] if act in ACTS else act


def refusal_in(language: str, reason: str) -> str:
    """Why a supervisor was not let, likewise."""
    return REFUSALS[reason][_place(language)] if reason in REFUSALS else reason


def _place(language: str) -> int:
    return LANGUAGES.index(language if language in LANGUAGES else "en")
