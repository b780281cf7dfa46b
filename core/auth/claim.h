/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature says of itself, before it is computed: its time, its scope, and which headers it
 * covers.
 */
#pragma once

#include "core/auth/refusal.h"
#include "core/auth/verify.h"

struct awi_claim {
    struct awi_arena *arena;
    const struct awi_verify *in;
    bool s3; /* S3's own rules and words */
    enum awi_refusal *refusal;
    struct awi_str *why;
};

/* 0; 1: *refusal and *why say what is wrong; -ENOMEM. */
int awi_claim_check(const struct awi_claim *claim);
/* Notes a refusal; returns 1. */
int awi_claim_refuse(const struct awi_claim *claim, enum awi_refusal refusal, struct awi_str why);
