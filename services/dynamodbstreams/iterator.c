/* SPDX-License-Identifier: Apache-2.0 */
#include "services/dynamodbstreams/streams.h"

/* ARN|NUMBER|MOMENT */
struct awi_str streams_iterator_text(struct awi_req *req, const struct streams_iterator *iterator)
{
    return awi_arena_printf(awi_arena(req),
                            "%.*s|%llu|%lld",
                            AWI_STR_FMT(iterator->arn),
                            (unsigned long long)iterator->next,
                            (long long)iterator->made);
}

bool streams_iterator_parse(struct awi_str text, struct streams_iterator *ret)
{
    struct awi_str number;
    int64_t next;

    awi_str_cut(&text, '|', &ret->arn);
    awi_str_cut(&text, '|', &number);
    if (!text.ptr || awi_str_to_i64(number, &next) || next < 0 ||
        awi_str_to_i64(text, &ret->made)) {
        return false;
    }
    ret->next = (uint64_t)next;
    return true;
}
