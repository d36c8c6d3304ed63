"""What of Python's syntax tree has a place in the code."""

from __future__ import annotations

import ast

Node = ast.expr | ast.stmt | ast.keyword | ast.arg | ast.alias
