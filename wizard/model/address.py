"""An email address as the person typed it, with the parts other rooms need."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.errors import UsageError


@dataclass(frozen=True, slots=True)
class Address:
    """An email address (RFC 5321 §4.1.2, RFC 6531 for non-ASCII local parts); make one with `Address.parse`."""

    local: str
    domain: str  # A-labels (punycode), lower-case: what DNS is asked
    shown_domain: str  # as people read it

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address in `text`, blanks around it dropped.

        Raises:
            UsageError: with a sentence that says what is missing; field is "address".
        """
        text = text.strip().removeprefix("mailto:").strip("<>")
        if "@" not in text:
            raise UsageError("An email address has an @ in the middle, such as ada@example.org.", "address")
        local, _, domain = text.rpartition("@")
        if not local:
            raise UsageError("The part before the @ is missing.", "address")
        if not domain:
            raise UsageError("The part after the @ is missing.", "address")
        if "." not in domain.strip("."):
            message = f"“{domain}” is not a complete domain: it needs an ending such as .com or .org."
            raise UsageError(message, "address")
        from email_validator import EmailNotValidError, validate_email

        try:
            valid = validate_email(
                text, check_deliverability=False, allow_smtputf8=True, test_environment=True, globally_deliverable=False
            )
        except EmailNotValidError as error:
            raise UsageError(f"“{text}” is not an email address: {_plain(str(error))}", "address") from None
        return cls(valid.local_part, valid.ascii_domain.lower(), valid.domain)

    @property
    def is_ascii(self) -> bool:
        """Whether a server without SMTPUTF8 (RFC 6531) can take this address."""
        return self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.shown_domain}"

    @property
    def wire(self) -> str:
        """The address as SMTP and IMAP are told it: the domain in A-labels."""
        return f"{self.local}@{self.domain}"


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]
