# SPDX-License-Identifier: Apache-2.0
"""The files of rows, in the order of the sections."""
from rules import one_account, across_accounts, reach, statements, conditions  # noqa: F401
from rules import tokens, sessions, organizations  # noqa: F401
from rules import wording, identifiers, modes  # noqa: F401
