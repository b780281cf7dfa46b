/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <errno.h>
#include <time.h>

#define DAY_MS (24 * 3600 * INT64_C(1000))
/* No test needs a span beyond this, and sums of spans stay far from overflow. */
#define SPAN_MOST (INT64_C(100) * 366 * DAY_MS)

/* Takes exactly n digits off the front. */
static bool take_number(struct awi_str *s, size_t n, int *ret)
{
    if (s->len < n) {
        return false;
    }
    *ret = 0;
    for (size_t i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9') {
            return false;
        }
        *ret = *ret * 10 + (s->ptr[i] - '0');
    }
    *s = awi_str_skip(*s, n);
    return true;
}

static bool take_char(struct awi_str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c) {
        return false;
    }
    *s = awi_str_skip(*s, 1);
    return true;
}

int64_t awi_clock_days(int64_t year, int month, int day)
{
    /* Years are counted from March, so that leap days end them. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : days[month - 1];
}

/* ".250" and the like; digits beyond the third are dropped. */
static bool take_fraction(struct awi_str *s, int *ret_ms)
{
    int scale = 100;
    size_t n = 0;

    while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9') {
        *ret_ms += (s->ptr[n] - '0') * scale;
        scale /= 10;
        n++;
    }
    *s = awi_str_skip(*s, n);
    return n > 0;
}

int awi_clock_parse_moment(struct awi_str s, int64_t *ret_ms)
{
    struct tm tm = {0};
    int year, month, ms = 0;

    if (!take_number(&s, 4, &year) || !take_char(&s, '-') || !take_number(&s, 2, &month) ||
        !take_char(&s, '-') || !take_number(&s, 2, &tm.tm_mday)) {
        return -EINVAL;
    }
    if (year < 1970 || month < 1 || month > 12 || tm.tm_mday < 1 ||
        tm.tm_mday > days_of_month(year, month)) {
        return -EINVAL;
    }
    if (s.len > 0) {
        if (!take_char(&s, 'T') || !take_number(&s, 2, &tm.tm_hour) || !take_char(&s, ':') ||
            !take_number(&s, 2, &tm.tm_min) || !take_char(&s, ':') ||
            !take_number(&s, 2, &tm.tm_sec) || (take_char(&s, '.') && !take_fraction(&s, &ms)) ||
            !take_char(&s, 'Z') || s.len > 0) {
            return -EINVAL;
        }
        if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59) {
            return -EINVAL;
        }
    }
    *ret_ms = awi_clock_days(year, month, tm.tm_mday) * DAY_MS +
              ((tm.tm_hour * 60 + tm.tm_min) * 60 + tm.tm_sec) * INT64_C(1000) + ms;
    return 0;
}

int awi_clock_parse_span(struct awi_str s, int64_t *ret_ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", DAY_MS}};
    size_t digits = 0;
    int64_t n;

    if (s.len == 0 || (s.ptr[0] != '+' && s.ptr[0] != '-')) {
        return -EINVAL;
    }
    while (digits + 1 < s.len && s.ptr[digits + 1] >= '0' && s.ptr[digits + 1] <= '9') {
        digits++;
    }
    if (digits == 0 || awi_str_to_i64(awi_str_head(s, digits + 1), &n)) {
        return -EINVAL;
    }
    s = awi_str_skip(s, digits + 1);
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        int64_t most = SPAN_MOST / units[i].ms;
        if (awi_str_is(s, units[i].unit) && n >= -most && n <= most) {
            *ret_ms = n * units[i].ms;
            return 0;
        }
    }
    return -EINVAL;
}

int awi_clock_parse(struct awi_str text, struct awi_clock *ret)
{
    int64_t ms;

    if (awi_clock_parse_span(text, &ms) == 0) {
        *ret = (struct awi_clock){.shift_ms = ms};
        return 0;
    }
    if (awi_clock_parse_moment(text, &ms) == 0) {
        *ret = (struct awi_clock){.frozen = true, .at_ms = ms};
        return 0;
    }
    return -EINVAL;
}

int64_t awi_clock_now(const struct awi_clock *clock, int64_t moved_ms)
{
    struct timespec ts;

    if (clock->frozen) {
        return clock->at_ms + moved_ms;
    }
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + clock->shift_ms + moved_ms;
}

void awi_clock_text(int64_t ms, char ret[AWI_TIME_TEXT])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(ret, AWI_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void awi_clock_basic(int64_t ms, char ret[AWI_TIME_BASIC])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(ret, AWI_TIME_BASIC, "%Y%m%dT%H%M%SZ", &tm);
}
