/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What binds the caller and the resource of a request: the policies of the principal, of its
 * organization's path and of the resource's, compiled. They depend on the caller and the owner
 * only, so one gathering serves all accesses of a request to the same owner.
 */
#pragma once

#include "core/policy/policy.h"
#include "core/service.h"

struct awi_req;
struct core_OrganizationRecord;
struct core_Tag;

struct awi_layers {
    struct awi_req *req;
    struct awi_policy_caller caller;
    struct awi_policy_layers layers;
    struct awi_str caller_organization; /* ids; absent: none */
    struct awi_str caller_path;         /* aws:PrincipalOrgPaths */
    bool caller_asked;                  /* caller_record is settled: NULL is no organization */
    const struct core_OrganizationRecord *caller_record;
    struct awi_str owner_organization;
    struct awi_str owner_path;
    /* aws:PrincipalTag: of the user or role, then of the session, which override. */
    const struct core_Tag *tags;
    size_t n_tags;
    const struct core_Tag *session_tags;
    size_t n_session_tags;
    struct awi_policy_held **held;
    size_t n_held;
    size_t room_held;
};

/* Of the caller: principal, boundary, session, SCPs. 0 or -errno; awi_layers_end() either way. */
int awi_layers_begin(struct awi_req *req, struct awi_layers *ret);
/* Of the resource: its policy and the RCPs of its owner. May be called again for the next. */
int awi_layers_resource(struct awi_layers *layers, const struct awi_access *access);
void awi_layers_end(struct awi_layers *layers);
