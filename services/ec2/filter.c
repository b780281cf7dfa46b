/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of Describe operations, and DryRun (EC2 API: "Filter", "Dry run"). */
#include "services/ec2/ec2.h"

/* '*' is any run of characters, '?' any one; '\' makes the next one literal. */
static bool fits(struct awi_str pattern, struct awi_str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;

    while (t < text.len) {
        bool literal = p + 1 < pattern.len && pattern.ptr[p] == '\\';
        char c = p < pattern.len ? pattern.ptr[p + literal] : '\0';
        if (p < pattern.len && !literal && c == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len && ((!literal && c == '?') || c == text.ptr[t])) {
            p += 1u + literal;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

static bool any_fits(const struct ec2_ValueStringList *values, struct awi_str text)
{
    for (size_t i = 0; awi_str_is_set(text) && i < values->n; i++) {
        if (fits(values->items[i], text)) {
            return true;
        }
    }
    return false;
}

int ec2_filter(struct awi_req *req,
               const struct ec2_FilterList *filters,
               const struct ec2_field *fields,
               bool *ret)
{
    *ret = true;
    for (size_t i = 0; i < filters->n; i++) {
        const struct ec2_Filter *filter = &filters->items[i];
        const struct ec2_field *field = fields;
        while (field->filter && !awi_str_is(filter->Name, field->filter)) {
            field++;
        }
        if (!field->filter) {
            return awi_fail(req,
                            &awi_error_InvalidParameterValue,
                            "The filter '%.*s' is invalid",
                            AWI_STR_FMT(awi_str_head(filter->Name, 128)));
        }
        *ret = *ret && any_fits(&filter->Values, field->value);
    }
    return 0;
}

int ec2_dry_run(struct awi_req *req, struct awi_opt_bool dry)
{
    static const struct awi_error_type would = {
        .code = AWI_STR_INIT("DryRunOperation"),
        .status = 412,
        .sender = true,
    };

    return dry.set && dry.v
               ? awi_fail(req, &would, "Request would have succeeded, but DryRun flag is set.")
               : 0;
}
