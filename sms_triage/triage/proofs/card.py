"""The one-SMS shorthand on one printed page, for those who triage with it."""

from collections.abc import Sequence
from html import escape

from sms_triage.triage.understanding import shorthand
from sms_triage.triage.wording.locale import Locale

_STYLE = """
@page { size: A5 landscape; margin: 8mm; }
body { font: 10.5px/1.3 sans-serif; color: #000; margin: 0; }
article + article { break-before: page; }
h1 { font-size: 15px; margin: 0 0 1mm; } p { margin: 0 0 2mm; } code { font-size: 13px; font-weight: bold; }
main { columns: 3; column-gap: 5mm; } section { break-inside: avoid; margin: 0 0 2.5mm; }
h2 { font-size: 11px; margin: 0; border-bottom: 1px solid #000; } h2 b { font-size: 15px; margin-right: 1.5mm; }
ol { margin: 0; padding: 0; list-style: none; } li b { display: inline-block; width: 4mm; }
footer { font-size: 8.5px; border-top: 1px solid #000; padding-top: 1mm; }
"""


def card(locales: Sequence[Locale]) -> str:
    """The card as an HTML page that prints on one sheet for each topic."""
    first = locales[0]
    title = f'<meta charset="utf-8"><title>{escape(first.content.title.own)}</title>'
    pages = "".join(_page(locale) for locale in locales)
    return (
        f'<!doctype html>\n<html lang="{first.language}"><head>{title}'
        f"<style>{_STYLE}</style></head><body>{pages}</body></html>\n"
    )


def _page(locale: Locale) -> str:
    content, letters = locale.content, locale.content.shorthand
    example = shorthand.write(content.baseline(), letters, content)
    sections = []
    for question in content.questions:
        if question.id not in letters:
            continue
        labels = [option.label.helper for option in question.options]
        labels += [question.none.helper] if question.none else []
        rows = "".join(f"<li><b>{number}</b>{escape(label)}</li>" for number, label in enumerate(labels, 1))
        head = escape(question.text.helper)
        sections.append(f"<section><h2><b>{letters[question.id]}</b>{head}</h2><ol>{rows}</ol></section>")
    emergency = escape(locale.say(content.dispositions[0].text, content.answers_of(helper=True)))
    return (
        f"<article><h1>{escape(content.title.own)}</h1><p><code>{example}</code></p>"
        f"<p>{emergency}</p><main>{''.join(sections)}</main>"
        f"<footer>{content.hash} &middot; {escape(content.review)}</footer></article>"
    )
