"""The pages of the service and how they are read; everything is escaped."""

from pathlib import Path

from fastapi.templating import Jinja2Templates

FOLDER = Path(__file__).parent


def templates() -> Jinja2Templates:
    """Return the templates, with escaping on."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}  # words come in their order
    return Jinja2Templates(env=environment)
