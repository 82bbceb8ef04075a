"""The questions as tools of the official SDK: arguments are checked, answers packed, faults told.

What is wrong with a question comes back as an error answer of one Chinese line, which assistants
read and put right; a fault of ours is logged under a number.
"""

import json
import logging
import secrets
from functools import partial
from typing import Any

import anyio.to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError

from chainmatch._version import __version__
from chainmatch.errors import ChainmatchError, OptionError
from chainmatch.mcp.answers import SCHEMA
from chainmatch.mcp.known import Known
from chainmatch.mcp.questions import QUESTIONS
from chainmatch.util.cells import one_line, shown
from chainmatch.util.faults import fault_of
from chainmatch.util.resources import data_folder

_LOG = logging.getLogger("chainmatch.mcp")
_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def skill() -> str:
    """Return what assistants are told of the tools: ``SKILL.md`` without its head."""
    text = (data_folder("skill") / "SKILL.md").read_text(encoding="utf-8")
    return text.split("---\n", 2)[-1].strip()


def server_of(known: Known) -> "Server[Any]":
    """Return the server; it changes nothing and keeps nothing of who asks."""
    tools = [
        Tool(
            name=name,
            title=question.title,
            description=question.about,
            input_schema=question.model_json_schema(),
            output_schema=SCHEMA,
            annotations=_READS,
        )
        for name, question in QUESTIONS.items()
    ]

    async def list_tools(_: object, __: object) -> ListToolsResult:
        return ListToolsResult(tools=tools)

    async def call_tool(_: object, asked: CallToolRequestParams) -> CallToolResult:
        ask = partial(_asked, known, asked.name, asked.arguments or {})
        return await anyio.to_thread.run_sync(ask)

    return Server(
        "chainmatch",
        version=__version__,
        title="产业链与精准招商",
        instructions=skill(),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _asked(known: Known, name: str, arguments: dict[str, Any]) -> CallToolResult:
    try:
        question = QUESTIONS.get(name)
        if question is None:
            raise OptionError(f"没有这个工具；有：{'、'.join(QUESTIONS)}。")
        answer = question.model_validate(arguments).answer(known).record(known.source)
        text = shown(json.dumps(answer, ensure_ascii=False))
        return CallToolResult(content=[TextContent(text=text)], structured_content=json.loads(text))
    except ValidationError as error:
        return _wrong("；".join(fault_of(one, {}) for one in error.errors()[:5]) + "。")
    except ChainmatchError as error:
        return _wrong(known.without_places(str(error)))
    except Exception:  # the last wall: no traceback goes out
        number = secrets.token_hex(4)
        _LOG.exception("fault %s", number)
        return _wrong(f"程序内部错误；请把编号 {number} 告诉管理员。")


def _wrong(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=shown(one_line(text)))], is_error=True)


def serve_stdio(known: Known) -> None:
    """Answer on standard input and output until the other side closes them."""

    async def serve() -> None:
        server = server_of(known)
        async with stdio_server() as (reads, writes):
            await server.run(reads, writes, server.create_initialization_options())

    anyio.run(serve)
