/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/call.h"

#include "core/store/record.h"

#include "gen/log.h"

#include <errno.h>
#include <time.h>

#define CALL_ARENA (1u << 20)

static void auto_reader(struct awi_journal_reader **reader)
{
    awi_journal_reader_free(*reader);
}

void awi_call_append(struct awi_journal *journal,
                     struct awi_arena *arena,
                     const struct log_Call *call)
{
    struct awi_str bytes;

    if (journal && awi_record_encode(arena, &log_Call_shape, call, &bytes) == 0) {
        awi_journal_append(journal, call->Time.v, bytes);
    }
}

static int next(struct awi_journal_reader *reader, struct awi_journal_record *record)
{
    for (;;) {
        int r = awi_journal_next(reader, record);
        if (r != -EAGAIN) {
            return r;
        }
        const struct timespec moment = {.tv_nsec = 1000000};
        nanosleep(&moment, NULL);
    }
}

int awi_call_each(struct awi_journal *journal,
                  uint64_t *position,
                  int (*seen)(void *arg, const struct log_Call *call),
                  void *arg)
{
    __attribute__((cleanup(auto_reader))) struct awi_journal_reader *reader = NULL;
    struct awi_journal_record record;
    struct awi_arena arena;

    if (!journal) {
        return 0;
    }
    int r = awi_journal_reader_new(journal, *position, &reader);
    awi_arena_init(&arena, CALL_ARENA);
    while (r == 0 && (r = next(reader, &record)) == 0) {
        struct log_Call call;
        awi_arena_reset(&arena);
        *position = record.id;
        /* An entry of another version that cannot be read says nothing about the others. */
        if (awi_record_decode(record.payload, &arena, &log_Call_shape, &call) == 0) {
            r = seen(arg, &call);
        }
    }
    awi_arena_deinit(&arena);
    return r == -ENODATA ? 0 : r;
}

/* Members that are set, under their own names in the style of JSON APIs of harnesses. */
static void set_text(json_t *object, const char *name, struct awi_str value)
{
    if (awi_str_is_set(value)) {
        json_object_set_new(object, name, awi_json_text(value));
    }
}

static json_t *access_json(const struct log_Access *access)
{
    json_t *object = json_object();

    set_text(object, "action", access->Action);
    set_text(object, "resource", access->Resource);
    set_text(object, "owner", access->Owner);
    set_text(object, "decision", access->Decision);
    set_text(object, "layer", access->Layer);
    set_text(object, "policy", access->Policy);
    set_text(object, "statement", access->Statement);
    set_text(object, "missing_key", access->MissingKey);
    set_text(object, "external_id", access->ExternalId);
    set_text(object, "provider", access->Provider);
    set_text(object, "message", access->Message);
    return object;
}

json_t *awi_call_json(const struct log_Call *call)
{
    json_t *object = json_object();

    json_object_set_new(object, "time_ms", json_integer(call->Time.v));
    json_object_set_new(object, "pid", json_integer(call->Pid.v));
    json_object_set_new(object, "duration_us", json_integer(call->DurationMicros.v));
    set_text(object, "request_id", call->RequestId);
    set_text(object, "service", call->Service);
    set_text(object, "operation", call->Operation);
    set_text(object, "region", call->Region);
    set_text(object, "account", call->Account);
    set_text(object, "account_from", call->AccountFrom);
    set_text(object, "principal", call->Principal);
    set_text(object, "access_key_id", call->AccessKeyId);
    json_object_set_new(object, "status", json_integer(call->Status.v));
    set_text(object, "error_code", call->ErrorCode);
    set_text(object, "error_message", call->ErrorMessage);
    if (call->Access.n) {
        json_t *list = json_array();
        for (size_t i = 0; i < call->Access.n; i++) {
            json_array_append_new(list, access_json(&call->Access.items[i]));
        }
        json_object_set_new(object, "access", list);
    }
    return object;
}

static int or_dash(struct awi_buf *line, struct awi_str s)
{
    awi_buf_char(line, ' ');
    return awi_buf_plain(line, s.len ? s : AWI_STR("-"));
}

int awi_call_line(const struct log_Call *call, struct awi_buf *line)
{
    time_t seconds = call->Time.v / 1000;
    char clock[16];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
    awi_buf_printf(line, "%s.%03d", clock, (int)(call->Time.v % 1000));
    or_dash(line, call->Account);
    or_dash(line, call->Service);
    or_dash(line, call->Operation);
    awi_buf_printf(line, " %d", call->Status.v);
    or_dash(line, call->Principal);
    if (awi_str_is_set(call->ErrorCode)) {
        or_dash(line, call->ErrorCode);
        awi_buf_str(line, AWI_STR(":"));
        or_dash(line, call->ErrorMessage);
    }
    return line->error;
}
