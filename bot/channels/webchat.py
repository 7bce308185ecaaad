"""Web chat: the page reads its replies from the outbox, so sending one is storing it."""

from __future__ import annotations

from services.messages import Address, Inbound, Outbound, Receipt


def read(token: str, provider_id: str, text: str, pressed: list[str], source: str | None = None) -> Inbound:
    """A form post -> `Inbound`. `token` names the chat; ticked boxes arrive as several pressed values."""
    address = Address("web", token)
    if pressed and not text.strip():
        return Inbound(address, provider_id, kind="press", pressed="\n".join(pressed), source=source)
    return Inbound(address, provider_id, text=text, source=source)


class WebChannel:
    """The page's poller shows what is settled here."""

    def send(self, outbound: Outbound) -> Receipt:
        return Receipt(provider_id=f"web-{outbound.id}", segments=0, status="delivered")
