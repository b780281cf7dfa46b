/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internationalized names: what getaddrinfo() makes of a name when it is called with AI_IDN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The name in ASCII as libc would ask for it, by the library that libc itself loads for that.
 * False: the name is ASCII already, there is no such library, or it is no name (libc says so then).
 * Keeps errno. Outside awi_enter(). */
bool awi_idn_convert(const char *name, char *ret, size_t size);
