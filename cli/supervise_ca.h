/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of certificates that SSL_CERT_FILE and AWS_CA_BUNDLE name for targets: copies of what
 * they named before, or of the system's, with our certificate added.
 *
 * Ours is made by the core, which takes longer than starting a program does, and most programs open
 * no such file. So a file is made empty and under a lease: whoever opens it waits until the
 * supervisor, who is told of that, has filled it. Where there are no leases it is filled at once.
 */
#pragma once

#include <stdbool.h>

enum { AWI_CA_SYSTEM, AWI_CA_AWS, AWI_CA_FILES };

struct awi_ca {
    char directory[64];      /* mode 0755; "": none */
    int lock;                /* the directory, locked for as long as a supervisor lives */
    int files[AWI_CA_FILES]; /* for writing; -1: there is none, or it was filled */
    bool lazy;               /* under leases */
};

/* Makes the directory and the files, in the process that is to become the supervisor: it gets
 * SIGIO, which must be blocked, when someone opens one. 0 or -errno. */
int awi_ca_make(struct awi_ca *ca);

/* Fills the files and lets those in who wait. Under the preload library, whose hooks add our
 * certificate to what is read. More than once does nothing. */
void awi_ca_fill(struct awi_ca *ca);

/* Removes the directory, and those of supervisors of this user that were killed. */
void awi_ca_remove(struct awi_ca *ca);

/* In the launcher: the variables name what was made in this directory. 0 or -errno. */
int awi_ca_point(const char *directory);
