/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#define DEFINE_ERROR(name, http, at_fault)                                                         \
    const struct awi_error_type awi_error_##name = {                                               \
        .code = AWI_STR_INIT(#name),                                                               \
        .status = (http),                                                                          \
        .sender = (at_fault),                                                                      \
    };
AWI_COMMON_ERRORS(DEFINE_ERROR)
