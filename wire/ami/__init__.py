"""The Asterisk Manager Interface: events in, actions out.

``frames`` cuts bytes into frames and never sees a socket; ``client`` keeps the link;
``lanes`` hands events to handlers, one ordered lane a call.
"""
