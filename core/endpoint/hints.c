/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request tells about its service besides its host: the credential scope of its signature
 * (Signature Version 4, in the Authorization header or in the query), X-Amz-Target, the path of
 * rpc-v2-cbor, the Version of the query protocol.
 */
#include "core/endpoint/parts.h"

#include <errno.h>

#define FORM_MAX 65536

/* "AKID/20260101/us-east-1/sts/aws4_request"; Signature Version 4a names no region there. */
static void read_scope(struct awi_str credential, struct awi_endpoint_hints *ret)
{
    struct awi_str part[6];
    size_t n = 0;

    while (n < 6 && awi_str_cut(&credential, '/', &part[n])) {
        n++;
    }
    if (n == 5 && awi_str_is(part[4], "aws4_request")) {
        ret->region = part[2];
        ret->service = part[3];
    } else if (n == 4 && awi_str_is(part[3], "aws4_request")) {
        ret->service = part[2];
    }
}

static void read_authorization(struct awi_str value, struct awi_endpoint_hints *ret)
{
    ptrdiff_t at = awi_str_search(value, AWI_STR("Credential="));

    if (at >= 0) {
        struct awi_str rest = awi_str_skip(value, (size_t)at + sizeof("Credential=") - 1);
        struct awi_str credential = AWI_STR_NULL;
        awi_str_cut(&rest, ',', &credential);
        read_scope(awi_str_trim(credential), ret);
    } else if (awi_str_starts(value, AWI_STR("AWS "))) {
        ret->s3 = true;
    }
}

/* The value of a parameter among "a=1&b=2", still encoded; absent: there is none. */
static struct awi_str parameter(struct awi_str form, struct awi_str name)
{
    struct awi_str pair;

    while (awi_str_cut(&form, '&', &pair)) {
        if (pair.len > name.len && pair.ptr[name.len] == '=' && awi_str_starts(pair, name)) {
            return awi_str_skip(pair, name.len + 1);
        }
    }
    return AWI_STR_NULL;
}

/* The %2F between the parts of a credential; nothing else in it needs an escape. */
static struct awi_str unescape_slashes(struct awi_arena *arena, struct awi_str text)
{
    char *copy = awi_arena_alloc(arena, text.len + 1);
    size_t len = 0;

    if (!copy) {
        return AWI_STR_NULL;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.len - i >= 3 && text.ptr[i] == '%' && text.ptr[i + 1] == '2' &&
            (text.ptr[i + 2] | 0x20) == 'f') {
            copy[len++] = '/';
            i += 2;
        } else {
            copy[len++] = text.ptr[i];
        }
    }
    return awi_str_of(copy, len);
}

static int read_query(struct awi_str query, struct awi_arena *arena, struct awi_endpoint_hints *ret)
{
    struct awi_str credential = parameter(query, AWI_STR("X-Amz-Credential"));

    ret->version = parameter(query, AWI_STR("Version"));
    if (credential.len && !ret->service.len) {
        struct awi_str plain = unescape_slashes(arena, credential);
        if (!awi_str_is_set(plain)) {
            return -ENOMEM;
        }
        read_scope(plain, ret);
    }
    if (awi_str_is_set(parameter(query, AWI_STR("AWSAccessKeyId"))) &&
        !awi_str_is_set(parameter(query, AWI_STR("Action")))) {
        ret->s3 = true;
    }
    return 0;
}

static void read_form(const struct awi_http_request *request, struct awi_endpoint_hints *ret)
{
    struct awi_str type = awi_http_header(request, "Content-Type");
    const char *data = awi_body_data(request->body);
    uint64_t size = awi_body_size(request->body);

    if (data && size && size <= FORM_MAX &&
        awi_str_starts_nocase(type, AWI_STR("application/x-www-form-urlencoded"))) {
        struct awi_str version = parameter(awi_str_of(data, (size_t)size), AWI_STR("Version"));
        ret->version = version.len ? version : ret->version;
    }
}

int awi_endpoint_hints(const struct awi_http_request *request,
                       struct awi_arena *arena,
                       struct awi_endpoint_hints *ret)
{
    struct awi_str rest;
    int r = 0;

    *ret = (struct awi_endpoint_hints){.s3 = false};
    read_authorization(awi_http_header(request, "Authorization"), ret);
    if (request->query.len) {
        r = read_query(request->query, arena, ret);
    }
    rest = awi_http_header(request, "X-Amz-Target");
    ptrdiff_t dot = awi_str_rfind(rest, '.');
    ret->target = awi_str_head(rest, dot < 0 ? 0 : (size_t)dot);
    if (!ret->target.len && awi_str_starts(request->path, AWI_STR("/service/")) &&
        awi_str_is_set(awi_http_header(request, "smithy-protocol"))) {
        rest = awi_str_skip(request->path, sizeof("/service/") - 1);
        awi_str_cut(&rest, '/', &ret->target);
    }
    if (awi_str_is(request->method, "POST")) {
        read_form(request, ret);
    }
    return r;
}
