/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three spellings of time that AWS uses. Times are UTC; the Gregorian calendar is reckoned here
 * because libc's own functions look at the host's zone.
 */
#include "core/wire/scalar.h"

#include "core/clock.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

struct parts {
    int64_t year;
    int month, day, hour, minute, second, milli;
};

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char days[] = "ThuFriSatSunMonTueWed"; /* 1 January 1970 was a Thursday */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static struct parts parts_of(int64_t ms)
{
    int64_t seconds = floor_div(ms, 1000);
    int64_t day = floor_div(seconds, 86400);
    int64_t rest = seconds - day * 86400;
    int64_t shifted = day + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t of_era = shifted - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct parts p = {
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(of_year - (153 * month + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
        .milli = (int)(ms - seconds * 1000),
    };

    p.year = year + era * 400 + (p.month <= 2);
    return p;
}

static int ms_of(const struct parts *p, int64_t offset_minutes, int64_t *ret_ms)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = p->year % 4 == 0 && (p->year % 100 != 0 || p->year % 400 == 0);

    if (p->year < 1 || p->month < 1 || p->month > 12 || p->day < 1 ||
        p->day > lengths[p->month - 1] || (p->month == 2 && p->day == 29 && !leap) ||
        p->hour > 23 || p->minute > 59 || p->second > 60) {
        return -EINVAL;
    }
    int64_t seconds = awi_clock_days(p->year, p->month, p->day) * 86400 + p->hour * 3600 +
                      p->minute * 60 + p->second - offset_minutes * 60;
    *ret_ms = seconds * 1000 + p->milli;
    return 0;
}

/* Exactly n digits at the head of *text. */
static bool digits(struct awi_str *text, size_t n, int *ret)
{
    int value = 0;

    if (text->len < n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = text->ptr[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *text = awi_str_skip(*text, n);
    *ret = value;
    return true;
}

static bool one_of(struct awi_str *text, const char *chars)
{
    if (text->len == 0 || !strchr(chars, text->ptr[0]) || text->ptr[0] == '\0') {
        return false;
    }
    *text = awi_str_skip(*text, 1);
    return true;
}

static bool fraction(struct awi_str *text, int *milli)
{
    int scale = 100;
    size_t n = 0;

    if (!one_of(text, ".,")) {
        return true;
    }
    for (; n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9'; n++) {
        *milli += (text->ptr[n] - '0') * scale;
        scale /= 10;
    }
    *text = awi_str_skip(*text, n);
    return n > 0;
}

static bool zone(struct awi_str *text, int64_t *minutes)
{
    int hour = 0;
    int minute = 0;

    *minutes = 0;
    if (one_of(text, "Zz")) {
        return true;
    }
    bool west = text->len > 0 && text->ptr[0] == '-';
    if (!one_of(text, "+-") || !digits(text, 2, &hour)) {
        return false;
    }
    one_of(text, ":");
    if (!digits(text, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *minutes = (hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

int awi_time_parse_iso8601(struct awi_str text, int64_t *ret_ms)
{
    struct parts p = {0};
    int year = 0;
    int64_t offset = 0;

    if (!digits(&text, 4, &year) || !one_of(&text, "-") || !digits(&text, 2, &p.month) ||
        !one_of(&text, "-") || !digits(&text, 2, &p.day)) {
        return -EINVAL;
    }
    p.year = year;
    if (text.len > 0) {
        if (!one_of(&text, "Tt ") || !digits(&text, 2, &p.hour) || !one_of(&text, ":") ||
            !digits(&text, 2, &p.minute)) {
            return -EINVAL;
        }
        if (one_of(&text, ":") && (!digits(&text, 2, &p.second) || !fraction(&text, &p.milli))) {
            return -EINVAL;
        }
        if (text.len > 0 && (!zone(&text, &offset) || text.len > 0)) {
            return -EINVAL;
        }
    }
    return ms_of(&p, offset, ret_ms);
}

int awi_time_parse_rfc822(struct awi_str text, int64_t *ret_ms)
{
    struct parts p = {0};
    int year = 0;
    int64_t offset = 0;
    ptrdiff_t comma = awi_str_find(text, ',');

    text = awi_str_trim(awi_str_skip(text, (size_t)(comma + 1)));
    if (!digits(&text, text.len > 1 && text.ptr[1] >= '0' && text.ptr[1] <= '9' ? 2 : 1, &p.day) ||
        !one_of(&text, " -") || text.len < 3) {
        return -EINVAL;
    }
    for (int i = 0; i < 12 && p.month == 0; i++) {
        if (awi_str_eq_nocase(awi_str_head(text, 3), awi_str_of(months + i * 3, 3))) {
            p.month = i + 1;
        }
    }
    text = awi_str_skip(text, 3);
    if (!one_of(&text, " -") || !digits(&text, 4, &year) || !one_of(&text, " ") ||
        !digits(&text, 2, &p.hour) || !one_of(&text, ":") || !digits(&text, 2, &p.minute) ||
        !one_of(&text, ":") || !digits(&text, 2, &p.second) || !fraction(&text, &p.milli) ||
        !one_of(&text, " ")) {
        return -EINVAL;
    }
    p.year = year;
    if (!awi_str_is(text, "GMT") && !awi_str_is(text, "UTC") &&
        (!zone(&text, &offset) || text.len > 0)) {
        return -EINVAL;
    }
    return ms_of(&p, offset, ret_ms);
}

int awi_time_parse_unix(struct awi_str text, int64_t *ret_ms)
{
    int64_t whole = 0;
    double value = 0;

    if (awi_str_to_i64(text, &whole) == 0) {
        if (whole > INT64_MAX / 1000 || whole < INT64_MIN / 1000) {
            return -EINVAL;
        }
        *ret_ms = whole * 1000;
        return 0;
    }
    if (awi_double_parse(text, &value) < 0 || !(fabs(value) < 9e15)) {
        return -EINVAL;
    }
    *ret_ms = awi_round(value * 1000);
    return 0;
}

int awi_time_parse(struct awi_str text, enum awi_time_format format, int64_t *ret_ms)
{
    static int (*const parsers[])(struct awi_str, int64_t *) = {
        [AWI_TIME_DEFAULT] = awi_time_parse_iso8601,
        [AWI_TIME_ISO8601] = awi_time_parse_iso8601,
        [AWI_TIME_UNIX] = awi_time_parse_unix,
        [AWI_TIME_RFC822] = awi_time_parse_rfc822,
    };

    if (parsers[format](text, ret_ms) == 0 || awi_time_parse_iso8601(text, ret_ms) == 0 ||
        awi_time_parse_rfc822(text, ret_ms) == 0) {
        return 0;
    }
    return awi_time_parse_unix(text, ret_ms);
}

void awi_time_write_iso8601(struct awi_out *out, int64_t ms, bool millis)
{
    struct parts p = parts_of(ms);
    char *room = awi_out_room(out, 64);

    if (!room) {
        return;
    }
    int n = snprintf(room,
                     64,
                     "%04lld-%02d-%02dT%02d:%02d:%02d",
                     (long long)p.year,
                     p.month,
                     p.day,
                     p.hour,
                     p.minute,
                     p.second);
    if (millis || p.milli) {
        n += snprintf(room + n, 64 - (size_t)n, ".%03d", p.milli);
    }
    room[n++] = 'Z';
    out->len += (size_t)n;
}

void awi_time_write_rfc822(struct awi_out *out, int64_t ms)
{
    struct parts p = parts_of(ms);
    int64_t day = floor_div(ms, 86400000);
    char *room = awi_out_room(out, 64);

    if (room) {
        out->len += (size_t)snprintf(room,
                                     64,
                                     "%.3s, %02d %.3s %04lld %02d:%02d:%02d GMT",
                                     days + 3 * (day - floor_div(day, 7) * 7),
                                     p.day,
                                     months + 3 * (p.month - 1),
                                     (long long)p.year,
                                     p.hour,
                                     p.minute,
                                     p.second);
    }
}

void awi_time_write_unix(struct awi_out *out, int64_t ms)
{
    char *room;
    int64_t seconds = ms / 1000;
    int milli = (int)(ms % 1000);

    if (milli == 0) {
        awi_out_i64(out, seconds);
        return;
    }
    if (ms < 0) {
        awi_out_char(out, '-');
    }
    awi_out_i64(out, seconds < 0 ? -seconds : seconds);
    room = awi_out_room(out, 8);
    if (room) {
        out->len += (size_t)snprintf(room, 8, ".%03d", milli < 0 ? -milli : milli);
    }
}
