"""Every metric's name, labels and definition, a file a subject. No name stands anywhere else.

Definitions that hold for all of them (what is made of them, a service level for one, stands in
:mod:`monitoring.definitions`):

* Counters and histograms of contacts and agents come from the events in ``events:{org}``, never
  from Asterisk's own counters; :mod:`monitoring.metrics.registry` lists them. A contact is counted
  when the event happens, not when the contact began or ends: an answered call is answered at the
  answer. Over a long period the two agree.
* Times are seconds.
* Labels hold organisations, queues, trees, mailboxes and closed sets of words; never a person: no
  caller's number and no agent. A city has thousands of agents, who come and go: each would be a
  series for ever, and a wallboard is no place to watch one person. `vaxel report agents` has them.

Counters go on over restarts. They begin again at zero only when the events themselves are gone.
Those that say "since its start" belong to one process and begin with it.

Several controllers share the queues, the agents and the events, and each tells of all of them: only
what is marked ``each`` may be added up over controllers; :mod:`monitoring.promql` minds that.
"""
