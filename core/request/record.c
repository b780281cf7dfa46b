/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/record.h"

#include "core/core.h"
#include "core/request/call.h"
#include "core/request/req.h"
#include "core/util/cleanup.h"

#include "gen/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 8192

static struct awi_str operation_name(const struct awi_req *req)
{
    return req->operation ? req->operation->name : req->operation_name;
}

static struct awi_str error_code(const struct awi_req *req)
{
    const struct awi_error_type *type = req->error.type;

    if (!type) {
        return AWI_STR_NULL;
    }
    bool xml = req->protocol == AWI_PROTO_QUERY || req->protocol == AWI_PROTO_EC2 ||
               req->protocol == AWI_PROTO_REST_XML;
    return xml && awi_str_is_set(type->query_code) ? type->query_code : type->code;
}

static int64_t since_us(int64_t started_ns)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return ((int64_t)at.tv_sec * 1000000000 + at.tv_nsec - started_ns) / 1000;
}

/* One write of one line, so that the lines of several processes do not mix. */
static void append_line(struct awi_req *req, const struct log_Call *call)
{
    struct awi_buf line = AWI_BUF_INIT(LINE_MAX_BYTES);
    AWI_AUTO(fd)
    int fd =
        open(req->config->log.ptr, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat st;
    /* A pipe could make the caller wait, or end it by SIGPIPE. */
    bool usable = fd >= 0 && fstat(fd, &st) == 0 && !S_ISFIFO(st.st_mode);

    if (usable && awi_call_line(call, &line) == 0 && awi_buf_char(&line, '\n') == 0) {
        ssize_t n = write(fd, line.ptr, line.len);
        (void)n; /* a full disk costs the line, not the call */
    }
    awi_buf_deinit(&line);
}

void awi_request_record(struct awi_req *req)
{
    const struct awi_http_peer *peer = req->http->request.peer;
    struct awi_store *store;
    struct awi_str why;
    struct log_Call call = {
        .Time = AWI_SOME(req->now),
        .Pid = AWI_SOME(peer && peer->pid ? peer->pid : req->core->pid),
        .DurationMicros = AWI_SOME(since_us(req->started_ns)),
        .RequestId = req->id,
        .Service = req->model->id,
        .Operation = operation_name(req),
        .Region = req->endpoint.region,
        .Account = req->identity.account,
        .AccountFrom = awi_str_from(req->identity.from),
        .Principal = req->identity.principal.arn,
        .AccessKeyId = req->signature.access_key_id,
        .Status = AWI_SOME(req->http->answer.status),
        .ErrorCode = error_code(req),
        .ErrorMessage = awi_str_is_set(req->error.why) ? req->error.why : req->error.message,
        .Access = {.items = req->access, .n = req->n_access, .set = req->n_access != 0},
    };

    /* A request that was refused before it came to the state is noted too. */
    awi_core_store(req->core, req->arena, &store, &why);
    awi_call_append(awi_core_journal(req->core), req->arena, &call);
    if (awi_str_is_set(req->config->log) && req->config->log.len) {
        append_line(req, &call);
    }
}
