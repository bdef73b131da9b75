"""Form fields that need more than an input."""

from typing import Any

from django import forms


class CodeEditor(forms.Textarea):
    """A text area for Python code that becomes an editor where scripts run."""

    template_name = "shared/code_editor.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "class": "code",
                "rows": 24,
                "spellcheck": "false",
                "autocapitalize": "off",
                "autocomplete": "off",
            }
            | (attrs or {})
        )
