/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hosts of accounts' token issuers (core/identity/federation.h), which publish what is needed
 * to verify sts:GetWebIdentityToken's tokens: the discovery document (OpenID Connect Discovery 1.0)
 * and the key set that it names.
 */
#pragma once

struct awi_req;

/* Fills the answer. AWI_HTTP_DONE or -errno. */
int awi_request_issuer(struct awi_req *req);
