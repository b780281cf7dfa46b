/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Randomness for identifiers, keys and secrets. A source is either the system's (getrandom) or a
 * repeatable stream made from a seed, for tests. Every id of the emulation comes from here.
 */
#pragma once

#include "core/util/arena.h"
#include "core/util/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct awi_random {
    bool seeded;
    uint64_t state; /* of a seeded source */
};

/* The system's source. */
#define AWI_RANDOM_SYSTEM ((struct awi_random){.seeded = false})
/* The same bytes for the same seed, on every machine. Not for secrets that matter. */
#define AWI_RANDOM_SEEDED(seed) ((struct awi_random){.seeded = true, .state = (seed)})

/* Fills n bytes. Never fails: it waits for the kernel's pool on a machine that has just booted. */
void awi_random_fill(struct awi_random *random, void *data, size_t n);

/* n characters of the alphabet (1 to 256 of them), each equally likely, NUL-terminated in the
 * arena. Absent when there is no memory. */
struct awi_str
awi_random_text(struct awi_random *random, struct awi_arena *arena, const char *alphabet, size_t n);

/* A version 4 UUID in its text form of 36 characters and a NUL. */
void awi_random_uuid(struct awi_random *random, char ret[37]);

/*
 * Names that must be unique but need not be secret (request ids), without a system call each: a
 * stream that is begun from the system's source, once a process, and may be used by threads at
 * once.
 */
void awi_unique_begin(uint64_t *stream);
/* The next version 4 UUID of the stream. */
void awi_unique_uuid(uint64_t *stream, char ret[37]);
