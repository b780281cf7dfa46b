/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a call that a target makes: it goes on as it is, or it is answered. A socket that
 * is for an address of ours, or for a name server, is connected over the loopback to one of the
 * supervisor's, and that is relayed to another which goes where the target wanted to: it is under
 * the preload library, which answers. The target keeps its own socket with all that was set on it.
 */
#pragma once

#include "cli/supervise.h"

#include <linux/seccomp.h>
#include <stdint.h>

struct awi_judge;

/* NULL: it cannot be had, without the preload library for one. relays: kept, not owned. */
struct awi_judge *awi_judge_new(struct awi_relays *relays);

/* 0: the call goes on; 1: it was answered, *ret_value is its result; -errno for the target.
 * listener: by which it was asked. */
int awi_judge(struct awi_judge *judge,
              int listener,
              const struct seccomp_notif *asked,
              int64_t *ret_value);
