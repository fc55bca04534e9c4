"""What no file of a report may hold: secrets never, account numbers and this person's folders unless asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

SECRETS = re.compile(
    r"\b(?:AKIA|ASIA|RKLB)[A-Z0-9]{16}\b"  # access keys of AWS and of the built-in engine
    r"|(?i:aws_?secret_?access_?key|aws_?session_?token|x-amz-security-token)[\"' ]*[=:][\"' ]*[A-Za-z0-9/+=%]{16,}"
    r"|(?i:X-Amz-Signature)=[0-9a-fA-F]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----")
_IN_ARN = re.compile(r"(?<=:)\d{12}(?=:)")  # anybody's account number


def number(account: str) -> re.Pattern[str]:
    """Finds the account's number where it is not part of a longer one."""
    return re.compile(rf"(?<!\d){re.escape(account)}(?!\d)")


def hider(account: str, show_account: bool = False) -> Callable[[str], str]:
    """What takes all of it out of a text: digits of accounts become "*", the home folder "~"."""
    home = re.compile(rf"(?<![\w.~/-]){re.escape(str(Path.home()))}(?=[/\\])")  # not inside a key of S3
    own = number(account) if account else None

    def hide(text: str) -> str:
        shown = SECRETS.sub("(left out)", home.sub("~", text))
        if show_account:
            return shown
        return _IN_ARN.sub("*" * 12, own.sub("*" * len(account), shown) if own else shown)

    return hide
