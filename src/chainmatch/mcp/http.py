"""The same tools over streamable HTTP, behind the guard of the service: keys, rate, size, audit."""

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from chainmatch.mcp.known import Known
from chainmatch.mcp.protocol import server_of
from chainmatch.server.audit import Audit
from chainmatch.server.database import open_database, upgrade
from chainmatch.server.keys import KeyRing, list_keys
from chainmatch.server.limits import Buckets
from chainmatch.server.middleware import Guard
from chainmatch.server.service import listening_on
from chainmatch.server.settings import Settings, check_address, make_folders

PATH = "/v1/mcp"
# Whose page asks, and under which name, the guard looks at.
_GUARDED = TransportSecuritySettings(enable_dns_rebinding_protection=False)


def serve_http(known: Known, settings: Settings) -> None:
    """Answer over HTTP until SIGTERM or SIGINT. Raises ChainmatchError.

    The keys are those of ``chainmatch serve`` on the same data folder. Each request is answered by
    itself: no session is kept, and as nothing can be changed a key that only reads is enough.
    """
    make_folders(settings)
    engine = open_database(settings.database_url)
    upgrade(engine)
    check_address(settings, any(not key.revoked for key in list_keys(engine)))
    app = Guard(
        server_of(known).streamable_http_app(
            streamable_http_path=PATH,
            transport_security=_GUARDED,
            json_response=True,
            stateless_http=True,
            max_request_body_size=settings.body,
        ),
        settings,
        KeyRing(engine),
        Buckets(settings.rate, settings.burst),
        Audit(settings.audit),
    )
    config = uvicorn.Config(
        app, lifespan="on", log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, timeout_graceful_shutdown=round(settings.grace),
    )  # fmt: skip
    with listening_on(settings) as listening:
        host, port = listening.getsockname()[:2]
        listening.listen(1024)
        place = f"[{host}]" if ":" in host else host
        print(f"已启动：http://{place}:{port}{PATH}", flush=True)
        uvicorn.Server(config).run(sockets=[listening])
