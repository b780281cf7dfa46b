/* SPDX-License-Identifier: Apache-2.0 */
/* The report as text for people. */
#pragma once

#include "core/util/json.h"

#include <stdbool.h>
#include <stdio.h>

/* report as report.c gathers it; control characters in it are written out. colour: the reader is a
 * terminal. */
void awi_cli_report_text(json_t *report, bool colour, FILE *to);
