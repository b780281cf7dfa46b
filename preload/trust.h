/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of CA certificates. A host that opens one for reading gets a copy with our certificate in
 * it; so every TLS library that keeps its trust in files accepts the names that we answer for, and,
 * the certificate being name-constrained, no other.
 *
 * A file is taken for one by its name (the names that distributions, Python's certifi, curl and the
 * JDK use), or because one of the CA variables of the environment names it. Two files exist only
 * for the host: the entry of our certificate in a directory of hashed names, and the one that
 * NODE_EXTRA_CA_CERTS is said to name.
 */
#pragma once

#include <stdbool.h>

enum awi_trust {
    AWI_TRUST_NONE,
    /* A file that exists; our certificate is added. */
    AWI_TRUST_ADD,
    /* A file of our certificate alone; nothing by that name exists. */
    AWI_TRUST_OWN,
};

/* What is this path? Costs no lock and no system call for NONE. */
enum awi_trust awi_trust_path(const char *path);

/* Replaces what the open descriptor shows, keeping the number and CLOEXEC. Leaves it alone where
 * that cannot be: it is no regular file, or holds no certificates. Keeps errno. */
void awi_trust_add(int fd);

/* A descriptor of our certificate alone, or -errno. */
int awi_trust_own(bool cloexec);

/* The path to answer for NODE_EXTRA_CA_CERTS. */
extern const char awi_trust_virtual[];
