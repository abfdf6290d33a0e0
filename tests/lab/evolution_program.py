"""Run by the system's Python: Evolution's own registry reads the account, its Camel library signs in, reads and sends.

Arguments: the account's uid, its address, the subject to send; the password stands in MAIL_PASSWORD. Prints JSON.
"""

import json
import os
import sys
from typing import Any

import gi

gi.require_version("Camel", "1.2")
gi.require_version("EDataServer", "1.2")
from gi.repository import Camel, EDataServer  # noqa: E402


class Session(Camel.Session):  # type: ignore[misc]  # GObject has no types
    """Evolution's session without its windows: a password that a person would have typed, and no question."""

    def do_authenticate_sync(self, service: Any, mechanism: str | None, cancellable: Any) -> bool:
        """Signs in by the mechanism that the settings name."""
        service.set_password(os.environ["MAIL_PASSWORD"])
        return bool(service.authenticate_sync(mechanism, cancellable) == Camel.AuthenticationResult.ACCEPTED)

    def do_trust_prompt(self, service: Any, certificate: Any, errors: Any) -> Any:
        """The lab's authority is nobody whom the system knows."""
        return Camel.CertTrust.TEMPORARY


def connected(session: Session, source: Any, backend: str, kind: Any) -> Any:
    """The source's service, connected."""
    service = session.add_service(source.get_uid(), backend, kind)
    source.camel_configure_service(service)
    service.set_password(os.environ["MAIL_PASSWORD"])
    if isinstance(service, Camel.OfflineStore):
        service.set_online_sync(True, None)
    service.connect_sync(None)
    return service


def main() -> None:
    """Reads the inbox and sends one message to the account itself."""
    uid, address, subject = sys.argv[1:]
    registry = EDataServer.SourceRegistry.new_sync(None)
    account = registry.ref_source(uid)
    identity = registry.ref_source(account.get_extension("Mail Account").get_identity_uid())
    transport = registry.ref_source(identity.get_extension("Mail Submission").get_transport_uid())
    Camel.init(os.environ["HOME"], False)
    session = Session(user_data_dir=os.environ["HOME"] + "/data", user_cache_dir=os.environ["HOME"] + "/cache")
    session.set_online(True)
    backend = account.get_extension("Mail Account").get_backend_name()
    store = connected(session, account, backend, Camel.ProviderType.STORE)
    inbox = store.get_inbox_folder_sync(None)
    inbox.refresh_info_sync(None)
    subjects = [inbox.get_message_sync(one, None).get_subject() for one in inbox.get_uids() or []]
    sender = connected(session, transport, "smtp", Camel.ProviderType.TRANSPORT)
    message = Camel.MimeMessage.new()
    message.set_subject(subject)
    who = Camel.InternetAddress.new()
    who.add(identity.get_extension("Mail Identity").get_name(), address)
    message.set_from(who)
    message.set_recipients("To", who)
    sender.send_to_sync(message, who, who, None)
    print(
        json.dumps(
            {
                "inbox": inbox.get_full_name(),
                "subjects": subjects,
                "name": identity.get_extension("Mail Identity").get_name(),
            }
        )
    )


main()
