"""The server for assistants (extra ``mcp``): a finished run and the chains, asked over MCP."""
