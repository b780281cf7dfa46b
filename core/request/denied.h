/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service calls a refusal by policies (identity.md 8.7, 8.8): by its protocol, unless the
 * service has a name of its own (denied.def).
 */
#pragma once

#include "core/error.h"

struct awi_denied {
    struct awi_str service; /* signing name */
    struct awi_error_type error;
    struct awi_str stranger; /* all that callers of another organization are told; empty: the
                                sentence without its reason (8.6) */
};

const struct awi_denied *awi_request_denied(enum awi_protocol protocol, struct awi_str service);
