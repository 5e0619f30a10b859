"""Posting to an address that somebody typed: never inward, never for long, never more than asked for.

The name is resolved once, every address it has is looked at, and the connection goes to one of these
and nowhere else; redirects are answers like any other.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

_LONGEST = 500
_CONNECT_S, _READ_S, _WHOLE_S = 5.0, 10.0, 20.0
_MOST_ANSWER = 2000
#: Networks that carry IPv4 addresses inside, which would lead in by the back door.
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unsent(Exception):
    """Nothing was sent, or no answer came; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What the other side said: the status and the beginning of the body."""

    status: int
    text: str


def check_address(address: str, *, internal: bool) -> SplitResult:
    """The parts of an address to post to. Unsent ``webhook-address``, ``webhook-not-https``.

    ``internal``: whether the operator allows addresses within, and such without HTTPS.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
        host.encode("idna") if host else None
    except ValueError as error:
        raise Unsent("webhook-address") from error
    plain = address.isprintable() and " " not in address and len(address) <= _LONGEST
    if not plain or not host or port == 0 or parts.username is not None or parts.password is not None:
        raise Unsent("webhook-address")
    if parts.scheme not in {"http", "https"}:
        raise Unsent("webhook-address")
    if parts.scheme == "http" and not internal:
        raise Unsent("webhook-not-https")
    return parts


def post(address: str, body: bytes, headers: Mapping[str, str], *, internal: bool) -> Answer:
    """Post and give the answer, whatever its status.

    Raises Unsent: as :func:`check_address`, and ``webhook-name`` (no such host), ``webhook-internal``,
    ``webhook-timeout``, ``webhook-certificate``, ``webhook-unreachable``.
    """
    parts = check_address(address, internal=internal)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    connection = _connection(parts.scheme, host, _resolved(host, port, internal=internal), port)
    # Reads have bounds of their own; this one is for somebody who sends a letter every few seconds.
    cut = threading.Timer(_WHOLE_S, _cut, [connection])
    cut.start()
    try:
        return _exchange(connection, parts, body, headers)
    finally:
        cut.cancel()
        connection.close()


def _exchange(
    connection: HTTPConnection, parts: SplitResult, body: bytes, headers: Mapping[str, str]
) -> Answer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        connection.timeout = _READ_S
        connection.sock.settimeout(_READ_S)
        connection.request(
            "POST", target, body=body, headers={"Host": parts.netloc, **headers}, preload_content=False
        )
        response = connection.getresponse()
        text = response.read(_MOST_ANSWER, decode_content=False)
    except TimeoutError as error:
        raise Unsent("webhook-timeout") from error
    except ssl.SSLError as error:
        raise Unsent("webhook-certificate") from error
    except (HTTPError, OSError, ValueError) as error:
        raise Unsent(_kind_of(error)) from error
    except Exception as error:
        # What http.client makes of an answer that is no HTTP.
        raise Unsent("webhook-unreachable") from error
    return Answer(response.status, text.decode("utf-8", "replace"))


def _kind_of(error: BaseException) -> str:
    told = f"{type(error).__name__} {error}".lower()
    if "timeout" in told or "timed out" in told:
        return "webhook-timeout"
    return "webhook-certificate" if "certificate" in told or "ssl" in told else "webhook-unreachable"


def _connection(scheme: str, host: str, address: Address, port: int) -> HTTPConnection:
    timeout = Timeout(connect=_CONNECT_S, read=_READ_S)
    if scheme == "http":
        return HTTPConnection(str(address), port, timeout=_CONNECT_S)
    context = ssl.create_default_context()
    return HTTPSConnection(
        str(address),
        port,
        timeout=timeout.connect_timeout,
        ssl_context=context,
        server_hostname=host,
        assert_hostname=host,
    )


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _resolved(host: str, port: int, *, internal: bool) -> Address:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsent("webhook-name") from error
    addresses = [ipaddress.ip_address(each[4][0]) for each in found]
    if not addresses:
        raise Unsent("webhook-name")
    if not internal and not all(is_public(each) for each in addresses):
        raise Unsent("webhook-internal")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether an address is one of the open network, and of a single machine."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    if any(address in network for network in _TRANSLATED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
