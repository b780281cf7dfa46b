/* SPDX-License-Identifier: Apache-2.0 */
/* Where the bodies of requests go that are too long for memory: the http layer's handler.spool. */
#pragma once

#include "core/net/http.h"

int awi_request_spool(void *core,
                      struct awi_http_exchange *x,
                      const struct awi_body_source **ret_source,
                      void **ret_self);
