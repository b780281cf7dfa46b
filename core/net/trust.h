/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shim's trust hooks ask: CA files with our certificate added, and whether a certificate
 * is ours. The functions are those of struct awi_core_api with the CA spelt out.
 */
#pragma once

#include "core/net/ca.h"

#include <stddef.h>

int awi_trust_file(struct awi_ca *ca, int fd);
int awi_trust_ca(
    struct awi_ca *ca, const void **der, size_t *der_len, const char **pem, size_t *pem_len);
int awi_trust_hash(struct awi_ca *ca, char hash[9]);
int awi_trust_leaf(struct awi_ca *ca, const void *der, size_t len, const char *host);
