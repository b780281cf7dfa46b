/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulation's time: the machine's real-time clock, shifted or standing still as
 * AWSINTERCEPT_CLOCK says, plus what tests have moved it by while running (core/identity/moved.h
 * keeps that part in the state, so that all processes agree).
 *
 * AWSINTERCEPT_CLOCK, and the configuration's `clock`:
 *     2031-05-17T08:30:00Z   stands still at this moment (UTC; the time of day may be left out)
 *     +90s  -2h  +30d        runs, ahead or behind: a whole number and one of ms s m h d
 */
#pragma once

#include "core/util/str.h"

#include <stdbool.h>
#include <stdint.h>

struct awi_clock {
    bool frozen;
    int64_t at_ms;    /* frozen: the moment, ms since the epoch */
    int64_t shift_ms; /* running: added to real time */
};

/* The real time that runs. */
#define AWI_CLOCK_REAL ((struct awi_clock){.frozen = false})

/* What AWSINTERCEPT_CLOCK may say. 0 or -EINVAL (*ret is then untouched). */
int awi_clock_parse(struct awi_str text, struct awi_clock *ret);

/* Milliseconds since the epoch by this clock, moved by so many more. */
int64_t awi_clock_now(const struct awi_clock *clock, int64_t moved_ms);

/* A signed span, "+90s", "-2h", in ms. 0 or -EINVAL. */
int awi_clock_parse_span(struct awi_str text, int64_t *ret_ms);

/* Days from 1 January 1970 to a day of the Gregorian calendar. libc's timegm() takes a lock. */
int64_t awi_clock_days(int64_t year, int month, int day);

/* "2031-05-17T08:30:00Z", "2031-05-17T08:30:00.250Z" or "2031-05-17", years 1970 to 9999.
 * 0 or -EINVAL. */
int awi_clock_parse_moment(struct awi_str text, int64_t *ret_ms);

/* "2031-05-17T08:30:00Z" for ms since the epoch; parts of a second are dropped. */
#define AWI_TIME_TEXT 32
void awi_clock_text(int64_t ms, char ret[AWI_TIME_TEXT]);

/* "20260102T030405Z", as signatures have it. */
#define AWI_TIME_BASIC 32
void awi_clock_basic(int64_t ms, char ret[AWI_TIME_BASIC]);
