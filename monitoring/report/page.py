"""A report as one HTML file that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from datetime import datetime

from jinja2 import Environment

from monitoring.report.sheet import Sheet, shown

_PAGE = """
{%- macro kind(column) -%}
{{ "" if column.kind.value in ("text", "time") else ' class="number"'|safe }}
{%- endmacro %}
{%- macro cells(row) -%}
{% for column in sheet.columns %}{% if loop.first -%}
<th scope="row">{{ shown(row[loop.index0], column.kind, language) }}</th>
{%- else -%}
<td{{ kind(column) }}>{{ shown(row[loop.index0], column.kind, language) }}</td>
{%- endif %}{% endfor %}
{%- endmacro -%}
<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ sheet.title }}</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; color: #222; background: #fff; margin: 2rem; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; }
.table { overflow-x: auto; } table { border-collapse: collapse; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ccc; text-align: left; }
td, th[scope=row] { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
tfoot td, tfoot th { border-top: 2px solid #222; font-weight: bold; }
footer { color: #555; margin-top: 1rem; }
</style>
</head>
<body>
<main>
<h1>{{ sheet.title }}</h1>
{% if plot %}<figure role="img" aria-label="{{ sheet.title }}">{{ plot|safe }}</figure>{% endif %}
<div class="table" tabindex="0" role="region" aria-label="{{ sheet.title }}">
<table>
<thead><tr>
{% for column in sheet.columns %}<th scope="col"{{ kind(column) }}>{{ column.heading }}</th>
{% endfor %}</tr></thead>
<tbody>
{% for row in sheet.rows %}<tr>{{ cells(row) }}</tr>
{% endfor %}</tbody>
{% if sheet.total %}<tfoot><tr>{{ cells(sheet.total) }}</tr></tfoot>{% endif %}
</table>
</div>
{% for note in sheet.notes %}<p lang="en">{{ note }}</p>
{% endfor %}</main>
<footer>Växel, <time datetime="{{ made.isoformat() }}">{{ made.strftime("%Y-%m-%d %H:%M") }}</time>
</footer>
</body>
</html>
"""


def as_page(sheet: Sheet, *, plot: str = "", language: str, made: datetime) -> str:
    """The page.

    Args:
        sheet: The table.
        plot: An SVG drawing, shown above it.
        language: Of the headings.
        made: The local time.
    """
    template = Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        sheet=sheet.for_people(), plot=plot, language=language, made=made, shown=shown
    )
