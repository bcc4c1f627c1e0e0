"""A small lively contact centre on the running platform, for as long as one watches.

People with real SIP phones: callers who arrive at random, walk the demo organisation's tree by key
and by voice, wait, give up, ask to be called back, leave messages; agents who log in, answer, miss
a call, pause. Everything that is shown of it anywhere is true.
"""
