/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program without configured credentials asks: the instance metadata service (EC2 user
 * guide, "Instance metadata and user data"; 169.254.169.254, fd00:ec2::254) and the container
 * credentials endpoint (SDK reference, "Container credential provider"; 169.254.170.2,
 * 169.254.170.23). Both give keys of the default account: sessions of an administrator's role that
 * nobody has to create, valid for AWI_METADATA_SECONDS.
 *
 * Version 2 is complete: PUT of a token with its time to live, which is then checked. Requests
 * without a token are answered too, as on an instance where it is optional. A token carries its end
 * and a checksum and needs no state; it keeps nobody out who could read the answer anyway.
 */
#pragma once

#include "core/core.h"

#define AWI_METADATA_ROLE    "awsintercept"
#define AWI_METADATA_SECONDS (6 * 3600)

/* Answers x on behalf of the metadata service, or of the container endpoint. 0 or -errno. */
int awi_metadata_run(struct awi_core *core, struct awi_http_exchange *x, bool container);
