"""TLS handshakes of the app: which worked, which did not, and which names are let through unread."""

from __future__ import annotations

from mitmproxy import ctx, tls
from mitmproxy.addonmanager import Loader

from proxy_addons.incidents import NEVER_TRUSTS, PINNED_AFTER, UNSURE_AFTER, NameTried

from .notes import guarded, note


class Handshakes:
    """Notes outcomes by phone and name; passes a pinned name through, so that the app goes on working.

    A name counts as pinned when the phone refused our certificate for it again and again, never accepted it, and
    accepted it for other names: otherwise it is the set-up that is wrong, and nothing is let through.
    """

    def __init__(self) -> None:
        self._tried: dict[tuple[str, str], NameTried] = {}
        self._trusting: set[str] = set()
        self._servers: set[tuple[str, str]] = set()
        self._told_untrusted: set[str] = set()

    def load(self, loader: Loader) -> None:
        """Declare the option."""
        loader.add_option("eduaudit_pass_pinned", bool, True, "Let pinned names through unread, and note them.")

    @guarded
    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Let a pinned name through."""
        name = data.client_hello.sni or self._address(data)
        tried = self._tried.get((self._phone(data), name or ""))
        if name and tried is not None and tried.passed and ctx.options.eduaudit_pass_pinned:
            data.ignore_connection = True
            note("tls_passed_through", sni=name, client=self._phone(data))

    @guarded
    def tls_established_client(self, data: tls.TlsData) -> None:
        """Note the first success of a name."""
        phone, name = self._phone(data), data.conn.sni or self._address(data) or ""
        self._trusting.add(phone)
        tried = self._tried.setdefault((phone, name), NameTried())
        if not tried.worked:
            tried.worked = True
            self._note("tls_established_client", data)

    @guarded
    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Note every failure: pinning, or a CA that the phone does not trust."""
        phone, name = self._phone(data), data.conn.sni or self._address(data) or ""
        tried = self._tried.setdefault((phone, name), NameTried())
        error = data.conn.error or ""
        if NEVER_TRUSTS in error:
            tried.refused += 1
        else:
            tried.broken += 1
        self._note("tls_failed_client", data)
        for (other, its_name), one in self._tried.items():
            if other == phone and phone in self._trusting and one.pinned and not one.passed:
                one.passed = True
                if ctx.options.eduaudit_pass_pinned:
                    note("tls_pinned", sni=its_name, client=phone)
        if phone not in self._trusting and phone not in self._told_untrusted:
            failures = sum(one.refused + one.broken for (other, _), one in self._tried.items() if other == phone)
            if failures >= PINNED_AFTER + UNSURE_AFTER:
                self._told_untrusted.add(phone)
                note("ca_not_trusted", client=phone, failures=failures)

    @guarded
    def tls_failed_server(self, data: tls.TlsData) -> None:
        """Note a server whose certificate does not verify."""
        self._note("tls_failed_server", data)

    @guarded
    def tls_established_server(self, data: tls.TlsData) -> None:
        """Note once that a server's certificate was not verified, where the operator switched that off."""
        name = data.conn.sni or ""
        if ctx.options.ssl_insecure and (name, "insecure") not in self._servers:
            self._servers.add((name, "insecure"))
            self._note("tls_unverified_server", data)

    def _note(self, event: str, data: tls.TlsData) -> None:
        note(event, sni=data.conn.sni, address=self._address(data), error=data.conn.error, client=self._phone(data))

    @staticmethod
    def _address(data: tls.TlsData | tls.ClientHelloData) -> str | None:
        address = data.context.server.address
        return address[0] if address else None

    @staticmethod
    def _phone(data: tls.TlsData | tls.ClientHelloData) -> str:
        peer = data.context.client.peername
        return f"{data.context.client.proxy_mode.full_spec} {peer[0]}" if peer else ""
