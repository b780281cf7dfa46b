/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates of conditions (5.4): ISO 8601 in the forms of the W3C note (from the year alone down to
 * fractions of a second, any offset, none: UTC) and seconds since the epoch. A text of digits only
 * is seconds.
 */
#include "core/policy/internal.h"

static bool take_number(struct awi_str *s, size_t len, int *ret)
{
    int value = 0;

    if (s->len < len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (s->ptr[i] - '0');
    }
    *s = awi_str_skip(*s, len);
    *ret = value;
    return true;
}

static bool take_char(struct awi_str *s, const char *any)
{
    if (s->len && s->ptr[0] && strchr(any, s->ptr[0])) {
        *s = awi_str_skip(*s, 1);
        return true;
    }
    return false;
}

/* Digits behind a point or comma, as nanoseconds; further digits count for nothing. */
static bool take_fraction(struct awi_str *s, uint32_t *ret)
{
    uint32_t scale = 100000000;
    bool some = false;

    *ret = 0;
    while (s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9') {
        *ret += (uint32_t)(s->ptr[0] - '0') * scale;
        scale /= 10;
        some = true;
        *s = awi_str_skip(*s, 1);
    }
    return some;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01, by the Gregorian calendar. Years are counted from March, so that the leap
 * day is the last of its year. */
static int64_t days_from_epoch(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return y * 365 + (y >= 0 ? y / 4 - y / 100 + y / 400 : -1) + (m * 153 + 2) / 5 + day - 1 -
           719468;
}

/* "Z", "+hh:mm", "+hhmm", "+hh", or nothing; in seconds. */
static bool take_offset(struct awi_str *s, int64_t *ret)
{
    int hours = 0;
    int minutes = 0;

    *ret = 0;
    if (s->len == 0 || take_char(s, "Zz")) {
        return true;
    }
    bool west = s->ptr[0] == '-';
    if (!take_char(s, "+-") || !take_number(s, 2, &hours)) {
        return false;
    }
    if (s->len) {
        take_char(s, ":");
        if (!take_number(s, 2, &minutes)) {
            return false;
        }
    }
    if (hours > 23 || minutes > 59) {
        return false;
    }
    *ret = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

/* From the "T" on. */
static bool take_time(struct awi_str *s, struct date *date)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    int64_t offset = 0;

    if (!take_char(s, "Tt ") || !take_number(s, 2, &hour) || !take_char(s, ":") ||
        !take_number(s, 2, &minute)) {
        return false;
    }
    if (take_char(s, ":")) {
        if (!take_number(s, 2, &second)) {
            return false;
        }
        if (take_char(s, ".,") && !take_fraction(s, &date->nanos)) {
            return false;
        }
    }
    if (hour > 23 || minute > 59 || second > 60 || !take_offset(s, &offset)) {
        return false;
    }
    date->seconds += hour * 3600 + minute * 60 + second - offset;
    return true;
}

static void read_iso(struct awi_str s, struct date *ret)
{
    struct date date = {0};
    int year = 0;
    int month = 1;
    int day = 1;

    if (!take_number(&s, 4, &year)) {
        return;
    }
    if (take_char(&s, "-")) {
        if (!take_number(&s, 2, &month)) {
            return;
        }
        if (take_char(&s, "-") && !take_number(&s, 2, &day)) {
            return;
        }
    }
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month)) {
        return;
    }
    date.seconds = days_from_epoch(year, month, day) * 86400;
    if (s.len && !take_time(&s, &date)) {
        return;
    }
    date.valid = s.len == 0;
    *ret = date;
}

/* Seconds, perhaps with a fraction: false when it is something else. */
static bool read_epoch(struct awi_str s, struct date *ret)
{
    ptrdiff_t point = awi_str_find(s, '.');
    struct awi_str fraction = point < 0 ? AWI_STR_NULL : awi_str_skip(s, (size_t)point + 1);
    struct date date = {.valid = true};

    if (awi_str_to_i64(point < 0 ? s : awi_str_head(s, (size_t)point), &date.seconds) < 0) {
        return false;
    }
    if (point >= 0 && (!take_fraction(&fraction, &date.nanos) || fraction.len)) {
        return false;
    }
    if (s.ptr[0] == '-' && date.nanos) {
        if (date.seconds == INT64_MIN) {
            return false;
        }
        date.seconds--;
        date.nanos = 1000000000 - date.nanos;
    }
    *ret = date;
    return true;
}

void awi_policy_date_read(struct awi_str text, struct date *ret)
{
    *ret = (struct date){0};
    text = awi_str_trim(text);
    if (!read_epoch(text, ret)) {
        read_iso(text, ret);
    }
}

int awi_policy_date_cmp(const struct date *a, const struct date *b)
{
    if (a->seconds != b->seconds) {
        return a->seconds < b->seconds ? -1 : 1;
    }
    return (a->nanos > b->nanos) - (a->nanos < b->nanos);
}
