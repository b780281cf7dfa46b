/* SPDX-License-Identifier: Apache-2.0 */
#include "core/request/denied.h"

#define DENIAL(name, http)                                                                         \
    {                                                                                              \
        .code = AWI_STR_INIT(name), .status = (http), .sender = true                               \
    }

static const struct awi_denied protocols[AWI_N_PROTOCOLS] = {
#define DENIED_PROTOCOL(protocol, code, status)                                                    \
    [AWI_PROTO_##protocol] = {.error = DENIAL(code, status)},
#define DENIED_SERVICE(service, code, status, stranger)
#include "core/request/denied.def"
#undef DENIED_PROTOCOL
#undef DENIED_SERVICE
};

static const struct awi_denied services[] = {
#define DENIED_PROTOCOL(protocol, code, status)
#define DENIED_SERVICE(name, code, status, text)                                                   \
    {.service = AWI_STR_INIT(name), .error = DENIAL(code, status), .stranger = AWI_STR_INIT(text)},
#include "core/request/denied.def"
#undef DENIED_PROTOCOL
#undef DENIED_SERVICE
};

const struct awi_denied *awi_request_denied(enum awi_protocol protocol, struct awi_str service)
{
    for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++) {
        if (awi_str_eq(services[i].service, service)) {
            return &services[i];
        }
    }
    return &protocols[protocol];
}
