/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the table of all AWS services. */
#include "core/endpoint/parts.h"

/* By id, in which the table is sorted; for most services that is the endpoint prefix too. */
static const struct awi_model *by_id(struct awi_str id)
{
    size_t low = 0;
    size_t high = awi_n_aws_services;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = awi_str_cmp(awi_aws_services[middle].id, id);
        if (order == 0) {
            return &awi_aws_services[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const struct awi_model *awi_endpoint_service(struct awi_str name)
{
    const struct awi_model *same_id = by_id(name);
    const struct awi_model *signing = NULL;

    if (same_id && awi_str_eq(same_id->endpoint_prefix, name)) {
        return same_id;
    }
    for (size_t i = 0; i < awi_n_aws_services; i++) {
        const struct awi_model *model = &awi_aws_services[i];
        if (awi_str_eq(model->endpoint_prefix, name)) {
            return model;
        }
        /* Of several that sign alike, the one that is reached by that name is meant. */
        if (!signing && awi_str_eq(model->signing_name, name)) {
            signing = model;
        }
    }
    return same_id ? same_id : signing;
}

const struct awi_model *awi_endpoint_by_target(struct awi_str target)
{
    for (size_t i = 0; target.len && i < awi_n_aws_services; i++) {
        if (awi_str_eq(awi_aws_services[i].target_prefix, target)) {
            return &awi_aws_services[i];
        }
    }
    return NULL;
}

#define QUERY_PROTOCOLS (1u << AWI_PROTO_QUERY | 1u << AWI_PROTO_EC2)

const struct awi_model *awi_endpoint_by_version(struct awi_str version)
{
    for (size_t i = 0; version.len && i < awi_n_aws_services; i++) {
        const struct awi_model *model = &awi_aws_services[i];
        if ((model->protocols & QUERY_PROTOCOLS) && awi_str_eq(model->api_version, version)) {
            return model;
        }
    }
    return NULL;
}

static bool are_kin(const struct awi_model *a, const struct awi_model *b, bool custom)
{
    return awi_str_eq(a->endpoint_prefix, b->endpoint_prefix) ||
           (custom && awi_str_eq(a->signing_name, b->signing_name));
}

static bool
is_meant(const struct awi_model *model, const struct awi_endpoint_hints *hints, struct awi_str path)
{
    if (hints->target.len) {
        return awi_str_eq(model->target_prefix, hints->target);
    }
    if (hints->version.len) {
        return (model->protocols & QUERY_PROTOCOLS) &&
               awi_str_eq(model->api_version, hints->version);
    }
    /* The second version of a REST service says so in its paths. */
    if (awi_str_starts(path, AWI_STR("/v2/"))) {
        return awi_str_ends(model->id, AWI_STR("v2"));
    }
    if (awi_str_starts(path, AWI_STR("/2021-01-01/"))) {
        return awi_str_is(model->id, "opensearch");
    }
    return awi_str_starts(path, AWI_STR("/v20180820/")) && awi_str_is(model->id, "s3control");
}

const struct awi_model *awi_endpoint_refine(const struct awi_model *model,
                                            const struct awi_endpoint_hints *hints,
                                            struct awi_str path,
                                            bool custom)
{
    bool tells = hints->target.len || hints->version.len || awi_str_starts(path, AWI_STR("/v2/")) ||
                 awi_str_starts(path, AWI_STR("/v20")) ||
                 awi_str_starts(path, AWI_STR("/2021-01-01/"));

    if (!model || !tells || is_meant(model, hints, path)) {
        return model;
    }
    for (size_t i = 0; i < awi_n_aws_services; i++) {
        const struct awi_model *other = &awi_aws_services[i];
        if (are_kin(model, other, custom) && is_meant(other, hints, path)) {
            return other;
        }
    }
    return model;
}
