/* SPDX-License-Identifier: Apache-2.0 */
#include "core/endpoint/endpoint.h"

#include "core/endpoint/parts.h"

#include <errno.h>

/* Names that are not AWS services. */
static bool is_special(const struct awi_http_request *request, struct awi_endpoint *ret)
{
    static const struct {
        struct awi_str host;
        enum awi_endpoint_kind kind;
    } hosts[] = {
        {AWI_STR_INIT("169.254.169.254"), AWI_ENDPOINT_METADATA},
        {AWI_STR_INIT("fd00:ec2::254"), AWI_ENDPOINT_METADATA},
        {AWI_STR_INIT("169.254.170.2"), AWI_ENDPOINT_CONTAINER},
        {AWI_STR_INIT("169.254.170.23"), AWI_ENDPOINT_CONTAINER},
        {AWI_STR_INIT("fd00:ec2::23"), AWI_ENDPOINT_CONTAINER},
        {AWI_STR_INIT("awsintercept.internal"), AWI_ENDPOINT_CONTROL},
    };

    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        if (awi_str_eq(request->host, hosts[i].host)) {
            ret->kind = hosts[i].kind;
            return true;
        }
    }
    if (awi_str_ends(request->host, AWI_STR(".tokens.sts.global.api.aws"))) {
        ret->kind = AWI_ENDPOINT_ISSUER;
        return true;
    }
    return false;
}

void awi_endpoint_see_through(struct awi_http_request *request)
{
    struct awi_str name = request->peer ? awi_str_from(request->peer->name) : AWI_STR("");
    struct awi_endpoint ignored = {0};

    if (name.len && !awi_str_eq(name, request->host) && !is_special(request, &ignored) &&
        !awi_endpoint_host(request->host, &ignored) && awi_endpoint_host(name, &ignored)) {
        request->host = name;
    }
}

bool awi_endpoint_is_service(struct awi_str host)
{
    struct awi_endpoint endpoint = {0};
    char lower[256];

    if (host.len > sizeof(lower)) {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return awi_endpoint_host(awi_str_of(lower, host.len), &endpoint) && endpoint.model;
}

/* What stands before ".localhost" on a custom endpoint: a bucket, a service, both or nothing. */
static struct awi_str localhost_prefix(struct awi_str host)
{
    const struct awi_str tail = AWI_STR(".localhost");

    return awi_str_ends(host, tail) ? awi_str_head(host, host.len - tail.len) : AWI_STR_NULL;
}

/* The host is no AWS name: everything has to come from the request itself. */
static void locate_custom(const struct awi_http_request *request,
                          const struct awi_endpoint_hints *hints,
                          struct awi_endpoint *ret)
{
    struct awi_str prefix = localhost_prefix(request->host);
    struct awi_str label = awi_str_skip(prefix, (size_t)(awi_str_rfind(prefix, '.') + 1));

    ret->custom = true;
    ret->service = AWI_STR("");
    if (hints->service.len) {
        ret->service = hints->service;
        ret->model = awi_endpoint_service(hints->service);
    } else if (hints->s3) {
        ret->model = awi_endpoint_service(AWI_STR("s3"));
    } else if (hints->target.len) {
        ret->model = awi_endpoint_by_target(hints->target);
    } else if (hints->version.len) {
        ret->model = awi_endpoint_by_version(hints->version);
    } else {
        ret->model = awi_endpoint_service(label.len ? label : AWI_STR("s3"));
        ret->model = ret->model ? ret->model : awi_endpoint_service(AWI_STR("s3"));
    }
    if (prefix.len && ret->model && awi_str_is(ret->model->id, "s3")) {
        struct awi_str bucket = prefix;
        if (awi_str_is(label, "s3")) {
            bucket.len -= label.len == prefix.len ? label.len : label.len + 1;
        }
        ret->style = bucket.len ? AWI_BUCKET_VIRTUAL : AWI_BUCKET_NONE;
        ret->bucket = bucket.len ? bucket : AWI_STR_NULL;
    }
}

/* The region where the host did not name one. */
static void settle_region(const struct awi_endpoint_hints *hints,
                          struct awi_str default_region,
                          struct awi_endpoint *ret)
{
    if (!ret->region.len && hints->region.len) {
        ret->region = hints->region;
        struct awi_str partition = awi_endpoint_partition(ret->region);
        if (awi_str_is_set(partition)) {
            ret->partition = partition;
        }
    }
    if (!ret->region.len && ret->custom) {
        ret->region = default_region;
    }
    if (!ret->partition.len) {
        struct awi_str partition = awi_endpoint_partition(ret->region);
        ret->partition = awi_str_is_set(partition) ? partition : AWI_STR("aws");
    }
    if (!ret->region.len || (ret->model && ret->model->global)) {
        ret->region = awi_endpoint_global_region(ret->partition);
    }
}

/* Path and bucket of S3, whichever style. */
static int settle_bucket(const struct awi_http_request *request,
                         struct awi_arena *arena,
                         struct awi_endpoint *ret)
{
    bool s3 = ret->model && awi_str_is(ret->model->id, "s3");
    struct awi_str rest = awi_str_skip(request->path, 1);

    ret->path = request->path;
    if (!s3) {
        ret->style = AWI_BUCKET_NONE;
        ret->bucket = AWI_STR_NULL;
        return 0;
    }
    if (ret->style == AWI_BUCKET_VIRTUAL) {
        bool root = awi_str_is(request->path, "/") || awi_str_is(request->path, "*");
        size_t tail = root ? 0 : request->path.len;
        char *path = awi_arena_alloc(arena, 1 + ret->bucket.len + tail);
        if (!path) {
            return -ENOMEM;
        }
        path[0] = '/';
        memcpy(path + 1, ret->bucket.ptr, ret->bucket.len);
        memcpy(path + 1 + ret->bucket.len, request->path.ptr, tail);
        ret->path = awi_str_of(path, 1 + ret->bucket.len + tail);
        return 0;
    }
    if (rest.len && rest.ptr[0] != '/') {
        awi_str_cut(&rest, '/', &ret->bucket);
        ret->style = AWI_BUCKET_PATH;
    }
    return 0;
}

int awi_endpoint_locate(const struct awi_http_request *request,
                        struct awi_str default_region,
                        struct awi_arena *arena,
                        struct awi_endpoint *ret)
{
    struct awi_endpoint_hints hints;

    *ret = (struct awi_endpoint){
        .path = request->path,
        .service = AWI_STR(""),
        .region = default_region,
        .partition = AWI_STR("aws"),
    };
    if (is_special(request, ret)) {
        return 0;
    }
    ret->region = AWI_STR_NULL;
    ret->partition = AWI_STR_NULL;
    int r = awi_endpoint_hints(request, arena, &hints);
    if (r < 0) {
        return r;
    }
    if (!awi_endpoint_host(request->host, ret)) {
        locate_custom(request, &hints, ret);
        if (awi_str_starts(request->path, AWI_STR("/moto-api/"))) {
            ret->kind = AWI_ENDPOINT_CONTROL;
        }
    } else if (!ret->service.len && hints.service.len) {
        ret->service = hints.service;
        ret->model = awi_endpoint_service(hints.service);
    }
    ret->model = awi_endpoint_refine(ret->model, &hints, request->path, ret->custom);
    if (ret->model) {
        ret->service = ret->model->endpoint_prefix;
    }
    settle_region(&hints, default_region, ret);
    return settle_bucket(request, arena, ret);
}
