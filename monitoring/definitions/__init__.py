"""What the figures mean: one definition each, for reports from SQL and for Prometheus alike.

A figure is one sum of terms over another. The terms are counts and times of one queue (or several)
over one period; `vaxel report` takes them from the SQL record, Prometheus from the metrics, and
both calculate by the same :class:`~monitoring.definitions.figure.Figure`. So a service level can be
asked by any of the formulas in use, at any time and for past data too; its name always stands
beside it.

Symbols, as the field writes them:

* AN answered, AB abandoned (the caller hung up while waiting), FO flow-outs (left for another
  queue, voicemail, a callback). Waiting begins in the queue, not in the menu.
* T the threshold, s the limit of a short abandonment; AN≤T answered within T, AB≤T, AB≤s.

Which interval a contact belongs to is asked as well, see
:class:`~monitoring.report.intervals.Belongs`. Hold time is part of talk; `vaxel report transfers`
tells it apart. Utilisation (time on contacts or available over *paid* time) and adherence need a
roster and are not offered.
"""
