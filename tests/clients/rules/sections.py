# SPDX-License-Identifier: Apache-2.0
"""The files of rows, in the order of the sections."""
from rules import across_accounts, conditions, one_account, reach, statements  # noqa: F401
