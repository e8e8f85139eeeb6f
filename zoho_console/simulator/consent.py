"""The two pages a person sees in the browser: who asks for what, and what is wrong with the request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f3f4f6; color: #1f2430; }}
  main {{ max-width: 30rem; margin: 12vh auto; padding: 2rem; background: #fff; border-radius: 12px;
          box-shadow: 0 1px 3px #0002; }}
  h1 {{ font-size: 1.25rem; margin-top: 0; }}
  ul {{ padding-left: 1.2rem; }}
  small {{ color: #5b6270; }}
  button {{ font: inherit; padding: .5rem 1.25rem; border-radius: 8px; border: 1px solid #c3c8d1; background: #fff; }}
  button[value=accept] {{ background: #1d6fd8; border-color: #1d6fd8; color: #fff; }}
</style></head><body><main>{content}</main></body></html>
"""


def consent_page(app: str, person: str, organisation: str, scopes: Iterable[str], hidden: Mapping[str, str]) -> str:
    """The page with Accept and Reject; `hidden` are the parameters to post back."""
    rights = "".join(f"<li><code>{escape(scope)}</code></li>" for scope in scopes)
    fields = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
    )
    content = (
        f"<h1>{escape(app)} would like to use your Zoho CRM</h1>"
        f"<p>You are signed in as {escape(person)} of {escape(organisation)}. It asks for:</p><ul>{rights}</ul>"
        f'<form method="post">{fields}<button name="answer" value="accept">Accept</button> '
        f'<button name="answer" value="reject">Reject</button></form>'
        f"<p><small>This is the Zoho CRM simulator on this computer. Nothing leaves it.</small></p>"
    )
    return _PAGE.format(title="Consent", content=content)


def error_page(code: str, sentence: str) -> str:
    """The page for a request that must not go back to the program that made it."""
    content = f"<h1>This sign-in cannot go on</h1><p>{escape(sentence)}</p><p><small>{escape(code)}</small></p>"
    return _PAGE.format(title=escape(code), content=content)
