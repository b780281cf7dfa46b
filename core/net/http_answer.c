/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to bytes: status line, headers, and bodies that are short enough to be copied. */
#include "core/net/http_conn.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static const struct {
    int status;
    const char *reason;
} REASONS[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Request Entity Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Entity"},
    {424, "Failed Dependency"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
    {509, "Bandwidth Limit Exceeded"},
};

const char *awi_http_reason(int status)
{
    for (size_t i = 0; i < sizeof(REASONS) / sizeof(*REASONS); i++) {
        if (REASONS[i].status == status) {
            return REASONS[i].reason;
        }
    }
    return "Unknown";
}

struct awi_str awi_http_header_of(const struct awi_http_request *request, struct awi_str name)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        if (awi_str_eq_nocase(request->headers[i].name, name)) {
            return request->headers[i].value;
        }
    }
    return AWI_STR_NULL;
}

static bool breaks_line(struct awi_str s)
{
    return awi_str_find(s, '\r') >= 0 || awi_str_find(s, '\n') >= 0 || awi_str_find(s, '\0') >= 0;
}

int awi_http_answer_header(struct awi_http_exchange *x, struct awi_str name, struct awi_str value)
{
    struct awi_http_answer *answer = &x->answer;

    if (name.len == 0 || breaks_line(name) || breaks_line(value)) {
        return -EINVAL;
    }
    if (answer->n_headers == answer->room_headers) {
        size_t room = answer->room_headers ? answer->room_headers * 2 : 16;
        struct awi_http_header *headers = awi_arena_alloc(x->arena, room * sizeof(*headers));
        if (!headers) {
            return -ENOMEM;
        }
        if (answer->n_headers) {
            memcpy(headers, answer->headers, answer->n_headers * sizeof(*headers));
        }
        answer->headers = headers;
        answer->room_headers = room;
    }
    answer->headers[answer->n_headers].name = name;
    answer->headers[answer->n_headers].value = value;
    answer->n_headers++;
    return 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", made anew once a second. Independent of the host's locale. */
static struct awi_str date_text(struct awi_http *http, int64_t date_ms)
{
    static const char DAYS[] = "SunMonTueWedThuFriSat";
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t seconds = date_ms ? date_ms / 1000 : (int64_t)time(NULL);

    if (seconds != http->date_s || !http->date[0]) {
        time_t t = (time_t)seconds;
        struct tm tm = {0};
        gmtime_r(&t, &tm);
        snprintf(http->date,
                 sizeof(http->date),
                 "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                 DAYS + tm.tm_wday * 3,
                 tm.tm_mday,
                 MONTHS + tm.tm_mon * 3,
                 (tm.tm_year + 1900) % 10000,
                 tm.tm_hour,
                 tm.tm_min,
                 tm.tm_sec);
        http->date_s = seconds;
    }
    return awi_str_from(http->date);
}

static char *put(char *at, struct awi_str s)
{
    memcpy(at, s.ptr, s.len);
    return at + s.len;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[24];
    size_t n = 0;

    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (n) {
        *at++ = digits[--n];
    }
    return at;
}

/* The fixed parts of a head: "HTTP/1.1 200 ", Date, Content-Length, Connection. */
#define HEAD_ROOM 160

static int write_head(struct awi_http *http, int64_t content_length)
{
    const struct awi_http_answer *answer = &http->x.answer;
    struct awi_str reason = awi_str_from(awi_http_reason(answer->status));
    struct awi_str date = date_text(http, answer->date_ms);
    size_t size = HEAD_ROOM + reason.len + date.len;

    for (size_t i = 0; i < answer->n_headers; i++) {
        size += answer->headers[i].name.len + answer->headers[i].value.len + 4;
    }
    char *start = awi_buf_room(&http->out, size);
    if (!start) {
        return http->out.error;
    }
    char *at = put(start, AWI_STR("HTTP/1.1 "));
    at = put_number(at, (unsigned)answer->status);
    *at++ = ' ';
    at = put(at, reason);
    at = put(at, AWI_STR("\r\n"));
    for (size_t i = 0; i < answer->n_headers; i++) {
        at = put(at, answer->headers[i].name);
        at = put(at, AWI_STR(": "));
        if (answer->headers[i].value.len) {
            at = put(at, answer->headers[i].value);
        }
        at = put(at, AWI_STR("\r\n"));
    }
    at = put(at, AWI_STR("Date: "));
    at = put(at, date);
    if (content_length >= 0) {
        at = put(at, AWI_STR("\r\nContent-Length: "));
        at = put_number(at, (uint64_t)content_length);
    }
    if (!http->keep) {
        at = put(at, AWI_STR("\r\nConnection: close"));
    } else if (http->x.request.minor == 0) {
        at = put(at, AWI_STR("\r\nConnection: keep-alive"));
    }
    at = put(at, AWI_STR("\r\n\r\n"));
    awi_buf_grew(&http->out, (size_t)(at - start));
    return 0;
}

int awi_http_write_answer(struct awi_http *http, bool *held)
{
    struct awi_http_answer *answer = &http->x.answer;
    struct awi_body *body = answer->body;
    bool head_only = http->parser.method == HTTP_HEAD;
    bool bodiless = answer->status == 204 || answer->status == 304;
    int64_t length = body ? (int64_t)body->size : 0;

    *held = false;
    http->keep = http->keep && !answer->close;
    if (bodiless || head_only) {
        length = answer->content_length >= 0 ? answer->content_length : bodiless ? -1 : length;
        if (answer->status == 204) {
            length = -1;
        }
        return write_head(http, length);
    }
    int r = write_head(http, length);
    if (r < 0 || length == 0 || !body) {
        return r;
    }
    if (body->data && body->size <= AWI_HTTP_PIECE) {
        return awi_buf_add(&http->out, body->data, (size_t)body->size);
    }
    *held = true;
    return 0;
}

int awi_http_write_refusal(struct awi_http *http, int status, const char *reason)
{
    static const struct awi_http_header TYPE = {AWI_STR_INIT("Content-Type"),
                                                AWI_STR_INIT("text/plain")};
    struct awi_http_header headers[] = {TYPE};

    http->keep = false;
    http->x.answer = (struct awi_http_answer){
        .status = status,
        .headers = headers,
        .n_headers = 1,
    };
    size_t len = strlen(reason);
    int r = write_head(http, (int64_t)len + 1);
    if (r == 0) {
        r = awi_buf_add(&http->out, reason, len);
    }
    http->x.answer = (struct awi_http_answer){.content_length = -1};
    return r < 0 ? r : awi_buf_char(&http->out, '\n');
}
